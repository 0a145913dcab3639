"""One person's way to a seat: asked for, approved or refused, taken, waited for, given up."""

from uuid import UUID

from django.db import transaction

from backend.conferences.models import Conference, Site
from backend.conferences.states import EXPECTED, ConferenceState
from backend.core.clock import database_now
from backend.core.errors import Conflict, Invalid, NotFound
from backend.core.ids import time_ordered_id
from backend.core.queries import locked
from backend.core.text import Text, say
from backend.invitations import wording
from backend.invitations.queries import STILL_INSIDE
from backend.invitations.states import Category
from backend.outbox.registry import DomainEvent
from backend.outbox.services import emit
from backend.people.models import Person
from backend.registration import queries
from backend.registration.events import (
    RegistrationCancelled,
    RegistrationConfirmed,
    RegistrationRefused,
    RegistrationRequested,
    RegistrationWaitlisted,
)
from backend.registration.models import Admission, Registration, Seats
from backend.registration.services import counters
from backend.registration.states import MOVES, AdmissionMode, RegistrationState


class StillInside(Conflict):
    """Whoever is in the room gives up nothing until they are checked out."""

    title = STILL_INSIDE


@transaction.atomic
def register(
    *,
    conference_id: UUID,
    person_id: UUID,
    category: str = Category.DELEGATE,
    site_id: UUID | None = None,
    organisation_id: UUID | None = None,
    invitation_id: UUID | None = None,
    new_id: UUID | None = None,
) -> Registration:
    """Gives the person a seat, or the next turn on the waiting list. Who is registered already stays as they are; who
    asked to come is approved by it. Only a registration that was made by this has the `new_id`.

    Raises NotFound, Invalid, or Conflict when the conference does not register (any more).
    """
    values = _values(conference_id, person_id, category, site_id, organisation_id, invitation_id, new_id)
    if present := queries.live_registration(conference_id, person_id):
        return approve(registration_id=present.id) if present.state == RegistrationState.PENDING else present
    ensure_registering(conference_id)
    ensure_own_site(conference_id, site_id)
    made = counters.take_seat_or_turn(values) or _take_under_lock(values)
    emit(placed_news(made))
    return made


@transaction.atomic
def ask(
    *, conference_id: UUID, person_id: UUID, site_id: UUID | None = None, new_id: UUID | None = None
) -> Registration:
    """The person comes of their own accord, as a guest, who counts towards no quorum: to an open conference as if
    registered, to one that approves waiting for that. Who is registered already stays as they are. Only a registration
    that was made by this has the `new_id`.

    Raises NotFound, Invalid, or Conflict where one comes by invitation, and before or after the time for it.
    """
    values = _values(conference_id, person_id, Category.GUEST, site_id, None, None, new_id)
    if present := queries.live_registration(conference_id, person_id):
        return present
    ensure_registering(conference_id)
    admission = queries.admission(conference_id)
    ensure_open(admission)
    if admission.mode == AdmissionMode.OPEN:
        return register(
            conference_id=conference_id,
            person_id=person_id,
            category=Category.GUEST,
            site_id=site_id,
            new_id=new_id,
        )
    ensure_own_site(conference_id, site_id)
    made = counters.enter(values, RegistrationState.PENDING)
    emit(RegistrationRequested(registration_id=made.id, conference_id=conference_id))
    return made


@transaction.atomic
def approve(*, registration_id: UUID, category: str | None = None, expected: int | None = None) -> Registration:
    """Lets in who asked: to a seat, or to the next turn. Raises NotFound, StaleWrite, IllegalMove, Conflict."""
    seats = seats_of(registration_id)
    row = locked(Registration, registration_id, expected=expected)
    MOVES.check(row, "approve")
    ensure_registering(row.conference_id)
    row.category = category or row.category
    if counters.has_seat_for_newcomer(seats, row.site_id, row.organisation_id):
        MOVES.move(row, "approve")
        row.confirmed_at = database_now()
    else:
        MOVES.move(row, "queue")
        row.turn = counters.next_turn(seats)
    counters.count(seats, [row], was=RegistrationState.PENDING, now=row.state)
    row.save()
    emit(placed_news(row))
    return row


@transaction.atomic
def refuse(*, registration_id: UUID, reason: Text, expected: int | None = None) -> Registration:
    """Turns down who asked to come; they are told why. Raises NotFound, StaleWrite, IllegalMove."""
    row = locked(Registration, registration_id, expected=expected)
    MOVES.move(row, "refuse")
    row.reason, row.cancelled_at = reason, database_now()
    row.save()
    emit(RegistrationRefused(registration_id=row.id, conference_id=row.conference_id))
    return row


