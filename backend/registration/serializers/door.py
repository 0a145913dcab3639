"""What devices at the door and those who stand there send, and what they are answered."""

from typing import Any

from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from backend.core.serializers import Body, HouseSerializer, LanguageMap, Moment
from backend.core.text import both, say
from backend.invitations.states import Category
from backend.people.models import Honorific
from backend.people.serializers import FullName
from backend.registration.models import Scan
from backend.registration.serializers.attendance import DOOR_WARNINGS, CheckedInSerializer
from backend.registration.serializers.registrations import RegistrationSerializer
from backend.registration.states import Direction, ScanOutcome

#: A device that has noted more sends them in several batches.
MOST_SCANS = 5000
MOST_AT_ONCE = 500


class ScanBody(Body):
    """Exactly one of `code` and `registration`. `id` is the device's own name for the scan, `at` the time by its clock."""

    id = serializers.UUIDField()
    code = serializers.CharField(required=False, max_length=200)
    registration = serializers.UUIDField(required=False)
    direction = serializers.ChoiceField(Direction.choices)
    site = serializers.UUIDField(required=False, allow_null=True)
    at = Moment()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("code" in attrs) == ("registration" in attrs):
            raise serializers.ValidationError(
                say(vi="Cần đúng một trong hai: code hoặc registration.", en="Exactly one of code and registration.")
            )
        return attrs


@extend_schema_field(ScanBody(many=True))
class Scans(serializers.ListField):
    """Taken as they come: each is read by itself, so that a bad one spoils no other."""


class ScansBody(Body):
    """What one device noted at one conference. `clock` is what its clock says as it sends this: the times of the scans
    are put right by the difference from ours."""

    conference = serializers.UUIDField()
    device = serializers.UUIDField()
    clock = Moment()
    scans = Scans(min_length=1, max_length=MOST_SCANS)


class ScanSerializer(HouseSerializer):
    """`scanned_at` is by the device's clock, `at` by ours. Only what was recorded is in the log, as `presence`; also of
    somebody whose seat was given up after they were scanned (`given_up`)."""

    person_name = serializers.CharField(source="registration.person.full_name", read_only=True, default="")
    reason = serializers.SerializerMethodField()

    class Meta:
        model = Scan
        fields = (
            "id", "conference", "device", "scan", "registration", "person_name", "site", "direction", "scanned_at", "at",
            "received_at", "outcome", "reason", "presence", "recorded_by",
        )  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(LanguageMap())
    def get_reason(self, row: Scan) -> dict[str, str]:
        return both(ScanOutcome(row.outcome).label)


class WrongSerializer(serializers.Serializer[Any]):
    field = serializers.CharField(allow_blank=True)
    reason = serializers.CharField()


class ScanAnswerSerializer(serializers.Serializer[Any]):
    """What became of one scan. `number` counts the scans of the batch from 1. Besides the outcomes that are kept there
    are `malformed` (it could not be read: send it again, put right) and `reused` (the device gave this id to another scan
    before: send it again under an id of its own)."""

    number = serializers.IntegerField()
    id = serializers.CharField(allow_blank=True)
    outcome = serializers.ChoiceField([*ScanOutcome.values, "malformed", "reused"])
    reason = LanguageMap()
    wrong = WrongSerializer(many=True, help_text="Of a malformed one: each wrong field and why.")
    new = serializers.BooleanField(help_text="False: answered at an earlier upload.")
    registration = serializers.UUIDField(allow_null=True)
    person_name = serializers.CharField(allow_blank=True)
    at = serializers.DateTimeField(allow_null=True, help_text="By our clock.")
    presence = serializers.UUIDField(allow_null=True)


@extend_schema_serializer(many=False)
class ScansAnswerSerializer(serializers.Serializer[Any]):
    """`clock_behind_seconds`: how much was added to the device's times."""

    received_at = serializers.DateTimeField()
    clock_behind_seconds = serializers.FloatField()
    recorded = serializers.IntegerField()
    refused = serializers.IntegerField()
    scans = ScanAnswerSerializer(many=True)
    warnings = serializers.ListField(child=LanguageMap(), help_text=f"{DOOR_WARNINGS} As things are now.")


