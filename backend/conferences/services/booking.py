"""The rooms a conference holds: what its record says is what is booked, and PostgreSQL refuses the rest."""

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from itertools import combinations
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from backend.conferences.models import (
    Conference,
    EquipmentClaim,
    Room,
    RoomBooking,
)
from backend.conferences.queries import (
    Span,
    buffers,
    conference_span,
    held_span,
    moment_said,
    overlapping_booking,
    wanted_bookings,
)
from backend.conferences.states import CALLED_OFF
from backend.core.clock import local, now
from backend.core.errors import Conflict, constraint_of
from backend.core.text import localized, say


def book_rooms(conference: Conference) -> None:
    """Makes the conference's bookings, and the time of its claims on equipment, what its record says.

    A booking that stays as it was keeps its row. Raises Conflict naming the room and when it is held, never by whom.
    """
    wanted = wanted_bookings(conference)
    there = {_holder(row): row for row in RoomBooking.objects.filter(site__conference=conference)}
    changed, new = [], []
    for booking in wanted:
        row = there.pop(_holder(booking), None)
        if row is None:
            new.append(booking)
        elif _differ(row, booking):
            row.room, row.during, row.taken = booking.room, booking.during, booking.taken
            row.version, row.updated_at = row.version + 1, now()
            changed.append(row)
    if there or changed or new:
        # Two bookings of one room that check each other at the same moment would deadlock: they queue at the room.
        lock_rooms({row.room_id for row in wanted})
        try:
            with transaction.atomic():
                RoomBooking.objects.filter(pk__in=[row.pk for row in there.values()]).delete()
                # One statement each: PostgreSQL checks after it, so that bookings of one conference may change places.
                RoomBooking.objects.bulk_update(changed, ["room", "during", "taken", "version", "updated_at"])
                RoomBooking.objects.bulk_create(new)
        except IntegrityError as error:
            if (refusal := _refusal(error, wanted)) is None:
                raise
            raise refusal from None
    _time_claims(conference, wanted)


def _holder(booking: RoomBooking) -> tuple[object, object]:
    return booking.site_id, booking.agenda_room_id


def _differ(row: RoomBooking, wanted: RoomBooking) -> bool:
    return (row.room_id, row.during, row.taken) != (wanted.room_id, wanted.during, wanted.taken)


def lock_rooms(room_ids: Collection[UUID]) -> None:
    list(Room.objects.select_for_update(no_key=True).filter(pk__in=room_ids).order_by("pk").values_list("pk"))


@contextmanager
def exchanging(*conferences: Conference) -> Iterator[None]:
    """Within the block a room may be booked twice for a moment; at its end PostgreSQL checks all the same.

    Raises Conflict as `book_rooms` does.
    """
    wanted: list[RoomBooking] = []
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS no_room_booked_twice DEFERRED")
            yield
            wanted = [booking for conference in conferences for booking in wanted_bookings(conference)]
            cursor.execute("SET CONSTRAINTS no_room_booked_twice IMMEDIATE")
    except IntegrityError as error:
        if (refusal := _refusal(error, wanted)) is None:
            raise
        raise refusal from None


def _refusal(error: IntegrityError, wanted: Collection[RoomBooking]) -> Conflict | None:
    """What to say when one of the bookings was refused, None when something else went wrong."""
    if constraint_of(error) != "no_room_booked_twice":
        return None
    own = {booking.site.conference_id for booking in wanted}
    for booking in wanted:
        conference, room, held = booking.site.conference, booking.room, held_span(booking)
        other = overlapping_booking(room.pk, held.start, held.end, besides=own)
        if other is not None:
            return _taken(
                room,
                held_span(other),
                conference.time_zone,
                vi="{room_vi} đã có lịch từ {since} đến {until}.",
                en="{room_en} is taken from {since} to {until}.",
            )
    return _chosen_twice(wanted)


def _chosen_twice(wanted: Collection[RoomBooking]) -> Conflict:
    """Nobody else has the room: two of these want it, for the time named."""
    for one, other in combinations(wanted, 2):
        held, also = held_span(one), held_span(other)
        both = Span(max(held.start, also.start), min(held.end, also.end))
        if one.room_id == other.room_id and both.start < both.end:
            return _taken(
                one.room,
                both,
                one.site.conference.time_zone,
                vi="{room_vi} được chọn hai lần cho cùng lúc từ {since} đến {until}.",
                en="{room_en} is chosen twice at once from {since} to {until}.",
            )
    return Conflict(say(vi="Một phòng được chọn hai lần.", en="A room is chosen twice."))


def _taken(room: Room, span: Span, zone: str, *, vi: str, en: str) -> Conflict:
    return Conflict(
        say(
            vi=vi,
            en=en,
            room_vi=_room_said(localized(room.name, "vi"), "vi"),
            room_en=_room_said(localized(room.name, "en"), "en"),
            since=moment_said(span.start, zone),
            until=moment_said(span.end, zone),
        ),
        room=str(room.pk),
        taken_from=local(span.start, zone).isoformat(),
        taken_until=local(span.end, zone).isoformat(),
    )


#: Beginnings of names that say by themselves that a room is meant.
_SAY_ROOM = {"vi": ("phòng", "hội trường", "sảnh", "giảng đường"), "en": ("room", "hall", "meeting room")}


def _room_said(name: str, language: str) -> str:
    """Phòng 2, Phòng A, Hội trường lớn; Room 2."""
    if name.casefold().startswith(_SAY_ROOM[language] + _SAY_ROOM["vi"]):
        return name[0].upper() + name[1:]
    return f"{'Phòng' if language == 'vi' else 'Room'} {name}"


def _time_claims(conference: Conference, bookings: Iterable[RoomBooking]) -> None:
    """Equipment is away as long as the site's room is held; without a room, for the conference and the site's buffers."""
    held = {row.site_id: held_span(row) for row in bookings if row.agenda_room_id is None}
    whole = None if conference.state in CALLED_OFF else conference_span(conference)
    for claim in EquipmentClaim.objects.filter(site__conference=conference).select_related("site"):
        span = held.get(claim.site_id) or (whole.widened(*buffers(claim.site, None)) if whole else None)
        during = span.as_range() if span else None
        if claim.during != during:
            claim.during = during
            claim.save(update_fields=["during"])
