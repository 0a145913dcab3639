"""Mail as it was sent: rendered once, kept byte for byte."""

import functools
import operator

from django.db import models
from django.db.models.functions import Lower, Now

from backend.core.models import Base
from backend.mail.states import REASONS, BatchState, InboundReason, InboundState, InboundVia


class MailState(models.TextChoices):
    QUEUED = "queued"
    SENT = "sent"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    HELD = "held"


class MailBatch(Base):
    """Letters to many about one thing: an invitation list sent once, one window of news. It goes out, waits, or was
    aborted for a `reason`. `subject_id` is the list, or the conference the letters are about, `number` what tells
    several batches about it apart."""

    purpose = models.CharField(max_length=40)
    subject_id = models.UUIDField()
    number = models.PositiveIntegerField()
    conference_id = models.UUIDField(null=True)
    organisation_id = models.UUIDField(null=True)
    state = models.CharField(max_length=10, choices=BatchState, default=BatchState.RUNNING)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(state=BatchState.ABORTED) | ~models.Q(reason=""),
                name="an_aborted_batch_says_why",
            ),
            models.UniqueConstraint(
                fields=["subject_id", "purpose", "number"], name="one_mail_batch_per_subject_purpose_number"
            ),
        ]


class OutgoingMail(Base):
    """One mail to one person for one purpose. The dedupe key makes a second one impossible.

    `due_at` is also the lease of whoever carries the mail to a worker; `held_until` is the mark of the worker that is
    sending it. `organisation_id` says whose organisers may read it (null: only those who work everywhere). Without a
    `batch` it is urgent. `digest` is the SHA-256 of `raw`, set by the database, which lets neither change.
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
    digest = models.CharField(max_length=64, editable=False)
    batch = models.ForeignKey(MailBatch, null=True, on_delete=models.PROTECT, related_name="mails")
    domain = models.GeneratedField(
        expression=Lower(models.Func("recipient", models.Value("@"), models.Value(-1), function="split_part")),
        output_field=models.CharField(max_length=254),
        db_persist=True,
    )
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
            models.Index(
                fields=["due_at"], name="urgent_mail_due", condition=models.Q(state="queued", batch__isnull=True)
            ),
            models.Index(
                fields=["due_at"], name="bulk_mail_due", condition=models.Q(state="queued", batch__isnull=False)
            ),
            models.Index(fields=["batch", "state"], name="mail_by_batch"),
            models.Index(fields=["conference_id", "-id"], name="mail_by_conference"),
        ]


class Allowance(models.Model):
    """How far the letters to one domain, or from one organisation, have used up what they may: `booked_until` is the
    moment from which nothing of it is used. Its lock makes the relays that hand out mails count one after the other."""

    key = models.CharField(max_length=270, primary_key=True)
    booked_until = models.DateTimeField()


class InboundMail(Base):
    """A mail as it came in, once however often it is delivered: a row is a Message-ID, or the hash of what has none.

    `raw` is all of it, or the beginning of what is too large (`size` says how much there was). `organisation_id` says
    whose organisers deal with it (null: only those who work everywhere); `subject_id` is the invitation it is about,
    and `answers` the mail of ours that it reports on. `reason` says why it is in its state, `detail` what exactly.
    """

    message_id = models.CharField(max_length=255, unique=True)
    raw = models.BinaryField()
    digest = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    via = models.CharField(max_length=10, choices=InboundVia)
    received_at = models.DateTimeField(db_default=Now())
    sender = models.CharField(max_length=254, blank=True)
    subject = models.CharField(max_length=400, blank=True)
    state = models.CharField(max_length=10, choices=InboundState, default=InboundState.NEW)
    reason = models.CharField(max_length=20, choices=InboundReason, default=InboundReason.NOT_LOOKED_AT)
    detail = models.CharField(max_length=500, blank=True)
    subject_id = models.UUIDField(null=True)
    conference_id = models.UUIDField(null=True)
    organisation_id = models.UUIDField(null=True)
    answers = models.ForeignKey(OutgoingMail, null=True, on_delete=models.PROTECT, related_name="reports")
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=functools.reduce(
                    operator.or_, (models.Q(state=state, reason__in=reasons) for state, reasons in REASONS.items())
                ),
                name="an_inbound_mail_is_where_its_reason_leads",
            )
        ]
        indexes = [models.Index(fields=["state", "-id"], name="inbound_mails_by_state")]


class SuppressedAddress(Base):
    """An address that a mail could not be delivered to, for good: mails to it are held until somebody lifts this.
    There is no `report` where the mail server said so as the mail was handed over."""

    address = models.CharField(max_length=254, help_text="In lower case.")
    status = models.CharField(max_length=20, blank=True, help_text="The delivery report's status, as 5.1.1.")
    diagnosis = models.CharField(max_length=500, blank=True, help_text="What the other mail server said.")
    report = models.ForeignKey(InboundMail, null=True, on_delete=models.PROTECT, related_name="+")
    organisation_id = models.UUIDField(null=True)
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["address"], condition=models.Q(lifted_at=None), name="one_suppression_per_address"
            )
        ]
