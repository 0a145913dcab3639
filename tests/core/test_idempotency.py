"""A write that is sent twice happens once."""

import contextlib
import threading
from typing import Any

import pytest
from django.db import connection
from rest_framework.test import APIClient

from backend.core import idempotency
from backend.core.errors import Conflict
from backend.core.models import IdempotencyRecord
from backend.outbox.models import Event
from backend.people import services
from backend.people.models import Account, Organisation
from tests.factories.people import AccountFactory, account_with
from tests.threads import in_threads

ORGANISATIONS = "/api/v1/organisations"
BODY = {"slug": "mot", "name": {"vi": "Một"}}


def client_of(account: Account) -> APIClient:
    client = APIClient()
    client.force_authenticate(Account.objects.get(pk=account.pk))
    return client


def post(client: APIClient, key: str | None = "khoa-1", body: dict[str, Any] | None = None, **kwargs: Any) -> Any:
    headers = {"Idempotency-Key": key} if key is not None else {}
    return client.post(ORGANISATIONS, body or BODY, headers=headers, **kwargs)


@pytest.fixture
def administrator(db: None) -> Account:
    return account_with("administrator", person=None)


def test_a_repetition_is_answered_alike_and_does_nothing(administrator: Account) -> None:
    client = client_of(administrator)

    first, again = post(client), post(client)

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert again.headers["ETag"] == first.headers["ETag"]
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert Organisation.objects.count() == Event.objects.count() == 1


def test_the_order_of_members_does_not_make_another_body(administrator: Account) -> None:
    client = client_of(administrator)
    post(client)

    assert post(client, body=dict(reversed(BODY.items()))).headers["Idempotency-Replayed"] == "true"


@pytest.mark.parametrize("change", [{"symbol": "X"}, {"slug": "hai"}])
def test_a_key_used_for_another_body_is_refused(administrator: Account, change: dict[str, Any]) -> None:
    client = client_of(administrator)
    post(client)

    refused = post(client, body=BODY | change)

    assert (refused.status_code, refused.json()["type"]) == (422, "/problems/idempotency-key-reused")
    assert Organisation.objects.count() == 1


def test_a_key_used_at_another_address_is_refused(administrator: Account) -> None:
    client = client_of(administrator)
    post(client)

    assert client.post("/api/v1/people", BODY, headers={"Idempotency-Key": "khoa-1"}).status_code == 422


def test_keys_of_two_callers_are_two_keys(administrator: Account) -> None:
    post(client_of(administrator))

    answer = post(client_of(account_with("administrator", person=None)), body=BODY | {"slug": "hai"})

    assert answer.status_code == 201
    assert "Idempotency-Replayed" not in answer.headers


def test_a_refusal_is_not_kept_so_the_key_may_be_used_again(administrator: Account) -> None:
    client = client_of(administrator)

    assert post(client, body={"slug": "mot"}).status_code == 400
    assert not IdempotencyRecord.objects.exists()
    assert post(client).status_code == 201


