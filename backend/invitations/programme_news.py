"""What is new between two releases of a programme, for one reader each: plain values in, sentences out."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from functools import cached_property
from uuid import UUID

from backend.conferences import changes
from backend.conferences.changes import Change, Line
from backend.conferences.programme import Entry, Programme
from backend.conferences.states import ChangeKind, Confidentiality, ItemState
from backend.core.text import Text

#: What befalls a session befalls all it holds.
_TAKES_ALONG = {
    ChangeKind.CANCELLED,
    ChangeKind.POSTPONED,
    ChangeKind.REOPENED,
    ChangeKind.DRAWN,
    ChangeKind.RESERVED,
}


@dataclass(frozen=True, kw_only=True)
class ProgrammeNews:
    """`names` says what people and organisations are called; the entries in `closed` are for who takes part in them
    alone, and so is what either programme itself calls restricted. Who chairs the whole conference or keeps its
    minutes reads them too, all but those `hidden_from_leaders`.

    Nothing was released `before` the first release: it is new to those who take part, and to nobody else.
    """

    before: Programme | None
    after: Programme
    names: dict[UUID, Text]
    closed: Collection[UUID] = ()
    hidden_from_leaders: Collection[UUID] = ()
    _by_reader: dict[tuple[UUID | None, bool, frozenset[UUID]], list[Line]] = field(default_factory=dict)

    def people(self) -> set[UUID]:
        """Everybody some change is about: they speak to the entry or lead it, or did before."""
        return set(self._about)

    def for_part(self, person_id: UUID, language: str) -> list[str]:
        """Every change of the entries the person speaks to or leads, or did before; of a first programme those entries
        themselves. Whoever is new to an entry reads first when and where it is."""
        lines: list[str] = []
        joined: set[UUID] = set()
        for change in self._about.get(person_id, ()):
            if self._joins(person_id, change) and change.entry_id not in joined:
                joined.add(change.entry_id)
                lines.append(self._presented(change)[language])
            lines.append(self._said(change)[language])
        return lines

    def newly_takes_part(self, person_id: UUID) -> bool:
        """Whether the programme people were told before did not name the person, and this one does."""
        before = self.before.entries if self.before else ()
        return person_id in self._about and not any(person_id in entry.people() for entry in before)

    @property
    def first(self) -> bool:
        """Whether nobody saw a programme of the conference before."""
        return self.before is None

    def for_comer(
        self, site_id: UUID | None, language: str, *, besides: UUID | None = None, leads: bool = False
    ) -> list[str]:
        """New times, places and states of what somebody at this site (None: at any) may go to; without those that are
        told already to `besides` as taking part."""
        lines = self._lines(site_id, leads)
        own = self._about.get(besides, []) if besides else []
        theirs = frozenset(change.entry_id for change in own)
        if any(change.entry_id in theirs for line in lines for change in line.changes):
            with_it = {(change.entry_id, change.kind) for change in own if change.kind in _TAKES_ALONG}
            lines = [line for line in self._lines(site_id, leads, theirs) if not _taken_along(line, with_it)]
        return [line.text[language] for line in lines]

    @cached_property
    def _about(self) -> dict[UUID, list[Change]]:
        about: dict[UUID, list[Change]] = {}
        for change in self._changes:
            for person in change.people():
                about.setdefault(person, []).append(change)
        return about

    @cached_property
    def _changes(self) -> list[Change]:
        return changes.between(self.before or replace(self.after, entries=()), self.after)

    @staticmethod
    def _joins(person_id: UUID, change: Change) -> bool:
        """Of an entry that was there and takes place; an added one is told with its time anyway."""
        was, entry = change.before, change.after
        if was is None or entry is None or entry.state != ItemState.PLANNED:
            return False
        return person_id in entry.people() - was.people()

    def _presented(self, change: Change) -> Text:
        return changes.presented(change.entry, time_zone=self.after.time_zone, day=self.after.first_day)

    def _said(self, change: Change) -> Text:
        if self.first:
            return self._presented(change)
        return changes.said(change, names=self.names, time_zone=self.after.time_zone, day=self.after.first_day)

    def _lines(self, site_id: UUID | None, leads: bool, but: frozenset[UUID] = frozenset()) -> list[Line]:
        """What is told of the entries at the site, `but` of these: they count in no line."""
        if self.before is None:
            return []
        known = self._by_reader.get((site_id, leads, but))
        if known is None:
            shown = (self._led if leads else self._open) - self._elsewhere(site_id) - but
            sections = changes.changelog(_only(self.before, shown), _only(self.after, shown), names=self.names)
            known = [line for section in sections for line in section.lines if line.moves]
            self._by_reader[site_id, leads, but] = known
        return known

    @cached_property
    def _open(self) -> set[UUID]:
        """What people who merely come may read, both as it was and as it is."""
        closed = set(self.closed)
        for entry in self._entries:
            if entry.own_confidentiality == Confidentiality.RESTRICTED or entry.parent in closed:
                closed.add(entry.id)
        return {entry.id for entry in self._entries} - closed

    @property
    def _led(self) -> set[UUID]:
        return {entry.id for entry in self._entries} - set(self.hidden_from_leaders)

    @property
    def _entries(self) -> list[Entry]:
        return [entry for programme in (self.before, self.after) if programme for entry in programme.entries]

    def _elsewhere(self, site_id: UUID | None) -> set[UUID]:
        """What takes place, and took place, at other sites alone."""
        if site_id is None or self.before is None:
            return set()
        was, now = self.before.by_id(), self.after.by_id()
        return {
            each
            for each in was.keys() | now.keys()
            if not any(_near(entry, site_id) for entry in (was.get(each), now.get(each)) if entry)
        }


def _taken_along(line: Line, sessions: Collection[tuple[UUID, str]]) -> bool:
    """Whether the line says no more than what befell a session that is told of already."""
    return all((change.entry.parent, change.kind) in sessions for change in line.changes)


def _near(entry: Entry, site_id: UUID) -> bool:
    return not entry.places or any(place.site == site_id for place in entry.places)


def _only(programme: Programme, shown: Collection[UUID]) -> Programme:
    return replace(programme, entries=tuple(entry for entry in programme.entries if entry.id in shown))
