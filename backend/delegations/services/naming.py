"""Whom focal points name. They see and write what is their unit's alone, and never take more places than it has.

Everything locks in one order: the invitation list, its delegation, the invitation, the human beings named (by address).
"""

from uuid import UUID

from django.db import transaction

from backend.core.clock import database_now
from backend.core.errors import Conflict, Gone, NotFound
from backend.core.text import say
from backend.delegations import queries
from backend.delegations.events import DelegateNamed, DelegateRemoved, DelegationSubmitted
from backend.delegations.models import Delegate, Delegation
from backend.delegations.services.places import inviting_conference, locked_delegation
from backend.delegations.states import MOVES, DelegationState
from backend.invitations import services as invitations
from backend.invitations.models import Invitation, ReplyProposal
from backend.invitations.services.named import InvitedAlready, Named, ensure_not_invited, person_named
from backend.invitations.states import InvitationState
from backend.outbox.services import emit
from backend.people import services as people


@transaction.atomic
def name_delegate(*, delegation_id: UUID, link_round: int, named: Named) -> Delegate:
    """Gives a place to somebody: who is on record in the unit under this name and address or number stays as recorded,
    anybody else is added to it. No letter goes out before the organisers send the list.

    Raises Conflict when no place is left, the time is over, or the person is invited to the conference already.
    """
    return give_place(open_delegation(delegation_id, link_round), named)


def give_place(row: Delegation, named: Named) -> Delegate:
    """`name_delegate` in a delegation that is locked and open; whoever catches a refusal rolls back to before it."""
    if row.taken >= row.quota:
        raise Conflict(
            say(
                vi="Đã đủ {n} đại biểu theo chỉ tiêu; không cử thêm được.",
                en="All {n} places are filled; nobody can be added.",
                n=row.quota,
            )
        )
    ensure_not_invited(row.conference_id, named)
    person, added = person_named(row.organisation_id, named, language=row.focal_language)
    if not invitations.add_members(list_id=row.list_id, people=[person.pk]).added:
        raise InvitedAlready()
    invitation = Invitation.objects.get(list=row.list_id, person=person, state=InvitationState.DRAFT)
    # A person on record without an address is written to at the one the unit gave.
    invitation.email = invitation.email or named["email"]
    if named["office"]:
        invitation.office = {"vi": named["office"]}
    invitation.save()
    delegate = Delegate.objects.create(delegation=row, invitation=invitation, added=added)
    row.taken += 1
    row.save()
    emit(DelegateNamed(invitation_id=invitation.pk, delegation_id=row.pk, conference_id=row.conference_id))
    return delegate


@transaction.atomic
def change_delegate(*, delegation_id: UUID, link_round: int, delegate_id: UUID, named: Named) -> Delegate:
    """Corrects what was written of somebody, until their letter goes out. Raises Conflict for somebody who was on
    record before: only the office in their letter is the unit's to say."""
    row = open_delegation(delegation_id, link_round)
    delegate = _unsent(row, delegate_id)
    invitation, person = delegate.invitation, delegate.invitation.person
    assert person is not None
    if not delegate.added:
        raise Conflict(
            say(
                vi="Người này đã có hồ sơ; tên, địa chỉ và điện thoại do ban tổ chức sửa.",
                en="This person was on record before; the organisers correct name, address and telephone.",
            )
        )
    told: dict[str, str] = {field: value for field, value in named.items() if field != "office"}  # type: ignore[misc]
    changes = {field: value for field, value in told.items() if value != getattr(person, field)}
    if changes:
        ensure_not_invited(row.conference_id, named, but=invitation)
        people.change_person(person_id=person.pk, changes=changes)
    invitation.email = named["email"]
    _write_office(invitation, named["office"])
    row.save()
    return delegate


@transaction.atomic
def change_office(*, delegation_id: UUID, link_round: int, delegate_id: UUID, office: str) -> Delegate:
    """Corrects the office in the letter, until it goes out."""
    row = open_delegation(delegation_id, link_round)
    delegate = _unsent(row, delegate_id)
    _write_office(delegate.invitation, office)
    row.save()
    return delegate


def _write_office(invitation: Invitation, office: str) -> None:
    invitation.office = {"vi": office} if office else {}
    invitation.save()


