"""What a shift does to other conferences is told without naming any that the caller may not know of."""

import datetime as dt

import pytest
from rest_framework.test import APIClient

from backend.conferences import services
from backend.people.models import Organisation
from tests.factories.conferences import ConferenceFactory, DutyFactory, SpeakerFactory
from tests.factories.people import PersonFactory

START = dt.datetime(2021, 1, 14, 6, 30, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


@pytest.mark.parametrize(("level", "named"), [("restricted", False), ("public", True)])
def test_a_clash_with_a_closed_conference_is_told_and_the_conference_is_not(
    organiser: APIClient, host: Organisation, level: str, named: bool
) -> None:
    person = PersonFactory()
    conference = ConferenceFactory(lead=host, exact=True, announced=True)
    fields = {"phase": "report", "title": {"vi": "A"}, "minutes_planned": 30}
    opening = services.add_agenda_item(conference_id=conference.pk, fields={**fields})
    item = services.add_agenda_item(conference_id=conference.pk, fields={**fields})
    SpeakerFactory(conference=conference, agenda_item=item, person=person)
    elsewhere = ConferenceFactory(
        title={"vi": "Bí mật"},
        announced=True,
        confidentiality=level,
        starts_at=START + HOUR,
        ends_at=START + 2 * HOUR,
    )
    DutyFactory(conference=elsewhere, kind="chair", person=person, office={})

    path = f"/api/v1/conferences/{conference.pk}/agenda/shift"
    told = organiser.post(f"{path}?preview=true", {"after": str(opening.pk), "minutes": 30})
    assert told.status_code == 200, told.json()
    [clash] = told.json()["clashes"]
    assert (clash["conference"] is not None) is named
    assert ("Bí mật" in told.content.decode()) is named
