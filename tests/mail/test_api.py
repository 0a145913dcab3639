"""The ledger of mail over HTTP."""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from backend.mail.models import MailState
from backend.people.models import Account
from tests.factories.mail import OutgoingMailFactory
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


def test_the_list_costs_the_same_number_of_queries_whatever_its_length() -> None:
    account = account_with("organiser", organisation=(where := OrganisationFactory()))
    counts = []
    for more in (1, 2, 27):
        OutgoingMailFactory.create_batch(more, organisation_id=where.pk)
        client = client_of(account)
        with CaptureQueriesContext(connection) as queries:
            client.get(f"{API}?page_size=100")
        counts.append(len(queries))

    assert len(set(counts)) == 1, counts
