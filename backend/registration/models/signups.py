"""People who register on a public page, until their mailbox is proved to be theirs."""

from django.db import models

from backend.conferences.models import Conference, Site
from backend.core.models import Base
from backend.people.models import Organisation
from backend.questions.models import Questionnaire
from backend.registration.models.registrations import Registration


class Signup(Base):
    """Somebody who signed up on the public page of a conference. Until they confirm by the link in their mailbox they
    have no seat and no turn; then what they wrote moves to their person and registration, and is emptied here.

    `who` is a keyed hash of address and name: the same human being has one open sign-up. The link is a signature over
    the id and `link_round`; writing something else raises the round. What they ticked and could not be recorded as they
    confirmed stays in `lapsed`: they are told, and asked to decide anew.
    """

    conference = models.ForeignKey(Conference, on_delete=models.CASCADE, related_name="signups")
    who = models.CharField(max_length=64)
    language = models.CharField(max_length=5)
    said = models.JSONField(help_text="Name, salutation, address and number as written; empty once confirmed.")
    site = models.ForeignKey(Site, null=True, on_delete=models.CASCADE)
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT)
    questionnaire = models.ForeignKey(Questionnaire, null=True, on_delete=models.PROTECT)
    answers = models.JSONField(default=dict)
    consents = models.JSONField(default=list, help_text="What they ticked: purposes, each with the version they read.")
    lapsed = models.JSONField(default=list, help_text="Purposes they ticked in words that did not count any more then.")
    link_round = models.PositiveSmallIntegerField(default=0)
    expires_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    registration = models.ForeignKey(Registration, null=True, on_delete=models.PROTECT, related_name="signups")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["conference", "who"],
                condition=models.Q(confirmed_at__isnull=True),
                name="one_open_signup_each",
            ),
            models.CheckConstraint(
                condition=models.Q(confirmed_at__isnull=True, registration__isnull=True)
                | models.Q(confirmed_at__isnull=False, registration__isnull=False, said={}, answers={}, consents=[]),
                name="a_confirmed_signup_is_a_registration",
            ),
        ]
        indexes = [
            models.Index(fields=["expires_at"], name="signups_by_end", condition=models.Q(confirmed_at__isnull=True))
        ]
