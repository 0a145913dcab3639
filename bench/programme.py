"""Comparing two programmes of 500 items beside writing the same two down as JSON.

Every item is edited in between: the worst there is to tell. The reference does what no comparison gets around, once: it
looks at every field of both, in C as far as `json` goes.
"""

import datetime as dt
import json
import random
import time
from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

from backend.conferences.changes import between, changelog
from backend.conferences.programme import Entry, Place, Programme, Voice, as_json
from bench.house import House
from bench.rounds import FULL, Comparison, Scale, taking_turns

ITEMS = 500
START = dt.datetime(2021, 1, 14, 1, 0, tzinfo=dt.UTC)
STEP = dt.timedelta(minutes=10)


def measure(house: House, scale: Scale) -> list[Comparison]:
    chance, again = random.Random(7), 20 if scale is FULL else 5
    before = _programme(chance)
    edited = [_edited(entry) for entry in before.entries]
    chance.shuffle(edited)
    after = replace(before, entries=tuple(edited))

    def written_down() -> None:
        for each in (before, after):
            json.dumps(as_json(each))

    def comparison(name: str, work: Callable[[], object]) -> Comparison:
        theirs, ours = taking_turns(
            scale.rounds, lambda _: _milliseconds(written_down, again), lambda _: _milliseconds(work, again)
        )
        return Comparison(
            name=name,
            unit="ms",
            reference="json.dumps of the two",
            ours=ours,
            theirs=theirs,
            detail={"items": ITEMS, "changes": len(between(before, after))},
        )

    return [
        comparison(f"two programmes of {ITEMS} items compared, each item edited", lambda: between(before, after)),
        comparison(
            f"their changelog, a sentence in both languages for each of {ITEMS} items",
            lambda: changelog(before, after, names={}),
        ),
    ]


def _milliseconds(work: Callable[[], object], again: int) -> float:
    """The fastest of several times: what it takes when nobody else is on the core."""
    taken = []
    for _ in range(again):
        begun = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begun)
    return min(taken) * 1000


def _programme(chance: random.Random) -> Programme:
    rooms = [Place(site=_id(chance), room=_id(chance), said={"vi": f"Phòng {n}"}) for n in range(12)]
    entries = [
        Entry(
            id=_id(chance),
            kind="item",
            phase="paper",
            phase_name={"vi": "Tham luận", "en": "Papers"},
            title={"vi": f"Tham luận {n}", "en": f"Paper {n}"},
            starts_at=START + n * STEP,
            ends_at=START + (n + 1) * STEP,
            minutes=10,
            reason={},
            places=(chance.choice(rooms),),
            speakers=(_voice(chance),),
            chairs=(_voice(chance),),
        )
        for n in range(ITEMS)
    ]
    return Programme(
        conference=_id(chance), title={"vi": "Hội nghị"}, time_zone="Asia/Ho_Chi_Minh", entries=tuple(entries)
    )


def _edited(entry: Entry) -> Entry:
    """Later by a quarter of an hour, and called otherwise."""
    assert entry.starts_at is not None
    starts_at = entry.starts_at + dt.timedelta(minutes=15)
    return replace(entry, starts_at=starts_at, ends_at=starts_at + STEP, title={"vi": "Mới", "en": "New"})


def _voice(chance: random.Random) -> Voice:
    return Voice(id=_id(chance), person=_id(chance), office={"vi": "Giám đốc"}, bloc={})


def _id(chance: random.Random) -> UUID:
    return UUID(int=chance.getrandbits(128))
