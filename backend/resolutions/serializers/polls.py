"""Polls and their rolls as they are written and read."""

from functools import partial
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from backend.conferences.serializers.fields import Id
from backend.core.serializers import Body, HouseSerializer, LanguageMap, Moment, StatefulSerializer
from backend.core.text import say
from backend.invitations.states import Category
from backend.people.models import Organisation, Person
from backend.resolutions.models import Amendment, Election, Poll, Resolution, Teller
from backend.resolutions.promises import promises, warnings
from backend.resolutions.serializers.ballots import Content
from backend.resolutions.serializers.elections import AnyVerdict, BallotPaperBody
from backend.resolutions.serializers.rolls import MOST_PROXIES, WeightSerializer
from backend.resolutions.serializers.rules import RuleField, RuleSerializer, TallySerializer
from backend.resolutions.states import POLL_MOVES, Channel, ReceiptKind, Secrecy


class PromisesSerializer(serializers.Serializer[Any]):
    """In plain words, in the caller's language."""

    guaranteed = serializers.ListField(child=serializers.CharField())
    not_promised = serializers.ListField(child=serializers.CharField())


class PollSerializer(StatefulSerializer):
    """`tally` and `verdict` are null until the ballots are counted, and stay when it is annulled; `turnout`, on devices, is live. Ballots of a secret poll are sealed
    to its `public_key`; `warnings` say what its result gives away."""

    machine = POLL_MOVES
    turnout = serializers.IntegerField(read_only=True)
    rule = serializers.SerializerMethodField()
    voting_categories = serializers.ListField(child=serializers.ChoiceField(Category.choices), read_only=True)
    voting_units = serializers.ListField(child=serializers.UUIDField(), read_only=True)
    channels = serializers.ListField(child=serializers.ChoiceField(Channel.choices), read_only=True)
    weights = WeightSerializer(many=True, read_only=True)
    tally = serializers.SerializerMethodField()
    verdict = serializers.SerializerMethodField()
    promises = serializers.SerializerMethodField()
    warnings = serializers.SerializerMethodField()

    class Meta:
        model = Poll
        fields = (
            "id",
            "resolution",
            "election",
            "amendment",
            "conference",
            "round",
            "replaces",
            "follows",
            "secrecy",
            "receipt",
            "method",
            "channels",
            "threshold",
            "public_key",
            "receipt_key",
            "question",
            "rule",
            "voting_categories",
            "voting_units",
            "weights",
            "splitting",
            "proxies",
            "members",
            "state",
            "moves",
            "closes_at",
            "opened_at",
            "sealed_at",
            "ended_at",
            "key_destroyed_at",
            "envelopes_emptied_at",
            "text_hash",
            "config_hash",
            "roll_hash",
            "urn_root",
            "sheets_hash",
            "turnout",
            "tally",
            "verdict",
            "promises",
            "warnings",
            "annulled_reason",
            "annulled_by",
            "version",
        )
        read_only_fields = fields

    @extend_schema_field(RuleSerializer)
    def get_rule(self, poll: Poll) -> Any:
        return poll.rule

    @extend_schema_field(TallySerializer(allow_null=True))
    def get_tally(self, poll: Poll) -> Any:
        return poll.tally if poll.was_counted else None

    @extend_schema_field(AnyVerdict(many=False, allow_null=True))
    def get_verdict(self, poll: Poll) -> Any:
        return poll.verdict

    @extend_schema_field(PromisesSerializer)
    def get_promises(self, poll: Poll) -> Any:
        return promises(poll)

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_warnings(self, poll: Poll) -> Any:
        return warnings(poll)


class EditPollBody(Body):
    """What may be corrected of a poll until it opens; what is left out stays. A round of an election says by `ballot` how it
    is voted."""

    ballot = BallotPaperBody(required=False)
    question = LanguageMap(one_line=True, max_length=1000)
    rule = RuleField()
    voting_categories = serializers.ListField(
        child=serializers.ChoiceField(Category.choices), min_length=1, max_length=3
    )
    weights = serializers.ListField(child=WeightSerializer(), max_length=5000, required=False)
    splitting = serializers.BooleanField(
        required=False,
        help_text="Whoever holds several votes may divide them; secret polls with weights must allow it.",
    )
    proxies = serializers.IntegerField(
        min_value=0,
        max_value=MOST_PROXIES,
        required=False,
        allow_null=True,
        help_text="How many anybody may stand for beside themselves; null, what the conference's procedure says.",
    )
    voting_units = serializers.ListField(child=Id(queryset=Organisation.objects.all()), max_length=200, required=False)
    members = serializers.IntegerField(
        min_value=1,
        max_value=1_000_000,
        required=False,
        allow_null=True,
        help_text="How many members there are in all, or how many votes they hold where there are `weights`.",
    )
    closes_at = Moment(required=False, allow_null=True)
    secrecy = serializers.ChoiceField(Secrecy.choices, required=False)
    receipt = serializers.ChoiceField(ReceiptKind.choices, required=False)
    channels = serializers.ListField(
        child=serializers.ChoiceField(Channel.choices), min_length=1, max_length=3, required=False
    )


