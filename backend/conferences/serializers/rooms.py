"""Venues, rooms and what takes them, as they are shown and as they are written."""

import datetime as dt
import re
from collections.abc import Iterable
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from backend.conferences import queries
from backend.conferences.models import (
    AgendaRoom,
    Conference,
    PortableEquipment,
    Room,
    RoomBooking,
    Site,
    Venue,
)
from backend.conferences.serializers.fields import Head, Id, Minutes, OnGivenClock, OnItsClock, Times, VisibleItem
from backend.conferences.states import Equipment, ItemState
from backend.core.clock import time_zones
from backend.core.serializers import Body, Day, HouseSerializer, LanguageMap, Line, Moment
from backend.core.text import say
from backend.people.models import Organisation

#: The longest time the room finder looks at.
MOST_DAYS = 31


class PieceSerializer(HouseSerializer):
    class Meta:
        model = PortableEquipment
        fields = ("kind", "quantity")
        read_only_fields = fields


class VenueBrief(HouseSerializer):
    class Meta:
        model = Venue
        fields: tuple[str, ...] = ("id", "name", "address", "hired", "organisation", "version")
        read_only_fields = fields


class VenueSerializer(VenueBrief):
    """`portable`: the pieces that can be carried to whichever room needs them."""

    portable = PieceSerializer(many=True, read_only=True)

    class Meta(VenueBrief.Meta):
        fields = (*VenueBrief.Meta.fields[:-1], "portable", "version")
        read_only_fields = fields


class RoomSerializer(HouseSerializer):
    """`equipment` is what is fixed in it. A booking holds it `setup_minutes` longer before and `clearing_minutes` after."""

    class Meta:
        model = Room
        fields = ("id", "venue", "name", "capacity", "equipment", "setup_minutes", "clearing_minutes", "version")
        read_only_fields = fields


class BookingTimes(serializers.Serializer[Any]):
    """When a room is taken by a conference or agenda item, and when it is held: with setting up and clearing."""

    held = Times()
    taken = Times()

    def to_representation(self, booking: RoomBooking) -> dict[str, Any]:
        return {
            "held": _TIMES.to_representation(queries.held_span(booking)),
            "taken": _TIMES.to_representation(queries.taken_span(booking)),
        }

    @classmethod
    def of(cls, bookings: Iterable[RoomBooking]) -> Any:
        """The first booking as it is shown, None without one."""
        booking = next(iter(bookings), None)
        return cls().to_representation(booking) if booking else None


_TIMES = Times()


class AgendaRoomSerializer(OnItsClock, HouseSerializer):
    """`booking` is the room's time that covers the item: its own, or that of the site or session in whose room it is.
    It is null while the item has no exact time, and for one that is called off."""

    room = RoomSerializer(read_only=True)
    booking = serializers.SerializerMethodField()

    class Meta:
        model = AgendaRoom
        fields = ("id", "conference", "agenda_item", "site", "room", "booking", "version")
        read_only_fields = fields

    @extend_schema_field(BookingTimes(allow_null=True))
    def get_booking(self, row: AgendaRoom) -> Any:
        span = queries.item_span(row.agenda_item) if row.agenda_item.state == ItemState.PLANNED else None
        of_site = (b for b in row.site.bookings.all() if b.room_id == row.room_id)
        covering = (b for b in of_site if span is not None and queries.taken_span(b).overlaps(span))
        return BookingTimes.of([*row.bookings.all(), *covering])


class ConferenceNamed(HouseSerializer):
    class Meta:
        model = Conference
        fields = ("id", "title")
        read_only_fields = fields


class DayBooking(BookingTimes):
    """`conference` is null where the caller may not know of it, or of the agenda item the room is taken by: that it is
    taken is all there is to know."""

    conference = ConferenceNamed(allow_null=True)
    site = serializers.UUIDField(allow_null=True)
    agenda_item = serializers.UUIDField(allow_null=True)

    def to_representation(self, booking: RoomBooking) -> dict[str, Any]:
        item = booking.agenda_room and booking.agenda_room.agenda_item_id
        told = item not in self.context["hidden_items"]
        conference = self.context["conferences"].get(booking.site.conference_id) if told else None
        return {
            **super().to_representation(booking),
            "conference": conference and self.fields["conference"].to_representation(conference),
            "site": str(booking.site_id) if conference else None,
            "agenda_item": str(item) if conference and item else None,
        }


class FreeTimeSerializer(serializers.Serializer[Any]):
    """A conference fits into `usable`; with its buffers the room is then held for `held`."""

    held = Times()
    usable = Times()


class RoomDaySerializer(OnGivenClock, serializers.Serializer[Any]):
    """`day` lasts from midnight to midnight. What reaches into it from before or after is shown with its whole time."""

    day = Times()
    bookings = DayBooking(many=True)
    free = FreeTimeSerializer(many=True)


