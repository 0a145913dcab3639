"""What tellers hand out and count: ballot papers, and the sheets with what they found (bản kê kiểm phiếu)."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from backend.core.ids import time_ordered_id
from backend.resolutions.models.polls import Poll, Teller
from backend.resolutions.states import BY_TELLERS, Channel


class IssuedPaper(models.Model):
    """A ballot paper that was handed to somebody on the roll: this entitlement is used up, no device casts it any more.
    Append-only."""

    pk = models.CompositePrimaryKey("poll_id", "number")
    poll = models.ForeignKey(Poll, on_delete=models.PROTECT, related_name="papers")
    number = models.PositiveIntegerField()
    issued_by = models.CharField(max_length=80)
    issued_at = models.DateTimeField(db_default=Now())


class Sheet(models.Model):
    """What one teller found in one batch: a box of papers, or the hands of one room (`batch`, "" where there is one).

    Append-only: a correction is the teller's next sheet of the batch, and the last one is what the teller says. `count`
    is a count of the poll's method; of papers also how many the batch's room was `issued` and how many were `returned`.
    """

    id = models.UUIDField(primary_key=True, default=time_ordered_id, editable=False)
    poll = models.ForeignKey(Poll, on_delete=models.PROTECT, related_name="sheets")
    teller = models.ForeignKey(Teller, on_delete=models.PROTECT, related_name="sheets")
    channel = models.CharField(max_length=7, choices=[(each.value, each.label) for each in BY_TELLERS])
    batch = models.CharField(max_length=80, blank=True)
    sequence = models.PositiveSmallIntegerField()
    count = models.JSONField()
    issued = models.PositiveIntegerField(null=True)
    returned = models.PositiveIntegerField(null=True)
    entered_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["poll", "channel", "batch", "teller", "sequence"], name="sheets_of_a_teller_are_numbered"
            ),
            models.CheckConstraint(
                condition=Q(channel=Channel.PAPER, issued__gte=F("returned"), returned__isnull=False)
                | Q(channel=Channel.HANDS, issued__isnull=True, returned__isnull=True),
                name="only_papers_are_issued_and_returned",
            ),
        ]
