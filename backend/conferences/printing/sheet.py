"""A programme laid out in lines, in the words and the order both writers print. Nothing here reads the database."""

import datetime as dt
import hashlib
import itertools
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Literal
from uuid import UUID

from backend.conferences.printing import words
from backend.conferences.printing.errors import NotPrintable
from backend.conferences.printing.words import BLANK, WORDS, Said
from backend.conferences.programme import Entry, Place, Programme, Voice
from backend.conferences.states import ItemKind, ItemState
from backend.core.clock import local
from backend.core.text import Text, both, localized, say
from backend.core.vietnamese import fold
from backend.documents.form.text import one_line
from backend.people.said import office_said

#: What may be asked for, and the languages that stand side by side then.
LANGUAGES: dict[str, tuple[str, ...]] = {"vi": ("vi",), "en": ("en",), "both": ("vi", "en")}
#: The largest programme that is printed: entries, and characters of their texts. It bounds what a spreadsheet takes,
#: which is written in this very process: a few seconds and some ten megabytes.
MOST_ENTRIES, MOST_CHARACTERS = 2_000, 1_000_000
#: Raised when the same programme is printed otherwise than before, so that nobody keeps what was printed then.
EDITION = 1

Kind = Literal["day", "together", "phase", "session", "item", "break"]
Names = Mapping[UUID, Text]


@dataclass(frozen=True, kw_only=True)
class Heading:
    """What stands above and below a programme: the lead organiser's parent and name, who holds it together with that,
    and where. `state` is the conference's. `made_at` is the date written inside the file; only a released programme has
    `released_at`."""

    parent: Text = field(default_factory=dict)
    lead: Text = field(default_factory=dict)
    others: tuple[Text, ...] = ()
    places: tuple[Text, ...] = ()
    state: str = "announced"
    released_at: dt.datetime | None = None
    made_at: dt.datetime


@dataclass(frozen=True, kw_only=True)
class Who:
    """Somebody by name with the office held then; an office or a bloc without a name is `name`."""

    name: Said
    office: Said


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of the programme; texts are in the sheet's languages, '' where nothing is known in one of them.

    Headings (day, together, phase) have no entry. `off` is what does not take place: cancelled, or part of a cancelled
    session; `later` likewise what is postponed. `mark` says so once. `beside` lines run at the same time as others.
    `starts`, `ends` and `day` are on the conference's wall clock.
    """

    kind: Kind
    title: Said
    depth: int = 0
    entry: UUID | None = None
    phase: Said = field(default_factory=dict)
    time: Said = field(default_factory=dict)
    day: dt.date | None = None
    starts: dt.datetime | None = None
    ends: dt.datetime | None = None
    minutes: int | None = None
    speakers: tuple[Who, ...] = ()
    chairs: tuple[Who, ...] = ()
    rooms: tuple[Said, ...] = ()
    places: tuple[Said, ...] = ()
    mark: Said = field(default_factory=dict)
    reason: Said = field(default_factory=dict)
    off: bool = False
    later: bool = False
    beside: bool = False


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A programme ready to be printed. `with_rooms`: lines say which room they are in; one room for all is no news.
    `elsewhere` are places of lines that the head does not name."""

    languages: tuple[str, ...]
    title: Said
    parent: Said
    lead: Said
    others: tuple[Said, ...]
    when: Said
    places: tuple[Said, ...]
    elsewhere: tuple[Said, ...]
    imprint: Said
    stamp: Said
    with_rooms: bool
    lines: tuple[Line, ...]
    reserve: tuple[Line, ...]
    made_at: dt.datetime

    def tag(self, format: str) -> str:
        """SHA-256 over everything that is printed: the ETag of the sheet in a format."""
        written = json.dumps([EDITION, format, asdict(self)], sort_keys=True, ensure_ascii=False, default=str)
        return hashlib.sha256(written.encode()).hexdigest()


def lay_out(programme: Programme, *, heading: Heading, names: Names, language: str) -> Sheet:
    """The programme in one of LANGUAGES; `names` says what people and organisations are called, and whom it leaves out
    (an erased person) prints as a visible blank. Raises NotPrintable beyond what is printed of a programme."""
    _check_size(programme)
    return _Layout(programme, heading, names, LANGUAGES[language]).sheet()


def _check_size(programme: Programme) -> None:
    characters = sum(
        len(text)
        for entry in programme.entries
        for texts in (
            entry.title,
            entry.phase_name,
            entry.reason,
            *(place.said for place in entry.places),
            *(texts for voice in (*entry.speakers, *entry.chairs) for texts in (voice.office, voice.bloc)),
        )
        for text in texts.values()
    )
    if len(programme.entries) > MOST_ENTRIES or characters > MOST_CHARACTERS:
        raise NotPrintable(
            say(
                vi="Chương trình quá lớn, không in được: {entries} mục, {characters} ký tự; nhiều nhất {n} mục, {c} ký tự.",
                en="The programme is too large to be printed: {entries} entries, {characters} characters; at most "
                "{n} entries and {c} characters.",
                entries=len(programme.entries),
                characters=characters,
                n=MOST_ENTRIES,
                c=MOST_CHARACTERS,
            )
        )


