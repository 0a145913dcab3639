"""Somebody else comes (cử người dự thay): proposed by the invitee or the unit's focal point, agreed to by the organiser
unless the list needs no asking. Whoever was invited first gets a cancellation, the substitute an invitation of their
own; both stay on record.

Everything locks in one order: the invitation list, its delegation, the invitation, what was proposed on it, the human
being named. Who comes instead is put on that list, and focal points, who send substitutes too, hold it while they fill
its places.
"""

from typing import cast
from uuid import UUID

from django.db import transaction

from backend.conferences.models import Conference
from backend.core import context
from backend.core.clock import now
from backend.core.errors import Conflict, Gone, Invalid, NotFound
from backend.core.queries import locked
from backend.core.text import say
from backend.invitations import queries
from backend.invitations.events import InvitationDelegated, InvitationProposed
from backend.invitations.forms import without_titles
from backend.invitations.models import Invitation, InvitationList, ReplyProposal
from backend.invitations.services.named import InvitedAlready, Named, ensure_not_invited, person_named
from backend.invitations.services.single import resend, withdraw
from backend.invitations.states import PROPOSAL_MOVES, InvitationState, ProposalKind, ProposalState, Substitutes
from backend.outbox.services import emit


@transaction.atomic
def propose_substitute(*, invitation_id: UUID, named: Named, expected: int | None = None) -> ReplyProposal:
    """Keeps who is to come instead; where the list needs no asking, it is so at once.

    Raises Gone or Conflict when the invitation cannot be answered any more, was not sent, or its list allows no
    substitutes; while another proposal waits; and for somebody who is invited already.
    """
    row = locked_on_list(invitation_id, expected=expected)
    queries.check_open(row, Conference.objects.get(pk=row.conference_id))
    if row.state not in queries.LIVE or row.person_id is None:
        raise Conflict(say(vi="Giấy mời này chưa gửi.", en="This invitation was not sent yet."))
    queries.check_not_inside(row)
    if row.list.substitutes == Substitutes.NONE:
        raise Conflict(say(vi="Giấy mời này không cử người dự thay được.", en="Nobody can come in your place."))
    if row.proposals.filter(kind=ProposalKind.SUBSTITUTE, state=ProposalState.OPEN).exists():
        raise Conflict(
            say(
                vi="Đề nghị trước đang chờ ban tổ chức trả lời.",
                en="Your earlier proposal is waiting for the organisers.",
            )
        )
    ensure_not_invited(row.conference_id, named)
    proposal = ReplyProposal.objects.create(
        invitation=row,
        kind=ProposalKind.SUBSTITUTE,
        sequence=row.sequence,
        **_as_kept(named),
    )
    emit(
        InvitationProposed(
            invitation_id=row.pk, conference_id=row.conference_id, proposal_id=proposal.pk, kind=proposal.kind
        )
    )
    if row.list.substitutes == Substitutes.FREE:
        _take_over(proposal, row, named)
    return proposal


def locked_on_list(invitation_id: UUID, *, expected: int | None = None) -> Invitation:
    """The invitation, locked after its list. Raises NotFound or StaleWrite."""
    of_list = InvitationList.objects.filter(invitations=invitation_id)
    of_list.select_for_update(no_key=True, of=("self",)).first()
    return locked(Invitation.objects.select_related("list"), invitation_id, expected=expected)


#: Columns of a proposal, and what a form calls them.
_KEPT = {"name": "full_name", "honorific": "honorific", "office": "office", "email": "email", "phone": "phone"}


_LONGEST_NAME = 120


def _as_kept(named: Named) -> dict[str, str]:
    """A proposal's columns; it has none for a degree, which stands before the name."""
    kept: dict[str, str] = {f"substitute_{field}": named[said] for field, said in _KEPT.items()}  # type: ignore[literal-required]
    with_degree = f"{named.get('degree', '')} {named['full_name']}".strip()
    return {**kept, "substitute_name": with_degree if len(with_degree) <= _LONGEST_NAME else named["full_name"]}


def _proposed(proposal: ReplyProposal) -> Named:
    kept = {said: getattr(proposal, f"substitute_{field}") for field, said in _KEPT.items()}
    return cast(Named, without_titles(kept))


def propose_by_link(*, token: str, named: Named) -> ReplyProposal:
    """`propose_substitute` by whoever holds the link: the signature stands for the invitee."""
    opened = queries.opened_by(token)
    with context.acting(actor=f"invitee:{opened.id}"), transaction.atomic():
        row = locked_on_list(opened.id)
        if row.link_round != opened.link_round:
            raise Gone()
        return propose_substitute(invitation_id=row.id, named=named)


@transaction.atomic
def accept_substitute(*, proposal_id: UUID, named: Named | None = None, expected: int | None = None) -> ReplyProposal:
    """Agrees to who was proposed, as corrected by `named`. Raises IllegalMove when it is settled, Conflict for a
    proposal of another time, Invalid while nobody has said the name."""
    invitation_id = ReplyProposal.objects.filter(pk=proposal_id).values_list("invitation_id", flat=True).first()
    if invitation_id is None:
        raise NotFound()
    row = locked_on_list(invitation_id)
    proposal = locked(ReplyProposal, proposal_id, expected=expected)
    if proposal.kind != ProposalKind.SUBSTITUTE:
        raise Conflict(
            say(
                vi="Đề nghị đổi thời gian được nhận bằng cách dời hội nghị.",
                en="Another time is taken over by moving the conference there.",
            )
        )
    PROPOSAL_MOVES.check(proposal, "take_over")
    try:
        queries.check_open(row, Conference.objects.get(pk=row.conference_id))
    except Gone as gone:  # said of the invitee's link; the organiser's proposal is there, at a bad moment
        raise Conflict(gone.sentence) from gone
    said = named or _proposed(proposal)
    if not said["full_name"]:
        raise Invalid(
            {"full_name": say(vi="Thư chưa cho biết họ tên người dự thay.", en="The mail did not say who it is.")}
        )
    ensure_not_invited(row.conference_id, said)
    _take_over(proposal, row, said)
    return proposal


def _take_over(proposal: ReplyProposal, row: Invitation, named: Named) -> None:
    """With the invitation locked."""
    person, _ = person_named(row.organisation_id, named, language=row.language)
    others = Invitation.objects.filter(conference=row.conference_id, person=person)
    if others.exclude(state=InvitationState.WITHDRAWN).exists():
        raise InvitedAlready()
    # Before the withdrawal, which settles what is still open.
    for field, said in _as_kept(named).items():
        setattr(proposal, field, said)
    PROPOSAL_MOVES.move(proposal, "take_over")
    proposal.settled_at = now()
    proposal.save()
    # First, so that the place is free for who comes instead.
    withdrawn = withdraw(invitation_id=row.pk)
    made = Invitation.objects.create(
        list_id=row.list_id,
        conference_id=row.conference_id,
        site_id=row.site_id,
        person=person,
        organisation_id=row.organisation_id,
        office={"vi": named["office"]} if named["office"] else {},
        category=row.category,
        language=person.language,
        email=person.email,
    )
    withdrawn.substitute = made
    withdrawn.save()
    if made.email:
        resend(invitation_id=made.pk)
    emit(InvitationDelegated(invitation_id=row.pk, conference_id=row.conference_id, substitute_id=made.pk))
