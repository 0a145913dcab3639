"""The rooms of agenda items, portable equipment at a site, and two who exchange their rooms."""

from collections.abc import Sequence
from contextlib import ExitStack
from uuid import UUID

from django.db import transaction

from backend.conferences.models import AgendaRoom, Conference, EquipmentClaim, PortableEquipment, Room, Site
from backend.conferences.services.booking import exchanging, lock_rooms
from backend.conferences.services.inputs import AgendaRoomFields, PieceFields
from backend.conferences.services.scheduling import ensure_writable, rearranging, save_changes
from backend.core.errors import Conflict, Invalid, NotFound
from backend.core.queries import locked
from backend.core.text import say

#: The most rooms the items of one agenda may take.
MOST_AGENDA_ROOMS = 500
Holder = Site | AgendaRoom


@transaction.atomic
def add_agenda_room(*, conference_id: UUID, fields: AgendaRoomFields) -> AgendaRoom:
    """A further room for an agenda item, held for the item's own exact time when it has one.

    Raises Invalid for an item or site of another conference or a room that is not in the site's venue, Conflict for a
    room that is taken then.
    """
    conference = locked(Conference, conference_id)
    ensure_writable(conference)
    if AgendaRoom.objects.filter(conference=conference).count() >= MOST_AGENDA_ROOMS:
        raise Conflict(say(vi="Nhiều nhất {most} mục.", en="At most {most} of these.", most=MOST_AGENDA_ROOMS))
    row = AgendaRoom(conference=conference, **fields)
    _check(row)
    with rearranging(conference):
        row.save()
        save_changes(conference, fields=["agenda_rooms"])
    return row


@transaction.atomic
def edit_agenda_room(*, agenda_room_id: UUID, fields: AgendaRoomFields, expected: int | None = None) -> AgendaRoom:
    """Another room for the item, which is part of the programme: the conference itself has not moved. One that was held
    keeps its rooms."""
    conference, row = _locked_agenda_room(agenda_room_id, expected)
    before = row.room_id
    for name, value in fields.items():
        setattr(row, name, value)
    _check(row)
    ensure_writable(conference, moving=row.room_id != before)
    with rearranging(conference):
        row.save()
        save_changes(conference, fields=["agenda_rooms"])
    return row


@transaction.atomic
def remove_agenda_room(*, agenda_room_id: UUID, expected: int | None = None) -> None:
    """The item no longer runs there; the room is free again."""
    conference, row = _locked_agenda_room(agenda_room_id, expected)
    with rearranging(conference):
        row.delete()
        save_changes(conference, fields=["agenda_rooms"])


def _locked_agenda_room(agenda_room_id: UUID, expected: int | None) -> tuple[Conference, AgendaRoom]:
    found = AgendaRoom.objects.filter(pk=agenda_room_id).values_list("conference_id", flat=True).first()
    if found is None:
        raise NotFound()
    conference = locked(Conference, found)
    ensure_writable(conference)
    row = locked(AgendaRoom.objects.select_related("agenda_item", "site", "room"), agenda_room_id, expected=expected)
    row.conference = conference
    return conference, row


def _check(row: AgendaRoom) -> None:
    for name, part in (("agenda_item", row.agenda_item), ("site", row.site)):
        if part.conference_id != row.conference_id:
            raise Invalid({name: say(vi="Không thuộc hội nghị này.", en="Does not belong to this conference.")})
    if row.room.venue_id != row.site.venue_id:
        raise Invalid({"room": _elsewhere()})
    if AgendaRoom.objects.filter(agenda_item=row.agenda_item, room=row.room).exclude(pk=row.pk).exists():
        raise Invalid({"room": say(vi="Mục này đã dùng phòng đó.", en="The item runs in that room already.")})


def _elsewhere() -> object:
    return say(vi="Phòng này không thuộc địa điểm của điểm họp.", en="This room is not in the site's venue.")


# What a site stands on


