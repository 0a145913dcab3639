"""Programmes for tests, as plain values."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid5

from backend.conferences.programme import Entry, Place, Programme, Voice

SPACE = UUID("0196a1b2-0000-7000-8000-000000000000")
CONFERENCE = uuid5(SPACE, "conference")
#: 14:00 in Việt Nam.
TWO = dt.datetime(2021, 1, 14, 7, 0, tzinfo=dt.UTC)


def an_id(name: object) -> UUID:
    return uuid5(SPACE, str(name))


def at(hour: int, minute: int = 0, day: int = 14) -> dt.datetime:
    """A moment on the wall clocks of Việt Nam."""
    return dt.datetime(2021, 1, day, hour, minute, tzinfo=dt.timezone(dt.timedelta(hours=7)))


def voice(name: str = "An", **fields: Any) -> Voice:
    return Voice(**{"id": an_id(f"voice {name}"), "person": an_id(name), "office": {}, "bloc": {}, **fields})


def place(name: str = "Phòng A", **fields: Any) -> Place:
    return Place(**{"site": an_id("site"), "room": an_id(name), "said": {"vi": name}, **fields})


def entry(name: object = "một", **fields: Any) -> Entry:
    """An item called `name`, at 14:00 for half an hour unless `starts_at` says otherwise."""
    starts_at = fields.pop("starts_at", TWO)
    known: dict[str, Any] = {
        "id": an_id(name),
        "kind": "item",
        "phase": "paper",
        "phase_name": {"vi": "Tham luận", "en": "Papers"},
        "title": {"vi": f"Tham luận {name}", "en": f"Paper {name}"},
        "starts_at": starts_at,
        "ends_at": starts_at and starts_at + dt.timedelta(minutes=30),
        "minutes": 30,
        "reason": {},
    }
    return Entry(**{**known, **fields})


def programme(*entries: Entry, **fields: Any) -> Programme:
    known: dict[str, Any] = {
        "conference": CONFERENCE,
        "title": {"vi": "Hội nghị"},
        "starts_at": TWO,
        "time_zone": "Asia/Ho_Chi_Minh",
        "entries": entries,
    }
    return Programme(**{**known, **fields})


def long_day(count: int, **fields: Any) -> Programme:
    """So many items, one after the other, ten minutes each, over as many days as it takes."""
    start = dt.datetime(2021, 1, 14, 1, 0, tzinfo=dt.UTC)
    step = dt.timedelta(minutes=10)
    return programme(
        *(entry(n, starts_at=start + n * step, ends_at=start + (n + 1) * step, minutes=10) for n in range(count)),
        starts_at=start,
        **fields,
    )


def shifted(each: Entry, minutes: int) -> Entry:
    by = dt.timedelta(minutes=minutes)
    return replace(each, starts_at=each.starts_at and each.starts_at + by, ends_at=each.ends_at and each.ends_at + by)


def with_entries(given: Programme, entries: Sequence[Entry]) -> Programme:
    return replace(given, entries=tuple(entries))
