"""The counters of seats: the one locked row of a conference, and the limits of sites and units read under it.

Everything locks in one order: the answers of a conference, invitations (many: by id), people, seats, registration. The
seats row is the hot one: where there are no limits it alone says whether there is room, it is changed in the statement
that inserts the registration, and only the fact is stored after. Where there are, it is locked first, so that limits
and those who wait are read when nobody else can change them.
"""

from collections import Counter
from collections.abc import Iterable
from uuid import UUID

from django.db.models import Count, F, Max, Q
from django.db.models.functions import Coalesce

from backend.conferences.models import Conference, Site
from backend.core.errors import NotFound
from backend.registration.line import Free
from backend.registration.models import Registration, SeatLimit, Seats
from backend.registration.states import HOLDS, RegistrationState

_INSERT = """
INSERT INTO registration_registration
    (id, created_at, updated_at, version, conference_id, person_id, invitation_id, organisation_id, site_id, category,
     state, turn, confirmed_at, code_round, reason)
SELECT %(id)s, clock_timestamp(), clock_timestamp(), 1, %(conference)s, %(person)s, %(invitation)s, %(organisation)s,
    %(site)s, %(category)s, state, turn, CASE WHEN state = 'confirmed' THEN clock_timestamp() END, 0, '{}'
FROM placed
RETURNING *
"""

#: A free seat goes to a newcomer only while nobody waits. No row comes back while the counter does not exist yet, or
#: when it is not the only one to ask.
TAKE_SEAT_OR_TURN = f"""
WITH counted AS (
    UPDATE registration_seats SET
        taken = taken + CASE WHEN waiting = 0 AND (capacity IS NULL OR taken + offered < capacity) THEN 1 ELSE 0 END,
        waiting = waiting + CASE WHEN waiting = 0 AND (capacity IS NULL OR taken + offered < capacity) THEN 0 ELSE 1 END,
        last_turn = last_turn
            + CASE WHEN waiting = 0 AND (capacity IS NULL OR taken + offered < capacity) THEN 0 ELSE 1 END
    WHERE conference_id = %(conference)s AND NOT limited AND NOT EXISTS (
        SELECT FROM conferences_site site WHERE site.conference_id = %(conference)s AND site.capacity IS NOT NULL
    )
    RETURNING waiting = 0 AS seated, last_turn
), placed AS (
    SELECT CASE WHEN seated THEN 'confirmed' ELSE 'waiting' END AS state,
        CASE WHEN seated THEN NULL ELSE last_turn END AS turn
    FROM counted
)
{_INSERT}
"""  # noqa: S608 -- no value stands in it

ENTER = f"WITH placed AS (SELECT %(state)s::text AS state, %(turn)s::integer AS turn) {_INSERT}"

Values = dict[str, UUID | str | int | None]


def take_seat_or_turn(values: Values) -> Registration | None:
    """In one statement; None where the counter does not exist yet, or sites or units have limits."""
    return next(iter(Registration.objects.raw(TAKE_SEAT_OR_TURN, values)), None)


def enter(values: Values, state: str, turn: int | None = None) -> Registration:
    """Inserts the registration in the state found for it."""
    return next(iter(Registration.objects.raw(ENTER, {**values, "state": state, "turn": turn})))


def locked_seats(conference_id: UUID) -> Seats:
    """The counter, made if it is not there yet, and locked, with the limits of sites as they stand. Raises NotFound."""
    seats = Seats.objects.select_for_update().filter(pk=conference_id).first()
    if seats is None:
        ensure_seats(conference_id)
        seats = Seats.objects.select_for_update().get(pk=conference_id)
    settle_sites(seats)
    return seats


