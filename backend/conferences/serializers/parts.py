"""The parts of a conference and what they stand on, as they are shown and as they are written.

Organisations appear under the name they bore on the conference's day.
"""

import datetime as dt
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from backend.conferences import queries
from backend.conferences.models import AgendaItem, Conference, Duty, Room, Series, Site, Speech, Venue
from backend.conferences.serializers.fields import Count, Head, Id, Line, Order
from backend.conferences.states import DutyKind, Phase, SpeechKind
from backend.core.serializers import Body, HouseSerializer, LanguageMap, Moment
from backend.core.text import say
from backend.people.models import Organisation, Person


def day_of(row: Any) -> dt.date | None:
    """The day of the conference the row belongs to."""
    conference = getattr(row, "conference", row)
    day: dt.date | None = getattr(conference, "day", None)
    return day


class OrganisationThen(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    slug = serializers.CharField()
    name = LanguageMap()
    short_name = LanguageMap(required_text=False)

    @staticmethod
    def of(organisation: Organisation | None, day: dt.date | None) -> dict[str, Any] | None:
        """The organisation under the name it bore on `day`; None stays None."""
        if organisation is None:
            return None
        return {
            "id": str(organisation.pk),
            "slug": organisation.slug,
            "name": queries.name_then(organisation, day),
            "short_name": organisation.short_name,
        }


class NamedPerson(HouseSerializer):
    class Meta:
        model = Person
        fields = ("id", "full_name", "honorific", "degree")
        read_only_fields = fields


class VenueSerializer(HouseSerializer):
    class Meta:
        model = Venue
        fields = ("id", "name", "address", "hired", "organisation", "version")
        read_only_fields = fields


class RoomSerializer(HouseSerializer):
    class Meta:
        model = Room
        fields = ("id", "venue", "name", "capacity", "version")
        read_only_fields = fields


class SeriesSerializer(HouseSerializer):
    class Meta:
        model = Series
        fields = ("id", "title", "organisation", "rule", "version")
        read_only_fields = fields


class SiteSerializer(HouseSerializer):
    venue = VenueSerializer(read_only=True)
    room = RoomSerializer(read_only=True, allow_null=True)
    attended = Count(read_only=True)

    class Meta:
        model = Site
        fields = ("id", "conference", "order", "venue", "room", "capacity", "attended", "version")
        read_only_fields = fields


class AgendaItemSerializer(HouseSerializer):
    class Meta:
        model = AgendaItem
        fields = ("id", "conference", "phase", "order", "title", "starts_at", "minutes_planned", "version")
        read_only_fields = fields


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


class VenueBody(Body):
    name = LanguageMap(max_length=300)
    address = LanguageMap(max_length=500, required=False, required_text=False)
    hired = serializers.BooleanField(required=False, allow_null=True)
    organisation = Id(queryset=Organisation.objects.all(), required=False, allow_null=True)


class NewRoomBody(Body):
    name = LanguageMap(max_length=300)
    capacity = Head()


class RoomBody(NewRoomBody):
    venue = Id(queryset=Venue.objects.all())


class SeriesBody(Body):
    title = LanguageMap(max_length=500)
    organisation = Id(queryset=Organisation.objects.all())
    rule = Line(required=False, allow_blank=True, max_length=200)


class SiteFieldsBody(Body):
    """The venue by id, or entered here; the room likewise."""

    venue = Id(queryset=Venue.objects.all(), required=False)
    new_venue = VenueBody(required=False)
    room = Id(queryset=Room.objects.all(), required=False, allow_null=True)
    new_room = NewRoomBody(required=False)
    order = Order()
    capacity = Head()
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


class AgendaFieldsBody(Body):
    phase = serializers.ChoiceField(choices=Phase.choices)
    order = Order()
    title = LanguageMap(max_length=1000)
    starts_at = Moment(required=False, allow_null=True)
    minutes_planned = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=1440)


class HolderBody(Body):
    """A person, an office without a name, or a group."""

    kind = serializers.ChoiceField(choices=DutyKind.choices)
    order = Order()
    person = Id(queryset=Person.objects.all(), required=False, allow_null=True)
    organisation = Id(queryset=Organisation.objects.all(), required=False, allow_null=True)
    office = LanguageMap(max_length=500, required=False, required_text=False)
    group = LanguageMap(max_length=500, required=False, required_text=False)


class NestedDutyBody(HolderBody):
    """In a new conference, site and agenda item are named by their order."""

    site_order = Order()
    agenda_order = Order()


def _conference_field() -> Id:
    return Id(queryset=Conference.objects.all())


class SiteBody(SiteFieldsBody):
    conference = _conference_field()


class AgendaItemBody(AgendaFieldsBody):
    conference = _conference_field()


class DutyBody(HolderBody):
    conference = _conference_field()
    site = Id(queryset=Site.objects.all(), required=False, allow_null=True)
    agenda_item = Id(queryset=AgendaItem.objects.all(), required=False, allow_null=True)


class QuoteBody(Body):
    text = LanguageMap(max_length=5000)


class SpeechBody(Body):
    conference = _conference_field()
    agenda_item = Id(queryset=AgendaItem.objects.all(), required=False, allow_null=True)
    kind = serializers.ChoiceField(choices=SpeechKind.choices)
    order = Order()
    person = Id(queryset=Person.objects.all(), required=False, allow_null=True)
    organisation = Id(queryset=Organisation.objects.all(), required=False, allow_null=True)
    office = LanguageMap(max_length=500, required=False, required_text=False)
    speaker = LanguageMap(max_length=500, required=False, required_text=False)
    gist = LanguageMap(required=False, required_text=False)
    points = serializers.ListField(child=LanguageMap(max_length=5000), required=False, max_length=100)
    points_declared = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=1000)
    quotes = serializers.ListField(child=QuoteBody(), required=False, max_length=50)
