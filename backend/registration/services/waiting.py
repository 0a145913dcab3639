"""Free seats passed on to those who wait: at once, or as an offer that ends."""

import datetime as dt
from collections import Counter
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from backend.conferences.models import Conference
from backend.conferences.queries.deadlines import applying
from backend.conferences.states import CALLED_OFF, EXPECTED, ConferenceState
from backend.core.clock import database_now
from backend.core.queries import locked
from backend.outbox.services import emit
from backend.registration import queries
from backend.registration.events import RegistrationConfirmed, RegistrationExpired, RegistrationOffered
from backend.registration.line import Waiting, next_in_line
from backend.registration.models import Admission, Registration, Seats
from backend.registration.services import counters
from backend.registration.services.seats import seats_of
from backend.registration.states import HOLDS, MOVES, RegistrationState

log = structlog.get_logger(__name__)


@transaction.atomic
def promote(*, conference_id: UUID) -> int:
    """Gives or offers every free seat to whoever is next; returns how many. Safe to call at any time."""
    seats = Seats.objects.select_for_update().filter(pk=conference_id).first()
    if seats is None:
        return 0
    counters.settle_sites(seats)
    return give_out(seats)


@transaction.atomic
def accept(*, registration_id: UUID, expected: int | None = None) -> Registration:
    """Takes the seat that was offered; a second time is harmless. Raises Gone once the offer has ended by the
    database's clock, whether the next in line was asked yet or not; Conflict while the conference is called off or
    over; NotFound, StaleWrite, IllegalMove."""
    seats = seats_of(registration_id)
    row = locked(Registration.objects.select_related("conference"), registration_id, expected=expected)
    if row.state == RegistrationState.CONFIRMED:
        return row
    queries.check_offer(row)
    MOVES.move(row, "accept")
    counters.count(seats, [row], was=RegistrationState.OFFERED, now=row.state)
    row.confirmed_at = database_now()
    row.save()
    emit(RegistrationConfirmed(registration_id=row.id, conference_id=row.conference_id, round=row.code_round))
    return row


def expire_offers() -> int:
    """Ends the offers that are due by the database's clock and passes their seats on; returns at how many conferences.
    Several may run at once, and a conference that cannot be settled stops none of the others."""
    offers = Registration.objects.filter(state=RegistrationState.OFFERED)
    due = offers.annotate(ends=applying("offer_until")).filter(ends__lte=Now())
    settled = 0
    for conference_id in list(due.order_by().values_list("conference_id", flat=True).distinct()):
        try:
            promote(conference_id=conference_id)
            settled += 1
        except Exception:
            log.exception("offers_not_expired", conference=str(conference_id))
    return settled


def give_out(seats: Seats) -> int:
    """With `seats` locked: as long as it is, nobody else gives out seats or turns. Nothing is given out while the
    conference is called off or over, and no offer of what is called off expires: it ends with the conference, or with its
    time."""
    if not seats.waiting and not seats.offered:
        return 0
    conference = Conference.objects.get(pk=seats.pk)
    if conference.state not in CALLED_OFF:
        _expire_due(seats)
    if not seats.waiting:
        return 0
    left = counters.free(seats)
    if conference.state not in EXPECTED or (left.whole is not None and left.whole <= 0):
        return 0
    admission = queries.admission(seats.pk)
    waiting = Registration.objects.filter(conference_id=seats.pk, state=RegistrationState.WAITING).order_by("turn")
    if not seats.limited and not admission.by_unit and left.whole is not None:
        waiting = waiting[: left.whole]  # all of them will be lucky
    line = [
        Waiting(id=id, turn=turn or 0, site=site, unit=unit)
        for id, turn, site, unit in waiting.values_list("id", "turn", "site_id", "organisation_id")
    ]
    lucky = next_in_line(line, left, _held_by_unit(seats) if admission.by_unit else None)
    moment = database_now()
    _seat_or_offer(seats, lucky, moment, _offered_until(admission, conference, moment))
    return len(lucky)


def _offered_until(admission: Admission, conference: Conference, moment: dt.datetime) -> dt.datetime | None:
    """When an offer made now ends: at the latest when the conference begins. None: it is no offer but a seat, because
    that was decided so or because the conference has begun and people stand at the door."""
    begun = conference.starts_at is not None and conference.starts_at <= moment
    if not admission.offer_hours or begun or conference.state == ConferenceState.RUNNING:
        return None
    until = moment + dt.timedelta(hours=admission.offer_hours)
    return min(until, conference.starts_at) if conference.starts_at else until


def _seat_or_offer(seats: Seats, lucky: list[UUID], moment: dt.datetime, until: dt.datetime | None) -> None:
    if not lucky:
        return
    found = {row.id: row for row in Registration.objects.select_for_update().filter(pk__in=lucky).order_by("turn")}
    rows = [found[key] for key in lucky]
    for row in rows:
        MOVES.move(row, "offer" if until else "seat")
    state = rows[0].state
    counters.count(seats, rows, was=RegistrationState.WAITING, now=state)
    changed = Registration.objects.filter(pk__in=lucky)
    if until:
        changed.update(state=state, offer_until=until, updated_at=moment, version=F("version") + 1)
        emit(*(RegistrationOffered(registration_id=row.id, conference_id=seats.pk) for row in rows))
    else:
        changed.update(state=state, confirmed_at=moment, updated_at=moment, version=F("version") + 1)
        emit(
            *(
                RegistrationConfirmed(registration_id=row.id, conference_id=seats.pk, round=row.code_round)
                for row in rows
            )
        )


def _expire_due(seats: Seats) -> None:
    if not seats.offered:
        return
    moment = database_now()
    offers = Registration.objects.filter(conference_id=seats.pk, state=RegistrationState.OFFERED)
    due = offers.annotate(ends=applying("offer_until")).filter(ends__lte=moment)
    rows = list(due.select_for_update(of=("self",)).order_by("turn"))
    if not rows:
        return
    for row in rows:
        MOVES.move(row, "expire")
    counters.count(seats, rows, was=RegistrationState.OFFERED, now=RegistrationState.EXPIRED)
    Registration.objects.filter(pk__in=[row.id for row in rows]).update(
        state=RegistrationState.EXPIRED, cancelled_at=moment, updated_at=moment, version=F("version") + 1
    )
    emit(*(RegistrationExpired(registration_id=row.id, conference_id=seats.pk) for row in rows))


def _held_by_unit(seats: Seats) -> Counter[UUID | None]:
    rows = Registration.objects.filter(conference_id=seats.pk, state__in=HOLDS)
    return Counter(rows.values_list("organisation_id", flat=True))
