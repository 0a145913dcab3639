"""Reading the in/out log: who is in the room at an instant, and whether that is a quorum."""

import datetime as dt
import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain
from uuid import UUID

from django.db.models import Count, F, Max, Min, Q, QuerySet

from backend.conferences.models import Conference, Site
from backend.core.text import Text
from backend.invitations.models import Invitation
from backend.invitations.queries import LIVE, LOOKS, conferences_of, knows_who_is_inside
from backend.invitations.states import Category
from backend.people.models import Account
from backend.registration.models import Presence, Registration, Scan, SeatLimit
from backend.registration.states import HOLDS, Direction, RegistrationState

#: Who counts towards a quorum: guests are welcome, and are not counted.
COUNTED = (Category.STAFF, Category.DELEGATE)


def visible_presences(account: Account) -> QuerySet[Presence]:
    """The log of conferences the account works for."""
    if not account.is_authenticated:
        return Presence.objects.none()
    rows = Presence.objects.select_related("conference", "registration__person")
    return rows.filter(conference__in=conferences_of(account, *LOOKS))


def visible_scans(account: Account) -> QuerySet[Scan]:
    """What devices noted at conferences the account works for."""
    if not account.is_authenticated:
        return Scan.objects.none()
    rows = Scan.objects.select_related("conference", "registration__person")
    return rows.filter(conference__in=conferences_of(account, *LOOKS))


def logged(conference_id: UUID) -> tuple[dt.datetime, dt.datetime] | None:
    """The times of the first and the last row of the log, None where there is none."""
    ends = Presence.objects.filter(conference_id=conference_id).aggregate(first=Min("at"), last=Max("at"))
    return (ends["first"], ends["last"]) if ends["first"] else None


#: Newest first. Of one instant, in comes after out; see Presence.
LATEST_FIRST = ("-at", "direction", "-id")


def last_events(conference_id: UUID, moment: dt.datetime) -> QuerySet[Presence]:
    """The last thing the log says of each registration up to `moment`."""
    return (
        Presence.objects.filter(conference_id=conference_id, at__lte=moment)
        .order_by("registration_id", *LATEST_FIRST)
        .distinct("registration_id")
    )


def last_of(rows: Sequence[Registration]) -> dict[UUID, Presence]:
    """The last thing the log says of each of these people, of whom it says anything."""
    log = Presence.objects.filter(registration__in=[row.pk for row in rows])
    log = log.order_by("registration_id", *LATEST_FIRST).distinct("registration_id")
    return {entry.registration_id: entry for entry in log.select_related("registration__person")}


def is_inside(row: Registration) -> bool:
    """Whether the person is in the room; certain as long as the registration is locked."""
    entry = last_of([row]).get(row.pk)
    return entry is not None and entry.direction == Direction.IN


@knows_who_is_inside
def person_is_inside(conference_id: UUID, person_id: UUID) -> bool:
    """`is_inside` of who has a seat."""
    seated = Registration.objects.filter(
        conference_id=conference_id, person_id=person_id, state=RegistrationState.CONFIRMED
    )
    return any(is_inside(row) for row in seated)


def inside(
    conference_id: UUID, moment: dt.datetime, *, site_id: UUID | None = None, unit_id: UUID | None = None
) -> QuerySet[Presence]:
    """How each of those in the room at `moment` came in: whoever's last event before it was coming in. A site is the
    one where they came in."""
    found = Presence.objects.filter(pk__in=last_events(conference_id, moment).values("pk"), direction=Direction.IN)
    if site_id:
        found = found.filter(site_id=site_id)
    return found.filter(registration__organisation_id=unit_id) if unit_id else found


def present_at(conference_id: UUID, moment: dt.datetime) -> QuerySet[Registration]:
    """Who was in the room at `moment`."""
    came = inside(conference_id, moment).values("registration_id")
    return Registration.objects.select_related("person", "organisation").filter(pk__in=came)


@dataclass(frozen=True, kw_only=True)
class Share:
    """One row of attendance: how many have a seat, and how many are present."""

    key: str | None
    name: Text
    registered: int
    present: int


@dataclass(frozen=True, kw_only=True)
class SiteShare(Share):
    """With how many the site takes now (None: it does not say), and how many are in beyond that."""

    capacity: int | None
    over_capacity: int


@dataclass(frozen=True, kw_only=True)
class Attendance:
    """Attendance at one moment. `present` at a site is where people came in, not where they were expected.

    `over_capacity` counts those inside beyond the seats there are now: a door without a connection may have let in
    somebody whose seat was then given to another. A site may be over its own capacity while the whole is not: people go
    where their seat is not.
    """

    conference: UUID
    at: dt.datetime
    registered: int
    present: int
    over_capacity: int
    by_unit: list[Share]
    by_site: list[SiteShare]
    by_category: list[Share]