class _Layout:
    """One sheet in the making."""

    def __init__(self, programme: Programme, heading: Heading, names: Names, languages: tuple[str, ...]) -> None:
        self.programme, self.heading, self.names, self.languages = programme, heading, names, languages
        self.known = programme.by_id()
        self.parents = _parents(programme)
        self.reserved: set[UUID] = set()
        self.off: set[UUID] = set()
        self.later: set[UUID] = set()
        for entry in programme.entries:
            parent = self.parents[entry.id]
            for marked, is_so in (
                (self.reserved, entry.reserve),
                (self.off, entry.state == ItemState.CANCELLED),
                (self.later, entry.state == ItemState.POSTPONED),
            ):
                if is_so or parent in marked:
                    marked.add(entry.id)
        places = {place.room: self.where(place.said) for entry in programme.entries for place in entry.places}
        self.rooms = _short(places, languages)
        self.places = tuple(self.where(place) for place in heading.places)
        self.with_rooms = len(places) > 1 or (bool(places) and len(self.places) > 1)
        self.elsewhere = tuple(
            said
            for room, said in places.items()
            if said not in self.places and (said != self.rooms[room] or not self.with_rooms)
        )
        days = {day for entry in programme.entries if (day := self.day_of(entry))}
        self.by_day = bool(days - {programme.first_day})

    def sheet(self) -> Sheet:
        programme, heading = self.programme, self.heading
        issued = local(heading.released_at, programme.time_zone).date() if heading.released_at else None
        stamp = words.stamp(programme.number, heading.state)
        stamped = self.said(words.WORDS[stamp]) if stamp else {}
        # What was held without any release is no draft any more.
        imprinted = self.languages if stamp or programme.number is not None else ()
        return Sheet(
            languages=self.languages,
            title=self.said(programme.title),
            parent=self.said(heading.parent),
            lead=self.said(heading.lead),
            others=tuple(self.said(other) for other in heading.others),
            when={code: words.held(programme, code) for code in self.languages},
            places=self.places,
            elsewhere=self.elsewhere,
            imprint={code: words.released(programme.number, issued, code) for code in imprinted},
            stamp=stamped,
            with_rooms=self.with_rooms,
            lines=tuple(self.running()),
            reserve=tuple(self.line(entry, depth) for depth, entry in self.entries(reserve=True)),
            made_at=heading.made_at,
        )

    def entries(self, *, reserve: bool) -> Iterator[tuple[int, Entry]]:
        for depth, entry in self.programme.with_depth():
            if (entry.id in self.reserved) is reserve:
                yield depth, entry

    def running(self) -> Iterator[Line]:
        """What is planned, from top to bottom, under its headings: days, what runs together, phases."""
        found = list(self.entries(reserve=False))
        siblings: dict[UUID | None, list[Entry]] = defaultdict(list)
        for _, entry in found:
            siblings[self.parents[entry.id]].append(entry)
        begun, together = _together(siblings)
        phases = {id: band for level in siblings.values() for id, band in self.bands(level)}
        day: dt.date | None = None
        for depth, entry in found:
            if self.parents[entry.id] in together:
                together.add(entry.id)
            beside = entry.id in together
            if self.by_day and (here := self.day_of(entry)) and here != day:
                day = here
                yield Line(kind="day", title={code: words.day_heading(here, code) for code in self.languages}, day=here)
            if entry.id in phases:
                yield Line(kind="phase", title=phases[entry.id], depth=depth, beside=beside)
            if entry.id in begun:
                yield Line(kind="together", title=self.word("together"), depth=depth, beside=True)
            yield self.line(entry, depth, beside=beside, day=day)

    def bands(self, level: list[Entry]) -> Iterator[tuple[UUID, Said]]:
        """Which phase begins with which of these neighbours. Breaks belong to none, and the phase of the session around
        them goes on unsaid. Where each phase is one entry whose title says it, none is said: all or none, or an
        entry would stand below the name of the phase before it."""
        active = [entry for entry in level if entry.kind != ItemKind.BREAK]
        runs = [list(run) for _, run in itertools.groupby(active, lambda entry: entry.phase_name)]
        around = self.known[parent] if (parent := self.parents[level[0].id]) else None
        if runs and around and runs[0][0].phase_name == around.phase_name:
            runs = runs[1:]
        if all(len(run) == 1 and _says(run[0].title, run[0].phase_name) for run in runs):
            return
        for run in runs:
            yield run[0].id, self.said(run[0].phase_name)

    def line(self, entry: Entry, depth: int, *, beside: bool = False, day: dt.date | None = None) -> Line:
        zone = self.programme.time_zone
        parent = self.parents[entry.id]
        rooms = dict.fromkeys(place.room for place in entry.places)
        inherited = parent is not None and set(rooms) == {place.room for place in self.known[parent].places}
        off, later = entry.id in self.off, entry.id in self.later
        return Line(
            kind={ItemKind.SESSION: "session", ItemKind.BREAK: "break"}.get(ItemKind(entry.kind), "item"),  # type: ignore[arg-type]
            title=self.said(entry.title),
            depth=depth,
            entry=entry.id,
            phase=self.said(entry.phase_name) if entry.kind != ItemKind.BREAK else {},
            time={
                code: words.time_of(entry, zone, code, under_its_day=not self.by_day or day is not None)
                for code in self.languages
            },
            day=self.day_of(entry),
            starts=local(entry.starts_at, zone) if entry.starts_at else None,
            ends=local(entry.ends_at, zone) if entry.ends_at else None,
            minutes=entry.minutes,
            speakers=tuple(self.who(voice) for voice in entry.speakers),
            chairs=tuple(self.who(voice) for voice in entry.chairs),
            rooms=() if inherited else tuple(self.rooms[room] for room in rooms),
            places=tuple(self.where(place.said) for place in _once(entry.places)),
            mark=self.state(entry),
            reason=self.reason(entry),
            off=off,
            later=later and not off,
            beside=beside,
        )

    def state(self, entry: Entry) -> Said:
        if entry.state == ItemState.PLANNED:
            return {}
        label = both(ItemState(entry.state).label)
        return {code: label[code] for code in self.languages}

    def reason(self, entry: Entry) -> Said:
        """Why it does not take place as planned; what a session says is not said again of all it holds."""
        parent = self.parents[entry.id]
        told = parent is not None and (self.known[parent].state, self.known[parent].reason) == (
            entry.state,
            entry.reason,
        )
        return {} if told or entry.state == ItemState.PLANNED else self.said(entry.reason)

    def who(self, voice: Voice) -> Who:
        """In English an office without an English name is left to the Vietnamese beside it, if there is any."""
        body = self.names.get(voice.organisation, {}) if voice.organisation else {}
        office = office_said(voice.office, body)
        if voice.person is not None:
            return Who(name=self.said(self.names.get(voice.person, {}), blank=True), office=self.said(office))
        if voice.bloc:
            return Who(name=self.said(voice.bloc, blank=True), office=self.said(office))
        return Who(name=self.said(office, blank=True), office={})

    def said(self, text: Text, *, blank: bool = False) -> Said:
        """`text` in each language of the sheet. Where English is asked for alone, Vietnamese stands in for it; side by
        side with the Vietnamese, what has no English stays open."""
        found = {}
        for code in self.languages:
            words = text.get(code) or ("" if len(self.languages) > 1 else next(filter(None, text.values()), ""))
            found[code] = one_line(words) or (BLANK if blank and not any(text.values()) else "")
        return found

    def where(self, place: Text) -> Said:
        """A place by whatever name it has: of two halls no reader is told one."""
        return self.said({code: localized(place, code) for code in self.languages})

    def word(self, which: str) -> Said:
        return {code: WORDS[which][code] for code in self.languages}

    def day_of(self, entry: Entry) -> dt.date | None:
        return words.day_of(entry, self.programme.time_zone)


