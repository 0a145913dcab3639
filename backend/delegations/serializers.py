"""What the API and the page say about delegations, and what they take."""

import datetime as dt
from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from backend.conferences.serializers.papers import ConferenceOfMine
from backend.core.clock import now
from backend.core.serializers import Body, HouseSerializer, LanguageMap, Line, Moment
from backend.delegations import queries
from backend.delegations.models import MOST_PLACES, Delegation
from backend.delegations.states import MOVES, DelegationState
from backend.imports.states import ImportState
from backend.invitations.forms import PersonName
from backend.invitations.states import Category, InvitationState, Substitutes
from backend.people.addresses import Address


class OfficeBody(serializers.Serializer[Any]):
    office = Line(max_length=200, required=False, allow_blank=True, default="")


class DelegationSerializer(HouseSerializer):
    """A unit's places: `quota` were given, `named` are filled by the unit, `added` by the organisers, who put people on
    its list themselves; `returned` went back, `left` can still be filled.
    `list` is the invitation list its delegates stand on; `overdue` says that the deadline passed and nobody is named."""

    organisation_name = LanguageMap(source="organisation.name", read_only=True)
    named = serializers.IntegerField(read_only=True)
    added = serializers.IntegerField(read_only=True)
    left = serializers.IntegerField(read_only=True)
    moves = serializers.SerializerMethodField()
    deadline = serializers.SerializerMethodField(
        help_text="The one that applies: `due_at`, or the conference's start where that is earlier."
    )
    overdue = serializers.SerializerMethodField()
    focal_language = serializers.ChoiceField(settings.LANGUAGES, read_only=True)

    class Meta:
        model = Delegation
        fields = (
            "id", "conference", "organisation", "organisation_name", "site", "category", "list", "quota", "named", "added",
            "returned", "left", "due_at", "deadline", "overdue", "focal_name", "focal_email", "focal_language", "state", "moves",
            "asked_at", "reminded_at", "escalated_at", "submitted_at", "closed_at", "version", "created_at",
        )  # fmt: skip
        read_only_fields = fields

    def get_moves(self, row: Delegation) -> list[str]:
        return MOVES.legal(row.state)

    def get_deadline(self, row: Delegation) -> dt.datetime:
        return queries.due(row)

    def get_overdue(self, row: Delegation) -> bool:
        return row.state == DelegationState.ASKED and row.taken == 0 and queries.due(row) <= now()


class FlawSerializer(serializers.Serializer[Any]):
    column = serializers.CharField()
    reason = serializers.CharField()


class ListedRowSerializer(serializers.Serializer[Any]):
    """A row of the file by its number there; `wrong` says why it is left out."""

    number = serializers.IntegerField()
    name = serializers.CharField()
    office = serializers.CharField()
    reached = serializers.CharField()
    state = serializers.ChoiceField(["sound", "named", "double", "unread", "wrong"])
    wrong = FlawSerializer(many=True)
    remarks = FlawSerializer(many=True)


class ListedFileSerializer(serializers.Serializer[Any]):
    """The file handed in last: `busy` while it is read or its people are named, `ready` when its `sound` rows can be
    committed. Of a long file the first rows are shown, and how many `more` there are."""

    filename = serializers.CharField()
    state = serializers.ChoiceField(ImportState.choices)
    busy = serializers.BooleanField()
    ready = serializers.BooleanField()
    reason = serializers.CharField()
    total = serializers.IntegerField()
    sound = serializers.IntegerField()
    named = serializers.IntegerField()
    left_out = serializers.IntegerField()
    rows = ListedRowSerializer(many=True)
    more = serializers.IntegerField()


class NamedDelegateSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    full_name = serializers.CharField(source="invitation.person.full_name")
    office = LanguageMap(source="invitation.office", required_text=False)
    state = serializers.ChoiceField(InvitationState.choices, source="invitation.state")


class UnitPlacesSerializer(serializers.Serializer[Any]):
    """What the link of a unit's focal point opens: its places and whom it named, nothing of other units."""

    id = serializers.UUIDField()
    unit = LanguageMap(source="organisation.name")
    conference = LanguageMap(source="conference.title")
    quota = serializers.IntegerField()
    named = serializers.IntegerField()
    left = serializers.IntegerField()
    due_at = serializers.SerializerMethodField()
    state = serializers.ChoiceField(DelegationState.choices)
    delegates = serializers.SerializerMethodField()
    file = serializers.SerializerMethodField()

    def get_due_at(self, row: Delegation) -> dt.datetime:
        return queries.due(row)

    @extend_schema_field(NamedDelegateSerializer(many=True))
    def get_delegates(self, row: Delegation) -> Any:
        return NamedDelegateSerializer(queries.live_delegates(row.pk), many=True).data

    @extend_schema_field(ListedFileSerializer(allow_null=True))
    def get_file(self, row: Delegation) -> Any:
        found = queries.listed_by_file(row.pk)
        return None if found is None else ListedFileSerializer(found).data


class ListBody(serializers.Serializer[Any]):
    """A form with one file, .xlsx or .csv."""

    file = serializers.FileField(max_length=255, allow_empty_file=True)


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
