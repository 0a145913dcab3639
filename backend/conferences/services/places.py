"""Venues with their rooms: what conferences share."""

from collections.abc import Mapping
from typing import Any, TypeVar
from uuid import UUID

from django.db import transaction
from django.db.models import Model, ProtectedError

from backend.conferences.models import PortableEquipment, Room, Venue
from backend.conferences.services.inputs import PieceFields, RoomFields, VenueFields
from backend.core.errors import Conflict, Invalid
from backend.core.queries import locked
from backend.core.text import say

Row = TypeVar("Row", Venue, Room)


@transaction.atomic
def add_venue(*, fields: VenueFields) -> Venue:
    """A house with what it can carry from room to room. Raises Invalid for a kind that is counted twice."""
    own, portable = _apart(fields)
    venue = Venue.objects.create(**own)
    _count_portable(venue, portable or [])
    return venue


@transaction.atomic
def edit_venue(*, venue_id: UUID, fields: VenueFields, expected: int | None = None) -> Venue:
    """`portable` replaces what was counted. Fewer pieces than are claimed become clashes; Conflict for a kind that is
    claimed and would no longer be there."""
    venue = locked(Venue, venue_id, expected=expected)
    own, portable = _apart(fields)
    if portable is not None and _count_portable(venue, portable):
        for name, value in own.items():
            setattr(venue, name, value)
        venue.save()
        return venue
    return _rewritten(venue, own)


def _apart(fields: VenueFields) -> tuple[dict[str, Any], list[PieceFields] | None]:
    own: dict[str, Any] = {name: value for name, value in fields.items() if name != "portable"}
    return own, fields.get("portable")


def _count_portable(venue: Venue, portable: list[PieceFields]) -> bool:
    """Makes the venue's portable equipment what is given; True when that was a change."""
    wanted = {piece["kind"]: piece["quantity"] for piece in portable}
    if len(wanted) != len(portable):
        raise Invalid({"portable": say(vi="Mỗi loại chỉ ghi một lần.", en="Each kind is named once only.")})
    there = {row.kind: row for row in PortableEquipment.objects.select_for_update().filter(venue=venue)}
    if {kind: row.quantity for kind, row in there.items()} == wanted:
        return False
    for kind, row in there.items():
        if kind not in wanted:
            _delete(row)
        elif row.quantity != wanted[kind]:
            row.quantity = wanted[kind]
            row.save()
    PortableEquipment.objects.bulk_create(
        PortableEquipment(venue=venue, kind=kind, quantity=quantity)
        for kind, quantity in wanted.items()
        if kind not in there
    )
    return True


@transaction.atomic
def remove_venue(*, venue_id: UUID, expected: int | None = None) -> None:
    """Raises Conflict while a room or a conference is in it."""
    _delete(locked(Venue, venue_id, expected=expected))


@transaction.atomic
def add_room(*, fields: RoomFields) -> Room:
    return Room.objects.create(**fields)


@transaction.atomic
def edit_room(*, room_id: UUID, fields: RoomFields, expected: int | None = None) -> Room:
    """What the room is like; it does not move to another house. Other minutes of setting up and clearing hold for
    bookings made or moved from now on."""
    room = locked(Room, room_id, expected=expected)
    if "venue" in fields and fields["venue"].pk != room.venue_id:
        raise Invalid({"venue": say(vi="Phòng không đổi địa điểm được.", en="A room cannot change its venue.")})
    return _rewritten(room, fields)


@transaction.atomic
def remove_room(*, room_id: UUID, expected: int | None = None) -> None:
    """Raises Conflict while a conference is held in it."""
    _delete(locked(Room, room_id, expected=expected))


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
