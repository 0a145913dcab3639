"""Venues with their rooms, and series: what conferences share."""

from collections.abc import Mapping
from typing import Any, TypeVar
from uuid import UUID

from django.db import transaction
from django.db.models import Model, ProtectedError
from icalendar import vRecur

from backend.conferences.models import Room, Series, Venue
from backend.conferences.services.inputs import RoomFields, SeriesFields, VenueFields
from backend.core.errors import Conflict, Invalid
from backend.core.queries import locked
from backend.core.text import say

Row = TypeVar("Row", Venue, Room, Series)


@transaction.atomic
def add_venue(*, fields: VenueFields) -> Venue:
    return Venue.objects.create(**fields)


@transaction.atomic
def edit_venue(*, venue_id: UUID, fields: VenueFields, expected: int | None = None) -> Venue:
    return _rewritten(locked(Venue, venue_id, expected=expected), fields)


@transaction.atomic
def remove_venue(*, venue_id: UUID, expected: int | None = None) -> None:
    """Raises Conflict while a room or a conference is in it."""
    _delete(locked(Venue, venue_id, expected=expected))


@transaction.atomic
def add_room(*, fields: RoomFields) -> Room:
    return Room.objects.create(**fields)


@transaction.atomic
def edit_room(*, room_id: UUID, fields: RoomFields, expected: int | None = None) -> Room:
    """Name and capacity; a room does not move to another house."""
    room = locked(Room, room_id, expected=expected)
    if "venue" in fields and fields["venue"].pk != room.venue_id:
        raise Invalid({"venue": say(vi="Phòng không đổi địa điểm được.", en="A room cannot change its venue.")})
    return _rewritten(room, fields)


@transaction.atomic
def remove_room(*, room_id: UUID, expected: int | None = None) -> None:
    """Raises Conflict while a conference is held in it."""
    _delete(locked(Room, room_id, expected=expected))


@transaction.atomic
def add_series(*, fields: SeriesFields) -> Series:
    """Conferences that recur. Raises Invalid when `rule` is not an RFC 5545 recurrence rule."""
    _check_rule(fields)
    return Series.objects.create(**fields)


@transaction.atomic
def edit_series(*, series_id: UUID, fields: SeriesFields, expected: int | None = None) -> Series:
    """Conferences already drafted keep their times: a rule is a plan, not a command."""
    _check_rule(fields)
    return _rewritten(locked(Series, series_id, expected=expected), fields)


@transaction.atomic
def remove_series(*, series_id: UUID, expected: int | None = None) -> None:
    """Raises Conflict while a conference belongs to it."""
    _delete(locked(Series, series_id, expected=expected))


def _check_rule(fields: SeriesFields) -> None:
    rule = fields.get("rule", "")
    if not rule:
        return
    try:
        parsed = vRecur.from_ical(rule)
    except (ValueError, KeyError, TypeError):
        parsed = {}
    if not parsed.get("FREQ"):
        raise Invalid(
            {
                "rule": say(
                    vi="Phải là quy tắc lặp RFC 5545, như FREQ=MONTHLY;BYDAY=2FR.",
                    en="Must be an RFC 5545 recurrence rule such as FREQ=MONTHLY;BYDAY=2FR.",
                )
            }
        )


def _rewritten(row: Row, fields: Mapping[str, Any]) -> Row:
    """The row with what differs written; untouched when nothing does."""
    differing = {name: value for name, value in fields.items() if getattr(row, name) != value}
    for name, value in differing.items():
        setattr(row, name, value)
    if differing:
        row.save()
    return row


def _delete(row: Model) -> None:
    try:
        row.delete()
    except ProtectedError:
        raise Conflict(say(vi="Mục này đang được dùng ở nơi khác.", en="This is in use elsewhere.")) from None
