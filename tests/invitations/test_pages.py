"""The reply page as an invitee opens it, and the same over the API."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from rest_framework.test import APIClient

from backend.invitations import links, services
from backend.invitations.models import Invitation, InvitationReply
from backend.outbox.models import Event
from backend.privacy.models import ConsentDecision, ConsentPurpose
from backend.privacy.services import ensure_standard_purposes, retire_purpose, reword_purpose
from tests.factories.invitations import InvitationFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    return Client(enforce_csrf_checks=True)


def page(row: Invitation) -> str:
    return f"/r/{links.sign(row.id, row.link_round)}"


def test_opening_the_page_changes_nothing(client: Client) -> None:
    row = InvitationFactory(sent=True)

    for _ in range(2):
        response = client.get(page(row))
        assert response.status_code == 200
    client.head(page(row))

    assert "Tham dự" in response.content.decode()
    assert "<script" not in response.content.decode()
    assert Invitation.objects.get().version == row.version
    assert not InvitationReply.objects.exists()


@pytest.mark.parametrize("answer", ["accepted", "declined", "tentative"])
def test_answering_twice_is_one_answer(client: Client, answer: str) -> None:
    row = InvitationFactory(sent=True)

    for _ in range(2):
        response = client.post(page(row), {"answer": answer, "note": "Xin gửi lời chào"})
        assert response.status_code == 200
        assert "Đã ghi nhận" in response.content.decode()

    row.refresh_from_db()
    assert (row.state, row.note) == (answer, "Xin gửi lời chào")
    assert InvitationReply.objects.get().via == "link"
    [event] = Event.objects.filter(name="invitation.answered")
    assert (event.payload["answer"], event.actor) == (answer, f"invitee:{row.id}")


def test_the_last_answer_counts_and_all_are_kept(client: Client) -> None:
    row = InvitationFactory(sent=True)

    for answer in ("accepted", "declined", "accepted"):
        client.post(page(row), {"answer": answer})

    assert Invitation.objects.get().state == "accepted"
    assert list(InvitationReply.objects.order_by("id").values_list("answer", flat=True)) == [
        "accepted",
        "declined",
        "accepted",
    ]


@pytest.mark.parametrize("body", [{}, {"answer": "perhaps"}, {"answer": "accepted", "note": "x" * 1001}])
def test_a_wrong_form_is_shown_again_and_nothing_is_kept(client: Client, body: dict[str, str]) -> None:
    row = InvitationFactory(sent=True, language="en")

    response = client.post(page(row), body)

    assert response.status_code == 400
    assert 'role="alert"' in response.content.decode()
    assert Invitation.objects.get().state == "sent"


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"state": "withdrawn"}, 410),
        ({"list__conference__state": "cancelled"}, 410),
        ({"list__conference__state": "closed"}, 409),
        ({"list__conference__state": "postponed"}, 409),
    ],
)
def test_a_void_link_says_why(client: Client, fields: dict[str, str], status: int) -> None:
    row = InvitationFactory(**{"sent": True, **fields})
    api = f"/api/v1/replies/{links.sign(row.id, 0)}"

    for response in (client.get(page(row)), client.post(page(row), {"answer": "accepted"}), APIClient().get(api)):
        assert response.status_code == status
    problem = APIClient().post(api, {"answer": "accepted"}, format="json")
    assert (problem.status_code, problem["Content-Type"]) == (status, "application/problem+json")
    assert not InvitationReply.objects.exists()


def test_who_was_withdrawn_with_the_conference_is_told_that_it_is_cancelled(client: Client) -> None:
    row = InvitationFactory(sent=True, state="withdrawn", list__conference__state="cancelled")

    shown = client.get(page(row))

    assert (shown.status_code, "Hội nghị đã huỷ" in shown.content.decode()) == (410, True)


def test_forged_and_replaced_links_open_nothing(client: Client) -> None:
    row = InvitationFactory(sent=True)
    old = page(row)
    services.resend(invitation_id=row.id)

    assert client.get(old).status_code == 410
    assert client.get(old[:-1] + ("A" if old[-1] != "A" else "B")).status_code == 404
    assert client.get("/r/" + "x" * 5000).status_code == 404
    assert client.get(f"/r/{links.sign(row.id, 1)}").status_code == 200


def test_the_api_answers_without_an_account() -> None:
    row = InvitationFactory(sent=True)
    api = f"/api/v1/replies/{links.sign(row.id, 0)}"

    read = APIClient().get(api)
    said = APIClient().post(api, {"answer": "accepted", "note": "Có mặt"}, format="json")

    assert (read.status_code, read.json()["state"]) == (200, "sent")
    assert (said.status_code, said.json()["state"]) == (200, "accepted")
    assert "email" not in said.json()


def test_answers_cannot_be_rewritten(client: Client) -> None:
    client.post(page(InvitationFactory(sent=True)), {"answer": "accepted"})

    for change in (lambda rows: rows.update(answer="declined"), lambda rows: rows.delete()):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            change(InvitationReply.objects.all())


def test_without_the_guard_they_could(client: Client) -> None:
    client.post(page(InvitationFactory(sent=True)), {"answer": "accepted"})
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            "ALTER TABLE invitations_invitationreply DISABLE TRIGGER invitations_invitationreply_append_only"
        )

    assert InvitationReply.objects.update(answer="declined") == 1


@pytest.mark.parametrize("retired", [False, True])
def test_an_answer_counts_also_when_what_was_ticked_beside_it_was_reworded_meanwhile(
    client: Client, retired: bool
) -> None:
    ensure_standard_purposes()
    row, purpose = InvitationFactory(sent=True), ConsentPurpose.objects.order_by("created_at").first()
    assert purpose is not None
    ticked = f"{purpose.code}:{purpose.wordings.get().version}"
    assert ticked in client.get(page(row)).content.decode()
    if retired:
        retire_purpose(purpose_id=purpose.pk)
    else:
        reword_purpose(purpose_id=purpose.pk, text={"vi": "Cho phép nhiều hơn.", "en": "More."}, asks_again=True)

    answered = client.post(page(row), {"answer": "accepted", "note": "Tôi ăn chay", "consent": ticked})
    said = answered.content.decode()
    assert (answered.status_code, "Đã ghi nhận câu trả lời" in said, "Chưa ghi nhận sự đồng ý" in said) == (
        200,
        True,
        True,
    )
    assert ("Cho phép nhiều hơn." in said) is not retired
    row.refresh_from_db()
    assert (row.state, row.note) == ("accepted", "Tôi ăn chay")
    assert not ConsentDecision.objects.exists()
