"""What an arrangement of the agenda does to whom: read before and after it, within its transaction."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from backend.conferences.models import AgendaItem, Conference, Duty, Room, RoomBooking, Speaker
from backend.conferences.queries.clashes import PRESENT, Clash, clashes_of
from backend.conferences.queries.rooms import Span, held_span, taken_span, wanted_bookings
from backend.conferences.timetable import Times, Timetable, Warning
from backend.core.clock import local

Holder = tuple[UUID, UUID | None]


@dataclass(frozen=True, kw_only=True)
class ItemMove:
    """An item that begins or ends at another time, or that another session holds."""

    item: AgendaItem
    before: Times
    after: Times
    other_session: bool
    other_day: bool


@dataclass(frozen=True, kw_only=True)
class Concerned:
    """Somebody planned to speak to a moved item, or with a duty at it."""

    row: Speaker | Duty

    @property
    def role(self) -> str:
        return "speaker" if isinstance(self.row, Speaker) else self.row.kind


@dataclass(frozen=True, kw_only=True)
class RoomMove:
    """When a room is taken by a site (`item_id` None) or an agenda item, before and after."""

    room: Room
    site_id: UUID
    item_id: UUID | None
    before: Span | None
    after: Span | None


@dataclass(frozen=True, kw_only=True)
class RoomConflict:
    """The room is wanted, with setting up and clearing, while somebody has it. By whom is not said."""

    room: Room
    item_id: UUID | None
    wanted: Span
    taken: Span


@dataclass(kw_only=True)
class Effects:
    """`end_passed_by` is by how many minutes the programme runs beyond the conference's end. `refusal` is why it is, or
    would be, refused."""

    moves: list[ItemMove]
    people: list[Concerned]
    rooms: list[RoomMove]
    conflicts: list[RoomConflict]
    clashes: list[Clash]
    warnings: list[Warning]
    end_passed_by: int
    refusal: Any = None
    titles: Mapping[Any, Any] = field(default_factory=dict)


def bookings_of(conference: Conference) -> dict[Holder, RoomBooking]:
    """The conference's bookings as they are, by who holds them."""
    rows = RoomBooking.objects.filter(site__conference=conference).select_related("room", "agenda_room")
    return {(row.site_id, row.agenda_room_id): row for row in rows}


def effects(
    conference: Conference,
    rows: Sequence[AgendaItem],
    table: Timetable,
    *,
    before: Mapping[UUID, Mapping[str, Any]],
    booked: Mapping[Holder, RoomBooking],
) -> Effects:
    """What is different from `before` and `booked`, now that the rows are stored and the rooms are not yet booked anew;
    in a constant number of queries."""
    moves = _moves(conference, rows, before)
    wanted = wanted_bookings(conference)
    passed = [warning.minutes for warning in table.warnings if warning.kind == "past_end"]
    return Effects(
        moves=moves,
        people=_concerned([move.item for move in moves]),
        rooms=_room_moves(wanted, booked),
        conflicts=_conflicts(conference, wanted),
        clashes=clashes_of(conference.pk),
        warnings=table.warnings,
        end_passed_by=max(passed, default=0),
        titles={row.pk: row.title for row in rows},
    )


def _moves(
    conference: Conference, rows: Iterable[AgendaItem], before: Mapping[UUID, Mapping[str, Any]]
) -> list[ItemMove]:
    found = []
    for row in rows:
        was = before[row.pk]
        then, after = Times(was["starts_at"], was["ends_at"]), Times(row.starts_at, row.ends_at)
        other_session = was["parent_id"] != row.parent_id
        if then != after or other_session:
            other_day = _day(then.start, conference) != _day(after.start, conference) and None not in (
                then.start,
                after.start,
            )
            found.append(ItemMove(item=row, before=then, after=after, other_session=other_session, other_day=other_day))
    return found


def _day(moment: dt.datetime | None, conference: Conference) -> dt.date | None:
    return local(moment, conference.time_zone).date() if moment else None


def _concerned(items: Sequence[AgendaItem]) -> list[Concerned]:
    """Speakers and those on duty at the items, item by item, chairs before speakers."""
    ids = [item.pk for item in items]
    duties = Duty.objects.filter(agenda_item__in=ids, kind__in=PRESENT).select_related("person", "organisation")
    speakers = Speaker.objects.filter(agenda_item__in=ids).select_related("person", "organisation")
    rows: list[Speaker | Duty] = [*duties.order_by("kind", "order"), *speakers.order_by("order")]
    places: dict[UUID | None, int] = {item_id: index for index, item_id in enumerate(ids)}
    return [Concerned(row=row) for row in sorted(rows, key=lambda row: places[row.agenda_item_id])]


def _room_moves(wanted: Iterable[RoomBooking], booked: Mapping[Holder, RoomBooking]) -> list[RoomMove]:
    new = {(row.site_id, row.agenda_room_id): row for row in wanted}
    found = []
    for holder in [*new, *(each for each in booked if each not in new)]:
        was, is_now = booked.get(holder), new.get(holder)
        row = is_now or was
        assert row is not None
        before = taken_span(was) if was is not None else None
        after = taken_span(is_now) if is_now is not None else None
        if before != after:
            item_id = row.agenda_room.agenda_item_id if row.agenda_room else None
            found.append(RoomMove(room=row.room, site_id=row.site_id, item_id=item_id, before=before, after=after))
    return found


def _conflicts(conference: Conference, wanted: Sequence[RoomBooking]) -> list[RoomConflict]:
    """Where a wanted booking meets one of another conference, or another of its own."""
    if not wanted:
        return []
    first, last = min(row.during.lower for row in wanted), max(row.during.upper for row in wanted)
    others = RoomBooking.objects.filter(
        room__in={row.room_id for row in wanted}, during__overlap=(first, last)
    ).exclude(site__conference=conference)
    held: dict[UUID, list[Span]] = {}
    for other in others.order_by("during"):
        held.setdefault(other.room_id, []).append(held_span(other))
    found = []
    for row in wanted:
        span = held_span(row)
        item_id = row.agenda_room.agenda_item_id if row.agenda_room else None
        found += [
            RoomConflict(room=row.room, item_id=item_id, wanted=span, taken=taken)
            for taken in held.get(row.room_id, [])
            if span.overlaps(taken)
        ]
        held.setdefault(row.room_id, []).append(span)
    return found
