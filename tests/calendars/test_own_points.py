"""What stands in reserve is in nobody's calendar, also not in that of who would speak to it."""

import pytest

from backend.conferences import services as conferences
from backend.conferences.models import AgendaItem
from tests.calendars.reading import entries, link
from tests.factories.conferences import AgendaItemFactory, ConferenceFactory, SpeakerFactory
from tests.factories.people import AccountFactory, PersonFactory

pytestmark = pytest.mark.django_db
POINT = "Đo lường số (Tổng kết 2020)"


def test_a_point_in_reserve_is_an_entry_once_it_is_drawn() -> None:
    conference = ConferenceFactory(exact=True, title={"vi": "Tổng kết 2020"})
    conferences.announce(conference_id=conference.pk)
    person = PersonFactory()
    item = AgendaItemFactory(
        conference=conference, title={"vi": "Đo lường số"}, starts_at=conference.starts_at, reserve=True
    )
    SpeakerFactory(conference=conference, agenda_item=item, person=person)
    path = link(AccountFactory(person=person))
    conferences.release(conference_id=conference.pk)
    assert set(entries(path)) == {"Tổng kết 2020"}

    AgendaItem.objects.filter(pk=item.pk).update(reserve=False)
    conferences.release(conference_id=conference.pk)
    assert set(entries(path)) == {"Tổng kết 2020", POINT}
