"""Of a programme machines read what was released, and only what is to take place."""

import json
from typing import Any

import pytest

from backend.conferences import services as conferences
from backend.conferences.models import AgendaItem, Conference
from tests.calendars.reading import fetch
from tests.factories.conferences import AgendaItemFactory, ConferenceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def conference() -> Conference:
    drafted = ConferenceFactory(exact=True, slug="tong-ket")
    return conferences.announce(conference_id=drafted.pk)


def names() -> list[str]:
    data: dict[str, Any] = json.loads(fetch("/calendars/conferences/tong-ket.jsonld").content)
    return [part["name"] for part in data.get("subEvent", [])]


def point(conference: Conference, title: str, **fields: Any) -> AgendaItem:
    made: AgendaItem = AgendaItemFactory(
        conference=conference, title={"vi": title}, starts_at=conference.starts_at, **fields
    )
    return made


def test_what_is_held_in_reserve_is_no_event(conference: Conference) -> None:
    point(conference, "Khai mạc")
    point(conference, "Dự phòng", reserve=True)
    assert names() == ["Khai mạc"]
    conferences.release(conference_id=conference.pk)
    assert names() == ["Khai mạc"]


def test_what_is_worked_on_is_not_told_before_it_is_released(conference: Conference) -> None:
    opening = point(conference, "Khai mạc")
    conferences.release(conference_id=conference.pk)
    AgendaItem.objects.filter(pk=opening.pk).update(title={"vi": "Lễ khai mạc"})
    point(conference, "Bế mạc")
    assert names() == ["Khai mạc"]
    conferences.release(conference_id=conference.pk)
    assert names() == ["Lễ khai mạc", "Bế mạc"]


def test_what_was_closed_since_is_no_event_any_more(conference: Conference) -> None:
    point(conference, "Khai mạc")
    closed = point(conference, "Nhân sự")
    conferences.release(conference_id=conference.pk)
    assert names() == ["Khai mạc", "Nhân sự"]
    AgendaItem.objects.filter(pk=closed.pk).update(confidentiality="internal")
    assert names() == ["Khai mạc"]
