"""Who has a seat, who waits for one, and who is in the room."""

from django.db import models
from django.db.models.functions import Now

from backend.conferences.models import Conference, Site
from backend.core.ids import time_ordered_id
from backend.core.models import Base
from backend.invitations.models import Invitation
from backend.invitations.states import Category
from backend.people.models import Organisation, Person
from backend.registration.states import Direction, PresenceSource, RegistrationState


class Seats(models.Model):
    """The counter of a conference's seats: one row, locked for every change, and a CHECK that it never runs over.

    `waiting` is counted here too: with it the row alone decides between a seat and a turn, so that nobody who comes
    between a cancellation and a promotion passes those who wait.
    """

    conference = models.OneToOneField(Conference, primary_key=True, on_delete=models.CASCADE, related_name="seats")
    capacity = models.PositiveIntegerField(null=True)
    taken = models.PositiveIntegerField(default=0)
    waiting = models.PositiveIntegerField(default=0)
    last_turn = models.PositiveIntegerField(default=0, help_text="The last place given out on the waiting list.")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(capacity__isnull=True) | models.Q(taken__lte=models.F("capacity")),
                name="never_over_capacity",
            )
        ]


class Registration(Base):
    """A person's place at a conference. The QR code is a signature over the id and `code_round`."""

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
    code_round = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["conference", "person"],
                condition=~models.Q(state="cancelled"),
                name="one_live_registration_per_person",
            ),
            models.UniqueConstraint(
                fields=["conference", "turn"], condition=models.Q(turn__isnull=False), name="one_turn_each"
            ),
        ]
        indexes = [
            models.Index(fields=["conference", "turn"], name="waiting_in_order", condition=models.Q(state="waiting"))
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
