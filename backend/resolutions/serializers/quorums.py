"""Quorums as they are set and watched."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from backend.conferences.models import Conference
from backend.conferences.serializers.fields import Id
from backend.conferences.states import Category
from backend.core.clock import now
from backend.core.serializers import Body, HouseSerializer, LanguageMap, Moment
from backend.people.models import Organisation
from backend.resolutions.counting import proof
from backend.resolutions.counting.rule import COMPARISONS
from backend.resolutions.models import Quorum, QuorumChange
from backend.resolutions.queries import quorums as reading
from backend.resolutions.serializers.rules import CheckSerializer, Share
from backend.resolutions.states import QuorumBase


class QuorumCheckSerializer(CheckSerializer):
    """`sentence` says it as minutes do."""

    sentence = LanguageMap()


class ListedQuorumSerializer(HouseSerializer):
    """`met` is what the last look at the running conference found; null before there was one."""

    share = Share()
    categories = serializers.ListField(child=serializers.ChoiceField(Category.choices))
    units = serializers.ListField(child=serializers.UUIDField())

    class Meta:
        model = Quorum
        fields: tuple[str, ...] = (
            "id",
            "conference",
            "share",
            "cmp",
            "base",
            "members",
            "categories",
            "units",
            "met",
            "version",
        )
        read_only_fields = fields


class WatchedQuorumSerializer(ListedQuorumSerializer):
    """`now` is who is in the room this moment, against what is needed."""

    now = serializers.SerializerMethodField()

    class Meta(ListedQuorumSerializer.Meta):
        fields = (*ListedQuorumSerializer.Meta.fields, "now")
        read_only_fields = fields

    @extend_schema_field(QuorumCheckSerializer)
    def get_now(self, quorum: Quorum) -> Any:
        check = reading.check(quorum, now())
        return {**check.to_json(), "sentence": proof.presence(check)}


class EditQuorumBody(Body):
    """More than (or at least) `share` of `base` must be there. Only people of `categories` count, and where `units` are
    named, only theirs and those of units below them. `members` is how many the body has, where that is the base."""

    share = Share()
    cmp = serializers.ChoiceField(COMPARISONS, default=">=")
    base = serializers.ChoiceField(QuorumBase.choices)
    members = serializers.IntegerField(min_value=1, max_value=1_000_000, required=False, allow_null=True)
    categories = serializers.ListField(child=serializers.ChoiceField(Category.choices), min_length=1, max_length=3)
    units = serializers.ListField(child=Id(queryset=Organisation.objects.all()), max_length=200, default=list)


class QuorumBody(EditQuorumBody):
    conference = Id(queryset=Conference.objects.all())


class QuorumChangeSerializer(HouseSerializer):
    """That it was reached or lost while the conference ran, when, and with the numbers of that moment."""

    class Meta:
        model = QuorumChange
        fields = ("at", "met", "present", "needed", "base_number")
        read_only_fields = fields


class QuorumStepSerializer(serializers.Serializer[Any]):
    at = Moment()
    present = serializers.IntegerField()
    met = serializers.BooleanField()


class QuorumCourseSerializer(serializers.Serializer[Any]):
    """`steps`: each moment at which the number of those who count was another, from the log of the door as it is read
    today. `changes`: what was seen, and told, while the conference ran."""

    quorum = serializers.UUIDField()
    steps = QuorumStepSerializer(many=True)
    changes = QuorumChangeSerializer(many=True)
