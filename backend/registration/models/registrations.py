"""Who has a seat, and who waits for one."""

from django.db import models

from backend.conferences.models import Conference, Site
from backend.core.models import Base
from backend.core.text import LocalizedTextField
from backend.invitations.models import Invitation
from backend.invitations.states import Category
from backend.people.models import Organisation, Person
from backend.registration.states import OVER, RegistrationState


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
        null=True,
        help_text="Place in the waiting list's order; stays when a seat was found, and goes on to who comes instead.",
    )
    confirmed_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    offer_until = models.DateTimeField(null=True, help_text="Until when the seat offered is kept; stays as it was.")
    reason = LocalizedTextField(blank=True, help_text="Why it was refused.")
    code_round = models.PositiveSmallIntegerField(default=0)
    walk_in = models.BooleanField(db_default=False, default=False, help_text="Registered at the door.")

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
