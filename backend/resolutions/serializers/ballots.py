"""Ballots, receipts and the evidence of a poll."""

import base64
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from backend.core.serializers import Body
from backend.core.text import say
from backend.resolutions import methods, sealing
from backend.resolutions.serializers.elections import AnyVerdict
from backend.resolutions.serializers.rules import RuleSerializer, TallySerializer
from backend.resolutions.states import Choice, PollState, ReceiptKind, Secrecy


@extend_schema_field({"type": "string", "contentEncoding": "base64", "maxLength": 748})
class Sealed(serializers.Field[bytes, str, str, Any]):
    """A libsodium sealed box of a ballot filled up to its constant length, in base64. No CharField: looking at each of
    748 characters took a tenth of the time that casting takes."""

    def to_internal_value(self, data: Any) -> bytes:
        try:
            sealed = base64.b64decode(data if isinstance(data, str) else "-", validate=True)
        except ValueError:  # not base64, or not even ASCII
            raise serializers.ValidationError(say(vi="Không phải base64.", en="This is no base64.")) from None
        if len(sealed) != sealing.SEALED_BYTES:
            n = sealing.SEALED_BYTES
            raise serializers.ValidationError(
                say(vi="Phong bì phải dài đúng {n} byte.", en="An envelope is {n} bytes long.", n=n)
            )
        return sealed


@extend_schema_field(
    {
        "description": "By the poll's `method`: yes, no or abstain; or a list of candidates' ids, the best first where they"
        " are ranked.",
        "oneOf": [
            {"type": "string", "enum": Choice.values},
            {"type": "array", "items": {"type": "string", "maxLength": 3}, "maxItems": methods.MOST_CANDIDATES},
        ],
        "examples": ["yes", ["3", "1"]],
    },
    component_name="Choice",
)
class Content(serializers.Field[Any, Any, Any, Any]):
    """What stands on a ballot. Whether it is a vote is the poll's method to say."""

    def to_internal_value(self, data: Any) -> Any:
        listed = isinstance(data, list) and len(data) <= methods.MOST_CANDIDATES
        if isinstance(data, str) or (listed and all(isinstance(each, str) for each in data)):
            return data
        raise serializers.ValidationError(say(vi="Không phải là một lựa chọn.", en="This is no choice."))

    def to_representation(self, value: Any) -> Any:
        return value


class EnvelopeSerializer(Body):
    number = serializers.IntegerField(min_value=1, max_value=1_000_000)
    sealed = Sealed()


class BallotBody(Body):
    """Either a `choice`, or in a secret poll `envelopes` the voter sealed to its `public_key`, one for each number.

    `numbers` names some of the entitlements the caller may cast; left out, all of them. What is sealed is 512 bytes: JSON
    with `poll` (its id), `choice` and `tracker` (32 random hexadecimal digits), filled up with spaces.
    """

    poll = serializers.UUIDField()
    choice = Content(required=False)
    numbers = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=1_000_000), required=False, min_length=1, max_length=1000
    )
    envelopes = serializers.ListField(child=EnvelopeSerializer(), required=False, min_length=1, max_length=1000)

    def read(self, data: Any) -> dict[str, Any]:
        """What was sent, of which nothing is left here afterwards; raises ValidationError naming field and reason."""
        self.initial_data = data
        try:
            self.is_valid(raise_exception=True)
            read: dict[str, Any] = self.validated_data
            return read
        finally:
            for name in ("initial_data", "_validated_data", "_errors"):
                vars(self).pop(name, None)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        given = attrs.get("envelopes")
        if ("choice" in attrs) == (given is not None) or ("numbers" in attrs and given is not None):
            either = say(vi="Gửi hoặc lựa chọn, hoặc phong bì.", en="Send either a choice or envelopes.")
            raise serializers.ValidationError({"choice": either})
        if given is not None:
            by_number = {each["number"]: each["sealed"] for each in given}
            if len(by_number) < len(given):
                twice = say(vi="Mỗi số chỉ có một phong bì.", en="One envelope for each number.")
                raise serializers.ValidationError({"envelopes": twice})
            attrs["envelopes"] = by_number
        return attrs


class ReceiptSerializer(serializers.Serializer[Any]):
    """`leaf`, `key` and `signature` are null in a poll without receipts, `tracker` wherever the house did not make one or
    has told it before: the same request gets the same receipt, and a tracker made here is told once."""

    poll = serializers.UUIDField()
    number = serializers.IntegerField()
    leaf = serializers.CharField(allow_null=True)
    roll_hash = serializers.CharField()
    config_hash = serializers.CharField()
    key = serializers.CharField(allow_null=True)
    signature = serializers.CharField(allow_null=True)
    tracker = serializers.CharField(allow_null=True)


