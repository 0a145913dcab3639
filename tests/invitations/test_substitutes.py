"""Somebody else comes: proposed on the reply page, agreed to or at once; both stay on record, each with one letter."""

from email import message_from_bytes, policy
from typing import Any

import pytest
from django.test import Client
from icalendar import Calendar
from rest_framework.test import APIClient

from backend.core.errors import Conflict
from backend.invitations import links, services
from backend.invitations.models import Invitation, ReplyProposal
from backend.invitations.services.named import Named
from backend.mail.models import MailState, OutgoingMail
from backend.outbox.models import Event
from backend.people.models import Account
from tests import lift
from tests.factories.invitations import InvitationFactory
from tests.factories.people import PersonFactory, account_with

pytestmark = pytest.mark.django_db
BINH = {
    "full_name": "Trần Thị Bình",
    "honorific": "ba",
    "office": "Phó Chủ tịch",
    "email": "binh@xa.example",
    "phone": "",
}


@pytest.fixture
def client() -> Client:
    return Client(enforce_csrf_checks=True)


@pytest.fixture
def row() -> Invitation:
    """Invited, and written to."""
    made: Invitation = InvitationFactory(list__substitutes="approved", person__full_name="Nguyễn Văn An")
    services.send_list(list_id=made.list_id)
    lift.run()
    made.refresh_from_db()
    return made


def page(row: Invitation) -> str:
    return f"/r/{links.sign(row.pk, row.link_round)}"


def asked(client: Client, row: Invitation, **fields: str) -> Any:
    return client.post(page(row), {"do": "substitute", **BINH, **fields})


def free(row: Invitation) -> None:
    row.list.substitutes = "free"
    row.list.save()


def organiser(row: Invitation) -> APIClient:
    account = account_with("organiser", organisation=row.conference.organisers.get().organisation)
    made = APIClient()
    made.force_authenticate(Account.objects.get(pk=account.pk))
    return made


def letters(email: str) -> list[Any]:
    rows = OutgoingMail.objects.filter(recipient__iexact=email).order_by("id")
    return [message_from_bytes(bytes(mail.raw), policy=policy.default) for mail in rows]


def calendar_of(message: Any) -> Any:
    [part] = [part for part in message.walk() if part.get_content_type() == "text/calendar"]
    return Calendar.from_ical(part.get_payload(decode=True))


def test_a_proposal_waits_for_the_organiser_who_agrees(client: Client, row: Invitation) -> None:
    answer = asked(client, row)

    assert answer.status_code == 200
    assert "Đã đề nghị Trần Thị Bình dự thay; đang chờ ban tổ chức" in answer.content.decode()
    assert Invitation.objects.count() == 1
    assert asked(client, row, full_name="Lê Văn Cường", email="c@xa.example").status_code == 409
    # The invitee may still answer.
    assert client.post(page(row), {"answer": "accepted"}).status_code == 200
    proposal = ReplyProposal.objects.get()
    api = organiser(row)
    shown = api.get(f"/api/v1/reply-proposals/{proposal.pk}").json()
    assert (shown["substitute_name"], shown["substitute_office"]) == ("Trần Thị Bình", "Phó Chủ tịch")
    agreed = api.post(f"/api/v1/reply-proposals/{proposal.pk}/accept")
    assert (agreed.status_code, agreed.json()["state"]) == (200, "taken_over")
    assert api.post(f"/api/v1/reply-proposals/{proposal.pk}/accept").status_code == 409

    row.refresh_from_db()
    made = Invitation.objects.get(person__full_name="Trần Thị Bình")
    assert (row.state, row.substitute) == ("withdrawn", made)
    assert (made.state, made.list, made.category, made.office) == (
        "sent",
        row.list,
        row.category,
        {"vi": "Phó Chủ tịch"},
    )
    assert made.person is not None
    assert made.person.organisation == row.organisation
    assert api.get(f"/api/v1/invitations/{row.pk}").json()["substitute"] == str(made.pk)
    event = Event.objects.get(name="invitation.delegated")
    assert (event.subject_id, event.payload["substitute_id"]) == (row.pk, str(made.pk))


def test_each_of_both_gets_one_letter_and_one_entry_in_the_calendar(client: Client, row: Invitation) -> None:
    free(row)
    answer = asked(client, row)
    lift.run()

    assert answer.status_code == 200
    assert "Đã ghi nhận Trần Thị Bình dự thay" in answer.content.decode()
    invitation, cancellation = letters(row.email)
    assert cancellation["Subject"].startswith("Đã cử người dự thay: ")
    assert "Bà Trần Thị Bình dự thay" in cancellation.get_body(("plain",)).get_content()
    cancelled = calendar_of(cancellation)
    assert cancelled["METHOD"] == "CANCEL"
    [event] = cancelled.events
    assert event["ATTENDEE"].params["PARTSTAT"] == "DELEGATED"
    assert event["ATTENDEE"].params["DELEGATED-TO"] == "mailto:binh@xa.example"
    [letter] = letters("binh@xa.example")
    assert "Dự thay Ông/Bà Nguyễn Văn An" in letter.get_body(("plain",)).get_content()
    [event] = calendar_of(letter).events
    assert event["ATTENDEE"] == "mailto:binh@xa.example"
    assert event["ATTENDEE"].params["DELEGATED-FROM"] == f"mailto:{row.email}"
    assert event["UID"] == calendar_of(invitation).events[0]["UID"]
    assert client.get(page(row)).status_code == 410
    assert "dự thay" in client.get(page(row)).content.decode()


