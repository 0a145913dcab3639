"""Signing in and out, and what stands in the way of guessing."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import override_settings
from rest_framework.test import APIClient

from backend.core.clock import now
from backend.core.errors import TooManyAttempts
from backend.outbox.models import Event
from backend.people.models import Account, LoginFailure
from backend.people.services import WrongCredentials, attempts, sign_in, signing_in
from tests.factories.people import PASSWORD, AccountFactory, account_with
from tests.threads import in_threads

SESSIONS = "/api/v1/sessions"


def attempt(client: APIClient, account: Account, password: str = "sai", **kwargs: Any) -> Any:
    return client.post(SESSIONS, {"email": account.email, "password": password}, **kwargs)


@pytest.mark.django_db
def test_signing_in_sets_a_session_that_knows_who_one_is() -> None:
    account = account_with("organiser")
    client = APIClient()

    answer = client.post(SESSIONS, {"email": account.email.upper(), "password": PASSWORD})

    assert answer.status_code == 201
    assert answer.json() == {**client.get(f"{SESSIONS}/current").json(), "csrf_token": answer.json()["csrf_token"]}
    assert answer.json()["account"] == str(account.pk)
    assert answer.json()["grants"] == [{"role": "organiser", "organisation": None}]
    assert answer.json()["person"]["full_name"] == account.person.full_name
    assert client.cookies["sessionid"]["httponly"]
    assert (Event.objects.get().name, Event.objects.get().payload) == (
        "account.signed_in",
        {"account_id": str(account.pk)},
    )


@pytest.mark.django_db
def test_writes_with_the_session_need_the_csrf_token_it_gave() -> None:
    account = AccountFactory()
    client = APIClient(enforce_csrf_checks=True)
    token = attempt(client, account, PASSWORD).json()["csrf_token"]

    assert client.delete(f"{SESSIONS}/current").status_code == 403
    assert client.delete(f"{SESSIONS}/current", headers={"X-CSRFToken": token}).status_code == 204
    assert client.get(f"{SESSIONS}/current").status_code == 401


@pytest.mark.django_db
def test_a_stale_session_does_not_stand_in_the_way_of_signing_in() -> None:
    account = AccountFactory()
    client = APIClient(enforce_csrf_checks=True)

    assert attempt(client, account, PASSWORD).status_code == 201
    assert attempt(client, account, PASSWORD).status_code == 201


@pytest.mark.django_db
def test_wrong_unknown_and_closed_are_answered_alike() -> None:
    account, closed = AccountFactory(), AccountFactory(is_active=False)
    client = APIClient()

    answers = [
        attempt(client, account),
        client.post(SESSIONS, {"email": "khong-co@plenum.example", "password": PASSWORD}),
        attempt(client, closed, PASSWORD),
    ]

    assert {answer.status_code for answer in answers} == {403}
    assert {answer.json()["type"] for answer in answers} == {"/problems/wrong-credentials"}
    assert not Event.objects.exists()


@pytest.mark.django_db
def test_an_unknown_address_costs_as_much_hashing_as_a_known_one(monkeypatch: pytest.MonkeyPatch) -> None:
    hashed: list[str] = []
    monkeypatch.setattr(signing_in, "make_password", hashed.append)

    with pytest.raises(WrongCredentials):
        sign_in(email="khong-co@plenum.example", password="gì đó", address="192.0.2.1")

    assert hashed == ["gì đó"]


@pytest.mark.django_db
def test_after_too_many_failures_even_the_right_password_must_wait() -> None:
    account = AccountFactory()
    client = APIClient()
    for _ in range(settings.LOGIN_FAILURES):
        assert attempt(client, account).status_code == 403

    refused = attempt(client, account, PASSWORD)

    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= settings.LOGIN_WINDOW_SECONDS + 1
    assert attempt(client, AccountFactory(), PASSWORD).status_code == 201, "others are not locked out"
    LoginFailure.objects.update(at=now() - timedelta(seconds=settings.LOGIN_WINDOW_SECONDS + 1))
    assert attempt(client, account, PASSWORD).status_code == 201


@pytest.mark.django_db
def test_an_idempotency_key_does_not_hide_a_failure() -> None:
    account = AccountFactory()
    client = APIClient()

    for number in range(settings.LOGIN_FAILURES):
        attempt(client, account, headers={"Idempotency-Key": str(number)})

    assert attempt(client, account, PASSWORD, headers={"Idempotency-Key": "last"}).status_code == 429


@pytest.mark.django_db
def test_a_success_clears_the_address_of_the_person_but_not_of_the_machine() -> None:
    account, other = AccountFactory.create_batch(2)
    client = APIClient()
    attempt(client, account)
    attempt(client, other)

    attempt(client, account, PASSWORD)

    assert LoginFailure.objects.count() == 3, "the other's failure, and two of the machine"


@pytest.mark.django_db
def test_one_machine_may_not_try_ever_new_addresses() -> None:
    for _ in range(settings.LOGIN_FAILURES * signing_in.SHARED_ADDRESS):
        LoginFailure.objects.create(key=attempts.key("login.address", "127.0.0.1"))
    account = AccountFactory()

    assert attempt(APIClient(), account, PASSWORD).status_code == 429
    assert attempt(APIClient(REMOTE_ADDR="192.0.2.7"), account, PASSWORD).status_code == 201


@pytest.mark.django_db
def test_failures_are_kept_without_saying_whose_they_are() -> None:
    account = AccountFactory()

    attempt(APIClient(), account)

    kept = str(list(LoginFailure.objects.values()))
    assert account.email not in kept
    assert "127.0.0.1" not in kept


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("proxies", "forwarded", "counted"),
    [(0, "192.0.2.9", "127.0.0.1"), (1, "198.51.100.1, 192.0.2.9", "192.0.2.9"), (1, "", "127.0.0.1")],
)
def test_only_trusted_proxies_say_where_a_request_comes_from(proxies: int, forwarded: str, counted: str) -> None:
    with override_settings(TRUSTED_PROXIES=proxies):
        attempt(APIClient(), AccountFactory(), headers={"X-Forwarded-For": forwarded})

    assert LoginFailure.objects.filter(key=attempts.key("login.address", counted)).exists()


@pytest.mark.django_db(transaction=True)
def test_many_guesses_at_once_are_no_more_than_one_after_the_other() -> None:
    account = AccountFactory()

    results = in_threads(12, lambda: sign_in(email=account.email, password="đoán", address="192.0.2.1"))

    kinds = [type(result) for result in results]
    assert kinds.count(WrongCredentials) == settings.LOGIN_FAILURES
    assert kinds.count(TooManyAttempts) == 12 - settings.LOGIN_FAILURES


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_many_guesses_at_once_would_get_through(monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: counting alone does not hold back a crowd."""
    account = AccountFactory()
    # Two keys are locked: all arrive together, none waits.
    monkeypatch.setattr(attempts, "LOCK", "SELECT pg_sleep(1.0), length(%s)")

    results = in_threads(12, lambda: sign_in(email=account.email, password="đoán", address="192.0.2.1"))

    assert sum(isinstance(result, WrongCredentials) for result in results) > settings.LOGIN_FAILURES
