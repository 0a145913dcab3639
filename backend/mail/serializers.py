"""Mails as JSON: what was sent to whom and what came of it, never the letter itself."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from backend.core.serializers import Body, HouseSerializer, Line
from backend.mail.models import InboundMail, MailBatch, MailState, OutgoingMail, SuppressedAddress
from backend.mail.states import BatchState


class MailSerializer(HouseSerializer):
    class Meta:
        model = OutgoingMail
        fields = [
            "id", "purpose", "subject_id", "sequence", "recipient", "conference_id", "organisation_id", "message_id",
            "subject", "digest", "batch", "state", "due_at", "attempts", "sent_at", "last_answer", "created_at",
        ]  # fmt: skip
        read_only_fields = fields
        extra_kwargs = {"digest": {"help_text": "SHA-256 of the mail's bytes."}}


class LettersSerializer(serializers.Serializer[Any]):
    """How many letters of a batch are where. `paused` are those that would go out if the batch were not."""

    queued = serializers.IntegerField()
    paused = serializers.IntegerField()
    sent = serializers.IntegerField()
    refused = serializers.IntegerField()
    held = serializers.IntegerField()
    withdrawn = serializers.IntegerField()


class MailBatchSerializer(HouseSerializer):
    letters = serializers.SerializerMethodField()

    class Meta:
        model = MailBatch
        fields = [
            "id", "purpose", "subject_id", "number", "conference_id", "organisation_id", "state", "reason", "letters",
            "created_at", "version",
        ]  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(LettersSerializer)
    def get_letters(self, batch: MailBatch) -> dict[str, int]:
        found: dict[str, int] = {state: getattr(batch, f"letters_{state}") for state in MailState.values}
        waiting = batch.state == BatchState.PAUSED
        return {**found, "queued": 0 if waiting else found["queued"], "paused": found["queued"] if waiting else 0}


class AbortBody(Body):
    reason = Line(max_length=300)


class InboundMailSerializer(HouseSerializer):
    """`why` is the reason in words. What the mail says is not here: it is its sender's."""

    why = serializers.CharField(source="get_reason_display", read_only=True)

    class Meta:
        model = InboundMail
        fields = [
            "id", "message_id", "via", "received_at", "size", "digest", "sender", "subject", "state", "reason", "why",
            "detail", "subject_id", "conference_id", "organisation_id", "answers", "settled_at", "version",
        ]  # fmt: skip
        read_only_fields = fields


class SuppressedAddressSerializer(HouseSerializer):
    class Meta:
        model = SuppressedAddress
        fields = [
            "id", "address", "status", "diagnosis", "report", "organisation_id", "created_at", "lifted_at", "version",
        ]  # fmt: skip
        read_only_fields = fields
