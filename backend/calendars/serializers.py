"""Calendar links as JSON."""

from typing import Any

from rest_framework import serializers

from backend.calendars.models import CalendarLink
from backend.calendars.states import FeedKind
from backend.core.serializers import Body, HouseSerializer, LanguageMap


class CalendarLinkSerializer(HouseSerializer):
    """`name` is that of the conference, series, room or organisation; null for one's own calendar, and where the
    account may no longer see what the link is of."""

    name = LanguageMap(read_only=True, allow_null=True)

    class Meta:
        model = CalendarLink
        fields = ["id", "kind", "subject", "name", "issued_at", "used_at", "revoked_at", "created_at"]
        read_only_fields = fields


class UndatedSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField(source="conference.pk", help_text="The conference.")
    title = LanguageMap(source="conference.title")
    when = serializers.CharField(help_text="What is known of its time, in the caller's language; empty: nothing.")


class ContentsSerializer(serializers.Serializer[Any]):
    """What the link's calendar holds now. Conferences become entries when their time is exact; until then they are
    `undated`, and `said` is the sentence the calendar carries about them."""

    entries = serializers.IntegerField()
    undated = UndatedSerializer(many=True)
    said = serializers.CharField(help_text="In the caller's language; empty when everything has its time.")


class IssuedLinkSerializer(CalendarLinkSerializer):
    """Only in the answer to its making does a link show its address; a repeat of that answer leaves it out."""

    sometimes = ("address",)
    address = serializers.URLField(read_only=True)

    class Meta(CalendarLinkSerializer.Meta):
        fields = [*CalendarLinkSerializer.Meta.fields, "address"]
        read_only_fields = fields


class CalendarLinkBody(Body):
    kind = serializers.ChoiceField(choices=FeedKind.choices)
    subject = serializers.UUIDField(
        required=False, allow_null=True, help_text="The conference, series, room or organisation; none for `person`."
    )
