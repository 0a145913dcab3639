"""Answers the organiser records: how they came, who took them and when, and that none replaces a newer one."""

import datetime as dt
from typing import Any

import pytest
from rest_framework.test import APIClient

from backend.core.clock import now
from backend.invitations import links
from tests.factories.conferences import ConferenceFactory
from tests.factories.invitations import InvitationFactory, InvitationReplyFactory
from tests.factories.people import AccountFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def row(unit: Any) -> Any:
    long_ago = now() - dt.timedelta(days=9)
    return InvitationFactory(
        list__conference=ConferenceFactory(announced=True, exact=True, lead=unit), state="sent", sent_at=long_ago
    )


@pytest.mark.parametrize("via", ["oral", "paper", "staff"])
def test_an_answer_is_recorded_with_how_it_came_who_took_it_and_when(api: APIClient, row: Any, via: str) -> None:
    taken_at = now() - dt.timedelta(hours=2)
    body = {
        "answer": "accepted",
        "via": via,
        "note": "Qua điện thoại",
        "taken_by": "  Chị Lan,\tvăn thư ",
        "taken_at": taken_at.isoformat(),
    }
    answered = api.post(f"/api/v1/invitations/{row.pk}/reply", body, format="json")
    assert (answered.status_code, answered.json()["state"]) == (200, "accepted")

    [kept] = api.get(f"/api/v1/invitation-replies?invitation={row.pk}&via={via}").json()["results"]
    assert (kept["via"], kept["taken_by"], kept["note"]) == (via, "Chị Lan, văn thư", "Qua điện thoại")
    assert dt.datetime.fromisoformat(kept["taken_at"]) == taken_at
    assert api.get(f"/api/v1/invitation-replies/{kept['id']}").json() == kept


def test_one_taken_before_the_invitees_own_answer_does_not_replace_it(api: APIClient, row: Any) -> None:
    taken_at = (now() - dt.timedelta(minutes=5)).isoformat()
    client = APIClient()
    assert client.post(f"/api/v1/replies/{links.sign(row.pk, 0)}", {"answer": "declined"}, format="json").json()

    address = f"/api/v1/invitations/{row.pk}/reply"
    late = api.post(address, {"answer": "accepted", "via": "paper", "taken_at": taken_at}, format="json")
    assert late.status_code == 409
    row.refresh_from_db()
    assert (row.state, row.replies.count()) == ("declined", 1)
    assert api.post(address, {"answer": "accepted", "via": "oral"}, format="json").json()["state"] == "accepted"


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("via", "link"),
        ("via", "mail"),
        ("via", "pigeon"),
        ("taken_by", "x" * 201),
        ("taken_at", "2021-01-14T13:30:00"),
        ("taken_at", "2199-01-14T13:30:00+07:00"),
    ],
)
def test_what_cannot_be_is_refused_by_field(api: APIClient, row: Any, field: str, wrong: str) -> None:
    refused = api.post(f"/api/v1/invitations/{row.pk}/reply", {"answer": "accepted", field: wrong}, format="json")

    assert (refused.status_code, field in str(refused.json())) == (400, True)
    assert row.replies.count() == 0


def test_answers_are_read_by_organisers_and_by_the_invitee(api: APIClient, row: Any) -> None:
    mine = InvitationReplyFactory(invitation=row)
    InvitationReplyFactory()
    invitee = APIClient()
    invitee.force_authenticate(AccountFactory(person=row.person))

    for reader in (api, invitee):
        found = reader.get("/api/v1/invitation-replies").json()["results"]
        assert [answer["id"] for answer in found] == [str(mine.pk)]
    assert api.get(f"/api/v1/invitation-replies?conference={row.conference_id}&answer=declined").json()["results"] == []
