"""Seats: never more than there are, and a waiting list that nobody jumps.

Everything locks in one order: the answers of a conference, invitations (many: by id), people, seats, registration. The
seats row is the hot one: it alone says whether there is room, it is changed in the statement that inserts the
registration, and only the fact is stored after.
"""

from uuid import UUID

from django.db import connection, transaction
from django.db.models import Count, F, Max, Q
from django.db.models.functions import Coalesce

from backend.conferences import services as conferences
from backend.conferences.models import Conference, Site
from backend.conferences.states import EXPECTED, ConferenceState
from backend.core.clock import database_now, now
from backend.core.errors import Conflict, DomainError, Invalid, NotFound
from backend.core.ids import time_ordered_id
from backend.core.queries import locked
from backend.core.text import say
from backend.invitations.models import Invitation
from backend.invitations.states import Category, InvitationState
from backend.outbox.registry import DomainEvent
from backend.outbox.services import emit
from backend.people.models import Person
from backend.registration import queries
from backend.registration.events import (
    CapacitySet,
    RegistrationCancelled,
    RegistrationConfirmed,
    RegistrationWaitlisted,
)
from backend.registration.models import Registration, Seats
from backend.registration.states import RegistrationState

#: A free seat goes to a newcomer only while nobody waits. No row comes back while the counter does not exist yet.
TAKE_SEAT_OR_TURN = """
WITH counted AS (
    UPDATE registration_seats SET
        taken = taken + CASE WHEN waiting = 0 AND (capacity IS NULL OR taken < capacity) THEN 1 ELSE 0 END,
        waiting = waiting + CASE WHEN waiting = 0 AND (capacity IS NULL OR taken < capacity) THEN 0 ELSE 1 END,
        last_turn = last_turn + CASE WHEN waiting = 0 AND (capacity IS NULL OR taken < capacity) THEN 0 ELSE 1 END
    WHERE conference_id = %(conference)s
    RETURNING waiting = 0 AS seated, last_turn
)
INSERT INTO registration_registration
    (id, created_at, updated_at, version, conference_id, person_id, invitation_id, organisation_id, site_id, category,
     state, turn, confirmed_at, code_round)
SELECT %(id)s, clock_timestamp(), clock_timestamp(), 1, %(conference)s, %(person)s, %(invitation)s, %(organisation)s,
    %(site)s, %(category)s,
    CASE WHEN seated THEN 'confirmed' ELSE 'waiting' END,
    CASE WHEN seated THEN NULL ELSE last_turn END,
    CASE WHEN seated THEN clock_timestamp() END,
    0
FROM counted
RETURNING *
"""


#: Answers to one conference are followed one after the other; other conferences are not waited for.
ONE_AFTER_THE_OTHER = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"


@transaction.atomic
def register(
    *,
    conference_id: UUID,
    person_id: UUID,
    category: str = Category.DELEGATE,
    site_id: UUID | None = None,
    organisation_id: UUID | None = None,
    invitation_id: UUID | None = None,
) -> Registration:
    """Gives the person a seat, or the next turn on the waiting list. Who is registered already stays as they are.

    Raises NotFound, Invalid, or Conflict when the conference does not register (any more).
    """
    person = Person.objects.select_for_update(no_key=True).filter(pk=person_id).values_list("organisation_id").first()
    if person is None:
        raise Invalid({"person": say(vi="Không có người này.", en="There is no such person.")})
    before = Registration.objects.filter(conference_id=conference_id, person_id=person_id)
    if live := before.exclude(state=RegistrationState.CANCELLED).first():
        return live
    state = Conference.objects.filter(pk=conference_id).values_list("state", flat=True).first()
    if state is None:
        raise NotFound()
    if state not in EXPECTED:
        raise Conflict(
            say(
                vi="Hội nghị không nhận đăng ký (hiện: {state}).",
                en="The conference does not take registrations (now: {state}).",
                state=ConferenceState(state).label,
            )
        )
    if site_id and not Site.objects.filter(pk=site_id, conference_id=conference_id).exists():
        raise Invalid({"site": say(vi="Không phải địa điểm của hội nghị này.", en="Not a site of this conference.")})
    values = {
        "id": time_ordered_id(),
        "conference": conference_id,
        "person": person_id,
        "invitation": invitation_id,
        "organisation": organisation_id or person[0],
        "site": site_id,
        "category": category,
    }
    made = _take_seat_or_turn(values)
    if made is None:
        _ensure_seats(Conference.objects.get(pk=conference_id))
        made = _take_seat_or_turn(values)
    assert made is not None
    emit(_news(made))
    return made


