"""What is done with one invitation, or with all of a conference or of a site that is off."""

from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Case, F, When
from django.db.models.functions import Greatest

from backend.conferences.models import Conference
from backend.conferences.queries.told import cancelled
from backend.conferences.states import ConferenceState
from backend.core.clock import now
from backend.core.errors import Conflict, Invalid, NotFound
from backend.core.queries import locked
from backend.core.text import say
from backend.invitations import queries
from backend.invitations.events import InvitationIssued, InvitationNamed, InvitationsRestored, InvitationWithdrawn
from backend.invitations.letters import new_batch
from backend.invitations.models import Invitation, InvitationList
from backend.invitations.services.proposals import settle_of_withdrawn
from backend.invitations.states import MOVES, InvitationState
from backend.outbox.services import emit
from backend.people.models import Person


@transaction.atomic
def withdraw(*, invitation_id: UUID, expected: int | None = None) -> Invitation:
    """Takes the invitation back: the link stops answering, and who was written to is written to again. Raises Conflict
    while the invitee is in the room."""
    row = locked(Invitation, invitation_id, expected=expected)
    told = row.state != InvitationState.DRAFT
    MOVES.move(row, "withdraw")
    queries.check_not_inside(row)
    row.save()
    settle_of_withdrawn([row.pk])
    if told:
        emit(InvitationWithdrawn(invitation_id=row.id, conference_id=row.conference_id, sequence=row.sequence))
    return row


@transaction.atomic
def withdraw_all(*, conference_id: UUID, series_id: UUID | None = None) -> int:
    """Takes back every invitation of a conference that is cancelled; returns how many invitees will hear of it: from
    one letter each, or together with others of the series. They come back when it takes place after all (`restore`).

    Does nothing for a conference that was announced again since; one that was merely reopened is still told as cancelled.
    """
    if not Conference.objects.filter(cancelled(), pk=conference_id).exists():
        return 0
    rows = Invitation.objects.filter(conference_id=conference_id)
    off = {
        "called_off_from": F("state"),
        "state": InvitationState.WITHDRAWN,
        "version": F("version") + 1,
        "updated_at": now(),
    }
    rows.filter(state=InvitationState.DRAFT).update(**off)
    told = list(rows.filter(state__in=queries.LIVE).select_for_update().order_by("id"))
    rows.filter(pk__in=[row.id for row in told]).update(**off)
    settle_of_withdrawn([row.pk for row in told])
    batch = new_batch(told[0].conference, "cancellation") if told and series_id is None else None
    emit(
        *(
            InvitationWithdrawn(
                invitation_id=row.id,
                conference_id=row.conference_id,
                sequence=row.sequence,
                batch_id=batch,
                series_id=series_id,
            )
            for row in told
        )
    )
    return len(told)


@transaction.atomic
def restore(*, conference_id: UUID, known: int) -> int:
    """Gives back, as they were, the invitations that were withdrawn because the conference was cancelled, and returns how
    many of them people had in their hands: these people know it under `known`, the sequence of the cancellation. Nobody
    gets back what was withdrawn from them alone, or has been replaced since. The news that it takes place are theirs."""
    rows = Invitation.objects.filter(conference_id=conference_id).exclude(called_off_from="")
    # Lists before invitations, in the order in which a unit's places are filled: PostgreSQL counts them on return.
    lists = InvitationList.objects.filter(pk__in=rows.values("list")).order_by("pk")
    if not list(lists.select_for_update(no_key=True).values_list("pk")):
        return 0
    invited = Invitation.objects.filter(conference_id=conference_id, person__isnull=False)
    again = invited.exclude(state=InvitationState.WITHDRAWN).values("person")
    found = dict(rows.exclude(person__in=again).order_by("id").select_for_update().values_list("pk", "sent_at"))
    try:
        given = _given_back(list(found), known)
    except IntegrityError:  # the places of a unit were given to somebody else meanwhile: whoever has one keeps it
        given = [pk for row in found for pk in _given_back_if_possible(row, known)]
    told = sum(found[pk] is not None for pk in given)
    if told:
        emit(InvitationsRestored(conference_id=conference_id, count=told))
    return told


@transaction.atomic
def _given_back(ids: list[UUID], known: int) -> list[UUID]:
    Invitation.objects.filter(pk__in=ids).update(
        state=F("called_off_from"),
        called_off_from="",
        sequence=Greatest("sequence", Case(When(sent_at=None, then=0), default=known)),
        version=F("version") + 1,
        updated_at=now(),
    )
    return ids


def _given_back_if_possible(row: UUID, known: int) -> list[UUID]:
    try:
        return _given_back([row], known)
    except IntegrityError:
        return []


@transaction.atomic
def resend(*, invitation_id: UUID, expected: int | None = None) -> Invitation:
    """Writes the letter again with a new link; every older link stops working. Also sends to an address that has
    become known meanwhile."""
    row = locked(Invitation.objects.select_related("person", "conference"), invitation_id, expected=expected)
    MOVES.check(row, "resend")
    conference = row.conference
    if conference.state not in {ConferenceState.ANNOUNCED, ConferenceState.RUNNING}:
        raise Conflict(say(vi="Hội nghị không còn mời.", en="The conference is not inviting."))
    row.email = row.person.email if row.person else ""
    if not row.email:
        raise Conflict(say(vi="Người được mời chưa có địa chỉ thư điện tử.", en="The invitee has no e-mail address."))
    if row.state == InvitationState.DRAFT:
        row.state, row.first_sequence = InvitationState.SENT, conference.sequence
    else:
        row.link_round += 1
    row.sequence = conference.sequence
    row.sent_at = now()
    row.save()
    row.failed_letters.filter(settled_at=None).update(settled_at=row.sent_at)
    emit(
        InvitationIssued(
            invitation_id=row.id, conference_id=conference.id, sequence=row.sequence, link_round=row.link_round
        )
    )
    return row


@transaction.atomic
def name_invitee(*, invitation_id: UUID, person_id: UUID, expected: int | None = None) -> Invitation:
    """Says who comes for an office that was invited without a name, in the office they hold on the conference's day
    where that is on record. The letter goes out with the list, or by resend."""
    row = locked(Invitation, invitation_id, expected=expected)
    person = Person.objects.filter(pk=person_id).first()
    if person is None:
        raise NotFound(say(vi="Không có người này.", en="There is no such person."))
    if row.person_id is not None or row.state != InvitationState.DRAFT:
        raise Conflict(say(vi="Giấy mời này đã có tên người.", en="This invitation already names a person."))
    others = Invitation.objects.filter(conference_id=row.conference_id, person=person)
    if others.exclude(state=InvitationState.WITHDRAWN).exists():
        raise Invalid({"person": say(vi="Người này đã được mời.", en="This person is invited already.")})
    row.person, row.email, row.language = person, person.email, person.language
    row.organisation_id = row.organisation_id or person.organisation_id
    held = queries.offices([person], row.conference).get(person.pk)
    if held is not None:
        row.office, row.rank = held.title, held.rank
        row.organisation_id = held.organisation_id or person.organisation_id or row.organisation_id
    row.save()
    emit(InvitationNamed(invitation_id=row.id, conference_id=row.conference_id, person_id=person.id))
    return row