class FreeRoomSerializer(serializers.Serializer[Any]):
    """A room that is free, and how long it would be held."""

    room = RoomSerializer(source="*")
    venue = VenueBrief()
    held = serializers.SerializerMethodField()

    @extend_schema_field(Times)
    def get_held(self, room: Any) -> Any:
        return _TIMES.to_representation(queries.Span(room.held_from, room.held_until))


class FreeRoomsSerializer(serializers.Serializer[Any]):
    """The best first. `more`: there are others that fit; narrow the search down to see them."""

    results = FreeRoomSerializer(many=True)
    more = serializers.BooleanField()


class EquipmentSerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=Equipment.choices)
    name = LanguageMap(one_line=True)


# What is asked and written.


class MomentInAddress(Moment):
    """A moment in a query string, where a plus sign that was not escaped arrives as a space."""

    def to_internal_value(self, value: Any) -> dt.datetime:
        moment: dt.datetime = super().to_internal_value(re.sub(r" (?=\d\d:\d\d$)", "+", value))
        return moment


class FreeRoomsQuery(Body):
    starts_at = MomentInAddress(help_text="When the meeting begins; setting up comes before.")
    ends_at = MomentInAddress(help_text="After `starts_at`, by at most 31 days.")
    capacity = Head(allow_null=False, help_text="Seats at least; a room whose seats are not known is not found then.")
    venue = serializers.UUIDField(required=False)
    organisation = serializers.UUIDField(required=False, help_text="The venue's own.")
    equipment = serializers.ListField(
        child=serializers.ChoiceField(choices=Equipment.choices),
        required=False,
        max_length=len(Equipment),
        help_text="All of these kinds, repeated for each: fixed in the room, or a portable piece of its venue that is left.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["ends_at"] <= attrs["starts_at"]:
            raise serializers.ValidationError(
                {"ends_at": say(vi="Phải sau giờ bắt đầu.", en="Must be after the start.")}
            )
        if attrs["ends_at"] - attrs["starts_at"] > dt.timedelta(days=MOST_DAYS):
            raise serializers.ValidationError(
                {"ends_at": say(vi="Nhiều nhất {n} ngày.", en="At most {n} days.", n=MOST_DAYS)}
            )
        return attrs


class RoomDayQuery(Body):
    date = Day(help_text="The day that is shown.")
    time_zone = Line(required=False, max_length=40, help_text="Whose midnight; left out, the server's zone.")

    def validate_time_zone(self, name: str) -> str:
        if name not in time_zones():
            raise serializers.ValidationError(say(vi="Không có múi giờ này.", en="There is no such time zone."))
        return name


class PieceBody(Body):
    kind = serializers.ChoiceField(choices=Equipment.choices)
    quantity = serializers.IntegerField(min_value=1, max_value=1000)


class VenueBody(Body):
    name = LanguageMap(one_line=True, max_length=300)
    address = LanguageMap(max_length=500, required=False, required_text=False)
    hired = serializers.BooleanField(required=False, allow_null=True)
    organisation = Id(queryset=Organisation.objects.all(), required=False, allow_null=True)
    portable = serializers.ListField(child=PieceBody(), required=False, max_length=len(Equipment))


class NewRoomBody(Body):
    name = LanguageMap(one_line=True, max_length=300)
    capacity = Head()
    equipment = serializers.ListField(
        child=serializers.ChoiceField(choices=Equipment.choices), required=False, max_length=len(Equipment)
    )
    setup_minutes = Minutes()
    clearing_minutes = Minutes()

    def validate_equipment(self, kinds: list[str]) -> list[str]:
        return sorted(set(kinds))


class RoomBody(NewRoomBody):
    venue = Id(queryset=Venue.objects.all())


class AgendaRoomBody(Body):
    conference = Id(queryset=Conference.objects.all())
    agenda_item = VisibleItem()
    site = Id(queryset=Site.objects.select_related("venue"))
    room = Id(queryset=Room.objects.all())


class HolderOfRoomBody(Body):
    """A site, or a room of an agenda item."""

    site = serializers.UUIDField(required=False)
    agenda_room = serializers.UUIDField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if len(attrs) != 1:
            raise serializers.ValidationError(
                say(vi="Ghi site hoặc agenda_room, chỉ một.", en="Give either site or agenda_room.")
            )
        return attrs


class SwapBody(Body):
    """The two that exchange their rooms."""

    between = serializers.ListField(child=HolderOfRoomBody(), min_length=2, max_length=2)


class SwappedSerializer(serializers.Serializer[Any]):
    """Who has which room now."""

    site = serializers.UUIDField(allow_null=True)
    agenda_room = serializers.UUIDField(allow_null=True)
    conference = serializers.UUIDField()
    room = RoomSerializer(allow_null=True)
