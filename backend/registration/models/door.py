"""What devices at the door noted while nobody could hear them."""

from django.db import models
from django.db.models.functions import Now

from backend.conferences.models import Conference, Site
from backend.core.ids import time_ordered_id
from backend.registration.models.presence import Presence
from backend.registration.models.registrations import Registration
from backend.registration.states import LOGGED, Direction, ScanOutcome


class Scan(models.Model):
    """One scan of a device that had no connection, with the answer it got: append-only, so that a batch that is sent
    again is answered as it was. `scan` is the device's own name for it.

    `scanned_at` is by the clock of the device, `at` by ours. Whoever was not let in stands here too, and in no log.
    """

    id = models.UUIDField(primary_key=True, default=time_ordered_id, editable=False)
    conference = models.ForeignKey(Conference, on_delete=models.PROTECT, related_name="scans")
    device = models.UUIDField()
    scan = models.UUIDField()
    registration = models.ForeignKey(Registration, null=True, on_delete=models.PROTECT, related_name="scans")
    site = models.ForeignKey(Site, null=True, on_delete=models.PROTECT)
    direction = models.CharField(max_length=3, choices=Direction)
    scanned_at = models.DateTimeField()
    at = models.DateTimeField()
    received_at = models.DateTimeField(db_default=Now())
    outcome = models.CharField(max_length=12, choices=ScanOutcome)
    presence = models.OneToOneField(Presence, null=True, on_delete=models.PROTECT, related_name="scan")
    recorded_by = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["conference", "device", "scan"], name="one_answer_per_scan"),
            models.CheckConstraint(
                condition=models.Q(outcome__in=LOGGED, presence__isnull=False)
                | (~models.Q(outcome__in=LOGGED) & models.Q(presence__isnull=True)),
                name="a_recorded_scan_is_in_the_log",
            ),
        ]
