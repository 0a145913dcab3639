"""Requests and the days that count, as JSON."""

from typing import Any

from rest_framework import serializers

from backend.core.clock import local, now
from backend.core.serializers import Body, HouseSerializer, Line, Moment, StatefulSerializer
from backend.people.addresses import Address
from backend.rights.deadlines import LONGEST_EXTENSION
from backend.rights.models import DataRequest, PublicHoliday, RequestEntry
from backend.rights.states import MOVES, NEW, OPEN, RequestKind


class RequestEntrySerializer(HouseSerializer):
    class Meta:
        model = RequestEntry
        fields = ["what", "note", "by", "at"]
        read_only_fields = fields


class DataRequestSerializer(StatefulSerializer):
    """`overdue` says that a deadline has passed: the one for the first answer while there was none, or the one for what
    is asked."""

    machine = MOVES
    entries = RequestEntrySerializer(many=True, read_only=True)
    overdue = serializers.SerializerMethodField()

    class Meta:
        model = DataRequest
        fields = [
            "id", "organisation", "person", "kind", "via", "state", "name", "email", "phone", "language", "text",
            "subject", "third_party", "identity", "received_at", "answer_by", "due_on", "extended", "overdue",
            "answered_at", "decided_at", "done_at", "entries", "moves", "version",
        ]  # fmt: skip
        read_only_fields = fields

    def get_overdue(self, row: DataRequest) -> bool:
        today = local(now()).date()
        return row.state in OPEN and (today > row.due_on or (row.state in NEW and today > row.answer_by))


class RequestBody(Body):
    """Without a `person` the caller asks for themselves; a data officer may enter what somebody else asks, on paper or by
    word of mouth, with the moment it came."""

    kind = serializers.ChoiceField(choices=RequestKind.choices)
    person = serializers.UUIDField(required=False, allow_null=True)
    organisation = serializers.UUIDField(required=False, allow_null=True)
    name = Line(required=False, allow_blank=True, max_length=120)
    email = Address(required=False, allow_blank=True)
    phone = Line(required=False, allow_blank=True, max_length=20)
    text = serializers.CharField(required=False, allow_blank=True, max_length=4000)
    subject = Line(required=False, allow_blank=True, max_length=500, help_text="Such as a photograph's address.")
    third_party = serializers.BooleanField(required=False, default=False)
    received_at = Moment(required=False)


class NoteBody(Body):
    note = serializers.CharField(required=False, allow_blank=True, default="", max_length=2000)


class ReasonBody(Body):
    note = serializers.CharField(max_length=2000, help_text="Goes to whoever asked.")


class ExtensionBody(ReasonBody):
    days = serializers.IntegerField(min_value=1, max_value=LONGEST_EXTENSION)


class IdentityBody(Body):
    confirmed = serializers.BooleanField()
    note = serializers.CharField(max_length=2000, help_text="How it was found out; no number or image of a card.")


class HolidaySerializer(HouseSerializer):
    class Meta:
        model = PublicHoliday
        fields = ["id", "day", "name", "worked", "version"]
        read_only_fields = ["id", "version"]
        extra_kwargs: dict[str, dict[str, Any]] = {"day": {"validators": []}}
