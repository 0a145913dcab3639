"""A conference as schema.org reads it."""

import datetime as dt
import json
from typing import Any

import pytest

from backend.conferences import services as conferences
from backend.conferences.models import Conference, TimeAndPlace
from tests.calendars.reading import fetch
from tests.factories.conferences import (
    AgendaItemFactory,
    ConferenceFactory,
    OutlineFactory,
    RoomFactory,
    SeriesFactory,
    SiteFactory,
)
from tests.factories.people import OrganisationFactory

pytestmark = pytest.mark.django_db
PATH = "/calendars/conferences/tong-ket.jsonld"


def read(path: str = PATH) -> dict[str, Any]:
    answer = fetch(path)
    assert answer["Content-Type"] == "application/ld+json; charset=utf-8"
    data: dict[str, Any] = json.loads(answer.content)
    return data


@pytest.fixture
def conference() -> Conference:
    made: Conference = ConferenceFactory(
        announced=True, exact=True, slug="tong-ket", title={"vi": "Tổng kết 2020", "en": "Review of 2020"},
        lead=OrganisationFactory(name={"vi": "Trung tâm 2"}), co=[OrganisationFactory(name={"vi": "Sở KH&CN"})],
        series=SeriesFactory(title={"vi": "Tổng kết năm"}),
    )  # fmt: skip
    for name in ("Hội trường A", "Hội trường B"):
        SiteFactory(conference=made, room=RoomFactory(name={"vi": name}))
    return made


def test_it_says_what_is_on_record(conference: Conference) -> None:
    AgendaItemFactory(
        conference=conference,
        title={"vi": "Khai mạc"},
        starts_at=conference.starts_at,
        ends_at=conference.starts_at + dt.timedelta(minutes=15),
        minutes_planned=15,
    )
    AgendaItemFactory(conference=conference, title={"vi": "Chưa rõ giờ"})
    AgendaItemFactory(
        conference=conference, title={"vi": "Nhân sự"}, starts_at=conference.starts_at, confidentiality="internal"
    )
    data = read()
    assert data["@context"] == "https://schema.org"
    assert (data["@type"], data["name"], data["inLanguage"]) == ("Event", "Tổng kết 2020", "vi")
    assert (data["startDate"], data["endDate"]) == ("2021-01-14T13:30+07:00", "2021-01-14T17:00+07:00")
    assert data["eventStatus"] == "https://schema.org/EventScheduled"
    assert [place["name"].split(",")[0] for place in data["location"]] == ["Hội trường A", "Hội trường B"]
    assert [body["name"] for body in data["organizer"]] == ["Trung tâm 2", "Sở KH&CN"]
    assert data["superEvent"]["@type"] == "EventSeries"
    assert data["superEvent"]["name"] == "Tổng kết năm"
    assert [(part["name"], part["startDate"], part["endDate"]) for part in data["subEvent"]] == [
        ("Khai mạc", "2021-01-14T13:30+07:00", "2021-01-14T13:45+07:00")
    ]
    assert read(f"{PATH}?lang=en")["name"] == "Review of 2020"


@pytest.mark.parametrize(("verb", "status"), [("cancel", "EventCancelled"), ("postpone", "EventPostponed")])
def test_called_off_says_so_and_keeps_the_time(conference: Conference, verb: str, status: str) -> None:
    getattr(conferences, verb)(conference_id=conference.pk, reason={"vi": "Bão"})
    data = read()
    assert (data["eventStatus"], data["startDate"]) == (f"https://schema.org/{status}", "2021-01-14T13:30+07:00")


def test_a_postponed_one_keeps_the_time_that_was_told_until_it_is_announced_again(conference: Conference) -> None:
    Conference.objects.filter(pk=conference.pk).update(announced_at=conference.created_at)
    conferences.mark_told(conference_id=conference.pk)
    conferences.postpone(conference_id=conference.pk, reason={"vi": "Bão"})
    later = {"starts_at": conference.starts_at + dt.timedelta(days=7), "ends_at": None}
    conferences.edit(conference_id=conference.pk, fields=later)  # type: ignore[arg-type]
    assert read()["startDate"] == "2021-01-14T13:30+07:00"
    conferences.announce(conference_id=conference.pk)
    assert read()["startDate"] == "2021-01-21T13:30+07:00"


def test_a_moved_conference_says_from_when(conference: Conference) -> None:
    for sequence, hour in ((0, 1), (1, 2)):
        TimeAndPlace.objects.create(
            conference=conference, sequence=sequence, starts_at=dt.datetime(2021, 1, 12, hour, tzinfo=dt.UTC),
            time_zone="Asia/Ho_Chi_Minh",
        )  # fmt: skip
    Conference.objects.filter(pk=conference.pk).update(sequence=2)
    data = read()
    assert data["eventStatus"] == "https://schema.org/EventRescheduled"
    assert (data["previousStartDate"], data["startDate"]) == ("2021-01-12T09:00+07:00", "2021-01-14T13:30+07:00")


def test_a_day_is_a_day_and_a_closed_series_is_not_named(conference: Conference) -> None:
    Conference.objects.filter(pk=conference.pk).update(
        starts_at=None, ends_at=None, day=dt.date(2021, 1, 14),
        series=SeriesFactory(outline=OutlineFactory(confidentiality="internal"), title={"vi": "Kín"}),
    )  # fmt: skip
    data = read()
    assert data["startDate"] == "2021-01-14"
    assert "superEvent" not in data
    assert "Kín" not in json.dumps(data, ensure_ascii=False)
