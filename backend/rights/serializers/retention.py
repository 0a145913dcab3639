"""How long what is kept, as JSON."""

from typing import Any

from rest_framework import serializers

from backend.core.serializers import Body, HouseSerializer, LanguageMap
from backend.rights.models import LegalHold, RetentionRun


class TermSerializer(serializers.Serializer[Any]):
    """One sort of data. `due` and `before` say what would be dropped now: asked for one sort, not in the list."""

    name = serializers.CharField()
    title = LanguageMap()
    days = serializers.IntegerField()
    house_days = serializers.IntegerField(help_text="What the house does where nothing else was set.")
    before = serializers.DateTimeField(allow_null=True)
    due = serializers.IntegerField(allow_null=True)


class TermBody(Body):
    days = serializers.IntegerField(min_value=1, max_value=36500)


class RunSerializer(HouseSerializer):
    class Meta:
        model = RetentionRun
        fields = ["id", "name", "day", "before", "count", "version"]
        read_only_fields = fields


class HoldSerializer(HouseSerializer):
    class Meta:
        model = LegalHold
        fields = ["id", "conference_id", "reason", "placed_by", "created_at", "lifted_at", "version"]
        read_only_fields = fields


class HoldBody(Body):
    conference = serializers.UUIDField()
    reason = serializers.CharField(max_length=500)
