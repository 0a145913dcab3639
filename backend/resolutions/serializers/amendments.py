"""Amendments, support and comments as they are written and read."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from backend.conferences.models import Conference
from backend.conferences.serializers.fields import Id
from backend.core.serializers import Body, HouseSerializer, LanguageMap, Moment, StatefulSerializer
from backend.core.text import localized
from backend.resolutions import said
from backend.resolutions.models import Amendment, Backing, Comment, Procedure, Resolution
from backend.resolutions.serializers.rolls import MOST_PROXIES
from backend.resolutions.serializers.texts import WrittenArticle
from backend.resolutions.states import AMENDMENT_MOVES, AmendmentKind, BackingRole, SupportBy
from backend.resolutions.wording.amending import CONFLICTS

MOST_SUPPORT = 1000


class PutInClauseSerializer(Body):
    id = serializers.CharField()
    text = LanguageMap()
    clauses = serializers.ListField(child=serializers.DictField(), required=False, help_text="What stands below it.")


class AmendmentSerializer(StatefulSerializer):
    """`clause` is what is put in or instead, null for a deletion; with `whole` it takes the place of all below its target.
    `does` says it in words, by the numbers of the text as it stands."""

    machine = AMENDMENT_MOVES
    clause = serializers.SerializerMethodField()
    whole = serializers.SerializerMethodField()
    does = serializers.SerializerMethodField()
    mover_name = serializers.CharField(source="mover.full_name", default="", read_only=True)

    class Meta:
        model = Amendment
        fields = (
            "id", "resolution", "conference", "number", "kind", "target", "clause", "whole", "does", "reason", "mover",
            "mover_name", "state", "moves", "decided_how", "decided_at", "fell_to", "merged_in", "version",
        )  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(PutInClauseSerializer(allow_null=True))
    def get_clause(self, row: Amendment) -> Any:
        return row.content.get("clause")

    @extend_schema_field({"type": "boolean"})
    def get_whole(self, row: Amendment) -> bool:
        return row.change.whole

    @extend_schema_field(LanguageMap())
    def get_does(self, row: Amendment) -> Any:
        return said.what_it_does(row, row.resolution.wording)


class AmendmentBody(Body):
    """`clause` is what is put in or instead; a replacement with `clauses` takes the place of all below its target."""

    resolution = Id(queryset=Resolution.objects.select_related("conference"))
    kind = serializers.ChoiceField(AmendmentKind.choices)
    target = serializers.CharField(max_length=32, help_text="The id of the clause it is about.")
    clause = WrittenArticle(required=False)
    reason = LanguageMap(required=False, max_length=2000)


class DecideAmendmentBody(Body):
    """Without a count: how it was decided, or that nobody objected when the chair asked."""

    adopted = serializers.BooleanField()
    decided_how = LanguageMap(required=False, max_length=1000)
    objections_asked = serializers.BooleanField(required=False, default=False)


class BackBody(Body):
    """Oneself; a secretary enters another person, or an organisation that stands behind it as such."""

    role = serializers.ChoiceField(BackingRole.choices, required=False, default=BackingRole.SUPPORTER)
    person = serializers.UUIDField(required=False)
    organisation = serializers.UUIDField(required=False)


class TakeBackBody(Body):
    person = serializers.UUIDField(required=False)
    organisation = serializers.UUIDField(required=False)


class BackingSerializer(HouseSerializer):
    """With `former_words` they stood behind a text that was worded anew since: it does not count, and they are asked
    again. `text_hash` is of the words they stood behind, "" of an amendment's, which never change."""

    name = serializers.CharField(source="person.full_name", default="", read_only=True)
    organisation_name = serializers.SerializerMethodField()
    former_words = serializers.BooleanField(read_only=True)

    class Meta:
        model = Backing
        fields = (
            "role", "person", "name", "organisation", "organisation_name", "text_hash", "former_words", "given_at",
            "taken_back_at",
        )  # fmt: skip
        read_only_fields = fields

    @extend_schema_field({"type": "string"})
    def get_organisation_name(self, row: Backing) -> str:
        return localized(row.organisation.name) if row.organisation else ""


class SupportSerializer(Body):
    """Who stands behind it, and how many must: `missing` of `needed`, counted `by` people or organisations."""

    by = serializers.ChoiceField(SupportBy.choices)
    needed = serializers.IntegerField()
    given = serializers.IntegerField()
    missing = serializers.IntegerField()
    backings = BackingSerializer(many=True)


class PendingAmendmentSerializer(Body):
    amendment = serializers.UUIDField()
    number = serializers.IntegerField()
    does = LanguageMap()


class ConflictSerializer(Body):
    """Two amendments by number. Of an `exclusive` pair only one can be merged: when it is carried, the other falls."""

    one = serializers.IntegerField()
    other = serializers.IntegerField()
    reason = serializers.ChoiceField(CONFLICTS)
    exclusive = serializers.BooleanField()


class AmendingSerializer(Body):
    """The order of voting: the one farthest from the text first, unless the chair set another one and said why."""

    order = PendingAmendmentSerializer(many=True)
    reason = LanguageMap(required_text=False, help_text="Why the chair's order is another; {} for the norm's.")
    conflicts = ConflictSerializer(many=True)


class VotingOrderBody(Body):
    amendments = serializers.ListField(child=serializers.UUIDField(), max_length=500)
    reason = LanguageMap(max_length=1000)


class ShareBody(Body):
    comments_until = Moment(required=False, allow_null=True, default=None, help_text="null: no comments are taken.")


class ProcedureSerializer(HouseSerializer):
    class Meta:
        model = Procedure
        fields = ("id", "conference", "resolution_support", "amendment_support", "support_by", "proxies", "version")
        read_only_fields = fields


class ProcedureBody(Body):
    conference = Id(queryset=Conference.objects.all())
    resolution_support = serializers.IntegerField(min_value=0, max_value=MOST_SUPPORT, required=False)
    amendment_support = serializers.IntegerField(min_value=0, max_value=MOST_SUPPORT, required=False)
    support_by = serializers.ChoiceField(SupportBy.choices, required=False)
    proxies = serializers.IntegerField(min_value=0, max_value=MOST_PROXIES, required=False)


class CommentSerializer(HouseSerializer):
    """`text_hash` is of the version it is about; `clause` "" means the whole text."""

    name = serializers.CharField(source="person.full_name", read_only=True)

    class Meta:
        model = Comment
        fields = (
            "id", "resolution", "conference", "clause", "person", "name", "text", "text_hash", "response",
            "responded_at", "created_at", "version",
        )  # fmt: skip
        read_only_fields = fields


class CommentBody(Body):
    resolution = Id(queryset=Resolution.objects.select_related("conference"))
    clause = serializers.CharField(required=False, allow_blank=True, default="", max_length=32)
    text = serializers.CharField(max_length=4000)


class RespondBody(Body):
    response = LanguageMap(max_length=4000)