def _take_seat_or_turn(values: dict[str, UUID | str | None]) -> Registration | None:
    """None while the conference has no counter yet."""
    return next(iter(Registration.objects.raw(TAKE_SEAT_OR_TURN, values)), None)


@transaction.atomic
def cancel(*, registration_id: UUID, expected: int | None = None) -> Registration:
    """Gives the seat or the turn up. A freed seat is passed on a moment later, by `promote`; a second time is harmless."""
    seen = Registration.objects.filter(pk=registration_id).first()
    if seen is None:
        raise NotFound()
    seats = _locked_seats(seen.conference_id)
    row = locked(Registration, registration_id, expected=expected)
    if row.state == RegistrationState.CANCELLED:
        return row
    if row.state == RegistrationState.CONFIRMED:
        seats.taken -= 1
    else:
        seats.waiting -= 1
    seats.save(update_fields=["taken", "waiting"])
    row.state, row.cancelled_at = RegistrationState.CANCELLED, database_now()
    row.save()
    emit(RegistrationCancelled(registration_id=row.id, conference_id=row.conference_id))
    return row


@transaction.atomic
def promote(*, conference_id: UUID) -> int:
    """Gives every free seat to whoever has waited longest; returns how many. Safe to call at any time."""
    seats = Seats.objects.select_for_update().filter(pk=conference_id).first()
    if seats is None:
        return 0
    return _promote(seats)


@transaction.atomic
def set_capacity(*, conference_id: UUID, capacity: int | None) -> Seats:
    """Says how many seats there are (None: no limit); added ones go to the waiting list at once.

    Raises Conflict when more are taken than there would be: seats are given up by people, not by numbers; and for a
    conference that is not announced yet, or over.
    """
    if not Conference.objects.filter(pk=conference_id).exists():
        raise NotFound()
    seats = _locked_seats(conference_id)
    conferences.record_capacity(conference_id=conference_id, capacity=capacity)
    if capacity is not None and capacity < seats.taken:
        raise Conflict(
            say(vi="Đã có {n} người giữ chỗ.", en="{n} seats are taken already.", n=seats.taken), taken=seats.taken
        )
    if seats.capacity != capacity:
        seats.capacity = capacity
        seats.save(update_fields=["capacity"])
        emit(CapacitySet(conference_id=conference_id, capacity=capacity))
    _promote(seats)
    return seats


@transaction.atomic
def reissue_code(*, registration_id: UUID, expected: int | None = None) -> Registration:
    """Mails a new check-in code; the old one stops opening the door."""
    row = locked(Registration, registration_id, expected=expected)
    if row.state != RegistrationState.CONFIRMED:
        raise Conflict(say(vi="Chỉ người đã có chỗ mới có mã vào cửa.", en="Only a confirmed registration has a code."))
    row.code_round += 1
    row.save()
    emit(_news(row))
    return row


@transaction.atomic
def follow_answer(*, invitation_id: UUID) -> Registration | None:
    """Brings the seat in line with the invitee's present answer: accepted takes one, declined gives it up; a tentative
    answer changes nothing.

    Seats and turns go by the time of the answers, whichever is heard of first: everybody who accepted no later and has
    not been seated yet is seated before this invitee. An answer counts from the moment it was last given, on the
    database's clock. One that is not committed yet when a later one is followed cannot be seen: it comes after that.
    """
    conference_id = Invitation.objects.filter(pk=invitation_id).values_list("conference_id", flat=True).first()
    if conference_id is None:
        raise NotFound()
    with connection.cursor() as cursor:
        cursor.execute(ONE_AFTER_THE_OTHER, [f"answers:{conference_id}"])
    invitation = Invitation.objects.get(pk=invitation_id)
    if invitation.person_id is None:
        return None
    if invitation.state == InvitationState.ACCEPTED:
        state = Conference.objects.values_list("state", flat=True).get(pk=conference_id)
        if state not in EXPECTED:
            return None  # called off or closed since the answer: there is no seat to take
        # By id, as whoever locks many invitations does: a letter to everybody never waits crosswise. Who is taken back
        # or answers anew while this waits is read again, and once locked stays as read until the seats are given.
        accepted = queries.unseated_until(invitation).select_for_update(no_key=True).order_by("id")
        _seat(sorted(accepted, key=lambda row: (row.answered_at, row.id)), invitation)
        return queries.live_registration(conference_id, invitation.person_id)
    invitation = locked(Invitation, invitation_id)
    if invitation.state == InvitationState.DECLINED:
        return _give_up(invitation)
    return None


