"""Whether enough people are there, watched while a conference runs."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from backend.conferences.models import Conference
from backend.core.models import Base
from backend.resolutions.states import QuorumBase


class Quorum(Base):
    """How many must be there for a conference to decide: more than (or at least) `share` of `base`.

    Whoever comes as one of `categories`, and belongs to one of `units` or below it where any are named, counts. Of
    `members` somebody says how many there are. `met` is what the last look at a running conference found, null before;
    `seen_until` is the time of the last row of the log of the door it looked at.
    """

    conference = models.OneToOneField(Conference, on_delete=models.PROTECT, related_name="quorum")
    share = models.CharField(max_length=13)
    cmp = models.CharField(max_length=2, default=">=")
    base = models.CharField(max_length=8, choices=QuorumBase)
    members = models.PositiveIntegerField(null=True, blank=True)
    categories = ArrayField(models.CharField(max_length=8))
    units = ArrayField(models.UUIDField(), default=list, blank=True)
    met = models.BooleanField(null=True, editable=False)
    seen_until = models.DateTimeField(null=True, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(base="members", members__isnull=False, members__gt=0)
                | Q(base="summoned", members__isnull=True),
                name="a_quorum_of_members_says_how_many",
            ),
            models.CheckConstraint(
                condition=Q(share__regex=r"^[1-9][0-9]{0,5}/[1-9][0-9]{0,5}$") & Q(cmp__in=[">", ">="]),
                name="a_quorum_is_a_fraction",
            ),
            models.CheckConstraint(condition=~Q(categories=[]), name="a_quorum_counts_somebody"),
        ]


class QuorumChange(models.Model):
    """That a quorum was there, or was lost, `at` this moment, with the numbers. Append-only."""

    quorum = models.ForeignKey(Quorum, on_delete=models.PROTECT, related_name="changes")
    at = models.DateTimeField(db_default=Now())
    met = models.BooleanField()
    present = models.PositiveIntegerField()
    needed = models.PositiveIntegerField()
    base_number = models.PositiveIntegerField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(met=True, present__gte=F("needed")) | Q(met=False, present__lt=F("needed")),
                name="a_quorum_is_met_by_numbers",
            )
        ]
