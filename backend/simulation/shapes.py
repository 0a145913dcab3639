"""What a planned year is made of: frozen values that know neither a database nor a clock. Times are what the clocks on
the wall show (`ZONE`); things refer to one another by `key`, which is unique among all of them."""

import dataclasses
import datetime as dt
import hashlib
import json
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

ZONE = "Asia/Ho_Chi_Minh"


@dataclass(frozen=True)
class Words:
    """A text in Vietnamese and, where there is one, in English."""

    vi: str
    en: str = ""

    @property
    def text(self) -> dict[str, str]:
        """The language map the record keeps: a language that is missing is left out."""
        return {"vi": self.vi, "en": self.en} if self.en else {"vi": self.vi} if self.vi else {}


#: What stands where nobody said anything.
NOTHING_SAID = Words("")


@dataclass(frozen=True, kw_only=True)
class FormerName:
    name: Words
    valid_to: dt.date


@dataclass(frozen=True, kw_only=True)
class Organisation:
    key: str
    parent: str | None
    kind: str
    name: Words
    short_name: Words = NOTHING_SAID
    symbol: str = ""
    place: Words = NOTHING_SAID
    former: tuple[FormerName, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Office:
    """An office held from a day until a day (both included; None: open)."""

    organisation: str
    title: Words
    rank: int
    valid_from: dt.date
    valid_to: dt.date | None = None

    def held_on(self, day: dt.date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, kw_only=True)
class Person:
    key: str
    full_name: str
    honorific: str
    degree: str
    language: str
    organisation: str
    offices: tuple[Office, ...]

    def office_on(self, day: dt.date) -> Office | None:
        """The highest office held that day, as the record would name it."""
        return min((office for office in self.offices if office.held_on(day)), key=lambda o: o.rank, default=None)


@dataclass(frozen=True, kw_only=True)
class House:
    """A house with or without rooms that can be booked, of an organisation or of whoever hires it out."""

    key: str
    name: Words
    address: Words
    hired: bool
    organisation: str
    portable: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Room:
    key: str
    house: str
    name: Words
    capacity: int
    equipment: tuple[str, ...]
    setup_minutes: int
    clearing_minutes: int


@dataclass(frozen=True, kw_only=True)
class Count:
    """A head count as people say it: exactly ("="), about ("≈") or more than (">") so many."""

    n: int
    op: str

    @property
    def said(self) -> dict[str, Any]:
        return {"n": self.n, "op": self.op}


@dataclass(frozen=True, kw_only=True)
class Place:
    house: str
    room: str | None
    attended: Count | None = None


@dataclass(frozen=True, kw_only=True)
class Speaker:
    """A person with the office held that day, or an office of an organisation, or a bloc."""

    person: str | None = None
    organisation: str | None = None
    office: Words = NOTHING_SAID
    bloc: Words = NOTHING_SAID


@dataclass(frozen=True, kw_only=True)
class Item:
    """A point of the agenda, a break, or a session (`kind`): that one holds others and lasts as long as they do."""

    kind: str
    phase: str
    title: Words
    minutes: int | None
    speakers: tuple[Speaker, ...] = ()
    children: tuple["Item", ...] = ()


@dataclass(frozen=True, kw_only=True)
class Duty:
    """A person with the office held that day, or an office of an organisation, or a group."""

    kind: str
    person: str | None = None
    organisation: str | None = None
    office: Words = NOTHING_SAID
    group: Words = NOTHING_SAID


@dataclass(frozen=True, kw_only=True)
class When:
    """Exact times of one day, or (`start` and `end` None) a day with a part of it."""

    day: dt.date
    part: str = ""
    start: dt.datetime | None = None
    end: dt.datetime | None = None


class Fate(StrEnum):
    """What has become of a conference by the day the year is seen from."""

    DRAFT = "draft"
    ANNOUNCED = "announced"
    CLOSED = "closed"
    ARCHIVED = "archived"
    POSTPONED = "postponed"
    CANCELLED = "cancelled"


HELD = frozenset({Fate.CLOSED, Fate.ARCHIVED})
CALLED_OFF = frozenset({Fate.POSTPONED, Fate.CANCELLED})


@dataclass(frozen=True, kw_only=True)
class Conference:
    """One conference, single or of a series (then `slot` is the day its series planned it for).

    `when` is its time at last; one that was `moved` had another before.
    """

    key: str
    kind: str
    title: Words
    confidentiality: str
    lead: str
    co: tuple[str, ...]
    when: When
    moved: When | None
    places: tuple[Place, ...]
    agenda: tuple[Item, ...]
    duties: tuple[Duty, ...]
    fate: Fate
    announced: bool
    topics: tuple[str, ...]
    standards: tuple[str, ...]
    legal_basis: tuple[Words, ...]
    period_reviewed: str
    period_planned: str
    expected: Count | None
    attended: Count | None
    reason: Words
    clash_policy: str
    follows: str | None
    series: str | None
    slot: dt.date | None


@dataclass(frozen=True, kw_only=True)
class Series:
    key: str
    kind: str
    title: Words
    organisation: str
    confidentiality: str
    rule: str
    starts_on: dt.date
    start_time: dt.time
    minutes: int
    left_out: tuple[dt.date, ...]
    announces: bool
    places: tuple[Place, ...]
    agenda: tuple[Item, ...]
    duties: tuple[Duty, ...]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The whole year. `seen_from` divides what was held from what is to come."""

    year: int
    seed: int
    seen_from: dt.date
    organisations: tuple[Organisation, ...]
    people: tuple[Person, ...]
    houses: tuple[House, ...]
    rooms: tuple[Room, ...]
    series: tuple[Series, ...]
    conferences: tuple[Conference, ...]

    @cached_property
    def digest(self) -> str:
        """SHA-256 of everything that is planned, in canonical JSON: equal for equal arguments, on any machine."""
        return digest(json.dumps(dataclasses.asdict(self), default=str, sort_keys=True, ensure_ascii=False))

    @property
    def name(self) -> str:
        """What the addresses (slugs) of everything in this year begin with; no other year's do."""
        return f"sim-{self.year}-{self.digest[:10]}"


def digest(said: str) -> str:
    return hashlib.sha256(said.encode()).hexdigest()
