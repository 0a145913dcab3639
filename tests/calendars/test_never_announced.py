"""A draft that was called off before anybody heard of it is in nobody's calendar."""

import pytest

from backend.conferences import services as conferences
from tests.calendars.reading import entries, link
from tests.factories.conferences import ConferenceFactory
from tests.factories.people import OrganisationFactory, account_with


@pytest.mark.django_db
def test_a_draft_called_off_leaves_the_calendars_of_those_who_worked_on_it() -> None:
    host = OrganisationFactory()
    drafted = ConferenceFactory(exact=True, lead=host, title={"vi": "Tổng kết"})
    path = link(account_with("organiser", organisation=host), "organisation", host)
    assert set(entries(path)) == {"Tổng kết"}
    conferences.cancel(conference_id=drafted.pk, reason={"vi": "Không họp"})
    assert set(entries(path)) == set()
