"""The changelog between two programmes: sentences grouped by what happened, runs of items that shift alike as one."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings

from backend.conferences.changes.comparing import Change, between, heading_differs
from backend.conferences.changes.phrases import phrase
from backend.conferences.changes.sentences import Names, said
from backend.conferences.programme import Entry, Programme
from backend.conferences.states import ChangeKind, ItemState
from backend.conferences.wording import clock_said, length_said, part_of_day_said, quoted
from backend.core.text import Text, both, localized, say

#: From how many on, items that follow each other and shift alike are told in one line.
RUN = 3
#: The section of what is new of the conference itself; all others are a ChangeKind.
HEADING = "conference"
#: What a session passes on to all it holds, and is told once.
_INHERITED = {
    ChangeKind.CANCELLED,
    ChangeKind.POSTPONED,
    ChangeKind.REOPENED,
    ChangeKind.DRAWN,
    ChangeKind.RESERVED,
    ChangeKind.CONFIDENTIALITY,
}
_NO_TIME = dt.timedelta(0)


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line: a change, or several that are told together; none for what is new of the conference itself."""

    text: Text
    changes: tuple[Change, ...] = ()

    @property
    def moves(self) -> bool:
        return any(change.moves for change in self.changes)


@dataclass(frozen=True, kw_only=True)
class Section:
    """Lines of one kind, in the order of the programme."""

    kind: str
    name: Text
    lines: tuple[Line, ...]


def changelog(before: Programme, after: Programme, *, names: Names) -> list[Section]:
    """All that differs, as people read it: first what is new of the conference, then by kind.

    Moments are on the clocks of the later programme's zone; a day is told where it differs from the first day.
    """
    zone, day = after.time_zone, after.first_day
    by_kind: dict[str, list[Change]] = {}
    for change in between(before, after):
        by_kind.setdefault(change.kind, []).append(change)
    sections = []
    if heading := tuple(_heading(before, after)):
        name = both(say(vi="Hội nghị", en="The conference"))
        sections.append(Section(kind=HEADING, name=name, lines=heading))
    for kind in ChangeKind:
        lines: list[Line] = []
        for told in _grouped(kind, by_kind.get(kind, []), after):
            lines.append(Line(text=_told(kind, told, names, zone, day), changes=tuple(told)))
        if lines:
            sections.append(Section(kind=kind, name=both(kind.label), lines=tuple(lines)))
    return sections


def _grouped(kind: str, changes: Sequence[Change], after: Programme) -> Iterable[Sequence[Change]]:
    if kind == ChangeKind.MOVED:
        return _shifted_alike(changes, after)
    return _with_what_they_hold(changes) if kind in _INHERITED else [[change] for change in changes]


def _told(kind: str, told: Sequence[Change], names: Names, zone: str, day: dt.date | None) -> Text:
    """One change by itself, or several in one sentence."""
    if kind == ChangeKind.MOVED and len(told) > 1:
        return {language: _run_said(told, language) for language, _ in settings.LANGUAGES}
    sentence = said(told[0], names=names, time_zone=zone, day=day)
    if len(told) == 1:
        return sentence
    count = str(len(told) - 1)
    return {
        language: phrase("and what it holds", language, said=text.removesuffix("."), count=count) + "."
        for language, text in sentence.items()
    }


# Runs


def _shifted_alike(changes: Sequence[Change], after: Programme) -> Iterator[list[Change]]:
    """The moves, those of items that follow each other and shift by the same time together. An item between them that
    keeps its time ends a run; one without exact time, or that takes none, does not."""
    moves = {change.entry_id: change for change in changes}
    run: list[Change] = []
    for entry in after.entries:
        change = moves.get(entry.id)
        shift = change and _shift(change)
        if change is None:
            if _takes_time(entry):
                yield from _ended(run)
                run = []
        elif run and shift and shift == _shift(run[0]):
            run.append(change)
        elif shift:
            yield from _ended(run)
            run = [change]
        else:
            yield from _ended(run)
            yield [change]
            run = []
    yield from _ended(run)


def _ended(run: list[Change]) -> Iterator[list[Change]]:
    if len(run) >= RUN:
        yield run
    else:
        yield from ([change] for change in run)


def _takes_time(entry: Entry) -> bool:
    return entry.starts_at is not None and entry.state == ItemState.PLANNED and not entry.reserve


def _shift(change: Change) -> dt.timedelta | None:
    """By how much the whole item is later, None when it changed otherwise than by shifting."""
    before, after = change.before, change.after
    if before is None or after is None or before.starts_at is None or after.starts_at is None:
        return None
    shift = after.starts_at - before.starts_at
    if before.ends_at is not None and after.ends_at is not None:
        alike = after.ends_at - before.ends_at == shift
    else:
        alike = before.ends_at is after.ends_at
    return shift if alike and shift != _NO_TIME else None


def _run_said(run: Sequence[Change], language: str) -> str:
    shift = _shift(run[0])
    assert shift is not None
    how = phrase("later" if shift > _NO_TIME else "earlier", language, length=length_said(abs(shift), language))
    first, last = (quoted(change.entry.title, language) for change in (run[0], run[-1]))
    return phrase("items", language, count=str(len(run)), title=first, last=last, shift=how)


# Sessions


def _with_what_they_hold(changes: Sequence[Change]) -> Iterator[list[Change]]:
    """Each change with those that befell what it holds, to any depth."""
    lines: dict[UUID, list[Change]] = {}
    for change in changes:
        if change.entry.parent in lines:
            line = lines[change.entry.parent]
            line.append(change)
            lines[change.entry_id] = line
        else:
            lines[change.entry_id] = [change]
    told: set[int] = set()
    for line in lines.values():
        if id(line) not in told:
            told.add(id(line))
            yield line


# The conference itself


def _heading(before: Programme, after: Programme) -> Iterator[Line]:
    fields = set(heading_differs(before, after))
    if "title" in fields:
        yield _line("conference title", {code: quoted(after.title, code) for code, _ in settings.LANGUAGES})
    if fields - {"title", "time_zone", "organisers", "sites"}:
        when = {code: _held(after, code) for code, _ in settings.LANGUAGES}
        yield _line("conference moved" if all(when.values()) else "conference open", when)
    if "time_zone" in fields:
        yield _line("conference zone", {code: after.time_zone for code, _ in settings.LANGUAGES})
    if "organisers" in fields:
        who = {
            code: "; ".join(localized(each.said, code) for each in after.organisers) for code, _ in settings.LANGUAGES
        }
        yield _line("conference organisers" if after.organisers else "conference without organiser", who)
    if "sites" in fields:
        where = {code: "; ".join(localized(site.said, code) for site in after.sites) for code, _ in settings.LANGUAGES}
        yield _line("conference relocated" if after.sites else "conference without place", where)


def _line(key: str, new: Text) -> Line:
    return Line(text={language: phrase(key, language, new=text) for language, text in new.items()})


def _held(programme: Programme, language: str) -> str:
    zone, vietnamese = programme.time_zone, language == "vi"
    if programme.starts_at is None:
        if programme.day is None:
            return ""
        said_day = part_of_day_said(programme.day, programme.day_part, language)
        return said_day if vietnamese else f"on {said_day}"
    start = clock_said(programme.starts_at, zone, language, with_day=True)
    if programme.ends_at is None:
        return f"{'lúc' if vietnamese else 'at'} {start}"
    end = clock_said(programme.ends_at, zone, language, with_day=True)
    return f"từ {start} đến {end}" if vietnamese else f"from {start} to {end}"
