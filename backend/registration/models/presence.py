"""Who came in and went out."""

from django.db import models
from django.db.models.functions import Now

from backend.conferences.models import Conference, Site
from backend.core.ids import time_ordered_id
from backend.registration.models.registrations import Registration
from backend.registration.states import Direction, PresenceSource


class Presence(models.Model):
    """Somebody came in or went out: append-only. Who is in the room at an instant is a query over it.

    `at` is when it happened, not when the house heard of it: what a device at the door brings late falls into its place.
    Of two rows of one instant the one that says in comes last: nobody drops out of a count by a tie.
    """

    id = models.UUIDField(primary_key=True, default=time_ordered_id, editable=False)
    conference = models.ForeignKey(Conference, on_delete=models.PROTECT, related_name="presences")
    registration = models.ForeignKey(Registration, on_delete=models.PROTECT, related_name="presences")
    site = models.ForeignKey(Site, null=True, on_delete=models.PROTECT)
    direction = models.CharField(max_length=3, choices=Direction)
    at = models.DateTimeField(db_default=Now())
    source = models.CharField(max_length=6, choices=PresenceSource)
    recorded_by = models.CharField(max_length=80, blank=True)

    class Meta:
        indexes = [models.Index(fields=["conference", "registration", "at"], name="presence_in_time")]
