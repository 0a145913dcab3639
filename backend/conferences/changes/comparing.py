"""What is different between two programmes, entry by entry."""

import hashlib
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from backend.conferences.programme import Entry, Programme, Voice
from backend.conferences.states import ChangeKind, ItemState

#: Changes after which an entry is at another time or place, or takes place where it did not (or the reverse).
_MOVING = frozenset(
    {
        ChangeKind.CANCELLED,
        ChangeKind.POSTPONED,
        ChangeKind.REOPENED,
        ChangeKind.RELOCATED,
        ChangeKind.ADDED,
        ChangeKind.REMOVED,
        ChangeKind.DRAWN,
        ChangeKind.RESERVED,
    }
)
_BECAME = {
    ItemState.CANCELLED: ChangeKind.CANCELLED,
    ItemState.POSTPONED: ChangeKind.POSTPONED,
    ItemState.PLANNED: ChangeKind.REOPENED,
}
_TIMES = ("starts_at", "ends_at", "minutes", "day", "day_part")
_WORDS = ("kind", "phase", "phase_name", "reason")
_HEADING = ("title", "starts_at", "ends_at", "day", "day_part", "time_zone", "organisers", "sites")


@dataclass(frozen=True, kw_only=True)
class Change:
    """One kind of difference in one entry; `fields` names what of the entry reads differently.

    `before` is None for an added entry, `after` for a removed one. Where the order changed, `within` is the session
    that now holds the entry and `follows` what now stands before it there: None for nothing.
    """

    kind: str
    entry_id: UUID
    before: Entry | None = None
    after: Entry | None = None
    fields: tuple[str, ...] = ()
    within: Entry | None = None
    follows: Entry | None = None

    @property
    def entry(self) -> Entry:
        """As it is now; as it was, when it is gone."""
        found = self.after or self.before
        assert found is not None
        return found

    @property
    def moves(self) -> bool:
        """True when time, place or state changed, so that calendars must hear of it; False for mere text, speakers
        and order."""
        if self.kind == ChangeKind.MOVED and self.before is not None and self.after is not None:
            return _when(self.before) != _when(self.after)
        return self.kind in _MOVING

    def people(self) -> set[UUID]:
        """Everybody who speaks to the entry or leads it, now or before."""
        return {person for entry in (self.before, self.after) if entry is not None for person in entry.people()}


def between(before: Programme, after: Programme) -> list[Change]:
    """Every difference people could see, in the order of `after`; what was removed comes last.

    One entry may have several changes. Ids of rows nobody sees (those of speakers and of sites) do not count, and
    neither do `sequence` and `changed_at`, which follow from the rest. Order counts among entries of one session:
    as few as possible are said to have another place, whatever was added or removed between them.
    """
    known, there = before.by_id(), after.by_id()
    displaced = _displaced(before, after)
    neighbours = _neighbours(after) if displaced else {}
    changes: list[Change] = []
    for entry in after.entries:
        earlier = known.get(entry.id)
        if earlier is None:
            changes.append(Change(kind=ChangeKind.ADDED, entry_id=entry.id, after=entry))
            continue
        changes.extend(_changes_of(earlier, entry))
        placed = displaced.get(entry.id, ())
        if entry.parallel != earlier.parallel:
            placed = (*placed, "parallel")
        if placed:
            changes.append(
                Change(
                    kind=ChangeKind.PLACED,
                    entry_id=entry.id,
                    before=earlier,
                    after=entry,
                    fields=placed,
                    within=there.get(entry.parent) if entry.parent else None,
                    follows=neighbours.get(entry.id),
                )
            )
    changes += [
        Change(kind=ChangeKind.REMOVED, entry_id=entry.id, before=entry)
        for entry in before.entries
        if entry.id not in there
    ]
    return changes


def moved(before: Entry, after: Entry) -> bool:
    """Whether calendars must hear that the entry is at another time or place, or in another state."""
    return any(change.moves for change in _changes_of(before, after))


def heading_differs(before: Programme, after: Programme) -> tuple[str, ...]:
    """What is different of the conference itself: names of `title`, `starts_at`, `ends_at`, `day`, `day_part`,
    `time_zone`, `organisers` and `sites`."""
    return _different(before, after, _HEADING)


def _changes_of(before: Entry, after: Entry) -> Iterator[Change]:
    """What differs in the entry itself; its place among the others apart."""
    for kind, fields in _differences(before, after):
        yield Change(kind=kind, entry_id=after.id, before=before, after=after, fields=fields)


