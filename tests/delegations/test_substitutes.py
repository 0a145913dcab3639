"""The focal point sends somebody else in place of a delegate whose letter has gone out."""

from typing import Any

import pytest
from django.test import Client

from backend.delegations import links, services
from backend.delegations.models import Delegate, Delegation
from backend.invitations import services as invitations
from backend.invitations.models import Invitation, ReplyProposal
from backend.mail.models import OutgoingMail
from tests import lift
from tests.delegations.test_places import somebody
from tests.factories.delegations import DelegationFactory

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