def settle_sites(seats: Seats) -> None:
    """Lets the limits of sites that have none of their own follow the sites' capacities, with `seats` locked. Where more
    are there already than the site is said to hold now, nobody is moved, and nobody comes until there is room."""
    rows = Site.objects.filter(conference_id=seats.pk, capacity__isnull=False)
    capacities = {key: capacity for key, capacity in rows.values_list("pk", "capacity") if capacity is not None}
    if not capacities and not seats.limited:
        return
    limits = SeatLimit.objects.filter(conference_id=seats.pk)
    known = {limit.site_id: limit for limit in limits.filter(site__isnull=False)}
    for limit in known.values():
        assert limit.site_id is not None
        if limit.from_site and limit.site_id not in capacities:
            limit.delete()
        elif limit.from_site and limit.capacity != (least := max(capacities[limit.site_id], limit.held)):
            limit.capacity = least
            limit.save(update_fields=["capacity"])
    for site_id in sorted(capacities.keys() - known.keys()):
        held = Registration.objects.filter(conference_id=seats.pk, site_id=site_id, state__in=HOLDS).count()
        capacity = max(capacities[site_id], held)
        SeatLimit.objects.create(conference_id=seats.pk, site_id=site_id, capacity=capacity, held=held, from_site=True)
    if seats.limited != limits.exists():
        seats.limited = not seats.limited
        seats.save(update_fields=["limited"])


def ensure_seats(conference_id: UUID) -> None:
    """The counter begins with the capacity the conference was planned with, and with who was entered by hand before."""
    conference = Conference.objects.filter(pk=conference_id).first()
    if conference is None:
        raise NotFound()
    counted = Registration.objects.filter(conference=conference).aggregate(
        taken=Count("id", filter=Q(state=RegistrationState.CONFIRMED)),
        offered=Count("id", filter=Q(state=RegistrationState.OFFERED)),
        waiting=Count("id", filter=Q(state=RegistrationState.WAITING)),
        last_turn=Coalesce(Max("turn"), 0),
    )
    seats = Seats(conference=conference, capacity=conference.capacity, **counted)
    Seats.objects.bulk_create([seats], ignore_conflicts=True)


def free(seats: Seats) -> Free:
    """What is left, with `seats` locked."""
    left = None if seats.capacity is None else seats.capacity - seats.taken - seats.offered
    if not seats.limited:
        return Free(whole=left)
    limits = list(SeatLimit.objects.filter(conference_id=seats.pk))
    return Free(
        whole=left,
        sites={limit.site_id: limit.capacity - limit.held for limit in limits if limit.site_id},
        units={limit.organisation_id: limit.capacity - limit.held for limit in limits if limit.organisation_id},
    )


def has_seat_for_newcomer(seats: Seats, site_id: UUID | None, organisation_id: UUID | None) -> bool:
    """Is there a seat that none of those who wait could take? With `seats` locked."""
    left = free(seats)
    if not left.fits(site_id, organisation_id):
        return False
    if not seats.waiting:
        return True
    sites, units = left.full()
    waiting = Registration.objects.filter(conference_id=seats.pk, state=RegistrationState.WAITING)
    # Null is in no list: people without a site or a unit have no limit there.
    stuck = Q(site__isnull=False, site__in=sites) | Q(organisation__isnull=False, organisation__in=units)
    return not waiting.filter(~stuck).exists()


def count(seats: Seats, rows: Iterable[Registration], *, was: str | None = None, now: str | None) -> None:
    """Enters into the counters that these went from `was` to `now` (None: into no place, or out of one), and stores
    them."""
    rows = list(rows)
    _add(seats, was, -len(rows))
    _add(seats, now, len(rows))
    seats.save(update_fields=["taken", "offered", "waiting"])
    held = (now in HOLDS) - (was in HOLDS)
    if seats.limited and held:
        for site_id, n in Counter(row.site_id for row in rows if row.site_id).items():
            SeatLimit.objects.filter(site_id=site_id).update(held=F("held") + held * n)
        for unit_id, n in Counter(row.organisation_id for row in rows if row.organisation_id).items():
            of_unit = SeatLimit.objects.filter(conference_id=seats.pk, organisation_id=unit_id)
            of_unit.update(held=F("held") + held * n)


def _add(seats: Seats, state: str | None, number: int) -> None:
    if state == RegistrationState.CONFIRMED:
        seats.taken += number
    elif state == RegistrationState.OFFERED:
        seats.offered += number
    elif state == RegistrationState.WAITING:
        seats.waiting += number


def next_turn(seats: Seats) -> int:
    """The next place on the waiting list, given out."""
    seats.last_turn += 1
    seats.save(update_fields=["last_turn"])
    return seats.last_turn
