"""The parts of a conference and what they stand on, as they are shown and as they are written.

Organisations appear under the name they bore on the conference's day.
"""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from backend.conferences.models import Conference, Duty, Room, Site, Speech, Venue
from backend.conferences.serializers.fields import Count, Head, Id, Minutes, Order, VisibleItem
from backend.conferences.serializers.named import NamedPerson, OrganisationThen, day_of
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
from backend.people.models import Organisation, Person


class SiteSerializer(HouseSerializer):
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


class DutySerializer(HouseSerializer):
    person = NamedPerson(read_only=True, allow_null=True)
    organisation = serializers.SerializerMethodField()

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

    @extend_schema_field(OrganisationThen(allow_null=True))
    def get_organisation(self, duty: Duty) -> Any:
        return OrganisationThen.of(duty.organisation, day_of(duty))


class SpeechSerializer(HouseSerializer):
    person = NamedPerson(read_only=True, allow_null=True)
    organisation = serializers.SerializerMethodField()
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

    @extend_schema_field(OrganisationThen(allow_null=True))
    def get_organisation(self, speech: Speech) -> Any:
        return OrganisationThen.of(speech.organisation, day_of(speech))


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


class HolderBody(Body):
    """A person, an office without a name, or a group."""

    kind = serializers.ChoiceField(choices=DutyKind.choices)
    order = Order()
    person = Id(queryset=Person.objects.all(), required=False, allow_null=True)
    organisation = Id(queryset=Organisation.objects.all(), required=False, allow_null=True)
    office = LanguageMap(one_line=True, max_length=500, required=False, required_text=False)
    group = LanguageMap(one_line=True, max_length=500, required=False, required_text=False)


class NestedDutyBody(HolderBody):
    """In a new conference, site and agenda item are named by their order."""

    site_order = Order()
    agenda_order = Order()


def _conference_field() -> Id:
    return Id(queryset=Conference.objects.all())


class SiteBody(SiteFieldsBody):
    conference = _conference_field()


class DutyBody(HolderBody):
    conference = _conference_field()
    site = Id(queryset=Site.objects.all(), required=False, allow_null=True)
    agenda_item = VisibleItem(required=False, allow_null=True)


class QuoteBody(Body):
    text = LanguageMap(max_length=5000)


class SpeechBody(Body):
    conference = _conference_field()
    agenda_item = VisibleItem(required=False, allow_null=True)
    kind = serializers.ChoiceField(choices=SpeechKind.choices)
    order = Order()
    person = Id(queryset=Person.objects.all(), required=False, allow_null=True)
    organisation = Id(queryset=Organisation.objects.all(), required=False, allow_null=True)
    office = LanguageMap(one_line=True, max_length=500, required=False, required_text=False)
    speaker = LanguageMap(one_line=True, max_length=500, required=False, required_text=False)
    gist = LanguageMap(required=False, required_text=False)
    points = serializers.ListField(child=LanguageMap(max_length=5000), required=False, max_length=100)
    points_declared = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=1000)
    quotes = serializers.ListField(child=QuoteBody(), required=False, max_length=50)
