"""Mails as JSON: what was sent to whom and what came of it, never the letter itself."""

from backend.core.serializers import HouseSerializer
from backend.mail.models import OutgoingMail


class MailSerializer(HouseSerializer):
    class Meta:
        model = OutgoingMail
        fields = [
            "id", "purpose", "subject_id", "sequence", "recipient", "conference_id", "organisation_id", "message_id",
            "subject", "state", "due_at", "attempts", "sent_at", "last_answer", "created_at",
        ]  # fmt: skip
        read_only_fields = fields
