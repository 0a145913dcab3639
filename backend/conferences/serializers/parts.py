"""The parts of a conference and what they stand on, as they are shown and as they are written.

Organisations appear under the name they bore on the conference's day.
"""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from backend.conferences.models import Conference, Duty, Room, Site, Speech, Venue
from backend.conferences.serializers.fields import Count, Head, Id, Minutes, OnItsClock, Order, VisibleItem
from backend.conferences.serializers.named import HolderBody, HolderSerializer
from backend.conferences.serializers.rooms import (
    BookingTimes,
    NewRoomBody,
    PieceBody,
    PieceSerializer,
    RoomSerializer,
    VenueBody,
    VenueBrief,
)
from backend.conferences.states import DutyKind, SpeechKind
from backend.core.serializers import Body, HouseSerializer, LanguageMap
from backend.core.text import say


class SiteSerializer(OnItsClock, HouseSerializer):
    """`booking` is null without a room or without exact times; minutes that are null are the room's."""

    venue = VenueBrief(read_only=True)
    room = RoomSerializer(read_only=True, allow_null=True)
    attended = Count(read_only=True)
    equipment = serializers.SerializerMethodField()
    booking = serializers.SerializerMethodField()

    class Meta:
        model = Site
        fields = (
            "id",
            "conference",
            "order",
            "venue",
            "room",
            "booking",
            "setup_minutes",
            "clearing_minutes",
            "equipment",
            "capacity",
            "attended",
            "version",
        )
        read_only_fields = fields

    @extend_schema_field(PieceSerializer(many=True))
    def get_equipment(self, site: Site) -> Any:
        return [{"kind": claim.portable.kind, "quantity": claim.quantity} for claim in site.claims.all()]

    @extend_schema_field(BookingTimes(allow_null=True))
    def get_booking(self, site: Site) -> Any:
        return BookingTimes.of(booking for booking in site.bookings.all() if booking.agenda_room_id is None)


class DutySerializer(HolderSerializer):
    """Who has a duty: a person with the office held on the day, an office without a name, or a group."""

    class Meta:
        model = Duty
        fields = (
            "id",
            "conference",
            "kind",
            "order",
            "person",
            "organisation",
            "office",
            "group",
            "site",
            "agenda_item",
            "version",
        )
        read_only_fields = fields


class SpeechSerializer(HolderSerializer):
    """What was said, by a person in the office held then, or by a `speaker` as the record names them."""

    points = serializers.ListField(child=LanguageMap(), read_only=True)
    quotes = serializers.ListField(child=serializers.DictField(child=LanguageMap()), read_only=True)

    class Meta:
        model = Speech
        fields = (
            "id",
            "conference",
            "agenda_item",
            "kind",
            "order",
            "person",
            "organisation",
            "office",
            "speaker",
            "gist",
            "points",
            "points_declared",
            "quotes",
            "version",
        )
        read_only_fields = fields


# What is written. Bodies of parts name their conference; nested in a new conference they do not.


class SiteFieldsBody(Body):
    """The venue by id, or entered here; the room likewise."""

    venue = Id(queryset=Venue.objects.all(), required=False)
    new_venue = VenueBody(required=False)
    room = Id(queryset=Room.objects.all(), required=False, allow_null=True)
    new_room = NewRoomBody(required=False)
    order = Order()
    capacity = Head()
    setup_minutes = Minutes(allow_null=True)
    clearing_minutes = Minutes(allow_null=True)
    equipment = serializers.ListField(child=PieceBody(), required=False, max_length=20)
    attended = Count(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        for known, entered in (("venue", "new_venue"), ("room", "new_room")):
            if known in attrs and entered in attrs:
                raise serializers.ValidationError(
                    {
                        entered: say(
                            vi="Chọn một trong hai: {known} hoặc {entered}.",
                            en="Give either {known} or {entered}.",
                            known=known,
                            entered=entered,
                        )
                    }
                )
        return attrs


class DutyFieldsBody(HolderBody):
    """A person, an office without a name, or a group."""

    kind = serializers.ChoiceField(choices=DutyKind.choices)
    group = LanguageMap(one_line=True, max_length=500, required=False, required_text=False)


class NestedDutyBody(DutyFieldsBody):
    """In a new conference, site and agenda item are named by their order."""

    site_order = Order()
    agenda_order = Order()


def _conference_field() -> Id:
    return Id(queryset=Conference.objects.all())


class SiteBody(SiteFieldsBody):
    conference = _conference_field()


class DutyBody(DutyFieldsBody):
    conference = _conference_field()
    site = Id(queryset=Site.objects.all(), required=False, allow_null=True)
    agenda_item = VisibleItem(required=False, allow_null=True)


class QuoteBody(Body):
    text = LanguageMap(max_length=5000)


class SpeechBody(HolderBody):
    """`speaker` names somebody the record knows no person for; quotes and points stand in the order they are given in."""

    conference = _conference_field()
    agenda_item = VisibleItem(required=False, allow_null=True)
    kind = serializers.ChoiceField(choices=SpeechKind.choices)
    speaker = LanguageMap(one_line=True, max_length=500, required=False, required_text=False)
    gist = LanguageMap(required=False, required_text=False)
    points = serializers.ListField(child=LanguageMap(max_length=5000), required=False, max_length=100)
    points_declared = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=1000)
    quotes = serializers.ListField(child=QuoteBody(), required=False, max_length=50)
