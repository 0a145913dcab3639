"""Who is sent in somebody's place takes over their seat, offer or turn: it is never free in between, so nobody who waits
gets it."""

from uuid import UUID

from django.db import transaction

from backend.conferences.models import Conference
from backend.conferences.states import EXPECTED
from backend.core.clock import database_now
from backend.core.errors import NotFound
from backend.core.ids import time_ordered_id
from backend.invitations.models import Invitation
from backend.invitations.queries import MAY_COME
from backend.invitations.states import InvitationState
from backend.outbox.registry import DomainEvent
from backend.outbox.services import emit
from backend.people.models import Person
from backend.registration import queries
from backend.registration.events import RegistrationCancelled, RegistrationOffered
from backend.registration.models import Registration
from backend.registration.services import counters
from backend.registration.services.seats import StillInside, cancel, placed_news
from backend.registration.states import MOVES, OVER, RegistrationState


@transaction.atomic
def follow_withdrawal(*, invitation_id: UUID) -> Registration | None:
    """Gives up the place that came with an invitation taken back since; where its person sent somebody else who may still
    come, it is handed on to them instead, in the same transaction. Who came in meanwhile keeps it. Returns the
    registration that ended."""
    heir_id = _heir_of(invitation_id)
    wanted = [each for each in (invitation_id, heir_id) if each is not None]
    locked = Invitation.objects.select_for_update().filter(pk__in=wanted).order_by("pk").in_bulk()
    if invitation_id not in locked:
        raise NotFound()
    gone, heir = locked[invitation_id], locked.get(heir_id) if heir_id else None
    if gone.state != InvitationState.WITHDRAWN or gone.person_id is None:
        return None
    # The person may have been invited anew meanwhile: only what came with this invitation ends.
    rows = Registration.objects.filter(conference_id=gone.conference_id, person_id=gone.person_id, invitation=gone)
    held = rows.exclude(state__in=OVER).first()
    if held is None:
        return None
    if gone.called_off_from:
        return None  # it ends, and comes back, as the conference does
    try:
        if heir is None or heir.state not in MAY_COME or heir.person_id is None or not _expected(gone.conference_id):
            return cancel(registration_id=held.pk)
        return _handed_on(held.pk, heir)
    except StillInside:
        return None


def _heir_of(invitation_id: UUID) -> UUID | None:
    """The invitation of who comes in the end: a substitute may have sent a substitute before this was heard of."""
    heir_id = None
    following = Invitation.objects.filter(pk=invitation_id).values_list("substitute_id", flat=True).first()
    while following is not None:
        heir_id = following
        following = Invitation.objects.filter(pk=heir_id).values_list("substitute_id", flat=True).first()
    return heir_id


def _expected(conference_id: UUID) -> bool:
    return Conference.objects.filter(pk=conference_id, state__in=EXPECTED).exists()


def _handed_on(held_id: UUID, heir: Invitation) -> Registration:
    """The place of `held_id` becomes the heir's as it is: the seat, the offer with its end, or the turn, with its site and
    unit: no limit is touched, and nobody who waits is passed. Who has as good a place already keeps their own; an offer
    that has ended is nobody's."""
    conference_id = heir.conference_id
    gone_id = Registration.objects.values_list("person_id", flat=True).get(pk=held_id)
    everybody = Person.objects.filter(pk__in=[gone_id, heir.person_id])
    list(everybody.select_for_update(no_key=True).order_by("pk").values_list("pk"))
    seats = counters.locked_seats(conference_id)
    held = Registration.objects.select_for_update().get(pk=held_id)
    assert heir.person_id is not None
    present, moment = queries.live_registration(conference_id, heir.person_id), database_now()
    until = queries.offer_end(held)
    ended = held.state == RegistrationState.OFFERED and until is not None and until <= moment
    if held.state not in _PLACES or ended or (present is not None and _rank(present) <= _rank(held)):
        return cancel(registration_id=held_id)
    if queries.is_inside(held):
        raise StillInside()
    was, turn = held.state, held.turn
    MOVES.move(held, "cancel" if was == RegistrationState.CONFIRMED else "withdraw")
    held.cancelled_at = moment
    if was != RegistrationState.CONFIRMED:
        held.turn = None
    held.save()
    counters.count(seats, [held], was=was, now=held.state)
    made = present or counters.enter(
        {
            "id": time_ordered_id(),
            "conference": conference_id,
            "person": heir.person_id,
            "invitation": heir.pk,
            "organisation": held.organisation_id,
            "site": held.site_id,
            "category": heir.category,
        },
        RegistrationState.PENDING,
    )
    counters.count(seats, [made], was=made.state, now=None)
    made.site_id, made.organisation_id = held.site_id, held.organisation_id
    if was == RegistrationState.CONFIRMED:
        made.confirmed_at = moment
    else:
        made.turn = turn
    if was == RegistrationState.OFFERED:
        made.offer_until = held.offer_until
    made.save()
    for verb in _WAYS[made.state, was]:
        MOVES.move(made, verb)
        made.save(update_fields=["state"])
    counters.count(seats, [made], now=made.state)
    emit(RegistrationCancelled(registration_id=held.pk, conference_id=conference_id), _news(made))
    return held


#: What can be handed on, the best first.
_PLACES = (RegistrationState.CONFIRMED, RegistrationState.OFFERED, RegistrationState.WAITING)
#: From where somebody is to the place they are handed; whoever is new begins as if they had asked.
_WAYS: dict[tuple[str, str], tuple[str, ...]] = {
    (RegistrationState.PENDING, RegistrationState.CONFIRMED): ("approve",),
    (RegistrationState.PENDING, RegistrationState.OFFERED): ("queue", "offer"),
    (RegistrationState.PENDING, RegistrationState.WAITING): ("queue",),
    (RegistrationState.WAITING, RegistrationState.CONFIRMED): ("seat",),
    (RegistrationState.WAITING, RegistrationState.OFFERED): ("offer",),
    (RegistrationState.WAITING, RegistrationState.WAITING): (),
    (RegistrationState.OFFERED, RegistrationState.CONFIRMED): ("accept",),
    (RegistrationState.CALLED_OFF, RegistrationState.CONFIRMED): ("wait_again", "seat"),
    (RegistrationState.CALLED_OFF, RegistrationState.OFFERED): ("wait_again", "offer"),
    (RegistrationState.CALLED_OFF, RegistrationState.WAITING): ("wait_again",),
}


def _rank(row: Registration) -> tuple[int, int]:
    """Less is better: a seat before an offer before a turn, and of two turns the earlier one."""
    if row.state not in _PLACES:
        return len(_PLACES), 0
    waits = row.state == RegistrationState.WAITING
    return _PLACES.index(RegistrationState(row.state)), (row.turn or 0) if waits else 0


def _news(row: Registration) -> DomainEvent:
    if row.state == RegistrationState.OFFERED:
        return RegistrationOffered(registration_id=row.pk, conference_id=row.conference_id)
    return placed_news(row)
