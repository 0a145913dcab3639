"""When the points of a programme are: worked out and kept in their rows on every write, moved along with the
conference. The conference is locked by whoever calls."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from backend.conferences.models import AgendaItem, Conference
from backend.conferences.queries.timetables import last_day, timetable_of
from backend.conferences.states import ItemState
from backend.conferences.timetable import Timetable
from backend.core.clock import local, now

#: Columns that a write to one item, or to the conference, may change in others.
PLACE = ("parent_id", "order", "starts_at", "ends_at", "pinned", "day", "day_part")
_ALWAYS = ("version", "updated_at")
_WRITTEN = ("parent", *PLACE[1:], "state", "reason", "parallel", "minutes_planned", *_ALWAYS)

Kept = dict[UUID, dict[str, Any]]


def agenda_of(conference: Conference) -> list[AgendaItem]:
    """The items from top to bottom, each knowing the conference."""
    rows = list(AgendaItem.objects.filter(conference=conference).order_by("order", "id"))
    for row in rows:
        row.conference = conference
    return rows


def kept(rows: Iterable[AgendaItem]) -> Kept:
    """What `store` compares with: where and when the items stand now."""
    return {row.pk: {name: getattr(row, name) for name in PLACE} for row in rows}


def keep_times(conference: Conference, rows: Sequence[AgendaItem]) -> Timetable:
    """Gives the items, in order, the times that follow from their lengths; nothing is saved. One postponed or cancelled
    keeps the time that was planned for it."""
    table = timetable_of(conference, rows)
    for row in rows:
        if row.state == ItemState.PLANNED:
            times = table.times[row.pk]
            row.starts_at, row.ends_at = times.start, times.end
    return table


def store(
    rows: Iterable[AgendaItem],
    before: Mapping[UUID, Mapping[str, Any]],
    *,
    also: Collection[UUID] = (),
    but: AgendaItem | None = None,
) -> bool:
    """Saves, in one statement, the items that stand elsewhere or at another time than `before`, and those in `also`;
    True if there are any.

    Of the one `but`, which is saved by itself afterwards, only the place: PostgreSQL checks the tree as a whole.
    """
    moved, columns = list[AgendaItem](), set(_WRITTEN if also else _ALWAYS)
    for row in rows:
        was = before.get(row.pk)
        differs = {name for name in PLACE if was is not None and getattr(row, name) != was[name]}
        if was is None or (row.pk not in also and not differs):
            continue
        columns |= {name.removesuffix("_id") for name in differs}
        if but is None or row.pk != but.pk:
            row.version, row.updated_at = row.version + 1, now()
        moved.append(row)
    if moved:
        AgendaItem.objects.bulk_update(moved, sorted(columns))
    return bool(moved)


def retime(conference: Conference) -> bool:
    """Works the times of the whole agenda out anew and saves what changed; True if anything did. Two queries."""
    rows = agenda_of(conference)
    before = kept(rows)
    keep_times(conference, rows)
    return store(rows, before)


def move_along(conference: Conference, *, was: Mapping[str, Any]) -> bool:
    """Lets the agenda follow a conference that was at `was` (its former day, starts_at …); True if an item moved.

    - From one exact start to another, pinned items keep their distance.
    - Where either start is not exact, nobody knows that distance. On the same day pinned items stay where they are; on
      another, or an unknown day, they lose their hour and follow the order: whoever knows no hour of the conference
      knows none of its items. Order and lengths stay, so that the programme stands again with the next exact start.
    - A day said without an hour moves by as many days as the conference, and is lost with the conference's own.
    - What was called off keeps the time that was planned for it, day included, wherever the conference goes.
    """
    rows = agenda_of(conference)
    before = kept(rows)
    starts, day = conference.starts_at, conference.day
    apart = starts - was["starts_at"] if starts and was["starts_at"] else None
    days = day - was["day"] if day and was["day"] else None
    lost = apart is None and was["day"] is not None and days != dt.timedelta(0)
    for row in rows:
        if row.state != ItemState.PLANNED:
            continue
        if row.pinned and apart is not None:
            row.starts_at, row.ends_at = _later(row.starts_at, apart), _later(row.ends_at, apart)
        elif row.pinned and lost:
            row.starts_at, row.ends_at, row.pinned = None, None, False
        if row.day is not None and was["day"] is not None:
            row.day = row.day + days if days is not None else None
            row.day_part = row.day_part if row.day else ""
    keep_times(conference, rows)
    return store(rows, before)


def unpin_elsewhere(conference: Conference, row: AgendaItem) -> None:
    """Takes the time of an item that was called off, when the conference is not then any more; nothing is saved."""
    if row.starts_at is not None and not _is_then(conference, row.starts_at):
        row.starts_at, row.ends_at, row.pinned = None, None, False
    if row.day is not None and not _is_on(conference, row.day):
        row.day, row.day_part = None, ""


def _is_then(conference: Conference, moment: dt.datetime) -> bool:
    began = conference.starts_at is None or conference.starts_at <= moment
    return began and _is_on(conference, local(moment, conference.time_zone).date())


def _is_on(conference: Conference, day: dt.date) -> bool:
    last = last_day(conference)
    return conference.day is not None and last is not None and conference.day <= day <= last


def _later(moment: dt.datetime | None, apart: dt.timedelta) -> dt.datetime | None:
    return moment + apart if moment is not None else None
