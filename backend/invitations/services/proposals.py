"""What invitees propose by mail: kept for the organiser, who says no, or moves the conference there."""

import datetime as dt
from collections.abc import Collection
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F, Q
from rest_framework.exceptions import ValidationError

from backend.conferences.models import Conference
from backend.core.clock import now
from backend.core.errors import Conflict
from backend.core.queries import locked
from backend.core.serializers import YEARS
from backend.core.text import say
from backend.core.vietnamese import clean
from backend.invitations import ical
from backend.invitations.events import InvitationProposalDeclined, InvitationProposed
from backend.invitations.forms import PersonName
from backend.invitations.models import Invitation, ReplyProposal
from backend.invitations.states import PROPOSAL_MOVES, ProposalKind, ProposalState
from backend.mail.mailbox import InvalidAddress, Mailbox, deliverable_email
from backend.mail.states import InboundReason
from backend.outbox.services import emit
from backend.people.models import Person

LONGEST_NOTE = 1000


def keep(row: Invitation, said: ical.Reply, *, inbound_id: UUID, stamp: dt.datetime | None) -> InboundReason:
    """Keeps a COUNTER or a delegation, which leaves the invitation as it is; returns what it was."""
    proposal = ReplyProposal(
        invitation=row,
        sequence=row.sequence,
        note=clean(said.comment)[:LONGEST_NOTE],
        inbound_id=inbound_id,
        stamp=stamp,
    )
    if said.method == "COUNTER":
        proposal.kind, reason = ProposalKind.TIME, InboundReason.PROPOSED_TIME
        zone = ZoneInfo(row.conference.time_zone)
        proposal.starts_at, proposal.ends_at = _moment(said.start, zone), _moment(said.end, zone)
        same = (proposal.starts_at, proposal.ends_at) == (row.conference.starts_at, row.conference.ends_at)
        complete = proposal.starts_at is not None and not same
    else:
        proposal.kind, reason = ProposalKind.SUBSTITUTE, InboundReason.PROPOSED_SUBSTITUTE
        proposal.substitute_email = _address(said.delegated_to.email)
        proposal.substitute_name, proposal.substitute_honorific = _name_of(said.delegated_to, row)
        complete = proposal.substitute_email not in {"", row.email.lower()}
    if not complete:
        return InboundReason.INCOMPLETE_PROPOSAL
    proposal.save()
    emit(
        InvitationProposed(
            invitation_id=row.pk, conference_id=row.conference_id, proposal_id=proposal.pk, kind=proposal.kind
        )
    )
    return reason


@transaction.atomic
def decline_proposal(*, proposal_id: UUID, expected: int | None = None) -> ReplyProposal:
    """Says no; the invitee is written to. Raises IllegalMove when it is settled, Conflict when a newer letter has
    answered it."""
    proposal = locked(ReplyProposal, proposal_id, expected=expected)
    PROPOSAL_MOVES.move(proposal, "decline")
    row = Invitation.objects.get(pk=proposal.invitation_id)
    if row.sequence > proposal.sequence:
        raise Conflict(
            say(
                vi="Người được mời đã nhận thời gian hoặc địa điểm mới hơn đề nghị này.",
                en="The invitee was told a newer time or place than this proposal is about.",
            )
        )
    proposal.settled_at = now()
    proposal.save()
    emit(InvitationProposalDeclined(invitation_id=row.pk, conference_id=row.conference_id, proposal_id=proposal.pk))
    return proposal


def settle_of_withdrawn(invitation_ids: Collection[UUID]) -> None:
    """Declines, without a letter, what is still proposed on invitations that are taken back."""
    at = now()
    ReplyProposal.objects.filter(invitation__in=invitation_ids, state=ProposalState.OPEN).update(
        state=ProposalState.DECLINED, settled_at=at, updated_at=at, version=F("version") + 1
    )


@transaction.atomic
def take_over_proposals(*, conference_id: UUID) -> int:
    """Marks the proposals of the time a conference was moved to as taken over; returns how many. The news tells their
    invitees."""
    conference = Conference.objects.get(pk=conference_id)
    if conference.starts_at is None:
        return 0
    there = Q(starts_at=conference.starts_at) & (Q(ends_at=None) | Q(ends_at=conference.ends_at))
    rows = ReplyProposal.objects.filter(
        there, invitation__conference=conference, kind=ProposalKind.TIME, state=ProposalState.OPEN
    )
    found = list(rows.select_for_update(of=("self",)).order_by("pk"))
    for proposal in found:
        PROPOSAL_MOVES.move(proposal, "take_over")
        proposal.settled_at = now()
        proposal.save()
    return len(found)


def _moment(moment: dt.datetime | dt.date | None, zone: ZoneInfo) -> dt.datetime | None:
    """A floating time is one of the conference's clock; a day alone is no time."""
    if not isinstance(moment, dt.datetime) or moment.year not in YEARS:
        return None
    return moment.replace(tzinfo=zone) if moment.tzinfo is None else moment


def _name_of(substitute: Mailbox, row: Invitation) -> tuple[str, str]:
    """Name and honorific, as on record in the invitee's unit; else the name the invitee's program knows, unless it is
    none (the address once more). Empty where nobody says it."""
    here = Person.objects.filter(organisation=row.organisation_id, email__iexact=substitute.email)
    known = list(here.values_list("full_name", "honorific")[:2]) if substitute.email else []
    if len(known) == 1:
        return known[0]
    try:
        return PersonName().run_validation(substitute.name), ""
    except ValidationError:
        return "", ""


def _address(email: str) -> str:
    try:
        return deliverable_email(email).lower()
    except InvalidAddress:
        return ""
