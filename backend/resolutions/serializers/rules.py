"""Rules, tallies and verdicts as they are written and read."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from backend.core.serializers import LanguageMap, Moment
from backend.core.text import say
from backend.resolutions.counting.presets import PRESETS
from backend.resolutions.counting.rule import COMPARISONS, COUNTED, MOMENTS, QUORUM_BASES, THRESHOLD_BASES, TIES
from backend.resolutions.counting.verdict import COUNTED_IN, OUTCOMES


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
    valid = serializers.IntegerField(help_text="In a vote for or against: yes + no + abstain")
    blank = serializers.IntegerField()
    invalid = serializers.IntegerField()
    yes = serializers.IntegerField(allow_null=True)
    no = serializers.IntegerField(allow_null=True)
    abstain = serializers.IntegerField(allow_null=True)
    members = serializers.IntegerField(allow_null=True)
    summoned = serializers.IntegerField(allow_null=True)
    entitled = serializers.IntegerField(allow_null=True)
    attending = serializers.IntegerField(
        allow_null=True, help_text="The entitled who were there at any moment of the vote, or voted."
    )
    present_at_open = serializers.IntegerField(allow_null=True)
    present_at_seal = serializers.IntegerField(allow_null=True)
    left_after_voting = serializers.IntegerField(
        allow_null=True, help_text="Were there when they voted, and not when voting closed.", default=None
    )
    voted_outside = serializers.IntegerField(
        allow_null=True,
        help_text="Voted, or were represented, without being there by the log of the door: they never came, or had left.",
        default=None,
    )


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
    percent = serializers.CharField(
        help_text="got of base, to two digits, rounded but never onto or over the share: 49.99"
    )


class GivenSerializer(serializers.Serializer[Any]):
    """Who gave it, and when."""

    person = serializers.UUIDField(allow_null=True)
    at = Moment()


class VerdictSerializer(serializers.Serializer[Any]):
    """What was decided and why, with every operand."""

    outcome = serializers.ChoiceField(choices=OUTCOMES)
    rule = RuleSerializer()
    tally = TallySerializer()
    quorum = CheckSerializer(many=True)
    thresholds = CheckSerializer(many=True)
    proof = serializers.ListField(child=LanguageMap(), help_text="The verdict as sentences.")
    casting_vote = serializers.BooleanField(allow_null=True, help_text="The chair's answer to a tie.")
    casting_vote_by = GivenSerializer(required=False)
    counted_in = serializers.ChoiceField(
        choices=COUNTED_IN, help_text="What the tally's people are: people, or the votes they hold."
    )


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
