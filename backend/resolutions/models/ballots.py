"""Ballots as they were cast, and secret ones as they came out of their envelopes."""

from django.db import models
from django.db.models.functions import Now

from backend.resolutions.models.polls import Poll


class NamedBallot(models.Model):
    """A ballot with its choice in clear, as the poll's method writes it; the primary key makes a second one impossible.
    Append-only."""

    pk = models.CompositePrimaryKey("poll_id", "number")
    poll = models.ForeignKey(Poll, on_delete=models.PROTECT, related_name="ballots")
    number = models.PositiveIntegerField()
    choice = models.JSONField()
    leaf = models.CharField(max_length=64)
    cast_by = models.CharField(max_length=80)
    cast_at = models.DateTimeField(db_default=Now())


class Envelope(models.Model):
    """A secret ballot as it was cast: whose it is, and a ciphertext; the primary key makes a second one impossible.

    Append-only; `sealed` is emptied once the key is destroyed and the time for complaints is over, the leaf stays.
    """

    pk = models.CompositePrimaryKey("poll_id", "number")
    poll = models.ForeignKey(Poll, on_delete=models.PROTECT, related_name="envelopes")
    number = models.PositiveIntegerField()
    sealed = models.BinaryField(null=True)
    leaf = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["poll", "leaf"], name="no_envelope_is_copied")]


class OpenedBallot(models.Model):
    """A secret ballot out of its envelope. Nothing here says whose or when: no number, no person, no time, no sequence;
    all of a poll are written at once, in the order of their trackers, which are random. Append-only."""

    pk = models.CompositePrimaryKey("poll_id", "tracker")
    poll = models.ForeignKey(Poll, on_delete=models.PROTECT, related_name="opened")
    tracker = models.CharField(max_length=32)
    choice = models.JSONField(null=True)
    valid = models.BooleanField()
