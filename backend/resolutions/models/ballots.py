"""Ballots as they were cast."""

from django.db import models
from django.db.models.functions import Now

from backend.resolutions.models.polls import Poll
from backend.resolutions.states import Choice


class NamedBallot(models.Model):
    """A ballot with its choice in clear; the primary key makes a second one impossible. Append-only."""

    pk = models.CompositePrimaryKey("poll_id", "number")
    poll = models.ForeignKey(Poll, on_delete=models.PROTECT, related_name="ballots")
    number = models.PositiveIntegerField()
    choice = models.CharField(max_length=8, choices=Choice)
    leaf = models.CharField(max_length=64)
    cast_by = models.CharField(max_length=80)
    cast_at = models.DateTimeField(db_default=Now())
