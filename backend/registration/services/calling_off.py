"""Those who hope for a seat when a conference is cancelled: it ends with it, and goes on should it be announced again.
While one is postponed nobody is asked to decide: offers go back to their turns, and are made anew with the new time."""

from uuid import UUID

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from backend.conferences.models import Conference
from backend.conferences.queries.told import cancelled
from backend.conferences.states import EXPECTED, ConferenceState
from backend.core.clock import database_now
from backend.invitations.models import Invitation
from backend.invitations.queries import LIVE
from backend.outbox.services import emit
from backend.registration.events import (
    RegistrationCalledOff,
    RegistrationCancelled,
    RegistrationPutOff,
    RegistrationResumed,
)
from backend.registration.models import Registration
from backend.registration.services import counters
from backend.registration.services.waiting import give_out
from backend.registration.states import HOPING, MOVES, RegistrationState


@transaction.atomic
def call_off(*, conference_id: UUID) -> int:
    """Ends the requests, turns and offers of a cancelled conference; returns how many. Does nothing once it was
    announced again. Seats stay with who has them, invited or not."""
    hoping = Registration.objects.filter(conference_id=conference_id, state__in=HOPING)
    if not hoping.exists():
        return 0
    seats = counters.locked_seats(conference_id)
    if not Conference.objects.filter(cancelled(), pk=conference_id).exists():
        return 0
    rows = list(hoping.select_for_update().order_by("id"))
    for was in sorted(HOPING):
        ended = [row for row in rows if row.state == was]
        for row in ended:
            MOVES.move(row, "call_off")
        counters.count(seats, ended, was=was, now=RegistrationState.CALLED_OFF)
    _write(rows, state=RegistrationState.CALLED_OFF, cancelled_at=database_now())
    emit(*(RegistrationCalledOff(registration_id=row.pk, conference_id=conference_id) for row in rows))
    return len(rows)


@transaction.atomic
def put_off(*, conference_id: UUID) -> int:
    """Whoever was offered a seat at a postponed conference waits again, in the same turn; returns how many. Does nothing
    once it was announced again."""
    offered = Registration.objects.filter(conference_id=conference_id, state=RegistrationState.OFFERED)
    if not offered.exists():
        return 0
    seats = counters.locked_seats(conference_id)
    if _state_of(conference_id) != ConferenceState.POSTPONED:
        return 0
    rows = list(offered.select_for_update().order_by("id"))
    for row in rows:
        MOVES.move(row, "put_off")
    counters.count(seats, rows, was=RegistrationState.OFFERED, now=RegistrationState.WAITING)
    _write(rows, state=RegistrationState.WAITING)
    emit(*(RegistrationPutOff(registration_id=row.pk, conference_id=conference_id) for row in rows))
    return len(rows)


@transaction.atomic
def resume(*, conference_id: UUID) -> int:
    """Whoever waited when the conference was cancelled waits again with the same turn, and is among the first to be
    offered a seat; who had asked waits for approval again. Returns how many. Whose invitation was withdrawn with the
    conference is among them: it comes back with the news; whose was taken back for good is not."""
    ended = Registration.objects.filter(conference_id=conference_id, state=RegistrationState.CALLED_OFF)
    if not ended.exists():
        return 0
    seats = counters.locked_seats(conference_id)
    if _state_of(conference_id) not in EXPECTED:
        return 0
    comes_back = Q(state__in=LIVE) | Q(called_off_from__in=LIVE)
    invited = Exists(Invitation.objects.filter(comes_back, conference=conference_id, person=OuterRef("person")))
    moment, back = database_now(), Q(invitation=None) | invited
    rows = list(ended.filter(back).select_for_update(of=("self",)).order_by("id"))
    for verb, some in (
        ("wait_again", [row for row in rows if row.turn is not None]),
        ("ask_again", [row for row in rows if row.turn is None]),
    ):
        for row in some:
            MOVES.move(row, verb)
        if some:
            _write(some, state=some[0].state, cancelled_at=None, offer_until=None)
            counters.count(seats, some, now=some[0].state)
    gone = list(ended.filter(~back).select_for_update(of=("self",)).order_by("id"))
    for row in gone:
        MOVES.move(row, "withdraw")
    _write(gone, state=RegistrationState.WITHDRAWN, cancelled_at=moment)
    emit(
        *(RegistrationResumed(registration_id=row.pk, conference_id=conference_id) for row in rows),
        *(RegistrationCancelled(registration_id=row.pk, conference_id=conference_id) for row in gone),
    )
    give_out(seats)
    return len(rows)


def _state_of(conference_id: UUID) -> str:
    return Conference.objects.values_list("state", flat=True).get(pk=conference_id)


def _write(rows: list[Registration], **values: object) -> None:
    changed: QuerySet[Registration] = Registration.objects.filter(pk__in=[row.pk for row in rows])
    changed.update(**values, updated_at=database_now(), version=F("version") + 1)
