"""The focal point's page: naming, correcting, removing, submitting; and links that open nothing."""

import datetime as dt
import re
from typing import Any

import pytest
from django.test import Client

from backend.core.clock import now
from backend.core.errors import Gone
from backend.delegations import links, services
from backend.delegations.models import Delegate, Delegation
from backend.delegations.services import naming
from backend.invitations import services as invitations
from backend.invitations.models import Invitation
from backend.mail.models import OutgoingMail
from backend.outbox.models import Event
from backend.people.models import Person
from tests import lift
from tests.factories.delegations import DelegationFactory
from tests.factories.invitations import InvitationFactory
from tests.factories.people import PersonFactory

pytestmark = pytest.mark.django_db
AN = {"full_name": "Nguyễn Văn An", "honorific": "ong", "office": "Chủ tịch", "email": "an@xa.example", "phone": ""}


@pytest.fixture
def client() -> Client:
    return Client(enforce_csrf_checks=True)


@pytest.fixture
def unit() -> Delegation:
    made: Delegation = DelegationFactory(asked=True)
    return made


def page(row: Delegation) -> str:
    return f"/d/{links.sign(row.pk, row.link_round)}"


def said(response: Any) -> str:
    text: str = response.content.decode()
    return text


def name(client: Client, row: Delegation, **fields: str) -> Any:
    return client.post(page(row), {"do": "name", **AN, **fields})


def test_opening_the_page_changes_nothing(client: Client, unit: Delegation) -> None:
    for _ in range(2):
        response = client.get(page(unit))
    client.head(page(unit))

    assert response.status_code == 200
    text = said(response)
    for wanted in ("Chỉ tiêu", "đã cử 0, còn 3", "Cử một đại biểu", unit.organisation.name["vi"]):
        assert wanted in text, wanted
    assert "<script" not in text
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert "no-store" in response["Cache-Control"]
    assert Delegation.objects.get().version == unit.version
    assert not Event.objects.exists()


def test_every_field_has_a_label_and_every_fault_is_told_with_it(client: Client, unit: Delegation) -> None:
    text = said(client.post(page(unit), {"do": "name", "full_name": ""}))

    for field in re.findall(r'<(?:input|select) [^>]*?id="(\w+)"', text):
        assert f'<label class="note" for="{field}">' in text, field
    assert 'aria-describedby="wrong-full_name"' in text
    assert 'id="wrong-full_name"' in text
    assert '<html lang="vi">' in text
    long = said(name(client, unit, full_name="An" * 5000))
    assert ("Nhiều nhất 120 ký tự." in long, "Ensure" in long) == (True, False)


def test_a_name_becomes_a_person_of_the_unit_and_a_member_of_its_list(client: Client, unit: Delegation) -> None:
    answer = name(client, unit, full_name="  NGUYỄN   VĂN AN ", phone="0912.345.678")

    assert (answer.status_code, answer["Location"]) == (303, page(unit) + "?done=name")
    person = Person.objects.get(organisation=unit.organisation)
    assert (person.full_name, person.honorific, person.email) == ("Nguyễn Văn An", "ong", "an@xa.example")
    assert person.phone == "+84912345678"
    invitation = Invitation.objects.get()
    assert (invitation.list, invitation.person, invitation.state) == (unit.list, person, "draft")
    assert invitation.office == {"vi": "Chủ tịch"}
    event = Event.objects.get(name="delegate.named")
    assert (event.subject_id, event.actor) == (invitation.pk, f"focal-point:{unit.pk}")
    assert not OutgoingMail.objects.exists()
    text = said(client.get(answer["Location"]))
    assert "Đã ghi tên vào danh sách" in text
    assert "đã cử 1, còn 2" in text


def test_the_page_speaks_the_focal_points_language(client: Client) -> None:
    unit = DelegationFactory(asked=True, focal_language="en")
    answer = client.get(page(unit), headers={"Accept-Language": "vi"})

    assert answer["Content-Language"] == "en"
    assert "Name a delegate" in said(answer)
    assert "Give an e-mail address" in said(client.post(page(unit), {"do": "name", **AN, "email": ""}))


