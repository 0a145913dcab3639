"""A world of every kind of row, in a transaction that is never committed; each test goes back to it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction

from tests.access.world import World
from tests.contract.client import SECRET, Rows
from tests.factories.people import ApiTokenFactory, RoleGrantFactory


@contextmanager
def one_connection() -> Iterator[None]:
    """Requests neither close the connection that holds the world nor open another (as in Django's own test client)."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in signals:
            signal.connect(close_old_connections)


@pytest.fixture(scope="package")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    with django_db_blocker.unblock(), one_connection(), transaction.atomic():
        yield World()
        transaction.set_rollback(True)


@pytest.fixture(scope="package")
def rows(world: World) -> Rows:
    """The caller chairs the host's conferences and administers everything: hardly anything is refused."""
    caller = world.accounts["chair"]
    grant = RoleGrantFactory(account=caller, role="administrator")
    token = ApiTokenFactory(account=caller, secret=SECRET)
    return Rows(spared={str(caller.pk), str(grant.pk), str(token.pk)})