def settle_site(site: Site, equipment: Sequence[PieceFields] | None = None) -> None:
    """After a site was written: its agenda rooms are still in its venue, and it claims `equipment` there.

    Without `equipment` the claims stay, in another venue for the pieces of that venue. Raises Invalid naming the field.
    """
    if AgendaRoom.objects.filter(site=site).exclude(room__venue=site.venue_id).exists():
        raise Invalid(
            {
                "venue": say(
                    vi="Còn mục chương trình dùng phòng của địa điểm cũ.",
                    en="Agenda items still take rooms of the former venue.",
                )
            }
        )
    there = list(EquipmentClaim.objects.filter(site=site).select_related("portable"))
    if equipment is None:
        if all(claim.portable.venue_id == site.venue_id for claim in there):
            return
        equipment = [{"kind": claim.portable.kind, "quantity": claim.quantity} for claim in there]
    pieces = {piece.kind: piece for piece in PortableEquipment.objects.filter(venue=site.venue_id)}
    wanted: dict[UUID, int] = {}
    for index, claim in enumerate(equipment):
        piece = pieces.get(claim["kind"])
        if piece is None or piece.pk in wanted:
            raise Invalid({f"equipment.{index}.kind": _not_portable() if piece is None else _named_twice()})
        wanted[piece.pk] = claim["quantity"]
    if {claim.portable_id: claim.quantity for claim in there} != wanted:
        EquipmentClaim.objects.filter(site=site).delete()
        EquipmentClaim.objects.bulk_create(
            EquipmentClaim(site=site, portable_id=piece_id, quantity=quantity) for piece_id, quantity in wanted.items()
        )


def _not_portable() -> object:
    return say(
        vi="Địa điểm không có thiết bị di động loại này.", en="The venue has no portable equipment of this kind."
    )


def _named_twice() -> object:
    return say(vi="Mỗi loại chỉ ghi một lần.", en="Each kind is named once only.")


# Exchanging


@transaction.atomic
def swap_rooms(*, first: Holder, second: Holder) -> tuple[Holder, Holder]:
    """Exchanges the rooms of two sites or agenda rooms, of one conference or of two: both succeed or nothing changes.

    A site takes the other room's venue with it, and an announced conference has moved: its `sequence` rises, once.
    Raises Conflict when a third has one of the rooms at the new time, Invalid when there is nothing to exchange or an
    agenda item would leave its site's venue.
    """
    conferences = {pk: locked(Conference, pk) for pk in sorted({first.conference_id, second.conference_id})}
    for conference in conferences.values():
        ensure_writable(conference, moving=True)
    first, second = _locked_holder(first, conferences), _locked_holder(second, conferences)
    rooms = (first.room, second.room)
    if first.room_id == second.room_id or _same_item(first, second):
        raise Invalid({"between": say(vi="Không có gì để đổi.", en="There is nothing to exchange.")})
    lock_rooms([room.pk for room in rooms if room is not None])
    with exchanging(*conferences.values()), ExitStack() as arranged:
        for conference in conferences.values():
            arranged.enter_context(rearranging(conference))
        for holder, room in ((first, rooms[1]), (second, rooms[0])):
            _move_into(holder, room)
        for conference in conferences.values():
            names = {_NAMES[type(h)] for h in (first, second) if h.conference_id == conference.pk}
            save_changes(conference, fields=names, moved=names - {"agenda_rooms"})
    return first, second


_NAMES: dict[type[Holder], str] = {Site: "sites", AgendaRoom: "agenda_rooms"}


def _locked_holder(holder: Holder, conferences: dict[UUID, Conference]) -> Holder:
    row: Holder
    if isinstance(holder, Site):
        row = locked(Site.objects.select_related("room", "venue"), holder.pk)
    else:
        row = locked(AgendaRoom.objects.select_related("room", "site", "agenda_item"), holder.pk)
    row.conference = conferences[row.conference_id]
    return row


def _same_item(first: Holder, second: Holder) -> bool:
    both = isinstance(first, AgendaRoom) and isinstance(second, AgendaRoom)
    return both and first.agenda_item_id == second.agenda_item_id  # type: ignore[union-attr]


def _move_into(holder: Holder, room: Room | None) -> None:
    if isinstance(holder, Site):
        holder.room = room
        if room is not None:
            holder.venue = room.venue
        holder.save()
        settle_site(holder)
        return
    if room is None:
        raise Invalid({"between": say(vi="Điểm họp kia không có phòng.", en="The other site has no room.")})
    if room.venue_id != holder.site.venue_id:
        raise Invalid({"between": _elsewhere()})
    if AgendaRoom.objects.filter(agenda_item=holder.agenda_item_id, room=room).exists():
        raise Invalid({"between": say(vi="Mục này đã dùng phòng đó.", en="The item runs in that room already.")})
    holder.room = room
    holder.save()
