"""Who is sent in somebody's place takes over their seat: it is never free in between, so nobody who waits gets it."""

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
from backend.outbox.services import emit
from backend.people.models import Person
from backend.registration import queries
from backend.registration.events import RegistrationCancelled, RegistrationConfirmed
from backend.registration.models import Registration
from backend.registration.services import counters
from backend.registration.services.seats import cancel
from backend.registration.states import HOLDS, MOVES, OVER, RegistrationState


@transaction.atomic
def follow_withdrawal(*, invitation_id: UUID) -> Registration | None:
    """Gives up the seat that came with an invitation taken back since; where its person sent somebody else who may still
    come, a confirmed seat is handed on to them instead, in the same transaction. Returns the registration that ended."""
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
    if heir is None or heir.state not in MAY_COME or heir.person_id is None or not _expected(gone.conference_id):
        return cancel(registration_id=held.pk)
    return _handed_on(held.pk, heir)


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
    """The seat of `held_id` becomes the heir's, with its site and unit: no limit is touched. Who has a seat already keeps
    their own, and whatever is no confirmed seat simply ends."""
    conference_id = heir.conference_id
    gone_id = Registration.objects.values_list("person_id", flat=True).get(pk=held_id)
    everybody = Person.objects.filter(pk__in=[gone_id, heir.person_id])
    list(everybody.select_for_update(no_key=True).order_by("pk").values_list("pk"))
    seats = counters.locked_seats(conference_id)
    held = Registration.objects.select_for_update().get(pk=held_id)
    assert heir.person_id is not None
    present = queries.live_registration(conference_id, heir.person_id)
    if held.state != RegistrationState.CONFIRMED or (present is not None and present.state in HOLDS):
        return cancel(registration_id=held_id)
    MOVES.move(held, "cancel")
    held.cancelled_at = database_now()
    held.save()
    counters.count(seats, [held], was=RegistrationState.CONFIRMED, now=held.state)
    if present is None:
        made = counters.enter(
            {
                "id": time_ordered_id(),
                "conference": conference_id,
                "person": heir.person_id,
                "invitation": heir.pk,
                "organisation": held.organisation_id,
                "site": held.site_id,
                "category": heir.category,
            },
            RegistrationState.CONFIRMED,
        )
        counters.count(seats, [made], now=made.state)
    else:
        made, was = present, present.state
        MOVES.move(made, "seat" if was == RegistrationState.WAITING else "approve")
        made.site_id, made.organisation_id, made.confirmed_at = held.site_id, held.organisation_id, database_now()
        made.save()
        counters.count(seats, [made], was=was, now=made.state)
    emit(
        RegistrationCancelled(registration_id=held.pk, conference_id=conference_id),
        RegistrationConfirmed(registration_id=made.pk, conference_id=conference_id, round=made.code_round),
    )
    return held