def test_at_an_address_they_share_the_meeting_stays_in_the_calendar_until_nobody_is_invited_there(
    client: Client, row: Invitation
) -> None:
    free(row)
    asked(client, row, email=row.email.upper())
    lift.run()
    methods = [
        [str(part.get_param("method")) for part in letter.walk() if part.get_content_type() == "text/calendar"]
        for letter in letters(row.email)
    ]
    assert methods == [["REQUEST"], [], ["REQUEST"]]

    OutgoingMail.objects.update(state=MailState.SENT)
    second = Invitation.objects.exclude(pk=row.pk).get()
    assert organiser(row).post(f"/api/v1/invitations/{second.pk}/withdraw").status_code == 200
    lift.run()
    last = calendar_of(letters(second.email)[-1])
    assert last["METHOD"] == "CANCEL"
    assert last.events[0]["SEQUENCE"] > 0
    third = InvitationFactory(list=row.list, person__email=row.email)
    assert organiser(row).post(f"/api/v1/invitations/{third.pk}/resend").status_code == 200
    lift.run()
    anew = calendar_of(letters(row.email)[-1])
    assert (anew["METHOD"], anew.events[0]["SEQUENCE"] > last.events[0]["SEQUENCE"]) == ("REQUEST", True)


def test_the_substitute_may_send_somebody_else_again(client: Client, row: Invitation) -> None:
    free(row)
    asked(client, row)
    lift.run()
    second = Invitation.objects.get(email="binh@xa.example")
    asked(client, second, full_name="Lê Văn Cường", email="cuong@xa.example")
    lift.run()

    assert [len(letters(email)) for email in (row.email, "binh@xa.example", "cuong@xa.example")] == [2, 2, 1]
    assert Invitation.objects.exclude(state="withdrawn").count() == 1


def test_a_list_may_allow_no_substitutes(client: Client, row: Invitation) -> None:
    row.list.substitutes = "none"
    row.list.save()

    assert "Cử người dự thay" not in client.get(page(row)).content.decode()
    assert asked(client, row).status_code == 409
    assert not ReplyProposal.objects.exists()


def test_nobody_is_invited_twice_by_it(client: Client, row: Invitation) -> None:
    free(row)
    other = PersonFactory(full_name="Trần Thị Bình", email="binh@xa.example")
    InvitationFactory(list=row.list, person=other, sent=True)

    for fields in ({}, {"full_name": "Nguyễn Văn An", "email": row.email}):
        answer = asked(client, row, **fields)
        assert answer.status_code == 409
        assert "đã được mời" in answer.content.decode()
    row.refresh_from_db()
    assert row.state == "sent"


@pytest.mark.parametrize("fields", [{"full_name": ""}, {"email": "x\r\nBcc: y@z.example"}, {"full_name": "\u202e😀"}])
def test_a_wrong_form_is_shown_again(client: Client, row: Invitation, fields: dict[str, str]) -> None:
    answer = asked(client, row, **fields)

    assert answer.status_code == 400
    assert "<details open>" in answer.content.decode()
    assert not ReplyProposal.objects.exists()


def test_what_came_by_mail_without_a_name_is_completed_by_the_organiser(row: Invitation) -> None:
    proposal = ReplyProposal.objects.create(
        invitation=row, kind="substitute", sequence=0, substitute_email="binh@xa.example"
    )
    api, address = organiser(row), f"/api/v1/reply-proposals/{proposal.pk}/accept"

    nameless = api.post(address)
    assert (nameless.status_code, nameless.json()["errors"][0]["field"]) == (400, "full_name")
    assert api.post(address, {**BINH, "colour": "red"}, format="json").status_code == 400
    assert (
        api.post(address, {"full_name": "Trần Thị Bình", "email": "binh@xa.example"}, format="json").status_code == 200
    )
    assert Invitation.objects.get(email="binh@xa.example").state == "sent"


def test_another_time_is_no_substitute(row: Invitation) -> None:
    proposal = ReplyProposal.objects.create(invitation=row, kind="time", sequence=0)
    assert organiser(row).post(f"/api/v1/reply-proposals/{proposal.pk}/accept").status_code == 409


def test_a_draft_has_no_substitute() -> None:
    named: Named = {"full_name": "Trần Thị Bình", "honorific": "", "office": "", "email": "b@xa.example", "phone": ""}
    with pytest.raises(Conflict):
        services.propose_substitute(invitation_id=InvitationFactory().pk, named=named)


def test_without_an_address_the_invitation_is_held(client: Client, row: Invitation) -> None:
    free(row)
    assert asked(client, row, email="", phone="0912345678").status_code == 200
    lift.run()

    assert Invitation.objects.get(person__phone="+84912345678").state == "draft"
    assert len(letters(row.email)) == 2
