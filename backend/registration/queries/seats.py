"""Reading how many seats there are, and how a conference gives them."""

import datetime as dt
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from backend.conferences.models import Conference
from backend.conferences.queries import visible_to as visible_conferences
from backend.core.clock import local
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


def midnight(conference: Conference) -> dt.datetime | None:
    """When its day begins, on its own clock; None while nothing says the day."""
    begins = conference.starts_at
    day = local(begins, conference.time_zone).date() if begins else conference.day
    return dt.datetime.combine(day, dt.time(), tzinfo=ZoneInfo(conference.time_zone)) if day else None


def door_opens_at(row: Admission, conference: Conference) -> dt.datetime | None:
    """The door opens with the day, and so many hours before the start where that is earlier; while the start is not
    exact, before the day. On the conference's clock."""
    day = midnight(conference)
    if day is None:
        return None
    opens = min(day, (conference.starts_at or day) - dt.timedelta(hours=row.door_hours))
    return local(opens, conference.time_zone)


def visible_admissions(account: Account) -> QuerySet[Admission]:
    """What was decided for the conferences the account sees."""
    return Admission.objects.select_related("conference").filter(conference__in=visible_conferences(account))


def visible_seats(account: Account) -> QuerySet[Seats]:
    """The seat counters of conferences the account works for."""
    if not account.is_authenticated:
        return Seats.objects.none()
    return with_limits(Seats.objects.filter(conference__in=conferences_of(account, *LOOKS)))


def counter(account: Account, conference_id: UUID) -> Seats:
    """The seats of a conference the account works for; as planned where nobody has asked for one yet. Raises
    NotFound."""
    stored = visible_seats(account).filter(pk=conference_id).first()
    if stored is not None:
        return stored
    conference = conferences_of(account, *LOOKS).filter(pk=conference_id).first() if account.is_authenticated else None
    if conference is None:
        raise NotFound()
    return Seats(conference=conference, capacity=conference.capacity)


def with_limits(rows: QuerySet[Seats]) -> QuerySet[Seats]:
    """With the limits of sites and units the API shows beside the total."""
    return rows.select_related("conference").prefetch_related("conference__seat_limits")
