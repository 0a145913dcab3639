"""Mails as JSON: what was sent to whom and what came of it, never the letter itself."""

from rest_framework import serializers

from backend.core.serializers import HouseSerializer
from backend.mail.models import InboundMail, OutgoingMail, SuppressedAddress


class MailSerializer(HouseSerializer):
    class Meta:
        model = OutgoingMail
        fields = [
            "id", "purpose", "subject_id", "sequence", "recipient", "conference_id", "organisation_id", "message_id",
            "subject", "state", "due_at", "attempts", "sent_at", "last_answer", "created_at",
        ]  # fmt: skip
        read_only_fields = fields


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
