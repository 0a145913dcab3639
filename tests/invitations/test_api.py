"""Guest lists over the API."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from backend.invitations.models import Invitation
from backend.outbox.models import Event
from tests.factories.invitations import InvitationFactory, InvitationListFactory
from tests.factories.people import AccountFactory, OrganisationFactory, PersonFactory, account_with

pytestmark = pytest.mark.django_db


def test_a_list_is_filled_sent_and_sent_again_to_those_added_since(api: APIClient, conference: Any) -> None:
    people = PersonFactory.create_batch(3)
    made = api.post(
        "/api/v1/invitation-lists",
        {
            "conference": str(conference.id),
            "title": {"vi": "Khách mời"},
            "category": "guest",
            "people": [str(person.id) for person in people[:2]],
            "offices": [{"office": {"vi": "Vụ trưởng Vụ Đo lường"}}],
        },
        format="json",
    )
    assert (made.status_code, made.json()["members"], made.json()["waiting_to_be_sent"]) == (201, 3, 3)
    address = f"/api/v1/invitation-lists/{made.json()['id']}"

    sent = api.post(f"{address}/send").json()
    assert (sent["issued"], sent["held"]) == (2, 1)
    added = api.post(f"{address}/members", {"people": [str(person.id) for person in people]}, format="json")
    assert added.json() == {"added": 1, "already": 2}
    again = api.post(f"{address}/send").json()
    assert (again["issued"], again["held"]) == (1, 1)
    assert Event.objects.filter(name="invitation.issued").count() == 3


def test_an_office_gets_a_name_and_a_letter(api: APIClient, conference: Any) -> None:
    held = InvitationFactory(
        list=InvitationListFactory(conference=conference), person=None, organisation=None, language="vi", email=""
    )
    person = PersonFactory()

    assert api.post(f"/api/v1/invitations/{held.id}/resend").status_code == 409
    named = api.post(f"/api/v1/invitations/{held.id}/name", {"person": str(person.id)}, format="json")
    sent = api.post(f"/api/v1/invitations/{held.id}/resend")

    assert (named.status_code, named.json()["email"]) == (200, person.email)
    assert (sent.json()["state"], sent.json()["link_round"]) == ("sent", 0)


def test_sending_takes_the_same_statements_for_three_as_for_sixty(api: APIClient, conference: Any) -> None:
    api.get("/api/v1/invitations")  # reads the account's grants
    counts = []
    for size in (3, 60):
        rows = InvitationListFactory(conference=conference)
        people = [str(person.id) for person in PersonFactory.create_batch(size)]
        with CaptureQueriesContext(connection) as said:
            api.post(f"/api/v1/invitation-lists/{rows.id}/members", {"people": people}, format="json")
            assert api.post(f"/api/v1/invitation-lists/{rows.id}/send").json()["issued"] == size
        counts.append(len(said))
    assert counts[0] == counts[1]


def test_verbs_by_the_organiser(api: APIClient, conference: Any) -> None:
    row = InvitationFactory(list__conference=conference, sent=True)
    address = f"/api/v1/invitations/{row.id}"

    by_phone = api.post(f"{address}/reply", {"answer": "declined", "note": "Qua điện thoại"}, format="json")
    assert (by_phone.json()["state"], row.replies.get().via) == ("declined", "staff")
    assert api.post(f"{address}/withdraw", headers={"If-Match": '"1"'}).status_code == 412
    assert api.post(f"{address}/withdraw").json()["state"] == "withdrawn"
    assert api.post(f"{address}/withdraw").status_code == 409
    assert api.post(f"{address}/reply", {"answer": "accepted"}, format="json").status_code == 410


def test_others_see_and_do_nothing(api: APIClient, conference: Any) -> None:
    row = InvitationFactory(list__conference=conference, sent=True)
    InvitationFactory(sent=True)
    stranger, invitee = APIClient(), APIClient()
    stranger.force_authenticate(account_with("organiser", organisation=OrganisationFactory()))
    invitee.force_authenticate(AccountFactory(person=row.person))

    assert [found["id"] for found in api.get("/api/v1/invitations").json()["results"]] == [str(row.id)]
    assert stranger.post(f"/api/v1/invitations/{row.id}/withdraw").status_code == 404
    assert invitee.get(f"/api/v1/invitations/{row.id}").status_code == 200
    assert invitee.post(f"/api/v1/invitations/{row.id}/withdraw").status_code == 403
    assert APIClient().get("/api/v1/invitations").status_code == 401
    assert Invitation.objects.get(pk=row.pk).state == "sent"


def test_bad_input_names_the_field(api: APIClient, conference: Any) -> None:
    good = {"conference": str(conference.id), "title": {"vi": "Ban"}, "category": "staff"}
    for field, wrong in {
        "conference": "00000000-0000-0000-0000-000000000000",
        "category": "vip",
        "title": {"en": "No Vietnamese"},
        "site": "00000000-0000-0000-0000-000000000000",
        "people": ["00000000-0000-0000-0000-000000000000"],
        "nobody": 1,
    }.items():
        response = api.post("/api/v1/invitation-lists", {**good, field: wrong}, format="json")
        assert (response.status_code, response.json()["errors"][0]["field"].split("[")[0].split(".")[0]) == (400, field)