@transaction.atomic
def cancel(*, registration_id: UUID, expected: int | None = None) -> Registration:
    """Gives the seat, the turn, the offer or the request up. A freed seat is passed on a moment later, by `promote`; a
    second time is harmless. Whose request was refused or whose offer expired gets an IllegalMove, and who is in the room
    StillInside: nobody else may have the seat they sit on."""
    seats = seats_of(registration_id)
    row = locked(Registration, registration_id, expected=expected)
    if row.state in {RegistrationState.CANCELLED, RegistrationState.WITHDRAWN}:
        return row
    if queries.is_inside(row):
        raise StillInside()
    was = row.state
    MOVES.move(row, "cancel" if was == RegistrationState.CONFIRMED else "withdraw")
    counters.count(seats, [row], was=was, now=row.state)
    row.cancelled_at = database_now()
    row.save()
    emit(RegistrationCancelled(registration_id=row.id, conference_id=row.conference_id))
    return row


@transaction.atomic
def reissue_code(*, registration_id: UUID, expected: int | None = None) -> Registration:
    """Mails a new check-in code; the old one stops opening the door."""
    row = locked(Registration, registration_id, expected=expected)
    if row.state != RegistrationState.CONFIRMED:
        raise Conflict(say(vi="Chỉ người đã có chỗ mới có mã vào cửa.", en="Only a confirmed registration has a code."))
    row.code_round += 1
    row.save()
    emit(placed_news(row))
    return row


def seats_of(registration_id: UUID) -> Seats:
    """The locked counter of the registration's conference. Raises NotFound."""
    conference_id = Registration.objects.filter(pk=registration_id).values_list("conference_id", flat=True).first()
    if conference_id is None:
        raise NotFound()
    return counters.locked_seats(conference_id)


def _values(
    conference_id: UUID,
    person_id: UUID,
    category: str,
    site_id: UUID | None,
    organisation_id: UUID | None,
    invitation_id: UUID | None,
    new_id: UUID | None,
) -> counters.Values:
    """What a registration is made of. Locks the person: two of them at once are made one after the other."""
    person = Person.objects.select_for_update(no_key=True).filter(pk=person_id).values_list("organisation_id").first()
    if person is None:
        raise Invalid({"person": say(vi="Không có người này.", en="There is no such person.")})
    return {
        "id": new_id or time_ordered_id(),
        "conference": conference_id,
        "person": person_id,
        "invitation": invitation_id,
        "organisation": organisation_id or person[0],
        "site": site_id,
        "category": category,
    }


def _take_under_lock(values: counters.Values) -> Registration:
    """Where the counter does not exist yet, or sites and units have limits of their own."""
    conference_id, site_id, unit_id = (values[name] for name in ("conference", "site", "organisation"))
    assert isinstance(conference_id, UUID)
    seats = counters.locked_seats(conference_id)
    if counters.has_seat_for_newcomer(seats, site_id, unit_id):  # type: ignore[arg-type]
        made = counters.enter(values, RegistrationState.CONFIRMED)
    else:
        made = counters.enter(values, RegistrationState.WAITING, counters.next_turn(seats))
    counters.count(seats, [made], now=made.state)
    return made


def ensure_registering(conference_id: UUID) -> None:
    """Raises NotFound, or Conflict unless the conference is announced and not over."""
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


def ensure_own_site(conference_id: UUID, site_id: UUID | None) -> None:
    """Raises Invalid for a site of another conference."""
    if site_id and not Site.objects.filter(pk=site_id, conference_id=conference_id).exists():
        raise Invalid({"site": say(vi="Không phải địa điểm của hội nghị này.", en="Not a site of this conference.")})


def ensure_open(admission: Admission) -> None:
    """Raises Conflict unless people may register themselves now, by the database's clock."""
    if admission.mode == AdmissionMode.INVITATION:
        raise Conflict(say(vi="Hội nghị chỉ theo giấy mời.", en="This conference is by invitation only."))
    moment, zone = database_now(), admission.conference.time_zone
    if admission.opens_at and moment < admission.opens_at:
        raise Conflict(
            say(
                vi="Chưa mở đăng ký; mở lúc {at}.",
                en="Registration has not opened; it opens at {at}.",
                at=wording.until_said(admission.opens_at, zone),
            ),
            opens_at=admission.opens_at.isoformat(),
        )
    if admission.closes_at and moment >= admission.closes_at:
        raise Conflict(
            say(
                vi="Đã hết hạn đăng ký từ {at}.",
                en="Registration closed at {at}.",
                at=wording.until_said(admission.closes_at, zone),
            ),
            closes_at=admission.closes_at.isoformat(),
        )


def placed_news(row: Registration) -> DomainEvent:
    """Of a seat, or of a turn."""
    if row.state == RegistrationState.CONFIRMED:
        return RegistrationConfirmed(registration_id=row.id, conference_id=row.conference_id, round=row.code_round)
    return RegistrationWaitlisted(registration_id=row.id, conference_id=row.conference_id, turn=row.turn or 0)
