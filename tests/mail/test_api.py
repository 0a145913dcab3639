"""The ledger of mail over HTTP."""

import uuid

import pytest
from django.db import transaction
from rest_framework.test import APIClient

from backend.core.guards import erasing
from backend.mail.models import MailState, OutgoingMail
from backend.people.models import Account
from tests.factories.mail import MailBatchFactory, OutgoingMailFactory
from tests.factories.people import AccountFactory, OrganisationFactory, account_with

pytestmark = pytest.mark.django_db
API = "/api/v1/mails"


def client_of(account: Account) -> APIClient:
    client = APIClient()
    client.force_authenticate(Account.objects.get(pk=account.pk))
    return client


def test_mails_are_read_by_those_who_work_where_they_come_from() -> None:
    mine, other = OrganisationFactory.create_batch(2)
    below = OrganisationFactory(parent=mine)
    seen = OutgoingMailFactory(organisation_id=below.pk)
    hidden = OutgoingMailFactory(organisation_id=other.pk)
    nobodys = OutgoingMailFactory()
    client = client_of(account_with("secretary", organisation=mine))

    assert [row["id"] for row in client.get(API).json()["results"]] == [str(seen.pk)]
    assert client.get(f"{API}/{hidden.pk}").status_code == 404
    assert client.get(f"{API}/{nobodys.pk}/content").status_code == 404
    assert len(client_of(account_with("auditor")).get(API).json()["results"]) == 3
    assert client_of(account_with("editor")).get(API).status_code == 403
    assert client_of(AccountFactory()).get(API).status_code == 403
    assert APIClient().get(API).status_code == 401


def test_the_list_holds_no_letter_and_the_content_is_the_letter_byte_for_byte() -> None:
    mail = OutgoingMailFactory()
    client = client_of(account_with("auditor"))

    row = client.get(API).json()["results"][0]
    content = client.get(f"{API}/{mail.pk}/content")

    assert not {"raw", "content", "body"} & set(row)
    assert content.headers["Content-Type"] == "message/rfc822"
    assert content.content == bytes(mail.raw)
    with transaction.atomic(), erasing():
        OutgoingMail.objects.filter(pk=mail.pk).update(state="sent", raw=b"")
    assert client.get(f"{API}/{mail.pk}/content").status_code == 404, "its bytes are not kept any more"


def test_mails_are_filtered() -> None:
    conference = uuid.uuid4()
    wanted = OutgoingMailFactory(
        purpose="confirmation", state=MailState.SENT, conference_id=conference, recipient="Khach@plenum.example"
    )
    OutgoingMailFactory()
    client = client_of(account_with("organiser"))

    for query in (
        "purpose=confirmation",
        "state=sent",
        f"conference_id={conference}",
        "recipient=khach@plenum.example",
        f"subject_id={wanted.subject_id}",
    ):
        assert [row["id"] for row in client.get(f"{API}?{query}").json()["results"]] == [str(wanted.pk)], query


def test_a_refused_mail_is_tried_again_by_an_organiser_only() -> None:
    mail = OutgoingMailFactory(state=MailState.REFUSED, attempts=12)

    assert client_of(account_with("auditor")).post(f"{API}/{mail.pk}/retry").status_code == 403
    answer = client_of(account_with("organiser")).post(f"{API}/{mail.pk}/retry")
    assert (answer.json()["state"], answer.json()["attempts"]) == ("queued", 0)
    assert client_of(account_with("organiser")).post(f"{API}/{mail.pk}/retry").status_code == 409


# -- batches

BATCHES = "/api/v1/mail-batches"


def test_a_batch_tells_how_far_it_is_and_is_paused_resumed_and_aborted() -> None:
    batch = MailBatchFactory(conference_id=uuid.uuid4())
    for state in ("queued", "queued", "sent", "refused", "held", "withdrawn"):
        OutgoingMailFactory(batch=batch, state=state)
    OutgoingMailFactory(batch=MailBatchFactory())
    client, row = client_of(account_with("organiser")), f"{BATCHES}/{batch.pk}"
    zero = dict.fromkeys(("queued", "paused", "sent", "refused", "held", "withdrawn"), 0)

    assert client.get(row).json()["letters"] == dict.fromkeys(zero, 1) | {"queued": 2, "paused": 0}

    paused = client.post(f"{row}/pause").json()
    assert (paused["state"], paused["letters"]["queued"], paused["letters"]["paused"]) == ("paused", 0, 2)
    refused = client.post(f"{row}/pause")
    assert (refused.status_code, refused.json()["legal"]) == (409, ["abort", "resume"])
    assert client.post(f"{row}/resume").json()["letters"]["queued"] == 2
    assert client.post(f"{row}/abort", {"reason": " "}).status_code == 400
    assert client.post(f"{row}/abort", {"reason": "Sai ngày."}, headers={"If-Match": '"1"'}).status_code == 412
    aborted = client.post(f"{row}/abort", {"reason": "Sai ngày."}).json()
    assert (aborted["state"], aborted["reason"]) == ("aborted", "Sai ngày.")
    assert aborted["letters"] == zero | {"sent": 1, "refused": 1, "withdrawn": 4}


def test_batches_are_filtered_and_name_their_letters() -> None:
    batch = MailBatchFactory(purpose="news", state="paused", conference_id=uuid.uuid4())
    mail = OutgoingMailFactory(batch=batch)
    OutgoingMailFactory(batch=MailBatchFactory())
    client = client_of(account_with("auditor"))

    for query in (
        "purpose=news",
        "state=paused",
        f"conference_id={batch.conference_id}",
        f"subject_id={batch.subject_id}",
    ):
        assert [row["id"] for row in client.get(f"{BATCHES}?{query}").json()["results"]] == [str(batch.pk)], query
    [row] = client.get(f"{API}?batch={batch.pk}").json()["results"]
    mail.refresh_from_db()
    assert (row["id"], row["batch"], row["digest"]) == (str(mail.pk), str(batch.pk), mail.digest)


def test_a_batch_is_seen_by_those_who_work_where_it_comes_from() -> None:
    mine = OrganisationFactory()
    seen = MailBatchFactory(organisation_id=mine.pk)
    MailBatchFactory(organisation_id=OrganisationFactory().pk)
    MailBatchFactory()
    secretary = client_of(account_with("secretary", organisation=mine))

    assert [row["id"] for row in secretary.get(BATCHES).json()["results"]] == [str(seen.pk)]
    assert secretary.post(f"{BATCHES}/{seen.pk}/pause").status_code == 403
    assert client_of(AccountFactory()).get(BATCHES).status_code == 403
