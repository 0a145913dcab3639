"""Elections, candidates and papers as they are written and read, and what an election comes to."""

from functools import partial
from typing import Any

from drf_spectacular.utils import PolymorphicProxySerializer
from rest_framework import serializers

from backend.conferences.models import AgendaItem, Conference
from backend.conferences.serializers.fields import Id
from backend.core.serializers import Body, HouseSerializer, LanguageMap, Line, StatefulSerializer
from backend.people.models import Person
from backend.resolutions import methods
from backend.resolutions.counting.election import ELECTION_OUTCOMES, STANDINGS
from backend.resolutions.counting.stv import ACTS, LOTS_DECIDE
from backend.resolutions.models import Candidate, Election
from backend.resolutions.serializers.rules import (
    CheckSerializer,
    GivenSerializer,
    RuleSerializer,
    TallySerializer,
    VerdictSerializer,
)
from backend.resolutions.states import ELECTION_MOVES


class CandidateSerializer(HouseSerializer):
    """`number`, as text, is the id on ballots. `elected_in` is the poll that elected them."""

    class Meta:
        model = Candidate
        fields = ("number", "person", "name", "about", "withdrawn_at", "elected_in")
        read_only_fields = fields


class ElectionSerializer(StatefulSerializer):
    """Its rounds are the polls with this `election`."""

    machine = ELECTION_MOVES
    candidates = serializers.SerializerMethodField()
    places_left = serializers.SerializerMethodField()

    class Meta:
        model = Election
        fields = (
            "id", "conference", "agenda_item", "title", "office", "places", "places_left", "candidates", "state", "moves",
            "ended_why", "version",
        )  # fmt: skip
        read_only_fields = fields

    def get_candidates(self, row: Election) -> CandidateSerializer(many=True):  # type: ignore[valid-type]
        ordered = sorted(row.candidates.all(), key=lambda each: each.number)
        return CandidateSerializer(ordered, many=True).data

    def get_places_left(self, row: Election) -> int:
        return row.places - sum(each.elected_in_id is not None for each in row.candidates.all())


class CandidateBody(Body):
    """A person on record, or a name alone; a person's own name is used where none is given."""

    person = Id(queryset=Person.objects.all(), required=False, allow_null=True)
    name = Line(max_length=200, required=False)
    about = LanguageMap(required=False, required_text=False, max_length=2000)


def Candidates(**kwargs: Any) -> serializers.ListField:  # noqa: N802
    """In the order of the paper."""
    return serializers.ListField(child=CandidateBody(), max_length=methods.MOST_CANDIDATES, **kwargs)


Places = partial(serializers.IntegerField, min_value=1, max_value=methods.MOST_CANDIDATES)


class ElectionBody(Body):
    conference = Id(queryset=Conference.objects.all())
    agenda_item = Id(queryset=AgendaItem.objects.all(), required=False, allow_null=True)
    title = LanguageMap(one_line=True, max_length=500)
    office = LanguageMap(one_line=True, required=False, required_text=False, max_length=500)
    places = Places()
    candidates = Candidates()


class EditElectionBody(Body):
    """`candidates` are the whole list anew."""

    agenda_item = Id(queryset=AgendaItem.objects.all(), required=False, allow_null=True)
    title = LanguageMap(one_line=True, max_length=500, required=False)
    office = LanguageMap(one_line=True, required=False, required_text=False, max_length=500)
    places = Places(required=False)
    candidates = Candidates(required=False)


class WithdrawCandidateBody(Body):
    number = serializers.IntegerField(min_value=1, max_value=methods.MOST_CANDIDATES)


class EndElectionBody(Body):
    why = LanguageMap(max_length=1000)


class BallotPaperBody(Body):
    """How a round is voted. `approval`: a mark for each of up to `max` candidates, usually as many as there are places; a
    ballot without a mark is blank, and devices take it with `min` 0 alone. `ranked`: candidates in order of preference,
    counted by `counting`."""

    kind = serializers.ChoiceField(choices=("approval", "ranked"))
    min = serializers.IntegerField(min_value=0, max_value=1, required=False)
    max = serializers.IntegerField(min_value=1, max_value=methods.MOST_CANDIDATES, required=False)
    counting = serializers.ChoiceField(choices=methods.COUNTINGS, required=False)


class StandingSerializer(serializers.Serializer[Any]):
    """What became of a candidate; `checks` are the rule's thresholds with every operand."""

    id = serializers.CharField()
    name = serializers.CharField()
    votes = serializers.IntegerField(help_text="Where candidates are ranked: first preferences.")
    checks = CheckSerializer(many=True)
    standing = serializers.ChoiceField(choices=STANDINGS)


class RunOffSerializer(serializers.Serializer[Any]):
    candidates = serializers.ListField(child=serializers.CharField())
    places = serializers.IntegerField()


class StageSerializer(serializers.Serializer[Any]):
    """Votes are written with five decimals, which is how exact they are."""

    act = serializers.ChoiceField(choices=ACTS)
    candidate = serializers.CharField(allow_null=True)
    votes = serializers.DictField(child=serializers.CharField())
    not_transferable = serializers.CharField()
    elected = serializers.ListField(child=serializers.CharField())


class UndecidedSerializer(serializers.Serializer[Any]):
    act = serializers.ChoiceField(choices=LOTS_DECIDE)
    among = serializers.ListField(child=serializers.CharField())


class LotSerializer(UndecidedSerializer):
    drawn = serializers.CharField()


class RankingSerializer(serializers.Serializer[Any]):
    """A count of preferences; `tie` is what a lot must decide before it goes on."""

    counting = serializers.ChoiceField(choices=methods.COUNTINGS)
    quota = serializers.IntegerField()
    stages = StageSerializer(many=True)
    lots = LotSerializer(many=True)
    tie = UndecidedSerializer(allow_null=True)


class ElectionVerdictSerializer(serializers.Serializer[Any]):
    """Who was elected and why, with every operand. `runoff`: among whom the next round is, and for how many places."""

    outcome = serializers.ChoiceField(choices=ELECTION_OUTCOMES)
    rule = RuleSerializer()
    tally = TallySerializer()
    quorum = CheckSerializer(many=True)
    places = serializers.IntegerField()
    candidates = StandingSerializer(many=True)
    elected = serializers.ListField(child=serializers.CharField())
    runoff = RunOffSerializer(allow_null=True)
    ranking = RankingSerializer(allow_null=True)
    lots_by = GivenSerializer(required=False)
    proof = serializers.ListField(child=LanguageMap(), help_text="The verdict as sentences.")
    counted_in = serializers.ChoiceField(choices=("people", "votes"))


#: What a poll came to: a verdict, or of a round of an election an election's.
AnyVerdict = partial(
    PolymorphicProxySerializer,
    component_name="AnyVerdict",
    serializers=[VerdictSerializer, ElectionVerdictSerializer],
    resource_type_field_name=None,
)
