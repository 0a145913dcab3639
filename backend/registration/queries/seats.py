"""Reading how many seats there are, and how a conference gives them."""

from uuid import UUID

from django.db.models import QuerySet

from backend.conferences.models import Conference
from backend.conferences.queries import visible_to as visible_conferences
from backend.core.errors import NotFound
from backend.invitations.queries import LOOKS, conferences_of
from backend.people.models import Account
from backend.registration.models import Admission, Seats


def admission(conference_id: UUID) -> Admission:
    """How the conference takes people: as decided, else by invitation. Raises NotFound."""
    stored = Admission.objects.select_related("conference").filter(pk=conference_id).first()
    if stored is not None:
        return stored
    conference = Conference.objects.filter(pk=conference_id).first()
    if conference is None:
        raise NotFound()
    return Admission(conference=conference)


def visible_admissions(account: Account) -> QuerySet[Admission]:
    """What was decided for the conferences the account sees."""
    return Admission.objects.select_related("conference").filter(conference__in=visible_conferences(account))


def visible_seats(account: Account) -> QuerySet[Seats]:
    """The seat counters of conferences the account works for."""
    if not account.is_authenticated:
        return Seats.objects.none()
    return with_limits(Seats.objects.filter(conference__in=conferences_of(account, *LOOKS)))


def with_limits(rows: QuerySet[Seats]) -> QuerySet[Seats]:
    """With the limits of sites and units the API shows beside the total."""
    return rows.select_related("conference").prefetch_related("conference__seat_limits")