def _parents(programme: Programme) -> dict[UUID, UUID | None]:
    """What each entry stands under: nothing, when that was cut out or does not come before it."""
    parents: dict[UUID, UUID | None] = {}
    for entry in programme.entries:
        parents[entry.id] = entry.parent if entry.parent in parents else None
    return parents


def _together(siblings: Mapping[UUID | None, list[Entry]]) -> tuple[set[UUID], set[UUID]]:
    """Which entries begin a group that runs at the same time, and all those in such groups."""
    first, members = set(), set()
    for level in siblings.values():
        for before, entry in itertools.pairwise(level):
            if entry.parallel:
                if before.id not in members:
                    first.add(before.id)
                members |= {before.id, entry.id}
    return first, members


def _says(title: Text, phase: Text) -> bool:
    return fold(phase.get("vi", "")) in fold(title.get("vi", ""))


def _once(places: tuple[Place, ...]) -> Iterator[Place]:
    yield from {place.room: place for place in places}.values()


def _short(places: Mapping[UUID, Said], languages: tuple[str, ...]) -> dict[UUID, Said]:
    """Of "Phòng 2, Nhà khách, 3 Hùng Vương" as many of the first parts as no other room shares."""
    short: dict[UUID, Said] = {room: {} for room in places}
    for code in languages:
        parts = {room: said[code].split(", ") for room, said in places.items()}
        for room, mine in parts.items():
            others = [theirs for other, theirs in parts.items() if other != room]
            needed = next(
                (n for n in range(1, len(mine)) if not any(theirs[:n] == mine[:n] for theirs in others)), len(mine)
            )
            short[room][code] = ", ".join(mine[:needed])
    return short
