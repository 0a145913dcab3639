"""Who may cast somebody else's votes, and who took theirs back while a poll was open."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from backend.conferences.models import Conference
from backend.core.ids import time_ordered_id
from backend.documents.models import Document
from backend.people.models import Person
from backend.registration.models import Registration
from backend.resolutions.models.polls import Poll


class Authorisation(models.Model):
    """A holder of votes has somebody with a seat cast them: in one poll, or in all of the conference (`poll` null). The
    one for a poll goes before. Taken back it stays on record; `paper` is the signed paper, where there is one.
    Append-only but for these two."""

    id = models.UUIDField(primary_key=True, default=time_ordered_id, editable=False)
    conference = models.ForeignKey(Conference, on_delete=models.PROTECT, related_name="authorisations")
    poll = models.ForeignKey(Poll, null=True, blank=True, on_delete=models.PROTECT, related_name="authorisations")
    holder = models.ForeignKey(Registration, on_delete=models.PROTECT, related_name="authorisations")
    proxy = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    paper = models.OneToOneField(Document, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField(db_default=Now())
    taken_back_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["holder", "poll"],
                condition=Q(taken_back_at=None),
                nulls_distinct=False,
                name="one_authorisation_at_a_time",
            )
        ]


class TakenBack(models.Model):
    """From `at` on the holder casts instead of whom the frozen roll names; no vote of theirs had been cast. The roll
    stays as it was hashed. Append-only."""

    pk = models.CompositePrimaryKey("poll_id", "holder_id")
    poll = models.ForeignKey(Poll, on_delete=models.PROTECT, related_name="taken_back")
    holder = models.ForeignKey(Registration, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now())
