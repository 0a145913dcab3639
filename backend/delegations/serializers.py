"""What the API and the page say about delegations, and what they take."""

from typing import Any

from django.conf import settings
from rest_framework import serializers

from backend.conferences.serializers.papers import ConferenceOfMine
from backend.core.clock import now
from backend.core.serializers import Body, HouseSerializer, LanguageMap, Line, Moment
from backend.delegations.models import MOST_PLACES, Delegation
from backend.delegations.states import MOVES, DelegationState
from backend.invitations.forms import Address, PersonName
from backend.invitations.states import Category, Substitutes


class OfficeBody(serializers.Serializer[Any]):
    office = Line(max_length=200, required=False, allow_blank=True, default="")


class DelegationSerializer(HouseSerializer):
    """A unit's places: `quota` were given, `named` are filled, `returned` went back, `left` can still be filled.
    `list` is the invitation list its delegates stand on; `overdue` says that the deadline passed and nobody is named."""

    organisation_name = LanguageMap(source="organisation.name", read_only=True)
    named = serializers.IntegerField(read_only=True)
    left = serializers.IntegerField(read_only=True)
    moves = serializers.SerializerMethodField()
    overdue = serializers.SerializerMethodField()
    focal_language = serializers.ChoiceField(settings.LANGUAGES, read_only=True)

    class Meta:
        model = Delegation
        fields = (
            "id", "conference", "organisation", "organisation_name", "site", "category", "list", "quota", "named",
            "returned", "left", "due_at", "overdue", "focal_name", "focal_email", "focal_language", "state", "moves",
            "asked_at", "reminded_at", "escalated_at", "submitted_at", "closed_at", "version", "created_at",
        )  # fmt: skip
        read_only_fields = fields

    def get_moves(self, row: Delegation) -> list[str]:
        return MOVES.legal(row.state)

    def get_overdue(self, row: Delegation) -> bool:
        return row.state == DelegationState.ASKED and row.taken == 0 and row.due_at <= now()


class FocalPointBody(Body):
    quota = serializers.IntegerField(min_value=1, max_value=MOST_PLACES)
    due_at = Moment()
    focal_name = PersonName()
    focal_email = Address()
    focal_language = serializers.ChoiceField(settings.LANGUAGES, required=False)


class DelegationBody(FocalPointBody):
    """`due_at` carries its offset; letters and pages say it on the conference's clock."""

    conference = ConferenceOfMine()
    organisation = serializers.UUIDField()
    site = serializers.UUIDField(required=False, allow_null=True)
    category = serializers.ChoiceField(Category.choices, required=False)
    substitutes = serializers.ChoiceField(Substitutes.choices, required=False)


class DeadlineToNameBody(Body):
    due_at = Moment()


class DelegationCounts(serializers.Serializer[Any]):
    draft = serializers.IntegerField()
    asked = serializers.IntegerField()
    submitted = serializers.IntegerField()
    closed = serializers.IntegerField()


class DelegationOverviewSerializer(serializers.Serializer[Any]):
    """The places of a conference: given to units, filled, gone back, and left to them; `silent` units were asked and
    have named nobody."""

    units = serializers.IntegerField()
    by_state = DelegationCounts()
    silent = serializers.IntegerField()
    quota = serializers.IntegerField()
    named = serializers.IntegerField()
    returned = serializers.IntegerField()
    left = serializers.IntegerField()


class PlacesQuery(Body):
    conference = ConferenceOfMine()
