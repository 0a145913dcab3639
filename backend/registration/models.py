"""Who has a seat, who waits for one, and who is in the room."""

from django.db import models
from django.db.models.functions import Now

from backend.conferences.models import Conference, Site
from backend.core.ids import time_ordered_id
from backend.core.models import Base
from backend.core.text import LocalizedTextField
from backend.invitations.models import Invitation
from backend.invitations.states import Category
from backend.people.models import Organisation, Person
from backend.registration.states import OVER, AdmissionMode, Direction, PresenceSource, RegistrationState


class Admission(models.Model):
    """How a conference takes people. None stored: by invitation, and free seats are given at once.

    `opens_at` and `closes_at` bound when people may register themselves; invitees answer and organisers register at any
    time. With `offer_hours` above 0 a free seat is offered to who is next, for so long, before it is theirs. `by_unit`
    passes free seats to the waiting unit that holds fewest, and not to whoever has waited longest.
    """

    conference = models.OneToOneField(Conference, primary_key=True, on_delete=models.CASCADE, related_name="admission")
    mode = models.CharField(max_length=10, choices=AdmissionMode, default=AdmissionMode.INVITATION)
    opens_at = models.DateTimeField(null=True)
    closes_at = models.DateTimeField(null=True)
    offer_hours = models.PositiveSmallIntegerField(default=0)
    by_unit = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(opens_at__isnull=True)
                | models.Q(closes_at__isnull=True)
                | models.Q(closes_at__gt=models.F("opens_at")),
                name="admission_closes_after_it_opens",
            )
        ]


class Seats(models.Model):
    """The counter of a conference's seats: one row, locked for every change, and a CHECK that it never runs over.

    `waiting` is counted here too: with it the row alone decides between a seat and a turn, so that nobody who comes
    between a cancellation and a promotion passes those who wait. `taken` are confirmed; `offered` ones are kept for
    those asked. `limited` says that sites or units have limits of their own, which are read with this row locked.
    """

    conference = models.OneToOneField(Conference, primary_key=True, on_delete=models.CASCADE, related_name="seats")
    capacity = models.PositiveIntegerField(null=True)
    taken = models.PositiveIntegerField(default=0)
    offered = models.PositiveIntegerField(default=0)
    waiting = models.PositiveIntegerField(default=0)
    last_turn = models.PositiveIntegerField(default=0, help_text="The last place given out on the waiting list.")
    limited = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(capacity__isnull=True)
                | models.Q(capacity__gte=models.F("taken") + models.F("offered")),
                name="never_over_capacity",
            )
        ]


class SeatLimit(models.Model):
    """At most so many seats for those of one site, or of one unit. `held` counts taken and offered ones; it is changed
    with the conference's `Seats` locked, and a CHECK keeps it from running over."""

    id = models.UUIDField(primary_key=True, default=time_ordered_id, editable=False)
    conference = models.ForeignKey(Conference, on_delete=models.CASCADE, related_name="seat_limits")
    site = models.ForeignKey(Site, null=True, on_delete=models.CASCADE)
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT)
    capacity = models.PositiveIntegerField()
    held = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(held__lte=models.F("capacity")), name="never_over_limit"),
            models.CheckConstraint(
                condition=models.Q(site__isnull=True, organisation__isnull=False)
                | models.Q(site__isnull=False, organisation__isnull=True),
                name="a_limit_is_of_a_site_or_a_unit",
            ),
            models.UniqueConstraint(fields=["site"], name="one_limit_per_site"),
            models.UniqueConstraint(fields=["conference", "organisation"], name="one_limit_per_unit"),
        ]


class Registration(Base):
    """A person's place at a conference. The QR code is a signature over the id and `code_round`.

    `cancelled_at` is when it ended, whichever way: refused, expired, withdrawn or cancelled.
    """

    conference = models.ForeignKey(Conference, on_delete=models.PROTECT, related_name="registrations")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="registrations")
    invitation = models.ForeignKey(
        Invitation, null=True, blank=True, on_delete=models.PROTECT, related_name="registrations"
    )
    organisation = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.PROTECT)
    site = models.ForeignKey(Site, null=True, blank=True, on_delete=models.PROTECT)
    category = models.CharField(max_length=10, choices=Category)
    state = models.CharField(max_length=10, choices=RegistrationState)
    turn = models.PositiveIntegerField(
        null=True, help_text="Place in the waiting list's order; stays when a seat was found."
    )
    confirmed_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    offer_until = models.DateTimeField(null=True, help_text="Until when the seat offered is kept; stays as it was.")
    reason = LocalizedTextField(blank=True, help_text="Why it was refused.")
    code_round = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["conference", "person"],
                condition=~models.Q(state__in=sorted(OVER)),
                name="one_live_registration_per_person",
            ),
            models.UniqueConstraint(
                fields=["conference", "turn"], condition=models.Q(turn__isnull=False), name="one_turn_each"
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["waiting", "offered"]) | models.Q(turn__isnull=False),
                name="who_waits_has_a_turn",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="offered") | models.Q(offer_until__isnull=False),
                name="an_offer_ends",
            ),
        ]
        indexes = [
            models.Index(fields=["conference", "turn"], name="waiting_in_order", condition=models.Q(state="waiting")),
            models.Index(fields=["offer_until"], name="offers_by_end", condition=models.Q(state="offered")),
        ]


class Presence(models.Model):
    """Somebody came in or went out: append-only. Who is in the room at an instant is a query over it."""

    id = models.UUIDField(primary_key=True, default=time_ordered_id, editable=False)
    conference = models.ForeignKey(Conference, on_delete=models.PROTECT, related_name="presences")
    registration = models.ForeignKey(Registration, on_delete=models.PROTECT, related_name="presences")
    site = models.ForeignKey(Site, null=True, on_delete=models.PROTECT)
    direction = models.CharField(max_length=3, choices=Direction)
    at = models.DateTimeField(db_default=Now())
    source = models.CharField(max_length=6, choices=PresenceSource)
    recorded_by = models.CharField(max_length=80, blank=True)

    class Meta:
        indexes = [models.Index(fields=["conference", "registration", "at"], name="presence_in_time")]
