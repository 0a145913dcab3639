"""A seat follows the invitee's answer: in the order in which the answers were given."""

from uuid import UUID

from django.db import connection, transaction

from backend.conferences.models import Conference
from backend.conferences.states import EXPECTED
from backend.core.errors import DomainError, NotFound
from backend.core.queries import locked
from backend.invitations.models import Invitation
from backend.invitations.states import InvitationState
from backend.people.models import Person
from backend.registration import queries
from backend.registration.models import Registration
from backend.registration.services.seats import StillInside, cancel, register

#: Answers to one conference are followed one after the other; other conferences are not waited for.
ONE_AFTER_THE_OTHER = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"


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


def _give_up(invitation: Invitation) -> Registration | None:
    """Who came in since they declined came after all, and keeps the seat."""
    if invitation.person_id is None:
        return None
    live = queries.live_registration(invitation.conference_id, invitation.person_id)
    try:
        return cancel(registration_id=live.id) if live else None
    except StillInside:
        return live
