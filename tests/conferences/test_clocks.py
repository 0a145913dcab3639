"""Every moment of a conference is told on its own clock, every moment of a series on that of the series."""

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from rest_framework.test import APIClient

from backend.conferences.models import Conference, Room
from backend.conferences.queries import series as series_queries
from backend.conferences.services.booking import book_rooms
from backend.people.models import Organisation
from tests.factories.conferences import ConferenceFactory, DutyFactory, RoomFactory, SiteFactory
from tests.factories.people import PersonFactory

pytestmark = pytest.mark.django_db
API = "/api/v1"
ANY = {"If-Match": "*"}
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
NOW = dt.datetime(2026, 11, 21, 2, 0, tzinfo=dt.UTC)


class Told:
    """All that was answered, and under which names moments stood in it."""

    def __init__(self, zone: str) -> None:
        self.zone, self.names = ZoneInfo(zone), set[str]()

    def __call__(self, answer: Any, *statuses: int) -> Any:
        assert answer.status_code in (statuses or (200, 201)), answer.json()
        for path, said in _moments(answer.json()):
            moment = dt.datetime.fromisoformat(said)
            assert moment.utcoffset() == moment.astimezone(self.zone).utcoffset(), (path, said)
            self.names.add(path[-1])
        return answer.json()


def _moments(found: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(found, dict):
        for name, value in found.items():
            yield from _moments(value, (*path, name))
    elif isinstance(found, list):
        for value in found:
            yield from _moments(value, path)
    elif isinstance(found, str) and MOMENT.fullmatch(found):
        yield path, found


def held_elsewhere(host: Organisation, room: Room, chair: Any, day: dt.date, first: int, last: int) -> None:
    """One of the house's own, on a Vietnamese clock: it takes the room, and the chair."""
    at = [dt.datetime.combine(day, dt.time(hour), dt.UTC) for hour in (first, last)]
    made: Conference = ConferenceFactory(
        lead=host, announced=True, day=day, day_part="", starts_at=at[0], ends_at=at[1]
    )
    DutyFactory(conference=made, kind="chair", person=chair)
    SiteFactory(conference=made, venue=room.venue, room=room)
    book_rooms(made)


def test_a_conference_is_told_on_its_own_clock(organiser: APIClient, host: Organisation) -> None:
    told, (room, other) = Told("America/New_York"), (RoomFactory(), RoomFactory())
    chair = PersonFactory()
    speaker = {"person": str(PersonFactory().pk)}
    paper = {"phase": "paper", "title": {"vi": "Tham luận"}, "minutes_planned": 90, "speakers": [speaker]}
    body = {
        "kind": "review",
        "title": {"vi": "Họp tại New York"},
        "lead": str(host.pk),
        "time_zone": "America/New_York",
        "starts_at": "2035-03-10T09:00:00-05:00",  # the clocks are changed in the night that follows
        "ends_at": "2035-03-11T12:00:00-04:00",
        "sites": [{"venue": str(room.venue_id), "room": str(room.pk)}],
        "agenda": [
            {"phase": "opening", "title": {"vi": "Khai mạc"}, "minutes_planned": 30},
            paper,
            {"phase": "closing", "title": {"vi": "Bế mạc"}, "starts_at": "2035-03-11T11:00:00-04:00"},
        ],
        "duties": [{"kind": "chair", "person": str(chair.pk)}],
    }
    conference = told(organiser.post(f"{API}/conferences", body))
    assert [row["starts_at"][-6:] for row in conference["agenda"]] == ["-05:00", "-05:00", "-04:00"]
    only = {"conference": conference["id"]}
    address, about = f"{API}/conferences/{conference['id']}", f"conference={conference['id']}"
    first, second, _ = conference["agenda"]
    there = {**only, "agenda_item": second["id"], "site": conference["sites"][0]["id"], "room": str(room.pk)}
    told(organiser.post(f"{API}/agenda-rooms", there))
    asked = told(organiser.post(f"{API}/papers/request", {**only, "due_at": "2035-03-01T00:00:00Z"}))
    told(organiser.post(f"{address}/announce", {}, headers=ANY))
    told(organiser.post(f"{address}/release", {}, headers=ANY))
    held_elsewhere(host, other, chair, dt.date(2035, 3, 10), 15, 16)
    held_elsewhere(host, room, PersonFactory(), dt.date(2035, 3, 12), 1, 2)
    shift = {"after": first["id"], "minutes": 15, "across_days": True}
    told(organiser.post(f"{address}/agenda/shift?preview=true", shift))
    for path in (
        address,
        f"{address}/clashes",
        f"{address}/programme",
        f"{address}/programme?release=1",
        f"{API}/conferences?q=New York",
        f"{API}/sites?{about}",
        f"{API}/agenda-items?{about}",
        f"{API}/agenda-items/{first['id']}",
        f"{API}/agenda-rooms?{about}",
        f"{API}/papers?{about}",
        f"{API}/papers/{asked['results'][0]['id']}",
        f"{API}/releases?{about}",
        f"{API}/rooms/{room.pk}/day?date=2035-03-10&time_zone=America/New_York",
    ):
        told(organiser.get(path))
    told(organiser.post(f"{address}/agenda/shift", shift, headers=ANY))
    changes = told(organiser.get(f"{address}/programme/changes"))["changes"]
    starts = {each["after"]["starts_at"] for each in changes}
    assert starts == {"2035-03-10T09:45:00-05:00", "2035-03-11T11:15:00-04:00"}
    refused = told(organiser.patch(address, {"ends_at": "2035-03-12T12:00:00-04:00"}, headers=ANY), 409)
    assert refused["taken_from"] == "2035-03-11T21:00:00-04:00"
    told(organiser.patch(address, {"starts_at": "2035-03-10T09:30:00-05:00"}, headers=ANY))
    own = {"starts_at", "ends_at", "announced_at", "from", "until", "due_at", "released_at"}
    assert own | {"taken_from", "taken_until"} <= told.names


def test_a_series_is_told_on_its_own_clock(
    organiser: APIClient, host: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(series_queries, "now", lambda: NOW)
    told, room = Told("Europe/Berlin"), RoomFactory()
    held_elsewhere(host, room, PersonFactory(), dt.date(2026, 11, 30), 7, 9)
    body = {
        "title": {"vi": "Giao ban"},
        "organisation": str(host.pk),
        "rule": "FREQ=WEEKLY;BYDAY=MO",
        "starts_on": "2026-11-23",
        "start_time": "09:00",
        "minutes": 90,
        "time_zone": "Europe/Berlin",
        "horizon_days": 28,
        "sites": [{"venue": str(room.venue_id), "room": str(room.pk)}],
    }
    series = told(organiser.post(f"{API}/series", body))
    address = f"{API}/series/{series['id']}"
    report = told(organiser.get(f"{address}/report"))
    assert [row["taken_from"] for row in report["shortfalls"]] == ["2026-11-30T08:00:00+01:00"]
    for verb, given in (
        ("split", {"since": "2026-11-30", "start_time": "14:00"}),
        ("end", {"last_day": "2026-11-30", "reason": {"vi": "Hết"}}),
    ):
        preview = told(organiser.post(f"{address}/{verb}?preview=true", given))
        assert any(change["starts_at"] for change in preview["changes"])
    edit = {"start_time": "10:00"}
    preview = told(organiser.patch(f"{address}?preview=true", edit))
    assert preview["changes"][0]["starts_at"] == "2026-11-23T10:00:00+01:00"
    told(organiser.patch(address, edit, headers=ANY))
    rows = told(organiser.get(f"{API}/conferences?series={series['id']}"))["results"]
    assert sorted(row["starts_at"] for row in rows)[0] == "2026-11-23T10:00:00+01:00"
    assert {"starts_at", "ends_at", "taken_from", "taken_until", "from", "until"} <= told.names
