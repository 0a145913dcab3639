"""Places given to units, and whom their focal points name for them."""

from django.core.validators import MinValueValidator
from django.db import models

from backend.conferences.models import Conference, Site
from backend.core.models import Base
from backend.delegations.states import DelegationState
from backend.invitations.models import Invitation, InvitationList
from backend.invitations.states import Category
from backend.people.models import Organisation

MOST_PLACES = 1000


class Delegation(Base):
    """The places a unit may fill. `list` holds the invitations of those it named, and is sent like any other.

    `taken` counts everybody on the list, whoever put them there, as of the last time the row was locked; PostgreSQL
    refuses that places taken and places given back exceed the quota, and one more on the list than there are places. The focal point's link is a signature over the id and `link_round`. `reminders` counts
    the moments before `due_at` that have passed.
    """

    conference = models.ForeignKey(Conference, on_delete=models.CASCADE, related_name="delegations")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="delegations")
    site = models.ForeignKey(Site, null=True, blank=True, on_delete=models.PROTECT)
    category = models.CharField(max_length=10, choices=Category, default=Category.DELEGATE)
    list = models.OneToOneField(InvitationList, on_delete=models.PROTECT, related_name="delegation")
    quota = models.PositiveSmallIntegerField(validators=[MinValueValidator(1)])
    taken = models.PositiveSmallIntegerField(default=0)
    returned = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField()
    focal_name = models.CharField(max_length=120)
    focal_email = models.EmailField()
    focal_language = models.CharField(max_length=5, default="vi")
    state = models.CharField(max_length=10, choices=DelegationState, default=DelegationState.DRAFT)
    link_round = models.PositiveSmallIntegerField(default=0)
    reminders = models.PositiveSmallIntegerField(default=0)
    reminded_at = models.DateTimeField(null=True)
    escalated_at = models.DateTimeField(null=True)
    asked_at = models.DateTimeField(null=True)
    submitted_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(quota__gte=1), name="a_quota_is_at_least_one"),
            models.CheckConstraint(
                condition=models.Q(quota__gte=models.F("taken") + models.F("returned")), name="never_over_quota"
            ),
            models.UniqueConstraint(
                fields=["conference", "organisation", "site", "category"],
                nulls_distinct=False,
                name="one_delegation_per_unit_site_and_category",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"], name="delegations_due", condition=models.Q(state__in=["asked", "submitted"])
            )
        ]


class Delegate(Base):
    """Somebody the focal point named. Who was not on record in the unit before was `added` with the name, and may be
    corrected by the focal point; what was on record is not theirs to change."""

    delegation = models.ForeignKey(Delegation, on_delete=models.CASCADE, related_name="delegates")
    invitation = models.OneToOneField(Invitation, on_delete=models.PROTECT, related_name="delegate")
    added = models.BooleanField(default=False)
