"""The ledger of consent: nothing by default or by silence, every decision with the words that were shown."""

import datetime as dt
import hashlib

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from rest_framework.test import APIClient

from backend.core.clock import now
from backend.core.errors import Conflict, NotFound
from backend.outbox.models import Event
from backend.people.models import Account, Person
from backend.privacy import links, services
from backend.privacy.models import ConsentDecision, ConsentPurpose, ConsentWording
from backend.privacy.queries import consented, consenting, shown_sha256, standings
from backend.privacy.states import ConsentVia
from tests.factories.people import AccountFactory, OrganisationFactory, PersonFactory, account_with
from tests.factories.privacy import consent_of
from tests.guards import assert_refused_by, assert_written_without

pytestmark = pytest.mark.django_db
API = "/api/v1/"
EN = {"vi": "Tôi đồng ý điều mới.", "en": "I agree to something new."}


def client_of(account: Account) -> APIClient:
    client = APIClient()
    client.force_authenticate(account)
    return client


def reworded(purpose: str, *, asks_again: bool) -> None:
    row = ConsentPurpose.objects.get(code=purpose)
    services.reword_purpose(purpose_id=row.pk, text=EN, asks_again=asks_again)


def test_there_is_no_consent_before_it_is_given_and_none_after_it_is_withdrawn() -> None:
    person, other = PersonFactory.create_batch(2)
    before = now()
    assert not consented(person.pk, "portrait")

    given = consent_of(person)

    assert consented(person.pk, "portrait")
    assert not consented(person.pk, "directory"), "each purpose by itself"
    assert not consented(other.pk, "portrait")
    assert not consented(person.pk, "portrait", before), "and not backwards in time"
    assert list(consenting("portrait")) == [person]
    text = given.wording.text["vi"]
    assert given.shown_sha256 == hashlib.sha256(text.encode()).hexdigest()

    services.withdraw_consent(person_id=person.pk, purpose="portrait", via=ConsentVia.PAGE)

    assert not consented(person.pk, "portrait")
    assert consented(person.pk, "portrait", given.at), "what was done before stays lawful"
    kinds = Event.objects.filter(subject_id=person.pk).values_list("name", flat=True)
    assert {"consent.given", "consent.withdrawn"} <= set(kinds)


def test_to_give_or_withdraw_twice_is_once() -> None:
    person = PersonFactory()
    assert consent_of(person) == consent_of(person)
    withdrawn = [
        services.withdraw_consent(person_id=person.pk, purpose="portrait", via=ConsentVia.PAGE) for _ in range(2)
    ]
    assert withdrawn[0] == withdrawn[1]
    with pytest.raises(Conflict):
        services.withdraw_consent(person_id=person.pk, purpose="directory", via=ConsentVia.PAGE)


def test_new_words_leave_consent_alone_unless_they_mean_more() -> None:
    person = PersonFactory()
    consent_of(person)

    reworded("portrait", asks_again=False)
    assert consented(person.pk, "portrait")
    reworded("portrait", asks_again=True)
    assert not consented(person.pk, "portrait")
    assert [each.given for each in standings(person.pk) if each.wording.purpose.code == "portrait"] == [False]

    with pytest.raises(Conflict):
        services.give_consent(
            person_id=person.pk,
            asked=services.Asked(purpose="portrait", version=1, language="vi"),
            via=ConsentVia.PAGE,
        )
    assert consent_of(person).wording.version == 3
    assert consented(person.pk, "portrait")


def test_nobody_is_asked_for_a_retired_purpose_and_no_consent_to_it_counts() -> None:
    person = PersonFactory()
    consent_of(person)
    services.retire_purpose(purpose_id=ConsentPurpose.objects.get(code="portrait").pk)

    assert not consented(person.pk, "portrait")
    assert "portrait" not in [each.wording.purpose.code for each in standings(person.pk)]
    with pytest.raises(NotFound):
        services.give_consent(
            person_id=person.pk,
            asked=services.Asked(purpose="portrait", version=1, language="vi"),
            via=ConsentVia.PAGE,
        )


