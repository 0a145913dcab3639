"""How long each sort of data is kept, what was dropped when, and what is held for the sake of the law."""

from django.db import models

from backend.core.models import Base
from backend.people.models import Account


class RetentionTerm(Base):
    """Another number of days than the house's own for one sort of data."""

    name = models.CharField(max_length=40, unique=True)
    days = models.PositiveIntegerField()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(days__gte=1), name="data_are_kept_a_day_at_least")]


class RetentionRun(Base):
    """What was dropped of one sort of data on one day: everything that was older than `before`."""

    name = models.CharField(max_length=40)
    day = models.DateField()
    before = models.DateTimeField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "day"], name="one_retention_run_per_day")]


class LegalHold(Base):
    """Nothing of this conference is dropped until the hold is lifted, and nobody who took part in it is erased."""

    conference_id = models.UUIDField()
    reason = models.CharField(max_length=500)
    placed_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["conference_id"], condition=models.Q(lifted_at=None), name="one_hold_per_conference"
            )
        ]
