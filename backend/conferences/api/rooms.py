"""/venues, /rooms, /agenda-rooms: what there is to meet in, what is free, and who exchanges with whom."""

from typing import Any

import django_filters
from django.conf import settings
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.response import Response

from backend.conferences import queries, rules, services
from backend.conferences.api.shelf import PartFilters, PartShelf, Shelf, described
from backend.conferences.models import AgendaRoom, Room, Site, Venue
from backend.conferences.serializers.clashes import written
from backend.conferences.serializers.rooms import (
    AgendaRoomBody,
    AgendaRoomSerializer,
    EquipmentSerializer,
    FreeRoomsQuery,
    FreeRoomsSerializer,
    RoomBody,
    RoomDayQuery,
    RoomDaySerializer,
    RoomSerializer,
    SwapBody,
    SwappedSerializer,
    VenueBody,
    VenueSerializer,
)
from backend.conferences.states import Equipment
from backend.core.errors import Invalid
from backend.core.text import both, say

#: How many free rooms are named at most.
BEST = 50


class VenueFilters(django_filters.FilterSet):
    organisation = django_filters.UUIDFilter("organisation_id")


@described(VenueBody, VenueSerializer)
class VenueViewSet(Shelf):
    """Houses, own or hired. One that belongs to nobody may be edited by any organiser."""

    queryset = Venue.objects.prefetch_related("portable")
    serializer_class = VenueSerializer
    filterset_class = VenueFilters
    body_class, noun, parent = VenueBody, "venue", "organisation"
    add, edit, remove = services.add_venue, services.edit_venue, services.remove_venue

    def _add(self, request: Any, fields: dict[str, Any]) -> Any:
        if fields.get("organisation") is not None:
            self.check_object_permissions(request, fields["organisation"])
        return services.add_venue(fields=fields)  # type: ignore[arg-type]


class RoomFilters(django_filters.FilterSet):
    venue = django_filters.UUIDFilter("venue_id")


@described(RoomBody, RoomSerializer)
class RoomViewSet(Shelf):
    """Rooms of venues. No room is booked twice at the same time."""

    queryset = Room.objects.select_related("venue")
    serializer_class = RoomSerializer
    rules = rules.ROOMS
    filterset_class = RoomFilters
    body_class, noun, parent = RoomBody, "room", "venue"
    add, edit, remove = services.add_room, services.edit_room, services.remove_room

    def _asked(self, query: Any) -> dict[str, Any]:
        parsed = query(data=self.request.query_params)
        parsed.is_valid(raise_exception=True)
        asked: dict[str, Any] = parsed.validated_data
        return asked

    @extend_schema(parameters=[FreeRoomsQuery], responses=FreeRoomsSerializer, filters=False)
    @action(detail=False, pagination_class=None)
    def free(self, request: Any) -> Response:
        """Finds rooms that are free for a time, and for setting up before it and clearing after it.

        The smallest that fits comes first. Drafts hold their rooms too, whoever wrote them.
        """
        asked = self._asked(FreeRoomsQuery)
        renamed = {"venue": "venue_id", "organisation": "organisation_id"}
        found = list(queries.free_rooms(**{renamed.get(name, name): asked[name] for name in asked})[: BEST + 1])
        return Response(FreeRoomsSerializer({"results": found[:BEST], "more": len(found) > BEST}).data)

    @extend_schema(parameters=[RoomDayQuery], responses=RoomDaySerializer)
    @action(detail=True)
    def day(self, request: Any, pk: str) -> Response:
        """Shows what takes the room on a day, and when it is next free."""
        room = self.get_object()
        asked = self._asked(RoomDayQuery)
        zone = asked.get("time_zone", settings.TIME_ZONE)
        day = queries.room_day(room, asked["date"], zone)
        known = queries.known_to(self.account, {booking.site.conference_id for booking in day.bookings})
        items = {booking.agenda_room.agenda_item_id for booking in day.bookings if booking.agenda_room}
        hidden = queries.hidden_among(self.account, items)
        context = {"conferences": known, "hidden_items": hidden, "time_zone": zone}
        return Response(RoomDaySerializer(day, context=context).data)

    @extend_schema(responses=EquipmentSerializer(many=True), filters=False)
    @action(detail=False, pagination_class=None)
    def equipment(self, request: Any) -> Response:
        """Lists the kinds of equipment a room or venue may have."""
        return Response([{"kind": kind.value, "name": both(kind.label)} for kind in Equipment])

    @extend_schema(
        summary="Exchange two rooms", request=SwapBody, responses=SwappedSerializer(many=True), filters=False
    )
    @action(detail=False, methods=["post"], pagination_class=None)
    def swap(self, request: Any) -> Response:
        """Exchanges the rooms of two sites or agenda items, also of two conferences the caller organises.

        Either both have the other's room afterwards or nothing has changed. Announced conferences have moved.
        """
        named = self.body(SwapBody)["between"]
        holders = [self._holder(request, index, holder) for index, holder in enumerate(named)]
        swapped = services.swap_rooms(first=holders[0], second=holders[1])
        rows = [
            {
                "site": row.pk if isinstance(row, Site) else None,
                "agenda_room": row.pk if isinstance(row, AgendaRoom) else None,
                "conference": row.conference_id,
                "room": row.room,
            }
            for row in swapped
        ]
        return Response(SwappedSerializer(rows, many=True).data)

    def _holder(self, request: Any, index: int, named: dict[str, Any]) -> Any:
        """The site or agenda room that was named, if the caller may see it and organises its conference."""
        name, row_id = next(iter(named.items()))
        rows: QuerySet[Any] = Site.objects.all() if name == "site" else AgendaRoom.objects.all()
        visible = queries.parts_visible_to(rows.select_related("conference"), self.account)
        row = visible.filter(pk=row_id).first()
        if row is None:
            raise Invalid({f"between.{index}.{name}": say(vi="Không tìm thấy.", en="Not found.")})
        self.check_object_permissions(request, row)
        return row


class AgendaRoomFilters(PartFilters):
    agenda_item = django_filters.UUIDFilter("agenda_item_id")
    room = django_filters.UUIDFilter("room_id")


@described(AgendaRoomBody, written(AgendaRoomSerializer))
class AgendaRoomViewSet(PartShelf):
    """The rooms an agenda item runs in, many at once if need be; each is held for the item's own exact time."""

    queryset = AgendaRoom.objects.select_related("conference", "agenda_item", "site", "room").prefetch_related(
        "bookings", "site__bookings"
    )
    of_the_programme = True
    serializer_class = AgendaRoomSerializer
    filterset_class = AgendaRoomFilters
    ordering = ("conference_id", "agenda_item_id", "id")
    body_class, noun = AgendaRoomBody, "agenda_room"
    add, edit, remove = services.add_agenda_room, services.edit_agenda_room, services.remove_agenda_room