def attendance(conference_id: UUID, moment: dt.datetime) -> Attendance:
    """Totals, and shares by unit, site and category, in a constant number of statements."""
    seated = Registration.objects.filter(conference_id=conference_id, state=RegistrationState.CONFIRMED)
    here = inside(conference_id, moment)
    units = _shares(
        _counted(seated, key=F("organisation_id"), name=F("organisation__name")),
        _counted(here, key=F("registration__organisation_id"), name=F("registration__organisation__name")),
    )
    sites = _site_shares(
        _shares(
            _counted(seated, key=F("site_id"), name=F("site__venue__name")),
            _counted(here, key=F("site_id"), name=F("site__venue__name")),
        ),
        site_capacities(conference_id),
    )
    categories = _shares(
        _counted(seated, key=F("category"), name=F("category")),
        _counted(here, key=F("registration__category"), name=F("registration__category")),
    )
    present = sum(share.present for share in categories)
    capacity = Conference.objects.values_list("capacity", flat=True).get(pk=conference_id)
    return Attendance(
        conference=conference_id,
        at=moment,
        registered=sum(share.registered for share in categories),
        present=present,
        over_capacity=_over(present, capacity),
        by_unit=units,
        by_site=sites,
        by_category=categories,
    )


def site_capacities(conference_id: UUID) -> dict[UUID, int]:
    """How many each site takes now, of those that say so: the limit its organisers set, else its own capacity. A limit
    that follows the site is not asked: it never falls below the seats held."""
    own = Site.objects.filter(conference_id=conference_id, capacity__isnull=False).values_list("pk", "capacity")
    limits = SeatLimit.objects.filter(conference_id=conference_id, site__isnull=False, from_site=False)
    said = [*own, *limits.values_list("site_id", "capacity")]
    return {site_id: capacity for site_id, capacity in said if site_id and capacity is not None}


def _over(present: int, capacity: int | None) -> int:
    return 0 if capacity is None else max(0, present - capacity)


def _site_shares(shares: list[Share], capacities: dict[UUID, int]) -> list[SiteShare]:
    known = {str(site_id): capacity for site_id, capacity in capacities.items()}
    return [
        SiteShare(**vars(share), capacity=(n := known.get(share.key or "")), over_capacity=_over(share.present, n))
        for share in shares
    ]


Counted = dict[str | None, tuple[Text, int]]


def _counted(rows: QuerySet[Registration] | QuerySet[Presence], *, key: F, name: F) -> Counted:
    grouped = rows.order_by().values(key=key, label=name).annotate(n=Count("pk"))
    return {_key(row["key"]): (row["label"] if isinstance(row["label"], dict) else {}, row["n"]) for row in grouped}


def _key(value: UUID | str | None) -> str | None:
    return None if value is None else str(value)


def _shares(seated: Counted, inside: Counted) -> list[Share]:
    keys = sorted({*seated, *inside}, key=lambda key: (key is None, key or ""))
    nobody: tuple[Text, int] = ({}, 0)
    shares = []
    for key in keys:
        (name, registered), (said, present) = seated.get(key, nobody), inside.get(key, nobody)
        shares.append(Share(key=key, name=name or said, registered=registered, present=present))
    return shares


@dataclass(frozen=True, kw_only=True)
class Quorum:
    """`needed` is the least number of people that makes the share of `summoned`."""

    summoned: int
    present: int
    needed: int
    met: bool


def called(
    conference_id: UUID, categories: Collection[str] = COUNTED, units: Collection[UUID] | None = None
) -> dict[UUID, tuple[str, UUID | None]]:
    """Who of these categories, and of these units where any are named, was invited (whatever they answered) or has a seat
    or a turn: each person with the category and unit they come as."""
    among = Q(conference_id=conference_id, category__in=categories)
    if units is not None:
        among &= Q(organisation_id__in=units)
    invited = Invitation.objects.filter(among, state__in=LIVE, person__isnull=False)
    seated = Registration.objects.filter(among, state__in={*HOLDS, RegistrationState.WAITING})
    rows = (each.order_by().values_list("person_id", "category", "organisation_id") for each in (invited, seated))
    return {person: (category, unit) for person, category, unit in chain.from_iterable(rows)}


def summoned(conference_id: UUID, categories: Collection[str] = COUNTED, units: Collection[UUID] | None = None) -> int:
    """How many were called."""
    return len(called(conference_id, categories, units))


def quorum(conference_id: UUID, share: Fraction, at: dt.datetime) -> Quorum:
    """Is at least `share` of those summoned in the room at `at`? Guests do not count on either side. Nobody summoned is
    no quorum."""
    called = summoned(conference_id)
    present = present_at(conference_id, at).filter(category__in=COUNTED).count()
    needed = math.ceil(share * called)
    return Quorum(summoned=called, present=present, needed=needed, met=called > 0 and present >= needed)