class PollBody(EditPollBody):
    """On a `resolution`, or a round of an `election`, whose `ballot` says how it is voted: marks for as many as there are
    places where it is left out."""

    resolution = Id(queryset=Resolution.objects.select_related("conference"), required=False)
    election = Id(queryset=Election.objects.select_related("conference"), required=False)
    amendment = Id(queryset=Amendment.objects.all(), required=False, allow_null=True)
    replaces = Id(queryset=Poll.objects.all(), required=False, allow_null=True)
    secrecy = serializers.ChoiceField(Secrecy.choices, default=Secrecy.NAMED)
    receipt = serializers.ChoiceField(ReceiptKind.choices, default=ReceiptKind.INCLUSION)
    channels = serializers.ListField(
        child=serializers.ChoiceField(Channel.choices), min_length=1, max_length=3, default=[Channel.DEVICES.value]
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("resolution" in attrs) == ("election" in attrs) or ("ballot" in attrs and "election" not in attrs):
            either = say(
                vi="Biểu quyết về một nghị quyết hoặc một cuộc bầu cử.", en="On a resolution, or on an election."
            )
            raise serializers.ValidationError({"resolution": either})
        return attrs


class OpenBody(Body):
    override_reason = serializers.CharField(required=False, allow_blank=True, max_length=500, default="")


class AppointBody(Body):
    """`threshold` of these people together open the envelopes."""

    people = serializers.ListField(child=Id(queryset=Person.objects.all()), min_length=2, max_length=16)
    threshold = serializers.IntegerField(min_value=2, max_value=16, default=2)


class HandOutBody(Body):
    """The numbers on the roll of those who were handed a ballot paper."""

    numbers = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=1_000_000), min_length=1, max_length=1000
    )


class PollingListSerializer(serializers.Serializer[Any]):
    """`cast`: on a device; `issued_at`: when the paper was handed out."""

    number = serializers.IntegerField()
    name = serializers.CharField()
    cast = serializers.BooleanField()
    issued_at = Moment(allow_null=True)


class TellerSerializer(HouseSerializer):
    name = serializers.CharField(source="person.full_name", read_only=True)

    class Meta:
        model = Teller
        fields = ("person", "name", "public_key", "tested_at", "destroyed_at")
        read_only_fields = fields


class DrawnKeySerializer(serializers.Serializer[Any]):
    """`words` are told this once: they are written down on paper, tested, and kept until the count."""

    public_key = serializers.CharField()
    words = serializers.CharField(required=False)


#: A key of 256 bits is 33 words of eight letters at most; more room only for spaces.
Words = partial(serializers.CharField, max_length=600)


class TestKeyBody(Body):
    words = Words()


class TableBody(Body):
    """The words of as many tellers as it takes, entered at one table; each teller's are one string."""

    words = serializers.ListField(child=Words(), min_length=2, max_length=16)


class RecountSerializer(serializers.Serializer[Any]):
    same = serializers.BooleanField()


class DeclareBody(Body):
    """`lots`: whom the chair drew, by the ids on the paper, in the order in which the count asked."""

    casting_vote = serializers.BooleanField(required=False, allow_null=True, default=None)
    lots = serializers.ListField(child=serializers.CharField(max_length=3), max_length=80, required=False, default=[])


class AnnulBody(Body):
    """What was counted is voided for a reason of 20 characters or more."""

    reason = LanguageMap(max_length=1000)


class EntitlementSerializer(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    unit = serializers.IntegerField(help_text="Which of its holder's votes this is.")
    name = serializers.CharField(help_text="Whose vote it is.")
    own = serializers.BooleanField()
    cast = serializers.BooleanField()


class RollEntrySerializer(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    unit = serializers.IntegerField()
    name = serializers.CharField()
    proxy = serializers.CharField(allow_null=True, help_text="Who the roll says casts it instead of the holder.")
    taken_back = serializers.BooleanField(help_text="The holder took it back from the proxy after the opening.")
    present_at_open = serializers.BooleanField()
    cast = serializers.BooleanField()
    choice = Content(allow_null=True)
