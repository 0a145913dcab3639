"""Polls and their rolls as they are written and read."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from backend.conferences.serializers.fields import Id
from backend.core.serializers import Body, LanguageMap, Moment, StatefulSerializer
from backend.invitations.states import Category
from backend.resolutions.models import Amendment, Poll, Resolution
from backend.resolutions.serializers.rules import RuleField, RuleSerializer, TallySerializer, VerdictSerializer
from backend.resolutions.states import POLL_MOVES, Choice, PollState

RESULTS = (PollState.DECLARED, PollState.COUNTED)


class PollSerializer(StatefulSerializer):
    """`tally` and `verdict` are null until the ballots are counted; `turnout` is live."""

    machine = POLL_MOVES
    turnout = serializers.IntegerField(read_only=True)
    rule = serializers.SerializerMethodField()
    voting_categories = serializers.ListField(child=serializers.ChoiceField(Category.choices), read_only=True)
    tally = serializers.SerializerMethodField()
    verdict = serializers.SerializerMethodField()

    class Meta:
        model = Poll
        fields = (
            "id",
            "resolution",
            "amendment",
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

    @extend_schema_field(RuleSerializer)
    def get_rule(self, poll: Poll) -> Any:
        return poll.rule

    @extend_schema_field(TallySerializer(allow_null=True))
    def get_tally(self, poll: Poll) -> Any:
        return poll.tally if poll.state in RESULTS else None

    @extend_schema_field(VerdictSerializer(allow_null=True))
    def get_verdict(self, poll: Poll) -> Any:
        return poll.verdict if poll.state in RESULTS else None


class PollBody(Body):
    resolution = Id(queryset=Resolution.objects.select_related("conference"))
    amendment = Id(queryset=Amendment.objects.all(), required=False, allow_null=True)
    question = LanguageMap(one_line=True, max_length=1000)
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


class EntitlementSerializer(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    cast = serializers.BooleanField()


class RollEntrySerializer(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    name = serializers.CharField()
    present_at_open = serializers.BooleanField()
    choice = serializers.ChoiceField(Choice.choices, allow_null=True)
