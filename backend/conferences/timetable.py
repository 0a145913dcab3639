"""The flow of times through a programme: when each item begins and ends, worked out without a database.

An item that is pinned begins at its own time. Every other begins when the sibling before it ends, or together with it
when it is parallel; a group of parallel siblings ends when the last of them does. The first one begins with the session
that holds it, at the top with the conference; a session nobody gave a time begins with its first item. A session
without minutes lasts as long as what it holds. Where a length is unknown, so is every time from there on until the
next pinned item. Moments are UTC, so that an hour is an hour also when the clocks are changed.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

MINUTE = dt.timedelta(minutes=1)
WarningKind = Literal["runs_over", "before_start", "past_end", "outside_session", "other_day"]


@dataclass(frozen=True, kw_only=True)
class Flowing:
    """One item as far as its time goes. `pinned` is its own start; a `vague` one has only a day.

    One `in_reserve` takes no time, as if it were not there. Nor does one that is `called_off`; `pinned` is then the
    start it once had.
    """

    id: Hashable
    parent: Hashable | None = None
    pinned: dt.datetime | None = None
    minutes: int | None = None
    parallel: bool = False
    vague: bool = False
    in_reserve: bool = False
    called_off: bool = False

    @property
    def takes_time(self) -> bool:
        return not (self.in_reserve or self.called_off)


@dataclass(frozen=True)
class Times:
    start: dt.datetime | None = None
    end: dt.datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Warning:
    """`item` runs `minutes` over into `other`, which has its own time, or begins or ends that much outside of what holds it:
    the conference, its days (`other_day`), or the session `other`."""

    kind: WarningKind
    item: Hashable
    other: Hashable | None = None
    minutes: int


@dataclass(frozen=True)
class Timetable:
    times: dict[Hashable, Times]
    warnings: list[Warning]


def work_out(items: Iterable[Flowing], *, start: dt.datetime | None, end: dt.datetime | None = None) -> Timetable:
    """The times of all items, given in order from top to bottom, and what does not fit.

    An item whose parent is not among them stands at the top.
    """
    rows = list(items)
    there = {row.id for row in rows}
    children: dict[Hashable | None, list[Flowing]] = defaultdict(list)
    for row in rows:
        children[row.parent if row.parent in there else None].append(row)
    flow = _Flow(children)
    flow.siblings(children[None], _utc(start))
    flow.check_bounds(children[None], Times(_utc(start), _utc(end)), session=None)
    return Timetable(times=flow.times, warnings=flow.warnings)


@dataclass
class _Group:
    """Siblings that begin together. `ends` has one entry per member, None where it is unknown."""

    start: dt.datetime | None
    ends: dict[Hashable, dt.datetime | None] = field(default_factory=dict)

    def end(self) -> dt.datetime | None:
        """When the last one ends: unknown when it is unknown of any; with nobody in it, when it would have begun."""
        known = [end for end in self.ends.values() if end is not None]
        return None if len(known) < len(self.ends) else max(known, default=self.start)

    def last(self) -> tuple[Hashable, dt.datetime] | None:
        """Who ends last, and when, as far as it is known."""
        known = [(item, end) for item, end in self.ends.items() if end is not None]
        return max(known, key=lambda each: each[1], default=None)


@dataclass
class _Flow:
    children: dict[Hashable | None, list[Flowing]]
    times: dict[Hashable, Times] = field(default_factory=dict)
    warnings: list[Warning] = field(default_factory=list)

    def siblings(self, rows: Sequence[Flowing], start: dt.datetime | None) -> dt.datetime | None:
        """Works out the siblings, the first of which begins at `start`; returns when the last group ends."""
        former = group = _Group(start)
        for row in rows:
            if row.in_reserve:
                self._place(row, None)
                continue
            if not row.parallel:
                former, group = group if group.ends else former, _Group(group.end())
            if row.called_off:  # its place in the order stays: whoever was to begin with it begins there
                self._place(row, None)
                continue
            begins = None if row.vague else _utc(row.pinned) or group.start
            times = self._place(row, begins)
            if not group.ends:
                self._check_over(former, row, times.start)
                group.start = times.start
            group.ends[row.id] = times.end
        return group.end()

    def _place(self, row: Flowing, start: dt.datetime | None) -> Times:
        """Gives the item its times and works out what it holds."""
        start = start or _utc(row.pinned)
        held = self.children.get(row.id, [])
        held_end = self.siblings(held, start) if held else None
        active = [each for each in held if each.takes_time]
        if start is None and active and not row.vague:
            start = self.times[active[0].id].start
        if row.minutes:
            end = start + row.minutes * MINUTE if start else None
        elif active and held_end is not None:
            end = max([held_end, *(known for each in active if (known := self.times[each.id].end))])
        else:
            end = None
        self.times[row.id] = times = Times(start, end if start else None)
        if row.takes_time:
            self.check_bounds(held, times, session=row.id)
        return times

    def _check_over(self, before: _Group, row: Flowing, begins: dt.datetime | None) -> None:
        last = before.last()
        if last is not None and begins is not None and last[1] > begins:
            over = _minutes(last[1] - begins)
            self.warnings.append(Warning(kind="runs_over", item=last[0], other=row.id, minutes=over))

    def check_bounds(self, rows: Sequence[Flowing], bounds: Times, *, session: Hashable | None) -> None:
        """Warns of the first item that begins before what holds it, and of the last that ends after it."""
        active = [(row.id, self.times[row.id]) for row in rows if row.takes_time]
        starts = [(times.start, item) for item, times in active if times.start is not None]
        ends = [(times.end, item) for item, times in active if times.end is not None]
        early = min(starts, key=lambda each: each[0], default=None)
        late = max(ends, key=lambda each: each[0], default=None)
        if early and bounds.start and early[0] < bounds.start:
            kind: WarningKind = "before_start" if session is None else "outside_session"
            missed = _minutes(bounds.start - early[0])
            self.warnings.append(Warning(kind=kind, item=early[1], other=session, minutes=missed))
        if late and bounds.end and late[0] > bounds.end:
            kind = "past_end" if session is None else "outside_session"
            over = _minutes(late[0] - bounds.end)
            self.warnings.append(Warning(kind=kind, item=late[1], other=session, minutes=over))


def _utc(moment: dt.datetime | None) -> dt.datetime | None:
    return moment.astimezone(dt.UTC) if moment is not None else None


def _minutes(length: dt.timedelta) -> int:
    """In minutes, begun ones counted."""
    return -(-length // MINUTE)