def test_nobody_goes_over_the_quota(client: Client, unit: Delegation) -> None:
    for number in range(3):
        name(client, unit, full_name="Nguyễn Văn " + "ABC"[number], email=f"a{number}@xa.example")
    answer = name(client, unit, full_name="Nguyễn Văn Đ", email="d@xa.example")

    assert answer.status_code == 409
    assert "Đã đủ 3 đại biểu" in said(answer)
    assert Invitation.objects.count() == 3
    assert not Person.objects.filter(full_name="Nguyễn Văn Đ").exists()
    assert "Đã đủ số đại biểu" in said(client.get(page(unit)))


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"full_name": ""}, "full_name"),
        ({"full_name": "\u202e\u200b"}, "full_name"),
        ({"full_name": "An 😀"}, "full_name"),
        ({"full_name": "An\r\nBcc: x@y.example"}, "full_name"),
        ({"full_name": "x" * 121}, "full_name"),
        ({"full_name": "..."}, "full_name"),
        ({"email": "an@xa.example\r\nBcc: x@y.example"}, "email"),
        ({"email": "an@xa.example, x@y.example"}, "email"),
        ({"email": "", "phone": ""}, "email"),
        ({"phone": "12"}, "phone"),
        ({"office": "x" * 201}, "office"),
    ],
)
def test_what_cannot_stand_in_a_letter_is_named_and_nothing_is_kept(
    client: Client, unit: Delegation, fields: dict[str, str], wrong: str
) -> None:
    answer = name(client, unit, **fields)

    assert answer.status_code == 400
    assert f'id="wrong-{wrong}"' in said(answer)
    assert not Invitation.objects.exists()
    assert not Event.objects.exists()


def test_controls_and_directions_in_an_office_are_taken_out(client: Client, unit: Delegation) -> None:
    name(client, unit, full_name="\u202eNguyễn\tVăn\u200b\x00 An", office="Chủ\r\ntịch\u202e\x07")

    invitation = Invitation.objects.select_related("person").get()
    assert invitation.person is not None
    assert invitation.person.full_name == "Nguyễn Văn An"
    assert invitation.office == {"vi": "Chủ tịch"}


def test_markup_is_shown_as_it_was_written(client: Client, unit: Delegation) -> None:
    answer = name(client, unit, full_name="<script>alert(1)</script>")

    assert answer.status_code == 400
    assert "<script" not in said(answer)
    assert "&lt;script&gt;" in said(answer)


def test_who_is_on_record_in_the_unit_stays_as_recorded(client: Client, unit: Delegation) -> None:
    known = PersonFactory(
        full_name="Nguyễn Văn An",
        email="AN@xa.example",
        organisation=unit.organisation,
        degree="TS.",
        phone="0987654321",
    )
    name(client, unit, honorific="ba", phone="0912345678")

    assert Invitation.objects.get().person == known
    known.refresh_from_db()
    assert (known.honorific, known.phone, known.degree) == ("", "0987654321", "TS.")
    delegate = Delegate.objects.get()
    text = said(client.get(f"{page(unit)}?edit={delegate.pk}"))
    assert "0987654321" not in text
    answer = client.post(
        page(unit), {"do": "change", "delegate": delegate.pk, **AN, "full_name": "Khác", "office": "Bí thư"}
    )
    assert answer.status_code == 303
    known.refresh_from_db()
    assert known.full_name == "Nguyễn Văn An"
    assert Invitation.objects.get().office == {"vi": "Bí thư"}


def test_a_telephone_number_tells_who_it_is_too(client: Client, unit: Delegation) -> None:
    known = PersonFactory(full_name="Nguyễn Văn An", email="", phone="0912 345 678", organisation=unit.organisation)
    name(client, unit, email="", phone="+84 912 345 678")

    assert Invitation.objects.get().person == known


