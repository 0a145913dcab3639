"""A programme as plain values: what is shown, compared, printed and released, without a database.

Who speaks or leads is an id here; whoever prints a programme looks up what people and organisations are called. Who
holds the conference, and where, is said as it was then.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any
from uuid import UUID

from backend.conferences.states import ItemState
from backend.core.clock import local
from backend.core.text import Text


@dataclass(frozen=True, kw_only=True)
class Place:
    """A room an entry runs in, with house and address as they were called."""

    site: UUID
    room: UUID
    said: Text


@dataclass(frozen=True, kw_only=True)
class Premises:
    """A site of the conference: the room, if one is chosen, house and address as they were called."""

    site: UUID
    room: UUID | None = None
    said: Text


@dataclass(frozen=True, kw_only=True)
class Holder:
    """An organisation that holds the conference, under the name it bore on the first day; `under` is what its parent was
    called, which stands above the lead organiser's name, {} for none."""

    organisation: UUID
    role: str
    said: Text
    under: Text


@dataclass(frozen=True, kw_only=True)
class Voice:
    """Somebody who speaks or leads: a person with the office held then, an office without a name, or a bloc."""

    id: UUID
    person: UUID | None = None
    organisation: UUID | None = None
    office: Text
    bloc: Text


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One agenda item. Times are exact or None; `day` and `day_part` are what is known instead.

    `phase_name` is what the phase is called, the conference's own word first. `confidentiality` is never looser than
    the conference's; `own_confidentiality` is what was said of the item itself, "" for nothing, and decides who reads
    the entry (`cut_for`). `sequence` rises once when people must hear of another time, place or state (RFC 5545), and is
    what it was at the release (`Programme.sequence_of`), in the working programme the item's own; `changed_at` is when a
    release last wrote anything of the entry anew (LAST-MODIFIED).
    """

    id: UUID
    parent: UUID | None = None
    kind: str
    phase: str
    phase_name: Text
    title: Text
    starts_at: dt.datetime | None = None
    ends_at: dt.datetime | None = None
    minutes: int | None = None
    day: dt.date | None = None
    day_part: str = ""
    parallel: bool = False
    reserve: bool = False
    state: str = "planned"
    reason: Text
    confidentiality: str = "public"
    own_confidentiality: str = ""
    places: tuple[Place, ...] = ()
    speakers: tuple[Voice, ...] = ()
    chairs: tuple[Voice, ...] = ()
    sequence: int = 0
    changed_at: dt.datetime | None = None

    def people(self) -> set[UUID]:
        """Everybody named who speaks to the entry or leads it."""
        return {voice.person for voice in (*self.speakers, *self.chairs) if voice.person is not None}


@dataclass(frozen=True, kw_only=True)
class Programme:
    """The entries from top to bottom; `number` is that of the release, None for the working programme. Of `organisers`
    the lead comes first. `sequence` is the conference's own at that moment; None in what was released before it was kept.
    """

    conference: UUID
    number: int | None = None
    sequence: int | None = None
    title: Text
    starts_at: dt.datetime | None = None
    ends_at: dt.datetime | None = None
    day: dt.date | None = None
    day_part: str = ""
    time_zone: str
    organisers: tuple[Holder, ...] = ()
    sites: tuple[Premises, ...] = ()
    entries: tuple[Entry, ...] = ()

    @property
    def first_day(self) -> dt.date | None:
        """The day everybody takes for granted, on the conference's own calendar; None while it is not known."""
        if self.starts_at is None:
            return self.day
        return local(self.starts_at, self.time_zone).date()

    def standing_as(self, told: "Programme") -> "Programme":
        """With what is called off at the time and place it has in `told`: it stands where people know it to have been,
        however it was arranged since."""
        known = told.by_id()
        names = ("starts_at", "ends_at", "minutes", "day", "day_part", "places")
        entries = (
            replace(entry, **{name: getattr(known[entry.id], name) for name in names})
            if entry.state != ItemState.PLANNED and entry.id in known
            else entry
            for entry in self.entries
        )
        return replace(self, entries=tuple(entries))

    def sequence_of(self, entry: Entry, now: int) -> int:
        """The SEQUENCE of the entry in every calendar while the conference's is `now`.

        Each move of the conference releases the programme anew, so what the conference's has risen by since the release
        is that it was called off or revived: its entries go with it, but for those that were off by themselves.
        """
        if self.sequence is None:
            return entry.sequence + now
        return entry.sequence + (max(0, now - self.sequence) if entry.state == "planned" else 0)

    def by_id(self) -> dict[UUID, Entry]:
        return {entry.id: entry for entry in self.entries}

    def with_depth(self) -> Iterator[tuple[int, Entry]]:
        """Each entry with how deep it stands: 0 at the top."""
        depths: dict[UUID, int] = {}
        for entry in self.entries:
            depths[entry.id] = depths[entry.parent] + 1 if entry.parent in depths else 0
            yield depths[entry.id], entry


def as_json(programme: Programme) -> dict[str, Any]:
    """What is stored of a release: strings, numbers, lists and objects only. What was released before sequences were
    kept reads as it did, under the same digest."""
    found: dict[str, Any] = _plain(programme)
    if programme.sequence is None:
        del found["sequence"]
    return found


def from_json(stored: Mapping[str, Any]) -> Programme:
    """The programme `as_json` wrote."""
    entries = tuple(
        _made(
            Entry,
            row,
            places=tuple(_made(Place, place) for place in row.get("places", ())),
            speakers=tuple(_made(Voice, voice) for voice in row.get("speakers", ())),
            chairs=tuple(_made(Voice, voice) for voice in row.get("chairs", ())),
        )
        for row in stored["entries"]
    )
    sites = tuple(_made(Premises, place) for place in stored.get("sites", ()))
    organisers = tuple(_made(Holder, holder) for holder in stored.get("organisers", ()))
    programme: Programme = _made(Programme, stored, entries=entries, sites=sites, organisers=organisers)
    return programme


def digest(programme: Programme) -> str:
    """SHA-256 over the programme in canonical JSON, in hexadecimal."""
    canonical = json.dumps(as_json(programme), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


_IDS = {"id", "parent", "site", "room", "person", "organisation", "conference"}
_MOMENTS = {"starts_at", "ends_at", "changed_at"}


def _plain(value: Any) -> Any:
    """Moments in UTC, so that equal ones are written alike."""
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat()
    if isinstance(value, (dt.date, UUID)):
        return str(value)
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, (Programme, Holder, Premises, Entry, Place, Voice)):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    return value


def _made(kind: Any, stored: Mapping[str, Any], **instead: Any) -> Any:
    known = {field.name for field in fields(kind)}
    return kind(**{name: _typed(name, value) for name, value in stored.items() if name in known} | instead)


def _typed(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name in _IDS:
        return UUID(value)
    if name in _MOMENTS:
        return dt.datetime.fromisoformat(value)
    return dt.date.fromisoformat(value) if name == "day" else value