class ExpectedSerializer(serializers.Serializer[Any]):
    registration = serializers.UUIDField()
    digest = serializers.CharField(help_text="SHA-256 of the check-in code that opens the door, in hexadecimal.")
    name = serializers.CharField()
    category = serializers.ChoiceField(Category.choices)
    organisation = serializers.UUIDField(allow_null=True)
    site = serializers.UUIDField(allow_null=True)


@extend_schema_serializer(many=False)
class DoorListSerializer(serializers.Serializer[Any]):
    """Everybody who may come in, for a device that has to decide alone."""

    conference = serializers.UUIDField()
    people = ExpectedSerializer(many=True)


class ConferenceQuery(Body):
    conference = serializers.UUIDField()


class ManyBody(Body):
    """Several people at once: those named, or everybody of a unit who has a seat."""

    conference = serializers.UUIDField()
    registrations = serializers.ListField(
        child=serializers.UUIDField(), required=False, min_length=1, max_length=MOST_AT_ONCE
    )
    organisation = serializers.UUIDField(required=False)
    site = serializers.UUIDField(required=False, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("registrations" in attrs) == ("organisation" in attrs):
            raise serializers.ValidationError(
                say(
                    vi="Cần đúng một trong hai: registrations hoặc organisation.",
                    en="Exactly one of registrations and organisation.",
                )
            )
        return attrs


class PassageSerializer(serializers.Serializer[Any]):
    """How it went with one of them: `recorded`, `already` (the log said so before) or `refused`, and why."""

    registration = serializers.UUIDField()
    person_name = serializers.CharField(allow_blank=True)
    outcome = serializers.ChoiceField(["recorded", "already", "refused"])
    reason = LanguageMap(required_text=False)
    presence = serializers.UUIDField(allow_null=True)
    at = serializers.DateTimeField(allow_null=True)


@extend_schema_serializer(many=False)
class ManySerializer(serializers.Serializer[Any]):
    recorded = serializers.IntegerField()
    already = serializers.IntegerField()
    refused = serializers.IntegerField()
    people = PassageSerializer(many=True)
    photo_notice = LanguageMap(
        allow_null=True, help_text="What those who come in are told about pictures and recordings; null when they go."
    )
    warnings = serializers.ListField(child=LanguageMap(), help_text=DOOR_WARNINGS)


class EveryoneBody(Body):
    """`site` not said: everywhere."""

    conference = serializers.UUIDField()
    site = serializers.UUIDField(required=False, allow_null=True)


@extend_schema_serializer(many=False)
class EveryoneSerializer(serializers.Serializer[Any]):
    out = serializers.IntegerField(help_text="How many were in, and are out now.")


class WalkInBody(Body):
    """Exactly one of `person` and `full_name`. Nothing but a name is asked of anybody; `anew` says that they are not who
    bears that name on record."""

    conference = serializers.UUIDField()
    person = serializers.UUIDField(required=False)
    full_name = FullName(required=False)
    honorific = serializers.ChoiceField(Honorific.choices, required=False, allow_blank=True)
    office = LanguageMap(required=False, one_line=True, max_length=300)
    organisation = serializers.UUIDField(required=False, allow_null=True)
    category = serializers.ChoiceField(Category.choices, required=False, default=Category.GUEST)
    site = serializers.UUIDField(required=False, allow_null=True)
    anew = serializers.BooleanField(required=False, default=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("person" in attrs) == ("full_name" in attrs):
            raise serializers.ValidationError(
                say(vi="Cần đúng một trong hai: person hoặc full_name.", en="Exactly one of person and full_name.")
            )
        sentence = say(vi="Chỉ dùng khi ghi theo họ tên.", en="Only together with full_name.")
        with_name = {"honorific", "office", "organisation", "anew"} & set(attrs) if "person" in attrs else set()
        if wrong := {name: sentence for name in sorted(with_name) if attrs[name]}:
            raise serializers.ValidationError(wrong)
        return attrs


@extend_schema_serializer(many=False)
class WalkInSerializer(serializers.Serializer[Any]):
    """`added`: the person was not on record before."""

    registration = RegistrationSerializer()
    presence = CheckedInSerializer()
    added = serializers.BooleanField()
