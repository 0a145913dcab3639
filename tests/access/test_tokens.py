"""What a token opens: no more than its scopes, for as long as it lives; and how it is kept."""

import datetime as dt
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from backend.core.clock import now
from backend.people.models import Account, ApiToken
from backend.people.queries import token_digest
from backend.people.scopes import SCOPES
from tests.access.conftest import API, asked, key, outcome
from tests.access.expected import EXPECTED, TOKENLESS
from tests.access.operations import Operation, operations
from tests.access.requests import REQUESTS
from tests.access.world import World

pytestmark = pytest.mark.django_db
OPERATIONS = [each for each in operations() if key(each) not in TOKENLESS and EXPECTED[key(each)].may]


def needed(operation: Operation) -> str:
    return f"{operation.viewset.scope}:{'read' if operation.method == 'GET' else 'write'}"


def with_token(world: World, operation: Operation, **token: Any) -> str:
    """The outcome for somebody who may, by a token like this."""
    caller = sorted(EXPECTED[key(operation)].may)[0]
    secret = world.token(world.accounts[caller], **token)
    return outcome(asked(world, operation, caller, token=secret), REQUESTS[key(operation)](world))


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_a_token_opens_what_its_scope_names_and_nothing_else(world: World, operation: Operation) -> None:
    scope = needed(operation)
    every_other = [each for each in SCOPES if each not in {"*", scope}]

    assert scope in SCOPES
    assert with_token(world, operation, scopes=[scope]) == "yes"
    assert with_token(world, operation, scopes=every_other) == "403"
    assert with_token(world, operation, scopes=[]) == "403"


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_a_dead_token_opens_nothing(world: World, operation: Operation) -> None:
    assert with_token(world, operation, expires_at=now() - dt.timedelta(seconds=1)) == "401"
    assert with_token(world, operation, revoked_at=now()) == "401"


def test_the_tokens_of_a_closed_account_open_nothing(world: World) -> None:
    headers = world.authorization(world.tokens["nobody"])
    assert world.http.get(f"{API}sessions/current", headers=headers).status_code == 200

    Account.objects.filter(pk=world.accounts["nobody"].pk).update(is_active=False)

    assert world.http.get(f"{API}sessions/current", headers=headers).status_code == 401


@pytest.mark.parametrize("said", ["Bearer plenum_wrong", "Bearer", "Bearer  ", "Bearer \u00e9"])
def test_a_token_that_is_none_is_refused_even_where_nobody_need_sign_in(world: World, said: str) -> None:
    answer = world.http.get(f"{API}conferences", headers={"Authorization": said})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("kept", [False, True])
def test_no_table_holds_a_token_in_clear(world: World, kept: bool) -> None:
    headers = world.authorization(world.tokens["organiser"])
    body = {"name": "máy quét", "scopes": ["registration:write"], "expires_in_days": 1}
    made = world.http.post(f"{API}tokens", body, headers=headers | ({"Idempotency-Key": "made-once"} if kept else {}))
    assert made.status_code == 201
    secret = made.json()["secret"]

    with connection.cursor() as cursor:
        for table in sorted(model._meta.db_table for model in apps.get_models()):
            cursor.execute(
                f'SELECT count(*) FROM "{table}" t WHERE position(%s IN t::text) > 0'
                " OR position(encode(convert_to(%s, 'UTF8'), 'hex') IN t::text) > 0",
                [secret, secret],
            )
            assert cursor.fetchone() == (0,), table

    assert ApiToken.objects.get(pk=made.json()["id"]).digest == token_digest(secret)
    assert "secret" not in world.http.get(f"{API}tokens/{made.json()['id']}", headers=headers).json()


def test_a_token_cannot_make_one_that_opens_more(world: World) -> None:
    headers = world.authorization(world.token(world.accounts["organiser"], scopes=["people:write"]))
    body = {"name": "rộng hơn", "scopes": ["conferences:write"], "expires_in_days": 1}
    assert world.http.post(f"{API}tokens", body, headers=headers).status_code in {400, 403}
