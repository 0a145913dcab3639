"""The focal point sends somebody else in place of a delegate whose letter has gone out."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.db import OperationalError, connection, transaction
from django.test import Client

from backend.core.queries import locked
from backend.delegations import links, services
from backend.delegations.models import Delegate, Delegation
from backend.invitations import links as reply_links
from backend.invitations import services as invitations
from backend.invitations.models import Invitation, InvitationList, ReplyProposal
from backend.invitations.services import substitutes
from backend.mail.models import OutgoingMail
from tests import lift
from tests.delegations.test_places import somebody
from tests.factories.delegations import DelegationFactory
from tests.threads import Meanwhile

pytestmark = pytest.mark.django_db
BINH = {"full_name": "Trần Thị Bình", "honorific": "ba", "office": "", "email": "binh@xa.example", "phone": ""}


@pytest.fixture
def unit() -> Delegation:
    """Two of three places filled, the letters out, the list closed."""
    made: Delegation = DelegationFactory(asked=True)
    for letter in "AC":
        services.name_delegate(delegation_id=made.pk, link_round=1, named=somebody(letter))
    invitations.send_list(list_id=made.list_id)
    services.close(delegation_id=made.pk)
    lift.run()
    return made


def page(row: Delegation) -> str:
    return f"/d/{links.sign(row.pk, 1)}"


def send(row: Delegation, **fields: str) -> Any:
    first = Delegate.objects.order_by("id").first()
    assert first is not None
    return Client().post(page(row), {"do": "substitute", "delegate": str(first.pk), **BINH, **fields})


def test_the_form_opens_at_the_delegate(unit: Delegation) -> None:
    first = Delegate.objects.order_by("id").first()
    assert first is not None
    text = Client().get(f"{page(unit)}?edit={first.pk}").content.decode()

    assert "Người dự thay: Nguyễn Văn A" in text
    assert 'value="substitute"' in text
    assert "Cử một đại biểu" not in text


def test_where_the_list_needs_no_asking_the_place_is_the_substitutes(unit: Delegation) -> None:
    unit.list.substitutes = "free"
    unit.list.save()

    answer = send(unit)
    assert (answer.status_code, answer["Location"]) == (303, page(unit) + "?done=substitute")
    lift.run()
    text = Client().get(page(unit)).content.decode()
    assert "Trần Thị Bình" in text
    assert "Nguyễn Văn A<" not in text
    row = Delegation.objects.get()
    assert (row.taken, row.returned, Delegate.objects.count()) == (2, 1, 2)
    assert Invitation.objects.exclude(state="withdrawn").count() == 2
    sent = OutgoingMail.objects.order_by("id").values_list("purpose", "recipient")
    assert sorted(sent.filter(recipient__in=["a@xa.example", "binh@xa.example"])) == [
        ("cancellation", "a@xa.example"),
        ("invitation", "a@xa.example"),
        ("invitation", "binh@xa.example"),
    ]


def test_else_it_waits_for_the_organiser(unit: Delegation) -> None:
    assert send(unit).status_code == 303
    again = send(unit, full_name="Lê Văn Dũng", email="dung@xa.example")
    assert again.status_code == 409
    assert "đang chờ ban tổ chức" in again.content.decode()
    invitations.accept_substitute(proposal_id=ReplyProposal.objects.get().pk)
    lift.run()

    assert Delegation.objects.get().taken == 2
    assert set(Invitation.objects.filter(delegate__isnull=False).values_list("email", flat=True)) == {
        "binh@xa.example",
        "c@xa.example",
    }


def test_a_wrong_form_and_a_draft_are_refused(unit: Delegation) -> None:
    assert send(unit, full_name="").status_code == 400
    other = DelegationFactory(asked=True, conference=unit.conference)
    draft = services.name_delegate(delegation_id=other.pk, link_round=1, named=somebody("D"))
    answer = Client().post(page(other), {"do": "substitute", "delegate": str(draft.pk), **BINH})
    assert answer.status_code == 409
    assert not ReplyProposal.objects.exists()


# The organisers agree, or the invitee sends somebody, while the focal point does: it holds the list, then the invitation.


def agreeing(proposal: ReplyProposal) -> Callable[[], Any]:
    return lambda: invitations.accept_substitute(proposal_id=proposal.pk)


def sending(proposal: ReplyProposal) -> Callable[[], Any]:
    """By the invitee's own link, where no other proposal waits and none is asked for."""
    invitation = proposal.invitation
    proposal.delete()
    InvitationList.objects.filter(pk=invitation.list_id).update(substitutes="free")
    token = reply_links.sign(invitation.pk, invitation.link_round)
    return lambda: invitations.propose_by_link(token=token, named=somebody("B"))


def proposed(unit: Delegation) -> ReplyProposal:
    send(unit)
    return ReplyProposal.objects.select_related("invitation").get()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("other", [agreeing, sending])
def test_who_puts_a_substitute_on_a_units_list_waits_for_the_list_with_nothing_held(
    unit: Delegation, other: Callable[[ReplyProposal], Callable[[], Any]]
) -> None:
    proposal = proposed(unit)
    work = other(proposal)
    with transaction.atomic():
        InvitationList.objects.select_for_update().get(pk=unit.list_id)
        meanwhile = Meanwhile(work)
        assert meanwhile.is_alive()
        Invitation.objects.select_for_update(nowait=True).get(pk=proposal.invitation_id)
        list(ReplyProposal.objects.select_for_update(nowait=True))
    meanwhile.join()
    assert meanwhile.raised == []
    assert Invitation.objects.get(pk=proposal.invitation_id).substitute is not None


@pytest.mark.django_db(transaction=True)
def test_with_the_invitation_locked_first_the_two_would_wait_in_a_circle(
    unit: Delegation, monkeypatch: pytest.MonkeyPatch
) -> None:
    proposal, raised = proposed(unit), list[Exception]()

    def invitation_first(invitation_id: UUID, *, expected: int | None = None) -> Invitation:
        return locked(Invitation.objects.select_related("list"), invitation_id, expected=expected)

    monkeypatch.setattr(substitutes, "locked_on_list", invitation_first)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL deadlock_timeout = '50ms'")
            InvitationList.objects.select_for_update().get(pk=unit.list_id)
            meanwhile = Meanwhile(agreeing(proposal))
            locked(Invitation, proposal.invitation_id)
    except OperationalError as error:
        raised.append(error)
    meanwhile.join()
    assert any("deadlock detected" in str(error) for error in [*raised, *meanwhile.raised])