def test_people_of_other_units_are_neither_found_nor_changed(client: Client, unit: Delegation) -> None:
    elsewhere = PersonFactory(full_name="Nguyễn Văn An", email="an@xa.example", honorific="ba")
    name(client, unit)

    assert Invitation.objects.get().person != elsewhere
    elsewhere.refresh_from_db()
    assert elsewhere.honorific == "ba"


def test_one_human_being_is_invited_once_whoever_names_them(client: Client, unit: Delegation) -> None:
    other = DelegationFactory(asked=True, conference=unit.conference)
    name(client, unit)
    answer = name(client, other, email="An@XA.example")

    assert answer.status_code == 409
    assert "đã được mời" in said(answer)
    assert Person.objects.filter(full_name="Nguyễn Văn An").count() == 1
    # Somebody else may read the same mailbox: a small office has one.
    assert name(client, other, full_name="Trần Thị Bình").status_code == 303


def test_a_unit_sees_and_touches_its_own_delegates_only(client: Client, unit: Delegation) -> None:
    other = DelegationFactory(asked=True, conference=unit.conference)
    name(client, unit)
    delegate = Delegate.objects.get()

    assert "Nguyễn Văn An" not in said(client.get(f"{page(other)}?edit={delegate.pk}"))
    for body in ({"do": "remove"}, {"do": "change", **AN}):
        for row in (delegate.pk, "x", ""):
            assert client.post(page(other), {**body, "delegate": row}).status_code == 404
    assert Delegate.objects.filter(pk=delegate.pk).exists()


def test_a_delegate_is_corrected_and_taken_off_again(client: Client, unit: Delegation) -> None:
    name(client, unit)
    delegate = Delegate.objects.get()
    assert 'value="an@xa.example"' in said(client.get(f"{page(unit)}?edit={delegate.pk}"))

    wrong = client.post(page(unit), {"do": "change", "delegate": delegate.pk, **AN, "email": "x"})
    right = client.post(page(unit), {"do": "change", "delegate": delegate.pk, **AN, "email": "an2@xa.example"})

    assert (wrong.status_code, right.status_code) == (400, 303)
    assert "Sửa thông tin đại biểu" in said(wrong)
    invitation = Invitation.objects.select_related("person").get()
    assert invitation.person is not None
    assert (invitation.email, invitation.person.email) == ("an2@xa.example", "an2@xa.example")
    gone = client.post(page(unit), {"do": "remove", "delegate": delegate.pk})
    assert "đã cử 0, còn 3" in said(client.get(gone["Location"]))
    assert Invitation.objects.get().state == "withdrawn"
    assert name(client, unit).status_code == 303
    assert Delegation.objects.get().taken == 1


def test_a_submitted_list_is_closed_to_the_unit(client: Client, unit: Delegation) -> None:
    assert client.post(page(unit), {"do": "submit"}).status_code == 409
    name(client, unit)
    for _ in range(2):
        assert client.post(page(unit), {"do": "submit"}).status_code == 303
    answer = name(client, unit, full_name="Trần Thị Bình", email="b@xa.example")

    assert answer.status_code == 409
    assert "mở lại" in said(answer)
    assert [event.payload["named"] for event in Event.objects.filter(name="delegation.submitted")] == [1]
    assert "Cử một đại biểu" not in said(client.get(page(unit)))


def test_an_unclear_form_does_nothing(client: Client, unit: Delegation) -> None:
    assert client.post(page(unit), {}).status_code == 400
    assert client.post(page(unit), {"do": "drop table"}).status_code == 400


def test_whose_letter_went_out_is_not_corrected_and_hears_when_taken_off(client: Client, unit: Delegation) -> None:
    name(client, unit)
    invitations.send_list(list_id=unit.list_id)
    lift.run()
    lift.post()
    delegate = Delegate.objects.get()

    assert client.post(page(unit), {"do": "change", "delegate": delegate.pk, **AN}).status_code == 409
    assert client.post(page(unit), {"do": "remove", "delegate": delegate.pk}).status_code == 303
    lift.run()
    assert sorted(OutgoingMail.objects.values_list("purpose", flat=True)) == ["cancellation", "invitation"]