def test_a_crash_keeps_nothing(administrator: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    client = client_of(administrator)
    client.raise_request_exception = False
    with monkeypatch.context() as patch:
        patch.setattr(idempotency.json, "dumps", broken_after_the_effect(idempotency.json.dumps))
        assert post(client).status_code == 500
    assert not Organisation.objects.exists()
    assert not Event.objects.exists()
    assert not IdempotencyRecord.objects.exists()
    assert post(client).status_code == 201


def broken_after_the_effect(dumps: Any) -> Any:
    def dump(*args: Any, **kwargs: Any) -> str:
        if Organisation.objects.exists():
            raise RuntimeError("the power fails")
        text: str = dumps(*args, **kwargs)
        return text

    return dump


def test_who_may_not_write_gets_no_answer_kept_for_another(administrator: Account) -> None:
    post(client_of(administrator))

    assert post(APIClient()).status_code == 401
    assert post(client_of(AccountFactory())).status_code == 403


def test_a_role_that_was_withdrawn_gets_no_answer_kept_from_before(administrator: Account) -> None:
    post(client_of(administrator))
    administrator.grants.all().delete()

    assert post(client_of(administrator)).status_code == 403


@pytest.mark.parametrize("key", ["", "k" * 256, "khóa", "a\tb"])
def test_a_key_that_is_none_is_refused(administrator: Account, key: str) -> None:
    refused = post(client_of(administrator), key=key)

    assert refused.status_code == 400
    assert refused.json()["errors"][0]["field"] == "Idempotency-Key"
    assert not Organisation.objects.exists()


def test_without_a_key_the_same_write_is_tried_again(administrator: Account) -> None:
    client = client_of(administrator)

    assert post(client, key=None).status_code == 201
    assert post(client, key=None).status_code == 400, "the slug is taken"


def test_an_answer_without_a_body_is_repeated_too(administrator: Account) -> None:
    client = client_of(administrator)
    grant = services.grant_role(account_id=AccountFactory().pk, role="editor")
    address = f"/api/v1/role-grants/{grant.pk}"

    first = client.delete(address, headers={"Idempotency-Key": "bo"})
    again = client.delete(address, headers={"Idempotency-Key": "bo"})

    assert (first.status_code, again.status_code, again.content) == (204, 204, b"")


def test_a_kept_fingerprint_cannot_be_tried_out_without_the_secret_key(administrator: Account, settings: Any) -> None:
    client = client_of(administrator)
    post(client)
    settings.SECRET_KEY = "another-secret-key-of-at-least-32-characters"

    assert post(client).status_code == 422


@pytest.mark.django_db(transaction=True)
def test_many_sending_the_same_write_at_once_do_it_once() -> None:
    administrator = account_with("administrator", person=None)

    answers = in_threads(6, lambda: post(client_of(administrator)))

    assert [answer.status_code for answer in answers] == [201] * 6
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert sum("Idempotency-Replayed" in answer.headers for answer in answers) == 5
    assert Organisation.objects.count() == Event.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_rival_waits_and_goes_on_when_the_first_one_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    administrator = account_with("administrator", person=None)
    turn = threading.Lock()
    tries: list[int] = []
    add = services.add_organisation

    def first_one_fails(**fields: Any) -> Organisation:
        with turn:
            tries.append(1)
            number = len(tries)
        row = add(**fields)
        if number == 1:
            raise Conflict()
        return row

    monkeypatch.setattr(services, "add_organisation", first_one_fails)

    answers = in_threads(3, lambda: post(client_of(administrator)))

    assert sorted(answer.status_code for answer in answers) == [201, 201, 409]
    assert (len(tries), Organisation.objects.count()) == (2, 1)


@pytest.fixture
def two_meet_inside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has come as far as the effect waits a moment for a rival: only a guard keeps two from meeting there."""
    meeting = threading.Barrier(2)
    issue = services.issue_token

    def issued(**fields: Any) -> Any:
        with contextlib.suppress(threading.BrokenBarrierError):
            meeting.wait(timeout=1)
        return issue(**fields)

    monkeypatch.setattr(services, "issue_token", issued)


@pytest.mark.django_db(transaction=True)
def test_with_the_constraint_no_two_meet_in_the_effect(two_meet_inside: None) -> None:
    administrator = account_with("administrator", person=None)

    answers = in_threads(2, lambda: post_token(administrator))

    assert [answer.status_code for answer in answers] == [201, 201]
    assert administrator.tokens.count() == 1


@pytest.mark.django_db(transaction=True)
def test_without_the_constraint_the_write_would_happen_more_than_once(two_meet_inside: None) -> None:
    """The negative control: it is the unique key that makes a rival wait."""
    administrator = account_with("administrator", person=None)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE core_idempotencyrecord DROP CONSTRAINT one_answer_per_idempotency_key")
    try:
        answers = in_threads(2, lambda: post_token(administrator))
    finally:
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE core_idempotencyrecord")
            cursor.execute(
                "ALTER TABLE core_idempotencyrecord ADD CONSTRAINT one_answer_per_idempotency_key UNIQUE (caller, key)"
            )

    assert administrator.tokens.count() > 1, answers


def post_token(account: Account) -> Any:
    body = {"name": "A", "scopes": ["*"], "expires_in_days": 1}
    return client_of(account).post("/api/v1/tokens", body, headers={"Idempotency-Key": "k"})
