"""Mail as it was sent: rendered once, kept byte for byte."""

from django.db import models
from django.db.models.functions import Now

from backend.core.models import Base


class MailState(models.TextChoices):
    QUEUED = "queued"
    SENT = "sent"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class OutgoingMail(Base):
    """One mail to one person for one purpose. The dedupe key makes a second one impossible.

    `due_at` is also the lease of whoever carries the mail to a worker; `held_until` is the mark of the worker that is
    sending it. `organisation_id` says whose organisers may read it (null: only those who work everywhere).
    """

    purpose = models.CharField(max_length=40)
    subject_id = models.UUIDField()
    sequence = models.PositiveIntegerField(default=0)
    recipient = models.EmailField()
    conference_id = models.UUIDField(null=True)
    organisation_id = models.UUIDField(null=True)
    message_id = models.CharField(max_length=255, unique=True)
    subject = models.CharField(max_length=900)
    raw = models.BinaryField()
    state = models.CharField(max_length=10, choices=MailState, default=MailState.QUEUED)
    due_at = models.DateTimeField(db_default=Now())
    held_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    last_answer = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["recipient", "purpose", "subject_id", "sequence"],
                name="one_mail_per_recipient_purpose_subject_sequence",
            )
        ]
        indexes = [
            models.Index(fields=["due_at"], name="mail_due", condition=models.Q(state="queued")),
            models.Index(fields=["conference_id", "-id"], name="mail_by_conference"),
        ]
