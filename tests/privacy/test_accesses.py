"""Who was shown whose personal data."""

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from backend.core import shown
from backend.core.clock import now
from backend.people.models import Account
from backend.privacy import services
from backend.privacy.ledgers import old_accesses
from backend.privacy.models import Access
from tests.factories.mail import OutgoingMailFactory
from tests.factories.people import ApiTokenFactory, OrganisationFactory, PersonFactory, account_with
from tests.factories.privacy import access_to

pytestmark = pytest.mark.django_db
API = "/api/v1/"


def client_of(account: Account) -> APIClient:
    client = APIClient()
    client.force_authenticate(Account.objects.get(pk=account.pk))
    return client


def test_a_page_of_people_is_one_row_and_one_statement_more(monkeypatch: pytest.MonkeyPatch) -> None:
    unit = OrganisationFactory()
    people = PersonFactory.create_batch(5, organisation=unit)
    account = account_with("organiser", organisation=unit, person=people[0])

    with CaptureQueriesContext(connection) as logged:
        assert len(client_of(account).get(f"{API}people").json()["results"]) == 5

    row = Access.objects.get()
    assert set(row.people) == {one.pk for one in people[1:]}, "oneself is not noted"
    assert (row.account, row.operation, row.by_token) == (account, "people_list", False)
    monkeypatch.setattr(shown, "_keepers", [])
    with CaptureQueriesContext(connection) as unlogged:
        client_of(account).get(f"{API}people")
    assert len(logged) == len(unlogged) + 1


def test_what_cannot_be_noted_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    person = PersonFactory()
    client = client_of(account_with("administrator"))
    monkeypatch.setattr(services, "note_access", None)

    def broken(_: object) -> None:
        raise RuntimeError("no log")

    monkeypatch.setattr(shown, "_keepers", [broken])
    client.raise_request_exception = False
    answer = client.get(f"{API}people/{person.pk}")
    assert answer.status_code == 500
    assert person.email.encode() not in answer.content


def test_a_program_is_told_apart_and_addresses_lead_to_people() -> None:
    person = PersonFactory(email="Nguoi.Nhan@plenum.example")
    account = account_with("administrator")
    ApiTokenFactory(account=account, secret="plenum_abc", scopes=["*"])
    mail = OutgoingMailFactory(recipient="nguoi.nhan@plenum.example")

    client = APIClient(headers={"Authorization": "Bearer plenum_abc"})
    assert client.get(f"{API}mails/{mail.pk}/content").status_code == 200

    row = Access.objects.get()
    assert (row.people, row.operation, row.by_token) == ([person.pk], "mails_content", True)


def test_people_see_who_looked_at_them_and_auditors_what_their_people_looked_at() -> None:
    unit, person, other = OrganisationFactory(), PersonFactory(), PersonFactory()
    reader = account_with("organiser", person=PersonFactory(organisation=unit, full_name="Người Xem"))
    both, one = access_to(person, other, by=reader), access_to(other, by=reader)
    client = client_of(account_with("editor", organisation=OrganisationFactory(), person=person))

    seen = client.get(f"{API}accesses").json()["results"]
    assert [row["id"] for row in seen] == [str(both.pk)]
    assert (seen[0]["account_name"], seen[0]["count"], seen[0]["people"]) == ("Người Xem", 2, [str(person.pk)])
    assert client.get(f"{API}accesses?person={other.pk}").json()["results"] == [], "who else was on the page"

    auditor = client_of(account_with("auditor", organisation=unit))
    found = auditor.get(f"{API}accesses?person={other.pk}").json()["results"]
    assert [row["id"] for row in found] == [str(one.pk), str(both.pk)]
    assert set(found[1]["people"]) == {str(person.pk), str(other.pk)}
    elsewhere = client_of(account_with("auditor", organisation=OrganisationFactory()))
    assert elsewhere.get(f"{API}accesses").json()["results"] == []


def test_the_log_is_kept_for_its_time_and_never_changed() -> None:
    person = PersonFactory()
    young, old, over = (access_to(person, at=now() - dt.timedelta(days=age)) for age in (0, 364, 740))

    old_accesses(now() - dt.timedelta(days=730), frozenset()).delete()
    assert set(Access.objects.all()) == {young, old}
    assert not Access.objects.filter(pk=over.pk).exists()
    assert not old_accesses(now(), frozenset()).exists(), "whatever the term, a year is kept"
    refused = ("DELETE FROM privacy_access", "UPDATE privacy_access SET operation = ''", "TRUNCATE privacy_access")
    for statement in refused:
        with (
            pytest.raises(IntegrityError, match="kept for a year"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE;" + statement)
    with connection.cursor() as cursor:  # the negative control
        cursor.execute("DROP TRIGGER privacy_access_is_kept ON privacy_access")
        cursor.execute("UPDATE privacy_access SET operation = ''; DELETE FROM privacy_access")