# -- in PostgreSQL


def decision(**changed: object) -> ConsentDecision:
    wording = ConsentWording.objects.get(purpose__code="portrait")
    fields = {
        "person": PersonFactory(),
        "wording": wording,
        "language": "vi",
        "shown_sha256": shown_sha256(wording.text, "vi"),
        "decision": "given",
        "via": "page",
        "at": now(),
    }
    return ConsentDecision.objects.create(**{**fields, **changed})


@pytest.mark.parametrize(
    ("table", "column"), [("privacy_consentdecision", "taken_by"), ("privacy_consentwording", "text")]
)
def test_the_ledger_is_only_ever_added_to(table: str, column: str) -> None:
    consent_of(via=ConsentVia.ORAL, taken_by="Văn thư")
    change = f"UPDATE {table} SET {column} = {column}"
    for statement in (f"DELETE FROM {table}", change):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    with connection.cursor() as cursor:  # the negative control
        cursor.execute(f"SET CONSTRAINTS ALL IMMEDIATE; DROP TRIGGER {table}_append_only ON {table}")
        cursor.execute(change)


def test_a_consent_is_to_the_words_that_were_shown() -> None:
    english = {"language": "en"}  # with the hash of the Vietnamese text
    assert_refused_by("a_consent_is_to_what_was_shown", lambda: decision(**english))
    assert_refused_by("a_consent_is_to_what_was_shown", lambda: decision(language="fr"))
    decision()
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER a_consent_is_to_what_was_shown ON privacy_consentdecision")
    decision(**english)


def test_what_was_said_or_written_names_who_took_it() -> None:
    guard = "who_took_a_consent_is_named"
    assert_refused_by(guard, lambda: decision(via="oral"))
    assert_refused_by(guard, lambda: decision(via="page", taken_by="Văn thư"))
    assert_written_without(guard, lambda: decision(via="oral"))


# -- over HTTP


def test_everybody_decides_for_themselves() -> None:
    account = AccountFactory()
    client = client_of(account)
    asked = client.get(f"{API}consent-purposes?code=directory").json()["results"][0]
    body = {"purpose": "directory", "decision": "given", "wording": asked["wordings"][0]["version"]}

    assert client.post(f"{API}consents", {**body, "wording": 9}, format="json").status_code == 409
    assert (
        client.post(f"{API}consents", {"purpose": "directory", "decision": "given"}, format="json").status_code == 400
    )
    given = client.post(f"{API}consents", body, format="json", headers={"Accept-Language": "en"})

    assert given.status_code == 201, given.content
    assert given.json()["shown_sha256"] == hashlib.sha256(asked["wordings"][0]["text"]["en"].encode()).hexdigest()
    assert given.json()["via"] == "api"
    assert given.json()["recorded_by"] == ""  # force_authenticate names no actor; real requests do
    assert consented(account.person_id, "directory")
    withdrawal = {"purpose": "directory", "decision": "withdrawn"}
    assert client.post(f"{API}consents", withdrawal, format="json").status_code == 201
    shown = client.get(f"{API}consents?current=true").json()["results"]
    assert [row["decision"] for row in shown] == ["withdrawn"]