def _differences(before: Entry, after: Entry) -> Iterator[tuple[str, tuple[str, ...]]]:
    words = _different(before, after, _WORDS)
    if before.state != after.state:
        yield _BECAME[ItemState(after.state)], ("state", *(name for name in words if name == "reason"))
        words = tuple(name for name in words if name != "reason")
    if before.reserve != after.reserve:
        yield (ChangeKind.RESERVED if after.reserve else ChangeKind.DRAWN), ("reserve",)
    if times := _different(before, after, _TIMES):
        yield ChangeKind.MOVED, times
    if rooms_of(before) != rooms_of(after):
        yield ChangeKind.RELOCATED, ("places",)
    elif _called(before) != _called(after):
        words = (*words, "places")
    if identities(before.speakers) != identities(after.speakers):
        yield ChangeKind.SPEAKERS, ("speakers",)
    if identities(before.chairs) != identities(after.chairs):
        yield ChangeKind.CHAIRS, ("chairs",)
    if before.title != after.title:
        yield ChangeKind.RETITLED, ("title",)
    if words:
        yield ChangeKind.REWORDED, words
    if closed := _different(before, after, ("confidentiality", "own_confidentiality")):
        yield ChangeKind.CONFIDENTIALITY, closed


def _different(before: Any, after: Any, names: Iterable[str]) -> tuple[str, ...]:
    return tuple(name for name in names if getattr(before, name) != getattr(after, name))


def _when(entry: Entry) -> tuple[Any, ...]:
    """What calendars know of the time: how many minutes were planned only as long as that says more than the end."""
    return (entry.starts_at, entry.ends_at, entry.day, entry.day_part, None if entry.ends_at else entry.minutes)


def rooms_of(entry: Entry) -> set[UUID]:
    return {place.room for place in entry.places}


def _called(entry: Entry) -> dict[UUID, Any]:
    return {place.room: place.said for place in entry.places}


def identities(voices: Iterable[Voice]) -> list[tuple[Any, ...]]:
    """Each voice without the id of its row."""
    return [(v.person, v.organisation, tuple(sorted(v.office.items())), tuple(sorted(v.bloc.items()))) for v in voices]


# Order


def _displaced(before: Programme, after: Programme) -> dict[UUID, tuple[str, ...]]:
    """Of the entries in both: which are held by another session, and which stand elsewhere among their siblings."""
    known, there = before.by_id(), after.by_id()
    displaced: dict[UUID, tuple[str, ...]] = {}
    siblings: dict[UUID | None, list[UUID]] = {}
    for entry in after.entries:
        if entry.id in known:
            if entry.parent == known[entry.id].parent:
                siblings.setdefault(entry.parent, []).append(entry.id)
            else:
                displaced[entry.id] = ("parent",)
    once = {entry.id: place for place, entry in enumerate(before.entries) if entry.id in there}
    for ids in siblings.values():
        places = [once[entry_id] for entry_id in ids]
        if places != sorted(places):
            kept = _longest_rising(ids, places)
            displaced |= {entry_id: ("order",) for entry_id in ids if entry_id not in kept}
    return displaced


def _longest_rising(ids: Sequence[UUID], places: Sequence[int]) -> Collection[UUID]:
    """The most ids whose places rise. Of several equally long choices always the same, in whichever direction the two
    programmes are compared: each id weighs one and a speck of its own."""
    steps = sorted(places)
    best: list[tuple[int, int]] = [(0, -1)] * (len(ids) + 1)  # a Fenwick tree of (weight, last index) by place
    before_it: list[int] = []
    for index, (entry_id, place) in enumerate(zip(ids, places, strict=True)):
        rank = bisect_left(steps, place)
        weight, previous = 0, -1
        step = rank
        while step > 0:
            if best[step][0] > weight:
                weight, previous = best[step]
            step -= step & -step
        before_it.append(previous)
        mine = (weight + _weight(entry_id), index)
        step = rank + 1
        while step < len(best):
            best[step] = max(best[step], mine)
            step += step & -step
    kept: set[UUID] = set()
    last = max(_prefix_best(best), default=(0, -1))[1]
    while last >= 0:
        kept.add(ids[last])
        last = before_it[last]
    return kept


def _prefix_best(best: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The tree's parts that together cover every place."""
    step = len(best) - 1
    while step > 0:
        yield best[step]
        step -= step & -step


def _weight(entry_id: UUID) -> int:
    return (1 << 128) + int.from_bytes(hashlib.blake2b(entry_id.bytes, digest_size=12).digest())


def _neighbours(programme: Programme) -> dict[UUID, Entry]:
    """What stands right before each entry among those of its session; the first have nothing."""
    before: dict[UUID, Entry] = {}
    last: dict[UUID | None, Entry] = {}
    for entry in programme.entries:
        if entry.parent in last:
            before[entry.id] = last[entry.parent]
        last[entry.parent] = entry
    return before
