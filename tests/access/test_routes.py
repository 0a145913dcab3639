"""Every route × method × role, against the table in expected.py."""

from typing import Any

import pytest
from django.test import override_settings
from django.urls import path

from tests.access.callers import ANONYMOUS, EVERYBODY, OUTSIDERS, SIGNED_IN
from tests.access.conftest import asked, key, outcome
from tests.access.expected import EXPECTED
from tests.access.operations import Operation, closed_methods, operations
from tests.access.requests import REQUESTS
from tests.access.world import World


pytestmark = pytest.mark.django_db


def unlisted(found: list[Operation]) -> set[str]:
    return {key(operation) for operation in found} - (EXPECTED.keys() & REQUESTS.keys())


def test_every_operation_stands_in_the_table_and_nothing_else() -> None:
    assert unlisted(operations()) == set(), "say in expected.py who may, and in requests.py how it is asked for"
    assert EXPECTED.keys() | REQUESTS.keys() == {key(operation) for operation in operations()}


@pytest.mark.parametrize("operation", operations(), ids=str)
def test_who_may(world: World, operation: Operation) -> None:
    expected, ask = EXPECTED[key(operation)], REQUESTS[key(operation)](world)
    lists = ask.sees is not None

    got = {
        caller: outcome(asked(world, operation, world.secrets.get(caller)), ask) for caller in sorted(EVERYBODY)
    }

    assert got == {caller: expected.of(caller, lists=lists) for caller in sorted(EVERYBODY)}