def test_what_was_written_is_taken_down_by_who_keeps_the_person_and_nobody_consents_for_another() -> None:
    unit = OrganisationFactory()
    person, stranger = PersonFactory(organisation=unit), PersonFactory()
    client = client_of(account_with("organiser", organisation=unit))
    yesterday = now() - dt.timedelta(days=1)
    body = {"person": str(person.pk), "purpose": "portrait", "decision": "given", "wording": 1}
    paper = {"via": "paper", "taken_by": "Nguyễn Thị Văn Thư", "taken_at": yesterday.isoformat()}

    def answered(**changed: object) -> int:
        return client.post(f"{API}consents", {**body, **paper, **changed}, format="json").status_code

    assert client.post(f"{API}consents", body, format="json").status_code == 400
    half = client.post(f"{API}consents", {**body, "via": "paper"}, format="json")
    assert [each["field"] for each in half.json()["errors"]] == ["taken_by"]
    assert answered(person=str(stranger.pk)) == 400
    assert answered(taken_at=(now() + dt.timedelta(days=1)).isoformat()) == 400
    assert answered() == 201
    assert consented(person.pk, "portrait")
    assert not consented(person.pk, "portrait", yesterday - dt.timedelta(hours=1))
    assert answered(decision="withdrawn", taken_at=(yesterday - dt.timedelta(hours=1)).isoformat()) == 409
    auditor = client_of(account_with("auditor", organisation=unit))
    assert auditor.get(f"{API}consents").json()["results"][0]["taken_by"] == "Nguyễn Thị Văn Thư"
    elsewhere = client_of(account_with("auditor", organisation=OrganisationFactory()))
    assert elsewhere.get(f"{API}consents").json()["results"] == []


def test_purposes_are_worded_in_every_language() -> None:
    client = client_of(account_with("administrator"))
    body = {"code": "ghi-am", "title": {"vi": "Ghi âm"}, "text": {"vi": "Tôi đồng ý."}}

    assert client.post(f"{API}consent-purposes", body, format="json").status_code == 400
    made = client.post(f"{API}consent-purposes", {**body, "text": EN}, format="json")
    assert made.status_code == 201, made.content
    assert client.post(f"{API}consent-purposes", {**body, "text": EN}, format="json").status_code == 409
    address = f"{API}consent-purposes/{made.json()['id']}"
    change = {"text": EN, "asks_again": True}
    assert client.post(f"{address}/reword", change, format="json").status_code == 428
    again = client.post(f"{address}/reword", change, format="json", headers={"If-Match": made.headers["ETag"]})
    assert [wording["version"] for wording in again.json()["wordings"]] == [2, 1]
    assert client.post(f"{address}/retire").json()["retired_at"]
    assert client.post(f"{address}/retire").status_code == 409


# -- on the page


def test_the_page_gives_and_takes_back_with_one_button_each() -> None:
    person = PersonFactory()
    address = links.address(person).partition("/c/")[2]
    http = Client()

    shown = http.get(f"/c/{address}").content.decode()
    assert "checked" not in shown
    assert shown.count("Tôi đồng ý</button>") == 3
    assert ConsentDecision.objects.count() == 0, "to look is not to agree"

    body = {"purpose": "portrait", "version": "1", "decision": "given"}
    assert "Rút lại sự đồng ý" in http.post(f"/c/{address}", body).content.decode()
    row = ConsentDecision.objects.get()
    assert (row.via, row.recorded_by) == ("page", f"person:{person.pk}")
    assert consented(person.pk, "portrait")
    http.post(f"/c/{address}", {"purpose": "portrait", "decision": "withdrawn"})
    assert not consented(person.pk, "portrait")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"purpose": "portrait", "decision": "maybe"}, 400),
        ({"purpose": "portrait", "decision": "given", "version": "٣"}, 400),
        ({"purpose": "không có", "decision": "given", "version": "1"}, 400),
        ({"purpose": "portrait", "decision": "given", "version": "7"}, 409),
        ({"purpose": "portrait", "decision": "withdrawn"}, 409),
    ],
)
def test_the_page_says_what_it_cannot_take(body: dict[str, str], status: int) -> None:
    address = links.address(PersonFactory()).partition("/c/")[2]
    answer = Client().post(f"/c/{address}", body)
    assert answer.status_code == status
    assert 'role="alert"' in answer.content.decode()
    assert ConsentDecision.objects.count() == 0


def test_a_link_is_its_persons_and_its_addresss() -> None:
    person = PersonFactory(language="en")
    word = links.sign(person)
    assert Client().get(f"/c/{word}").status_code == 200
    assert Client().get(f"/c/{word[:-1]}").status_code == 404
    Person.objects.filter(pk=person.pk).update(email="khac@plenum.example")
    assert Client().get(f"/c/{word}").status_code == 410
