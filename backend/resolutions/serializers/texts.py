"""Texts as they are written and read."""

from rest_framework import serializers

from backend.conferences.models import Conference
from backend.conferences.serializers.fields import Id, VisibleItem
from backend.core.serializers import Body, LanguageMap, StatefulSerializer
from backend.resolutions.models import Resolution
from backend.resolutions.states import RESOLUTION_MOVES


class ResolutionSerializer(StatefulSerializer):
    """`clauses` [] means that the text is not on record."""

    machine = RESOLUTION_MOVES
    clauses = serializers.ListField(child=LanguageMap(), read_only=True)

    class Meta:
        model = Resolution
        fields = (
            "id",
            "conference",
            "agenda_item",
            "title",
            "clauses",
            "state",
            "moves",
            "decided_how",
            "decided_at",
            "version",
        )
        read_only_fields = fields


class EditResolutionBody(Body):
    title = LanguageMap(one_line=True, max_length=500)
    clauses = serializers.ListField(child=LanguageMap(max_length=10000), max_length=200)
    agenda_item = VisibleItem(required=False, allow_null=True)


class ResolutionBody(EditResolutionBody):
    conference = Id(queryset=Conference.objects.all())


class DecisionBody(Body):
    """A decision taken without a count, and how it was taken."""

    adopted = serializers.BooleanField()
    decided_how = LanguageMap(max_length=1000)
