"""Who was told once more, before the start, that they have a seat."""

from django.db import models
from django.db.models.functions import Now

from backend.core.ids import time_ordered_id
from backend.registration.models.registrations import Registration


class SeatReminder(models.Model):
    """Somebody who comes without an invitation is reminded as `moment` before the start comes: once, append-only. Whether
    a letter went out stands in the ledger of mail. Invitees are reminded by their invitation."""

    id = models.UUIDField(primary_key=True, default=time_ordered_id, editable=False)
    registration = models.ForeignKey(Registration, on_delete=models.PROTECT, related_name="reminders")
    moment = models.DateTimeField()
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["registration", "moment"], name="one_seat_reminder_of_each_moment")
        ]
