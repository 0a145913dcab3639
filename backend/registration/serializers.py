"""What the API says about seats and attendance, and what it takes."""

from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from backend.core.serializers import Body, HouseSerializer, LanguageMap, Moment
from backend.core.text import say
from backend.invitations.states import Category
from backend.registration.models import Admission, Presence, Registration, SeatLimit, Seats
from backend.registration.states import AdmissionMode


class RegistrationSerializer(HouseSerializer):
    """`turn` is the place on the waiting list, also of those who got a seat from it. An `offered` seat is kept until
    `offer_until`. `cancelled_at` is when it ended, whichever way; `reason` says why a request was refused."""

    person_name = serializers.CharField(source="person.full_name", read_only=True)
    organisation_name = LanguageMap(source="organisation.name", default=dict, read_only=True, required_text=False)

    class Meta:
        model = Registration
        fields = (
            "id", "conference", "person", "person_name", "invitation", "organisation", "organisation_name", "site",
            "category", "state", "turn", "offer_until", "reason", "confirmed_at", "cancelled_at", "code_round", "version",
            "created_at",
        )  # fmt: skip
        read_only_fields = fields


class RegistrationBody(Body):
    """Without `person` it is the caller's own. Who registers oneself comes as a guest of one's own unit."""

    conference = serializers.UUIDField()
    person = serializers.UUIDField(required=False)
    category = serializers.ChoiceField(Category.choices, required=False)
    site = serializers.UUIDField(required=False, allow_null=True)
    organisation = serializers.UUIDField(required=False, allow_null=True)


class ApprovalBody(Body):
    category = serializers.ChoiceField(Category.choices, required=False, help_text="Not said: as it was asked for.")


class RefusalBody(Body):
    reason = LanguageMap(max_length=2000)


class AdmissionSerializer(HouseSerializer):
    """How a conference takes people. `offer_hours` 0: a free seat is given to who is next without asking."""

    class Meta:
        model = Admission
        fields = ("conference", "mode", "opens_at", "closes_at", "offer_hours", "by_unit")
        read_only_fields = fields


class AdmissionBody(Body):
    """What is not said goes back to: no opening or closing time, no offers, by turn."""

    conference = serializers.UUIDField()
    mode = serializers.ChoiceField(AdmissionMode.choices)
    opens_at = Moment(required=False, allow_null=True)
    closes_at = Moment(required=False, allow_null=True)
    offer_hours = serializers.IntegerField(required=False, default=0, min_value=0, max_value=720)
    by_unit = serializers.BooleanField(required=False, default=False)


class SeatLimitSerializer(HouseSerializer):
    """At most `capacity` seats for one site or one unit; `held` are taken or offered."""

    class Meta:
        model = SeatLimit
        fields = ("site", "organisation", "capacity", "held")
        read_only_fields = fields


class SeatsSerializer(HouseSerializer):
    limits = SeatLimitSerializer(source="conference.seat_limits", many=True, read_only=True)

    class Meta:
        model = Seats
        fields = ("conference", "capacity", "taken", "offered", "waiting", "limits")
        read_only_fields = fields


class LimitBody(Body):
    """Exactly one of `site` and `organisation`; `capacity` null: no limit of its own."""

    site = serializers.UUIDField(required=False, allow_null=True)
    organisation = serializers.UUIDField(required=False, allow_null=True)
    capacity = serializers.IntegerField(min_value=0, max_value=1_000_000, allow_null=True)


class CapacityBody(Body):
    """null: no limit."""

    capacity = serializers.IntegerField(min_value=0, max_value=1_000_000, allow_null=True)


class PresenceSerializer(HouseSerializer):
    person_name = serializers.CharField(source="registration.person.full_name", read_only=True)

    class Meta:
        model = Presence
        fields = ("id", "conference", "registration", "person_name", "site", "direction", "at", "source", "recorded_by")
        read_only_fields = fields


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
    by_unit = ShareSerializer(many=True)
    by_site = ShareSerializer(many=True)
    by_category = ShareSerializer(many=True)
    quorum = QuorumSerializer(required=False, help_text="Only when `share` was asked for.")


class AttendanceQuery(Body):
    """Which conference, at which moment (now, if not said), and the share that makes a quorum, as in 2/3."""

    conference = serializers.UUIDField()
    at = Moment(required=False)
    share = serializers.RegexField(r"^[1-9]\d{0,3}/[1-9]\d{0,3}$", required=False)
