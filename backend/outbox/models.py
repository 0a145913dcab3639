"""The outbox: facts, who must hear them, and the endpoints outside the house that listen."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from backend.core.ids import time_ordered_id
from backend.core.models import Base
from backend.outbox.states import DeliveryState


class Event(models.Model):
    """One fact: audit trail, message and webhook body at once. Append-only; only the relay fills the chain columns,
    once. `position` is the gapless order in which the relay saw committed facts."""

    id = models.UUIDField(primary_key=True, default=time_ordered_id, editable=False)
    name = models.CharField(max_length=80)
    schema_version = models.PositiveSmallIntegerField(default=1)
    subject_id = models.UUIDField()
    conference_id = models.UUIDField(null=True)
    payload = models.JSONField()
    actor = models.CharField(max_length=80, blank=True)
    on_behalf_of = models.CharField(max_length=80, blank=True)
    request_id = models.CharField(max_length=64, blank=True)
    recorded_at = models.DateTimeField(db_default=Now())
    committed_at = models.DateTimeField(
        null=True, help_text="When the fact's transaction committed, where the server keeps that."
    )
    position = models.BigIntegerField(null=True, unique=True)
    previous_hash = models.CharField(max_length=64, blank=True, default="")
    hash = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        indexes = [
            models.Index(
                fields=["recorded_at", "id"], name="events_to_relay", condition=models.Q(position__isnull=True)
            ),
            models.Index(fields=["name", "position"], name="events_by_name"),
            models.Index(fields=["conference_id", "position"], name="events_by_conference"),
            models.Index(fields=["subject_id", "position"], name="events_by_subject"),
        ]


class WebhookEndpoint(Base):
    """An address outside the house that hears facts. Its secrets sign what is sent (several during a rotation).
    `held_until` is the mark of the worker that is calling it."""

    organisation_id = models.UUIDField(null=True)
    url = models.URLField(max_length=500)
    event_names = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    description = models.CharField(max_length=200, blank=True)
    secrets = ArrayField(models.CharField(max_length=200), default=list)
    active = models.BooleanField(default=True)
    disabled_reason = models.CharField(max_length=200, blank=True)
    held_until = models.DateTimeField(null=True, editable=False)


class Delivery(models.Model):
    """One consumer's duty to hear one event. Whatever is still due has not been done. `of_many`: its event is one of many
    alike that were stored together, so it lets those pass that came alone."""

    id = models.UUIDField(primary_key=True, default=time_ordered_id, editable=False)
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="deliveries")
    consumer = models.CharField(max_length=120)
    of_many = models.BooleanField(default=False)
    state = models.CharField(max_length=8, choices=DeliveryState, default=DeliveryState.DUE)
    due_at = models.DateTimeField(db_default=Now())
    attempts = models.PositiveSmallIntegerField(default=0)
    started_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event", "consumer"], name="one_delivery_per_event_and_consumer")
        ]
        indexes = [
            models.Index(
                fields=["consumer", "of_many", "due_at"], name="deliveries_due", condition=models.Q(state="due")
            ),
            models.Index(fields=["state", "-id"], name="deliveries_by_state"),
        ]


class DeliveryAttempt(models.Model):
    """What one try of a delivery came to."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="tries")
    number = models.PositiveSmallIntegerField()
    at = models.DateTimeField(db_default=Now())
    milliseconds = models.PositiveIntegerField(default=0)
    outcome = models.CharField(max_length=500)

    class Meta:
        indexes = [models.Index(fields=["delivery", "number"], name="tries_of_a_delivery")]