@transaction.atomic
def remove_delegate(*, delegation_id: UUID, link_round: int, delegate_id: UUID) -> None:
    """Frees the place again. Whose letter has gone out gets a cancellation."""
    row = open_delegation(delegation_id, link_round)
    delegate = _delegate(row, delegate_id)
    invitation_id = delegate.invitation_id
    delegate.delete()
    invitations.withdraw(invitation_id=invitation_id)
    row.taken -= 1
    row.save()
    emit(DelegateRemoved(invitation_id=invitation_id, delegation_id=row.pk, conference_id=row.conference_id))


@transaction.atomic
def send_substitute(*, delegation_id: UUID, link_round: int, delegate_id: UUID, named: Named) -> ReplyProposal:
    """Proposes who comes instead of a delegate whose letter has gone out, also after the list was closed; where the
    list needs no asking, it is so at once. Raises what `propose_substitute` raises."""
    row = _opened(delegation_id, link_round)
    proposal = invitations.propose_substitute(invitation_id=_delegate(row, delegate_id).invitation_id, named=named)
    # At once the place is that of who comes instead.
    locked_delegation(row.pk).save()
    return proposal


@transaction.atomic
def submit(*, delegation_id: UUID, link_round: int) -> Delegation:
    """The unit says that these are all. Twice is once. Raises Conflict while nobody is named."""
    row = _opened(delegation_id, link_round)
    if row.state == DelegationState.SUBMITTED:
        return row
    _ensure_time(row)
    if row.taken == 0:
        raise Conflict(say(vi="Danh sách chưa có ai.", en="Nobody is named yet."))
    MOVES.move(row, "submit")
    row.submitted_at = database_now()
    row.save()
    emit(DelegationSubmitted(delegation_id=row.pk, conference_id=row.conference_id, named=row.taken))
    return row


@transaction.atomic
def follow_withdrawal(*, invitation_id: UUID) -> None:
    """Frees the place of a delegate whose invitation the organisers took back."""
    delegation_id = Delegate.objects.filter(invitation=invitation_id).values_list("delegation", flat=True).first()
    if delegation_id is not None:
        locked_delegation(delegation_id).save()


def _opened(delegation_id: UUID, link_round: int) -> Delegation:
    row = locked_delegation(delegation_id)
    if row.link_round != link_round:
        raise Gone()
    inviting_conference(row)
    return row


def open_delegation(delegation_id: UUID, link_round: int) -> Delegation:
    """Locked, and still to be filled. Raises NotFound, Gone, or Conflict with the reason why no names are taken."""
    row = _opened(delegation_id, link_round)
    ensure_open(row)
    return row


def ensure_open(row: Delegation) -> None:
    """Raises Gone or Conflict with the reason why the unit names nobody (any more)."""
    inviting_conference(row)
    if row.state == DelegationState.SUBMITTED:
        raise Conflict(
            say(
                vi="Danh sách đã gửi. Muốn sửa, xin đề nghị ban tổ chức mở lại.",
                en="The list was submitted. To change it, please ask the organisers to open it again.",
            )
        )
    _ensure_time(row)


def _ensure_time(row: Delegation) -> None:
    if row.state == DelegationState.CLOSED or database_now() > queries.open_until(row):
        raise Conflict(
            say(
                vi="Đã hết thời hạn cử đại biểu. Xin liên hệ ban tổ chức.",
                en="The deadline has passed. Please turn to the organisers.",
            )
        )


def _delegate(row: Delegation, delegate_id: UUID) -> Delegate:
    """One of this unit's own; others' do not exist here."""
    found = queries.live_delegates(row.pk).filter(pk=delegate_id).first()
    if found is None:
        raise NotFound(say(vi="Không có người này trong danh sách.", en="Nobody like that is on the list."))
    return found


def _unsent(row: Delegation, delegate_id: UUID) -> Delegate:
    delegate = _delegate(row, delegate_id)
    if delegate.invitation.state != InvitationState.DRAFT:
        raise Conflict(say(vi="Giấy mời đã gửi, không sửa được nữa.", en="The invitation was sent; it stays as it is."))
    return delegate
