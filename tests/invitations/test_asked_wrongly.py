"""What is asked for nobody, of another conference, or at the wrong moment is refused by field, and nobody hears of it."""

import uuid
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from backend.core.clock import now
from backend.core.errors import Gone
from backend.invitations import links, queries, services
from backend.invitations.models import Invitation, InvitationLetter, InvitationList, InvitationReply, ReplyProposal
from backend.outbox.models import Event
from tests.factories.conferences import ConferenceFactory, SiteFactory
from tests.factories.inbound import InboundMailFactory
from tests.factories.invitations import InvitationFactory, InvitationLetterFactory, InvitationListFactory
from tests.factories.people import OrganisationFactory, PersonFactory, account_with

pytestmark = pytest.mark.django_db
NOBODY = str(uuid.UUID(int=7))


@pytest.fixture
def conference() -> Any:
    return ConferenceFactory(announced=True, exact=True, lead=OrganisationFactory())


@pytest.fixture
def organiser(conference: Any) -> APIClient:
    made = APIClient()
    made.force_authenticate(account_with("organiser", organisation=conference.organisers.get().organisation))
    return made


@pytest.fixture
def members(conference: Any) -> InvitationList:
    made: InvitationList = InvitationListFactory(conference=conference)
    return made


def ask(api: APIClient, path: str, **body: Any) -> tuple[int, list[str]]:
    answer = api.post(f"/api/v1/{path}", body, format="json", headers={"If-Match": "*"})
    return answer.status_code, [each["field"] for each in answer.json().get("errors", [])]


def closed(conference: Any, state: str = "closed") -> None:
    type(conference).objects.filter(pk=conference.pk).update(state=state)


def test_lists(organiser: APIClient, conference: Any, members: InvitationList) -> None:
    listed = {"conference": str(conference.pk), "title": {"vi": "Khách"}, "category": "guest"}

    assert ask(organiser, "invitation-lists", **{**listed, "conference": NOBODY}) == (400, ["conference"])
    assert ask(organiser, "invitation-lists", **listed, organisation=NOBODY) == (400, ["organisation"])
    for path in ("order", "withdraw", "remind"):
        said = {"invitations": [NOBODY]} if path == "order" else {}
        assert ask(organiser, f"invitations/{path}", conference=NOBODY, **said) == (400, ["conference"])
    InvitationFactory(list=members)
    closed(conference, "draft")
    assert ask(organiser, f"invitation-lists/{members.pk}/send") == (409, []), "nobody is invited to a draft"
    assert InvitationList.objects.count() == 1
    assert not Event.objects.filter(name="invitation.issued").exists()


def test_names_for_offices(organiser: APIClient, conference: Any, members: InvitationList) -> None:
    office = InvitationFactory(
        list=members, person=None, organisation=None, language="vi", email="", office={"vi": "Vụ"}
    )
    there = InvitationFactory(list=members)
    address = f"invitations/{office.pk}"

    assert ask(organiser, f"{address}/name", person=NOBODY)[0] == 404
    assert ask(organiser, f"{address}/name", person=str(there.person_id)) == (400, ["person"])
    assert ask(organiser, f"invitations/{there.pk}/name", person=str(PersonFactory().pk))[0] == 409
    Invitation.objects.filter(pk=office.pk).update(state="sent", sent_at=now())
    assert ask(organiser, f"{address}/reply", answer="accepted")[0] == 409, "an office cannot answer"
    token = links.sign(office.pk, 0)
    answer = APIClient().post(f"/api/v1/replies/{token}", {"answer": "accepted"}, format="json")
    assert answer.status_code == 409
    assert not InvitationReply.objects.exists()
    office.refresh_from_db()
    assert office.person is None


def test_letters_again_and_mails_assigned(organiser: APIClient, conference: Any, members: InvitationList) -> None:
    draft, sent = InvitationFactory(list=members), InvitationFactory(list=members, sent=True)
    host = conference.organisers.get().organisation
    mail = InboundMailFactory(organisation_id=host.pk)

    assert ask(organiser, f"inbound-mails/{mail.pk}/assign", invitation=str(draft.pk), answer="accepted")[0] == 409
    closed(conference)
    assert ask(organiser, f"invitations/{sent.pk}/resend") == (409, [])
    sent.refresh_from_db()
    mail.refresh_from_db()
    assert (sent.link_round, mail.state) == (0, "waiting")


def test_formal_letters(organiser: APIClient, conference: Any, members: InvitationList) -> None:
    assert ask(organiser, "invitation-letters", list=NOBODY) == (400, ["list"])
    assert ask(organiser, "invitation-letters", list=str(members.pk), signer=NOBODY) == (400, ["signer"])
    assert not InvitationLetter.objects.exists()

    sent, letter = InvitationFactory(list=members, sent=True), InvitationLetterFactory(list=members)
    assert organiser.get(f"/api/v1/invitation-letters/{letter.pk}/file?format=exe").status_code == 400
    assert Client().get(f"/r/{links.sign(sent.pk, 0)}/letter").status_code == 404, "none was issued"
    closed(conference)
    assert ask(organiser, f"invitation-letters/{letter.pk}/issue") == (409, [])
    letter.refresh_from_db()
    assert letter.issued_at is None


def test_a_link_replaced_while_its_page_was_open_does_nothing(
    members: InvitationList, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = InvitationFactory(list=members, sent=True)
    opened = queries.opened_by(links.sign(row.pk, 0))
    Invitation.objects.filter(pk=row.pk).update(link_round=1)
    monkeypatch.setattr(queries, "opened_by", lambda token: opened)

    with pytest.raises(Gone):
        services.reply_by_link(token="old", answer="accepted")
    with pytest.raises(Gone):
        services.propose_by_link(token="old", named={"full_name": "Lê Văn Thay"})  # type: ignore[typeddict-item]
    assert not InvitationReply.objects.exists()
    assert not ReplyProposal.objects.exists()


def test_nobody_is_sent_in_their_place_who_is_invited_themselves(
    organiser: APIClient, conference: Any, members: InvitationList
) -> None:
    row, site = InvitationFactory(list=members, sent=True), SiteFactory(conference=conference)
    there = PersonFactory(full_name="Trần Thị Thay", organisation=row.organisation, email="duthay@xa.example")
    InvitationFactory(list=InvitationListFactory(conference=conference, site=site), person=there)
    proposal = ReplyProposal.objects.create(invitation=row, kind="substitute", sequence=0)
    named = {"full_name": there.full_name, "email": there.email}

    assert ask(organiser, f"reply-proposals/{proposal.pk}/accept", **named)[0] == 409
    row.refresh_from_db()
    assert (row.state, row.substitute) == ("sent", None)
