"""What the API says about resolutions and polls, and what it takes."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from backend.conferences.models import AgendaItem, Conference
from backend.conferences.serializers.fields import Id, Moment
from backend.core.serializers import Body, HouseSerializer, LanguageMap
from backend.core.text import say
from backend.invitations.states import Category
from backend.resolutions.models import Poll, Resolution
from backend.resolutions.states import POLL_MOVES, RESOLUTION_MOVES, Choice, PollState

RESULTS = (PollState.DECLARED, PollState.COUNTED)


class ResolutionSerializer(HouseSerializer):
    """`clauses` [] means that the text is not on record."""

    clauses = serializers.ListField(child=LanguageMap(), read_only=True)
    moves = serializers.SerializerMethodField()

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

    def get_moves(self, resolution: Resolution) -> list[str]:
        return RESOLUTION_MOVES.legal(resolution.state)


class PollSerializer(HouseSerializer):
    """`tally` and `verdict` are null until the ballots are counted; `turnout` is live."""

    turnout = serializers.IntegerField(read_only=True)
    moves = serializers.SerializerMethodField()
    tally = serializers.SerializerMethodField()
    verdict = serializers.SerializerMethodField()

    class Meta:
        model = Poll
        fields = (
            "id",
            "resolution",
            "conference",
            "round",
            "replaces",
            "secrecy",
            "question",
            "rule",
            "voting_categories",
            "state",
            "moves",
            "closes_at",
            "opened_at",
            "sealed_at",
            "text_hash",
            "config_hash",
            "roll_hash",
            "urn_root",
            "turnout",
            "tally",
            "verdict",
            "annulled_reason",
            "version",
        )
        read_only_fields = fields

    def get_moves(self, poll: Poll) -> list[str]:
        return POLL_MOVES.legal(poll.state)

    @extend_schema_field({"type": ["object", "null"], "additionalProperties": True})
    def get_tally(self, poll: Poll) -> Any:
        return poll.tally if poll.state in RESULTS else None

    @extend_schema_field({"type": ["object", "null"], "additionalProperties": True})
    def get_verdict(self, poll: Poll) -> Any:
        return poll.verdict if poll.state in RESULTS else None


class EditResolutionBody(Body):
    title = LanguageMap(max_length=500)
    clauses = serializers.ListField(child=LanguageMap(max_length=10000), max_length=200)
    agenda_item = Id(queryset=AgendaItem.objects.all(), required=False, allow_null=True)


class ResolutionBody(EditResolutionBody):
    conference = Id(queryset=Conference.objects.all())


class DecisionBody(Body):
    """A decision taken without a count, and how it was taken."""

    adopted = serializers.BooleanField()
    decided_how = LanguageMap(max_length=1000)


@extend_schema_field(
    {
        "description": "The name of a ready-made rule, or a rule as data.",
        "oneOf": [{"type": "string"}, {"type": "object", "additionalProperties": True}],
    }
)
class RuleField(serializers.Field[Any, Any, Any, Any]):
    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str | dict):
            raise serializers.ValidationError(
                say(vi="Phải là tên quy tắc hoặc dữ liệu quy tắc.", en="Must be a rule's name or rule data.")
            )
        return data

    def to_representation(self, value: Any) -> Any:
        return value


class PollBody(Body):
    resolution = Id(queryset=Resolution.objects.select_related("conference"))
    question = LanguageMap(max_length=1000)
    rule = RuleField()
    voting_categories = serializers.ListField(
        child=serializers.ChoiceField(Category.choices), min_length=1, max_length=3
    )
    closes_at = Moment(required=False, allow_null=True)
    replaces = Id(queryset=Poll.objects.all(), required=False, allow_null=True)


class OpenBody(Body):
    override_reason = serializers.CharField(required=False, allow_blank=True, max_length=500, default="")


class DeclareBody(Body):
    casting_vote = serializers.BooleanField(required=False, allow_null=True, default=None)


class AnnulBody(Body):
    reason = LanguageMap(max_length=1000)


class BallotBody(Body):
    """`numbers` names some of the entitlements the caller may cast; left out, all of them."""

    poll = serializers.UUIDField()
    choice = serializers.ChoiceField(Choice.choices)
    numbers = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=1_000_000), required=False, min_length=1, max_length=1000
    )


class ReceiptSerializer(serializers.Serializer[Any]):
    poll = serializers.UUIDField()
    number = serializers.IntegerField()
    leaf = serializers.CharField()


class EntitlementSerializer(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    cast = serializers.BooleanField()


class EvidenceSerializer(serializers.Serializer[Any]):
    """All that is needed to check a sealed poll without trusting this server."""

    poll = serializers.UUIDField()
    state = serializers.CharField()
    rule = serializers.DictField()
    text_hash = serializers.CharField()
    config_hash = serializers.CharField()
    roll_hash = serializers.CharField()
    leaves = serializers.ListField(child=serializers.CharField())
    urn_root = serializers.CharField()
    tally = serializers.DictField(allow_null=True)
    verdict = serializers.DictField(allow_null=True)


class RollEntrySerializer(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    name = serializers.CharField()
    present_at_open = serializers.BooleanField()
    choice = serializers.CharField(allow_null=True)
