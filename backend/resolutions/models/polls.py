"""Votes on texts, and the roll that was frozen for each."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from backend.conferences.models import Conference
from backend.core.models import Base
from backend.core.text import LocalizedTextField
from backend.people.models import Person
from backend.registration.models import Registration
from backend.resolutions import methods
from backend.resolutions.models.amendments import Amendment
from backend.resolutions.models.elections import Election
from backend.resolutions.models.texts import Resolution
from backend.resolutions.states import BY_TELLERS, Channel, PollState, ReceiptKind, Secrecy


def on_devices() -> list[str]:
    return [Channel.DEVICES.value]


class Poll(Base):
    """One vote on one resolution or an `amendment` to it, or one round of an election. Its configuration is frozen once it
    opens; a re-vote is a new poll that replaces it, a round for the places left a new poll that `follows` it. `round` counts
    polls linked so, from 1.

    Who comes as one of `voting_categories` votes, of `voting_units` and those below them where any are named. `members` is
    how many the body has, where the rule measures by them. Who holds several votes stands in `weights`; all of them are
    cast for one choice, unless `splitting` lets the holder divide them.

    `rule` is rule data (see counting), `verdict` the one result object every output renders. `config` is all that was
    frozen at the opening, as `config_hash` hashes it. Of a secret poll only the public half of its key is here; `threshold`
    tellers together hold the other (see sealing). What comes by another of the `channels` than devices stands on the
    tellers' sheets, whose hash (`sheets_hash`) is signed with the count, and so is the verdict of that moment
    (`verdict_hash`). What the chair or the lot added to it is signed when it is declared (`declared_signature`).
    """

    resolution = models.ForeignKey(Resolution, null=True, blank=True, on_delete=models.PROTECT, related_name="polls")
    amendment = models.ForeignKey(Amendment, null=True, blank=True, on_delete=models.PROTECT, related_name="polls")
    election = models.ForeignKey(Election, null=True, blank=True, on_delete=models.PROTECT, related_name="polls")
    conference = models.ForeignKey(Conference, on_delete=models.PROTECT, related_name="polls")
    round = models.PositiveSmallIntegerField(default=1)
    replaces = models.OneToOneField("self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaced_by")
    follows = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="followed_by")
    secrecy = models.CharField(max_length=8, choices=Secrecy, default=Secrecy.NAMED)
    receipt = models.CharField(max_length=10, choices=ReceiptKind, default=ReceiptKind.INCLUSION)
    method = models.JSONField(default=methods.default)
    channels = ArrayField(models.CharField(max_length=7, choices=Channel), default=on_devices)
    threshold = models.PositiveSmallIntegerField(default=2)
    question = LocalizedTextField()
    rule = models.JSONField()
    voting_categories = models.JSONField(default=list)
    voting_units = models.JSONField(default=list)
    weights = models.JSONField(default=list)
    splitting = models.BooleanField(default=False)
    proxies = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="How many anybody may stand for; null before it opens: as the procedure says."
    )
    members = models.PositiveIntegerField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=PollState, default=PollState.DRAFT)
    closes_at = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField(null=True)
    sealed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True, help_text="Declared or annulled: the time for complaints begins.")
    config = models.JSONField(null=True)
    public_key = models.CharField(max_length=64, blank=True)
    receipt_key = models.CharField(max_length=64, blank=True)
    text_hash = models.CharField(max_length=64, blank=True)
    config_hash = models.CharField(max_length=64, blank=True)
    roll_hash = models.CharField(max_length=64, blank=True)
    urn_root = models.CharField(max_length=64, blank=True)
    urn_signature = models.CharField(max_length=128, blank=True)
    opened_root = models.CharField(max_length=64, blank=True)
    sheets_hash = models.CharField(max_length=64, blank=True)
    verdict_hash = models.CharField(max_length=64, blank=True)
    count_signature = models.CharField(max_length=128, blank=True)
    declared_signature = models.CharField(max_length=128, blank=True)
    key_destroyed_at = models.DateTimeField(null=True)
    envelopes_emptied_at = models.DateTimeField(null=True)
    tally = models.JSONField(null=True)
    verdict = models.JSONField(null=True)
    annulled_reason = LocalizedTextField(blank=True)
    annulled_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="annulments")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["election", "round"],
                condition=~Q(state__in=["draft", "annulled"]),
                name="one_round_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(resolution__isnull=False, election__isnull=True)
                | Q(resolution__isnull=True, election__isnull=False, amendment__isnull=True),
                name="a_poll_is_on_a_text_or_an_election",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["sealed", "counted", "declared"])
                | Q(tally__isnull=False, sealed_at__isnull=False),
                name="a_sealed_poll_knows_who_was_there",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["counted", "declared"]) | Q(verdict__isnull=False),
                name="a_counted_poll_has_a_verdict",
            ),
            models.CheckConstraint(
                condition=Q(state="draft")
                | Q(secrecy="named")
                | ~Q(public_key="")
                | ~Q(channels__contains=["devices"]),
                name="a_secret_poll_has_a_key",
            ),
            models.CheckConstraint(condition=Q(threshold__gte=2, threshold__lte=16), name="no_teller_opens_alone"),
            models.CheckConstraint(
                condition=~Q(channels=[]) & Q(channels__contained_by=["devices", "paper", "hands"]),
                name="a_poll_takes_votes_by_known_channels",
            ),
            models.CheckConstraint(
                condition=~Q(channels__contains=["hands"])
                | (~Q(secrecy="secret") & ~Q(method__kind="ranked") & Q(weights=[])),
                name="a_hand_is_one_open_vote",
            ),
            models.CheckConstraint(
                condition=Q(weights=[]) | Q(secrecy="named") | Q(splitting=True), name="sealed_votes_may_differ"
            ),
            models.CheckConstraint(condition=~Q(voting_categories__contains="guest"), name="guests_are_no_voters"),
        ]

    @property
    def was_counted(self) -> bool:
        """Whether its votes were counted: what was found stays readable, also when the poll was annulled afterwards."""
        return self.verdict is not None

    @property
    def by_tellers(self) -> list[str]:
        """The channels whose votes tellers count."""
        return [each for each in self.channels if each in BY_TELLERS]

    @property
    def has_urn_key(self) -> bool:
        """Whether its envelopes are sealed to a key that the tellers hold: secret, and cast on devices."""
        return self.secrecy == Secrecy.SECRET and Channel.DEVICES in self.channels


class Teller(Base):
    """A member of the committee that opens a secret poll's envelopes and counts papers and hands (ban kiểm phiếu).

    Only where there are envelopes has a teller a key. `public_key` is of the key the teller alone holds as words,
    `tested_at` when the words were entered rightly since; `sealed_share` is the share of the poll's key, which only those
    words open. `destroyed_at` is when the teller gave it up. Ids are in the order in which the committee was named.
    """

    poll = models.ForeignKey(Poll, on_delete=models.PROTECT, related_name="tellers")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="counts")
    public_key = models.CharField(max_length=64, blank=True)
    tested_at = models.DateTimeField(null=True)
    sealed_share = models.BinaryField(null=True)
    destroyed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("id",)
        constraints = [
            models.UniqueConstraint(fields=["poll", "person"], name="one_seat_per_teller"),
            models.UniqueConstraint(
                fields=["poll", "public_key"], condition=~Q(public_key=""), name="one_key_per_teller"
            ),
        ]


class Entitlement(models.Model):
    """One right to one ballot on the roll that was frozen when the poll opened; `unit` counts those of one holder, and
    `caster` is who casts it: the holder, or a proxy."""

    pk = models.CompositePrimaryKey("poll_id", "number")
    poll = models.ForeignKey(Poll, on_delete=models.PROTECT, related_name="entitlements")
    number = models.PositiveIntegerField()
    unit = models.PositiveSmallIntegerField(default=1)
    holder = models.ForeignKey(Registration, on_delete=models.PROTECT, related_name="entitlements")
    caster = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="entitlements")
    present_at_open = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["poll", "holder", "unit"], name="one_entitlement_per_unit"),
            models.CheckConstraint(condition=Q(unit__gte=1, unit__lte=1000), name="votes_of_one_holder_are_bounded"),
        ]
        indexes = [models.Index(fields=["poll", "caster"], name="entitlements_by_caster")]
