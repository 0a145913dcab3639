"""What the API says about resolutions and polls, and what it takes."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from backend.conferences.models import Conference
from backend.conferences.serializers.fields import Id, VisibleItem
from backend.core.serializers import Body, LanguageMap, Moment, StatefulSerializer
from backend.core.text import say
from backend.invitations.states import Category
from backend.resolutions.counting.presets import PRESETS
from backend.resolutions.counting.rule import COMPARISONS, COUNTED, MOMENTS, QUORUM_BASES, THRESHOLD_BASES, TIES
from backend.resolutions.counting.verdict import OUTCOMES
from backend.resolutions.models import Poll, Resolution
from backend.resolutions.states import POLL_MOVES, RESOLUTION_MOVES, Choice, PollState

RESULTS = (PollState.DECLARED, PollState.COUNTED)


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


@extend_schema_field(
    {"type": "string", "pattern": "^[0-9]{1,6}/[0-9]{1,6}$", "description": "Above 0, at most 1.", "examples": ["2/3"]},
    component_name="Fraction",
)
class Share(serializers.CharField):
    """A fraction as it is written; nothing is ever rounded."""


class ThresholdSerializer(serializers.Serializer[Any]):
    """Those in favour must be more than (or at least) `share` of `base`."""

    share = Share()
    cmp = serializers.ChoiceField(choices=COMPARISONS)
    base = serializers.ChoiceField(choices=THRESHOLD_BASES)


class QuorumRuleSerializer(serializers.Serializer[Any]):
    """At each moment of `at` those present must be more than (or at least) `share` of `base`."""

    share = Share()
    cmp = serializers.ChoiceField(choices=COMPARISONS, default=">=")
    base = serializers.ChoiceField(choices=QUORUM_BASES)
    at = serializers.ListField(child=serializers.ChoiceField(choices=MOMENTS), default=["open"])


class RuleSerializer(serializers.Serializer[Any]):
    """Adopted when the quorum and every threshold hold. `tie`: as many for as against is rejected or for the chair.
    A rule that is read has every member; one that is written may leave out those with a default."""

    all_of = serializers.ListField(child=ThresholdSerializer(), min_length=1, max_length=8)
    quorum = QuorumRuleSerializer(allow_null=True, required=False)
    blanks = serializers.ChoiceField(choices=COUNTED, default="not_counted")
    invalid = serializers.ChoiceField(choices=COUNTED, default="count_in_cast")
    tie = serializers.ChoiceField(choices=TIES, default="fails")
    title = LanguageMap(one_line=True, required_text=False, required=False)
    citation = LanguageMap(required_text=False, required=False)


class TallySerializer(serializers.Serializer[Any]):
    """What was counted. A number of people that nobody established is null."""

    returned = serializers.IntegerField(help_text="valid + blank + invalid")
    valid = serializers.IntegerField(help_text="yes + no + abstain")
    yes = serializers.IntegerField()
    no = serializers.IntegerField()
    abstain = serializers.IntegerField()
    blank = serializers.IntegerField()
    invalid = serializers.IntegerField()
    members = serializers.IntegerField(allow_null=True)
    summoned = serializers.IntegerField(allow_null=True)
    entitled = serializers.IntegerField(allow_null=True)
    attending = serializers.IntegerField(
        allow_null=True, help_text="The entitled who were there at any moment of the vote, or voted."
    )
    present_at_open = serializers.IntegerField(allow_null=True)
    present_at_seal = serializers.IntegerField(allow_null=True)


class CheckSerializer(serializers.Serializer[Any]):
    """One comparison with all its operands: `got` against `share` of `base_number`."""

    subject = serializers.CharField(help_text="What was compared: yes, present_at_open or present_at_seal.")
    base = serializers.ChoiceField(choices=THRESHOLD_BASES)
    base_number = serializers.IntegerField()
    parts = serializers.DictField(child=serializers.IntegerField(), help_text="What `base_number` is the sum of.")
    share = Share()
    cmp = serializers.ChoiceField(choices=COMPARISONS)
    needed = serializers.IntegerField(help_text="The least whole number that would do.")
    got = serializers.IntegerField()
    margin = serializers.IntegerField(help_text="got - needed")
    holds = serializers.BooleanField()
    percent = serializers.CharField(help_text="got of base, cut (not rounded) after two digits: 49.99")


class VerdictSerializer(serializers.Serializer[Any]):
    """What was decided and why, with every operand."""

    outcome = serializers.ChoiceField(choices=OUTCOMES)
    rule = RuleSerializer()
    tally = TallySerializer()
    quorum = CheckSerializer(many=True)
    thresholds = CheckSerializer(many=True)
    proof = serializers.ListField(child=LanguageMap(), help_text="The verdict as sentences.")
    casting_vote = serializers.BooleanField(allow_null=True, help_text="The chair's answer to a tie.")


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


@extend_schema_field(
    {
        "description": "The name of a ready-made rule, or a rule as data.",
        "oneOf": [{"type": "string", "enum": sorted(PRESETS)}, {"$ref": "#/components/schemas/Rule"}],
        "examples": ["staff_conference", {"all_of": [{"share": "1/2", "cmp": ">", "base": "attending"}]}],
    },
    component_name="RuleOrItsName",
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
    state = serializers.ChoiceField(PollState.choices)
    rule = RuleSerializer()
    text_hash = serializers.CharField()
    config_hash = serializers.CharField()
    roll_hash = serializers.CharField()
    leaves = serializers.ListField(child=serializers.CharField())
    urn_root = serializers.CharField()
    tally = TallySerializer(allow_null=True)
    verdict = VerdictSerializer(allow_null=True)


class RollEntrySerializer(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    name = serializers.CharField()
    present_at_open = serializers.BooleanField()
    choice = serializers.ChoiceField(Choice.choices, allow_null=True)
