"""What the API says about who is there, and what it takes at the door."""

from typing import Any

from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from backend.conferences.queries.notices import photo_notice
from backend.core.serializers import Body, HouseSerializer, LanguageMap, Moment
from backend.core.text import both, say
from backend.invitations.states import Category
from backend.registration import queries
from backend.registration.models import Presence


class PresenceSerializer(HouseSerializer):
    person_name = serializers.CharField(source="registration.person.full_name", read_only=True)

    class Meta:
        model = Presence
        fields: tuple[str, ...] = (
            "id", "conference", "registration", "person_name", "site", "direction", "at", "source", "recorded_by",
        )  # fmt: skip
        read_only_fields: tuple[str, ...] = fields


DOOR_WARNINGS = (
    "What the door has to know: the site is over its capacity, or people whose seats are elsewhere came in where seats are "
    "held for others who are yet to come. Nobody is refused for it."
)


class CheckedInSerializer(PresenceSerializer):
    """With what whoever came in is told about pictures and recordings; null where nothing is recorded."""

    photo_notice = serializers.SerializerMethodField()
    warnings = serializers.SerializerMethodField(help_text=DOOR_WARNINGS)

    class Meta(PresenceSerializer.Meta):
        fields = (*PresenceSerializer.Meta.fields, "photo_notice", "warnings")
        read_only_fields = fields

    @extend_schema_field(LanguageMap(allow_null=True))
    def get_photo_notice(self, row: Presence) -> dict[str, str] | None:
        return dict(photo_notice(row.conference_id).text) or None

    @extend_schema_field(serializers.ListField(child=LanguageMap()))
    def get_warnings(self, row: Presence) -> list[dict[str, str]]:
        found = queries.door_warnings(row.conference_id, [(row.site_id, row.registration.site_id)])
        return [both(each) for each in found]


class DoorBody(Body):
    """Exactly one of `code`, `registration`, or `conference` with `name`."""

    code = serializers.CharField(required=False, max_length=200)
    registration = serializers.UUIDField(required=False)
    conference = serializers.UUIDField(required=False)
    name = serializers.CharField(required=False, max_length=200)
    site = serializers.UUIDField(required=False, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        ways = [way for way in ("code", "registration", "name") if way in attrs]
        if len(ways) != 1 or ("name" in attrs) != ("conference" in attrs):
            raise serializers.ValidationError(
                say(
                    vi="Cần đúng một cách: code, registration, hoặc conference cùng name.",
                    en="Exactly one way is needed: code, registration, or conference with name.",
                )
            )
        return attrs


class ShareSerializer(serializers.Serializer[Any]):
    key = serializers.CharField(allow_null=True, help_text="The unit's or site's id, or the category; null: none.")
    name = LanguageMap(one_line=True, required_text=False)
    registered = serializers.IntegerField()
    present = serializers.IntegerField()


class SiteShareSerializer(ShareSerializer):
    capacity = serializers.IntegerField(
        allow_null=True, help_text="The limit set for the site, else its own capacity; null: none."
    )
    over_capacity = serializers.IntegerField(help_text="How many are in beyond it.")


class QuorumSerializer(serializers.Serializer[Any]):
    """Whether enough of those summoned are there; `needed` is the least number that would do."""

    summoned = serializers.IntegerField()
    present = serializers.IntegerField()
    needed = serializers.IntegerField()
    met = serializers.BooleanField()


@extend_schema_serializer(many=False)
class AttendanceSerializer(serializers.Serializer[Any]):
    conference = serializers.UUIDField()
    at = serializers.DateTimeField()
    registered = serializers.IntegerField()
    present = serializers.IntegerField()
    over_capacity = serializers.IntegerField(
        help_text="How many are in beyond the seats there are. Above 0: see the scans with the outcome `given_up`. Each site "
        "says its own: people may sit where their seat is not."
    )
    by_unit = ShareSerializer(many=True)
    by_site = SiteShareSerializer(many=True)
    by_category = ShareSerializer(many=True)
    quorum = QuorumSerializer(required=False, help_text="Only when `share` was asked for.")


class AttendanceQuery(Body):
    """Which conference, at which moment (now, if not said), and the share that makes a quorum, as in 2/3."""

    conference = serializers.UUIDField()
    at = Moment(required=False)
    share = serializers.RegexField(r"^[1-9]\d{0,3}/[1-9]\d{0,3}$", required=False)


class AttendeeSerializer(HouseSerializer):
    """Somebody who was in: the row of the log by which they came in."""

    person_name = serializers.CharField(source="registration.person.full_name", read_only=True)
    organisation = serializers.UUIDField(source="registration.organisation_id", read_only=True, allow_null=True)
    category = serializers.ChoiceField(Category.choices, source="registration.category", read_only=True)

    class Meta:
        model = Presence
        fields = ("id", "registration", "person_name", "organisation", "category", "site", "at", "source")
        read_only_fields = fields


class AttendeesQuery(Body):
    conference = serializers.UUIDField()
    at = Moment(required=False)
    site = serializers.UUIDField(required=False)
    organisation = serializers.UUIDField(required=False)


class SeriesQuery(Body):
    """Not said: from the first row of the log to the last, in steps of 5 minutes."""

    conference = serializers.UUIDField()
    since = Moment(required=False)
    until = Moment(required=False)
    step = serializers.IntegerField(required=False, default=5, min_value=1, max_value=1440, help_text="In minutes.")


class PointSerializer(serializers.Serializer[Any]):
    at = serializers.DateTimeField()
    present = serializers.IntegerField()
    counted = serializers.IntegerField(help_text="Of them, those who count towards a quorum.")


@extend_schema_serializer(many=False)
class PresenceSeriesSerializer(serializers.Serializer[Any]):
    conference = serializers.UUIDField()
    points = PointSerializer(many=True)
