"""Votes on texts, and the roll that was frozen for each."""

from django.db import models
from django.db.models import Q

from backend.conferences.models import Conference
from backend.core.models import Base
from backend.core.text import LocalizedTextField
from backend.people.models import Person
from backend.registration.models import Registration
from backend.resolutions.models.amendments import Amendment
from backend.resolutions.models.texts import Resolution
from backend.resolutions.states import PollState, Secrecy


class Poll(Base):
    """One vote on one resolution, or on an `amendment` to it. Its configuration is frozen once it opens; a re-vote is a new poll that replaces it.

    `rule` is rule data (see counting), `verdict` the one result object every output renders.
    """

    resolution = models.ForeignKey(Resolution, on_delete=models.PROTECT, related_name="polls")
    amendment = models.ForeignKey(Amendment, null=True, blank=True, on_delete=models.PROTECT, related_name="polls")
    conference = models.ForeignKey(Conference, on_delete=models.PROTECT, related_name="polls")
    round = models.PositiveSmallIntegerField(default=1)
    replaces = models.OneToOneField("self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaced_by")
    secrecy = models.CharField(max_length=8, choices=Secrecy, default=Secrecy.NAMED)
    question = LocalizedTextField()
    rule = models.JSONField()
    voting_categories = models.JSONField(default=list)
    state = models.CharField(max_length=10, choices=PollState, default=PollState.DRAFT)
    closes_at = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField(null=True)
    sealed_at = models.DateTimeField(null=True)
    text_hash = models.CharField(max_length=64, blank=True)
    config_hash = models.CharField(max_length=64, blank=True)
    roll_hash = models.CharField(max_length=64, blank=True)
    urn_root = models.CharField(max_length=64, blank=True)
    tally = models.JSONField(null=True)
    verdict = models.JSONField(null=True)
    annulled_reason = LocalizedTextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["resolution", "round"], name="one_poll_per_round"),
            models.CheckConstraint(
                condition=~Q(state__in=["sealed", "counted", "declared"])
                | Q(tally__isnull=False, sealed_at__isnull=False),
                name="a_sealed_poll_knows_who_was_there",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["counted", "declared"]) | Q(verdict__isnull=False),
                name="a_counted_poll_has_a_verdict",
            ),
        ]


class Entitlement(models.Model):
    """One right to one ballot on the roll that was frozen when the poll opened."""

    pk = models.CompositePrimaryKey("poll_id", "number")
    poll = models.ForeignKey(Poll, on_delete=models.PROTECT, related_name="entitlements")
    number = models.PositiveIntegerField()
    holder = models.ForeignKey(Registration, on_delete=models.PROTECT, related_name="entitlements")
    caster = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="entitlements")
    present_at_open = models.BooleanField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["poll", "holder"], name="one_entitlement_per_holder")]
        indexes = [models.Index(fields=["poll", "caster"], name="entitlements_by_caster")]