def test_the_organisers_take_an_invitation_back_and_the_place_is_free(client: Client, unit: Delegation) -> None:
    for number in range(3):
        name(client, unit, full_name="Nguyễn Văn " + "ABC"[number], email=f"a{number}@xa.example")
    first, second, _ = Invitation.objects.order_by("id")
    invitations.withdraw(invitation_id=first.pk)  # a draft: nobody is told
    assert "đã cử 2, còn 1" in said(client.get(page(unit)))
    assert name(client, unit).status_code == 303
    invitations.send_list(list_id=unit.list_id)
    invitations.withdraw(invitation_id=second.pk)
    lift.run()
    assert Delegation.objects.get().taken == 2


# Links


def test_forged_cut_and_replaced_links_open_nothing(client: Client, unit: Delegation) -> None:
    old = page(unit)
    services.change_delegation(delegation_id=unit.pk, changes={"focal_email": "moi@xa.example"})

    for status, address in (
        (410, old),
        (404, old[:-1] + ("A" if old[-1] != "A" else "B")),
        (404, old[:-10]),
        (404, "/d/" + "x" * 5000),
        (404, f"/d/{links.sign(unit.list_id, 2)}"),
    ):
        assert client.get(address).status_code == status, address
        assert client.post(address, {"do": "name", **AN}).status_code == status, address
    assert client.get(f"/d/{links.sign(unit.pk, 2)}").status_code == 200
    assert not Invitation.objects.exists()


def test_a_reply_link_is_no_key_to_a_units_page(client: Client, unit: Delegation) -> None:
    from backend.invitations import links as reply_links

    assert client.get(f"/d/{reply_links.sign(unit.pk, 1)}").status_code == 404
    assert client.get(f"/d/{links.sign(DelegationFactory().pk, 0)}").status_code == 404


@pytest.mark.parametrize(
    ("state", "status", "why"), [("cancelled", 410, "huỷ"), ("closed", 409, "bế mạc"), ("postponed", 409, "hoãn")]
)
def test_a_conference_that_wants_no_names_says_so(
    client: Client, unit: Delegation, state: str, status: int, why: str
) -> None:
    unit.conference.state = state
    unit.conference.save()

    for answer in (client.get(page(unit)), name(client, unit)):
        assert answer.status_code == status
        assert unit.conference.title["vi"] in said(answer)
        assert why in said(answer)
    assert not Invitation.objects.exists()


def test_a_link_replaced_while_the_page_was_open_does_nothing(unit: Delegation) -> None:
    with pytest.raises(Gone):
        services.submit(delegation_id=unit.pk, link_round=unit.link_round - 1)


def test_who_is_invited_elsewhere_while_they_are_named_is_not_invited_twice(
    client: Client, unit: Delegation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if the organisers had done it a moment after the unit's list was looked at."""
    there = PersonFactory(full_name=AN["full_name"], email=AN["email"], organisation=unit.organisation)
    InvitationFactory(list__conference=unit.conference, person=there)
    monkeypatch.setattr(naming, "ensure_not_invited", lambda *_: None)

    assert name(client, unit).status_code == 409
    assert Invitation.objects.count() == 1


def test_after_the_deadline_nobody_is_named(client: Client, unit: Delegation) -> None:
    name(client, unit)
    Delegation.objects.update(due_at=now() - dt.timedelta(minutes=1))

    answer = name(client, unit, full_name="Trần Thị Bình", email="b@xa.example")

    assert answer.status_code == 409
    assert "Đã hết thời hạn" in said(answer)
    assert client.post(page(unit), {"do": "submit"}).status_code == 409
    assert client.get(page(unit)).status_code == 200
