"""Ballots, receipts and the evidence of a poll."""

from typing import Any

from rest_framework import serializers

from backend.core.serializers import Body
from backend.resolutions.serializers.rules import RuleSerializer, TallySerializer, VerdictSerializer
from backend.resolutions.states import Choice, PollState


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