def _seat(accepted: list[Invitation], heard: Invitation) -> None:
    """Registers them in this order. Who cannot be registered is skipped, unless it is the one that was `heard`."""
    people = Person.objects.filter(pk__in=[row.person_id for row in accepted])
    # All at once and before the first seat: whoever registers one of them holds the person and wants the seats.
    list(people.select_for_update(no_key=True).order_by("pk").values_list("pk"))
    for row in accepted:
        assert row.person_id is not None
        try:
            with transaction.atomic():
                register(
                    conference_id=row.conference_id,
                    person_id=row.person_id,
                    category=row.category,
                    site_id=row.site_id,
                    organisation_id=row.organisation_id,
                    invitation_id=row.id,
                )
        except DomainError:
            if row.pk == heard.pk:
                raise


@transaction.atomic
def follow_withdrawal(*, invitation_id: UUID) -> Registration | None:
    """Gives up the seat that came with an invitation taken back since."""
    invitation = locked(Invitation, invitation_id)
    return _give_up(invitation) if invitation.state == InvitationState.WITHDRAWN else None


def _give_up(invitation: Invitation) -> Registration | None:
    if invitation.person_id is None:
        return None
    rows = Registration.objects.filter(conference_id=invitation.conference_id, person_id=invitation.person_id)
    if invitation.state == InvitationState.WITHDRAWN:
        rows = rows.filter(invitation=invitation)  # the person may have been invited anew meanwhile
    live = rows.exclude(state=RegistrationState.CANCELLED).first()
    return cancel(registration_id=live.id) if live else None


def _ensure_seats(conference: Conference) -> None:
    """The counter begins with the capacity the conference was planned with, and with who was entered by hand before."""
    live = Registration.objects.filter(conference=conference)
    counted = live.aggregate(
        taken=Count("id", filter=Q(state=RegistrationState.CONFIRMED)),
        waiting=Count("id", filter=Q(state=RegistrationState.WAITING)),
        last_turn=Coalesce(Max("turn"), 0),
    )
    seats = Seats(conference=conference, capacity=conference.capacity, **counted)
    Seats.objects.bulk_create([seats], ignore_conflicts=True)


def _locked_seats(conference_id: UUID) -> Seats:
    seats = Seats.objects.select_for_update().filter(pk=conference_id).first()
    if seats is None:
        _ensure_seats(Conference.objects.get(pk=conference_id))
        seats = Seats.objects.select_for_update().get(pk=conference_id)
    return seats


def _promote(seats: Seats) -> int:
    """With `seats` locked: as long as it is, nobody else gives out seats or turns."""
    free = seats.waiting if seats.capacity is None else min(seats.waiting, seats.capacity - seats.taken)
    if free <= 0:
        return 0
    waiting = Registration.objects.filter(conference_id=seats.pk, state=RegistrationState.WAITING)
    lucky = list(waiting.select_for_update().order_by("turn")[:free])
    moment = now()
    Registration.objects.filter(pk__in=[row.id for row in lucky]).update(
        state=RegistrationState.CONFIRMED, confirmed_at=moment, updated_at=moment, version=F("version") + 1
    )
    seats.taken += len(lucky)
    seats.waiting -= len(lucky)
    seats.save(update_fields=["taken", "waiting"])
    emit(
        *(RegistrationConfirmed(registration_id=row.id, conference_id=seats.pk, round=row.code_round) for row in lucky)
    )
    return len(lucky)


def _news(row: Registration) -> DomainEvent:
    if row.state == RegistrationState.CONFIRMED:
        return RegistrationConfirmed(registration_id=row.id, conference_id=row.conference_id, round=row.code_round)
    return RegistrationWaitlisted(registration_id=row.id, conference_id=row.conference_id, turn=row.turn or 0)
