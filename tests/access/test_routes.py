"""Every route × method × role, against the table in expected.py."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.urls import path

from backend.core.api import HouseViewSet
from backend.core.permissions import HouseRules
from backend.people.authentication import TokenAuthentication
from tests.access.callers import ANONYMOUS, EVERYBODY, SIGNED_IN
from tests.access.conftest import asked, key, outcome
from tests.access.expected import EXPECTED, TOKENLESS
from tests.access.operations import Operation, closed_methods, operations
from tests.access.requests import REQUESTS
from tests.access.world import World

pytestmark = pytest.mark.django_db
NO_SUCH_ROW = "00000000-0000-7000-8000-000000000000"


def unlisted(found: list[Operation]) -> set[str]:
    return {key(operation) for operation in found} - (EXPECTED.keys() & REQUESTS.keys())


def test_every_operation_stands_in_the_table_and_nothing_else() -> None:
    assert unlisted(operations()) == set(), "say in expected.py who may, and in requests.py how it is asked for"
    assert EXPECTED.keys() | REQUESTS.keys() == {key(operation) for operation in operations()}


def test_no_token_is_read_just_where_nobody_need_be_known() -> None:
    readers = {key(each) for each in operations() if reads_tokens(each)}
    assert EXPECTED.keys() - readers == TOKENLESS


def reads_tokens(operation: Operation) -> bool:
    view = operation.viewset()
    view.request = SimpleNamespace(method=operation.method)
    return TokenAuthentication in {type(each) for each in view.get_authenticators()}


def test_a_new_route_or_action_without_an_entry_is_noticed() -> None:
    class Fresh(HouseViewSet):
        def shred(self, request: Any) -> None: ...

    fresh = path("api/v1/conferences/<pk>/shred", Fresh.as_view({"post": "shred"}))

    assert unlisted(operations([fresh])) == {"POST conferences/<pk>/shred"}


@pytest.mark.parametrize("operation", operations(), ids=str)
def test_who_may(world: World, operation: Operation) -> None:
    expected, ask = EXPECTED[key(operation)], REQUESTS[key(operation)](world)
    lists, callers = ask.sees is not None, sorted(EVERYBODY)
    if key(operation) in TOKENLESS:
        callers = [ANONYMOUS, "administrator of everything"]

    got = {caller: outcome(asked(world, operation, caller), ask) for caller in callers}

    assert got == {caller: expected.of(caller, lists=lists) for caller in callers}


def test_methods_that_an_address_does_not_offer_are_refused_to_everybody(world: World) -> None:
    headers = world.authorization(world.tokens["administrator of everything"])
    for operation in closed_methods():
        address = operation.path.replace("<pk>", NO_SUCH_ROW).replace("<token>", "x")
        assert world.http.generic(operation.method, address, headers=headers).status_code == 405, operation


def test_nothing_is_told_by_options(world: World) -> None:
    headers = world.authorization(world.tokens["administrator of everything"])
    for address in {operation.path for operation in operations()}:
        answer = world.http.options(address.replace("<pk>", NO_SUCH_ROW), headers=headers)
        assert answer.status_code == 403, address


# Negative controls: it is the entry in `rules` that lets anybody in.


@pytest.mark.parametrize("operation", [each for each in operations() if EXPECTED[key(each)].may], ids=str)
def test_without_its_rule_an_operation_is_refused_to_whom_it_was_open(
    world: World, operation: Operation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That they are let in with it is shown by `test_who_may`."""
    caller, ask = min(EXPECTED[key(operation)].may & SIGNED_IN), REQUESTS[key(operation)](world)

    others = {name: rule for name, rule in operation.viewset.rules.items() if name != operation.action}
    monkeypatch.setattr(operation.viewset, "rules", others)

    assert outcome(asked(world, operation, caller), ask) in {"401", "403"}


@pytest.mark.parametrize("viewset", sorted({each.viewset for each in operations()}, key=str))
def test_a_viewset_without_rules_refuses_everything_to_everybody(
    world: World, viewset: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(viewset, "rules", {})

    for operation in (each for each in operations() if each.viewset is viewset):
        for caller in (ANONYMOUS, "administrator of everything"):
            got = outcome(asked(world, operation, caller), REQUESTS[key(operation)](world))
            assert got in {"401", "403"}, (operation, caller)


def test_a_viewset_that_says_nothing_is_closed(world: World) -> None:
    account = world.accounts["administrator of everything"]
    request = SimpleNamespace(user=account, auth=None, method="GET")

    assert HouseViewSet.rules == {}
    assert not HouseRules().has_permission(request, SimpleNamespace(action="list", rules=HouseViewSet.rules))
    assert not HouseRules().has_permission(request, SimpleNamespace(action="list"))