class ConfigSerializer(serializers.Serializer[Any]):
    """All that was frozen when the poll opened."""

    poll = serializers.UUIDField()
    resolution = serializers.UUIDField(allow_null=True)
    election = serializers.UUIDField(allow_null=True)
    amendment = serializers.UUIDField(allow_null=True)
    round = serializers.IntegerField()
    question = serializers.DictField(child=serializers.CharField())
    rule = RuleSerializer()
    method = serializers.DictField()
    voting_categories = serializers.ListField(child=serializers.CharField())
    voting_units = serializers.ListField(child=serializers.CharField())
    weights = serializers.ListField(child=serializers.DictField())
    splitting = serializers.BooleanField()
    proxies = serializers.IntegerField()
    members = serializers.IntegerField(allow_null=True)
    text_hash = serializers.CharField()
    closes_at = serializers.CharField(allow_null=True)
    secrecy = serializers.ChoiceField(Secrecy.choices)
    receipt = serializers.ChoiceField(ReceiptKind.choices)
    receipt_key = serializers.CharField()
    public_key = serializers.CharField()
    threshold = serializers.IntegerField()
    tellers = serializers.ListField(child=serializers.CharField())
    channels = serializers.ListField(child=serializers.CharField())
    committee = serializers.ListField(child=serializers.CharField())


class AuditHeadSerializer(serializers.Serializer[Any]):
    position = serializers.IntegerField()
    hash = serializers.CharField()


class SheetRecordSerializer(serializers.Serializer[Any]):
    """What one teller found; `sequence` numbers the teller's sheets of the batch, of which the last counts."""

    teller = serializers.UUIDField()
    channel = serializers.CharField()
    batch = serializers.CharField()
    sequence = serializers.IntegerField()
    issued = serializers.IntegerField(allow_null=True)
    returned = serializers.IntegerField(allow_null=True)
    count = serializers.JSONField()


class SheetsSerializer(serializers.Serializer[Any]):
    """Numbers on the roll that were handed a paper, and the tellers' sheets."""

    papers = serializers.ListField(child=serializers.IntegerField())
    sheets = SheetRecordSerializer(many=True)


class AnnulledSerializer(serializers.Serializer[Any]):
    """Who voided the poll, when and why."""

    by = serializers.UUIDField(allow_null=True)
    at = serializers.DateTimeField()
    why = serializers.DictField(child=serializers.CharField())


class EvidenceSerializer(serializers.Serializer[Any]):
    """All that is needed to check a sealed poll without trusting this server; `ballots` are rows of number and choice,
    `opened` of tracker, choice and validity, `roll` of number, registration and person for those who may read it."""

    format = serializers.CharField()
    poll = serializers.UUIDField()
    state = serializers.ChoiceField(PollState.choices)
    config = ConfigSerializer(allow_null=True)
    config_hash = serializers.CharField()
    roll = serializers.ListField(child=serializers.ListField(), allow_null=True)
    roll_hash = serializers.CharField()
    taken_back = serializers.ListField(
        child=serializers.IntegerField(), help_text="Numbers their holders cast in person after all, not the proxy."
    )
    returned = serializers.IntegerField(allow_null=True)
    leaves = serializers.ListField(child=serializers.CharField())
    urn_root = serializers.CharField()
    urn_signature = serializers.CharField()
    ballots = serializers.ListField(child=serializers.ListField(), allow_null=True)
    opened = serializers.ListField(child=serializers.ListField(), allow_null=True)
    opened_root = serializers.CharField()
    sheets = SheetsSerializer(allow_null=True)
    sheets_hash = serializers.CharField()
    tally = TallySerializer(allow_null=True)
    count_signature = serializers.CharField()
    verdict = AnyVerdict(many=False, allow_null=True)
    verdict_hash = serializers.CharField(help_text="Of the verdict as it was counted; signed with the count.")
    declared_signature = serializers.CharField(
        help_text="Over the verdict as it was declared, with casting vote and lots; empty before."
    )
    key_destroyed_at = serializers.CharField(allow_null=True)
    audit_head = AuditHeadSerializer(allow_null=True)
    digest = serializers.CharField()
    key = serializers.CharField()
    signature = serializers.CharField()
