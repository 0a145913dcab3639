"""The worlds of these tests: made once for each module, in a transaction that every request is rolled back to."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import transaction
from rest_framework.test import APIClient

from backend.minutes import paper
from tests.access.operations import Operation
from tests.access.requests import REQUESTS, Ask
from tests.access.world import World

API = "/api/v1/"


@contextmanager
def rolled_back(blocker: Any) -> Iterator[None]:
    """What happens inside never happened. Minutes are not typeset meanwhile: nobody here reads them."""
    with pytest.MonkeyPatch.context() as patch, blocker.unblock(), transaction.atomic():
        patch.setattr(paper, "pages", lambda minutes: {"pdf": b"%PDF-"})
        patch.setattr(paper, "page", lambda minutes, format: b"%PDF-")
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """The host's conferences are public."""
    with rolled_back(django_db_blocker):
        yield World()


@pytest.fixture(scope="module")
def closed_world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """The host's conferences are restricted."""
    with rolled_back(django_db_blocker):
        yield World("restricted")


def key(operation: Operation) -> str:
    return f"{operation.method} {operation.path.removeprefix(API)}"


def asked(world: World, operation: Operation, secret: str | None) -> Any:
    """The answer to the operation, asked with a token (or by nobody); whatever it changed is changed back."""
    ask = REQUESTS[key(operation)](world)
    client = APIClient(headers={"Authorization": f"Bearer {secret}"} if secret else {})
    with transaction.atomic():
        answer = client.generic(
            operation.method,
            ask.address(operation.path),
            "" if ask.body is None else APIClient()._encode_data(ask.body, "json")[0],
            "application/json",
            headers={"If-Match": "*"},
        )
        transaction.set_rollback(True)
    return answer


def outcome(answer: Any, ask: Ask) -> str:
    """yes, nothing (a list without the row), or the status of the refusal; any other status as it is."""
    if 200 <= answer.status_code < 300:
        if ask.sees is None:
            return "yes"
        shown = {str(row.get("id", row.get("conference"))) for row in answer.json()["results"]}
        return "yes" if str(ask.sees.pk) in shown else "nothing"
    if answer.status_code in (401, 403, 404):
        return str(answer.status_code)
    return f"{answer.status_code} {answer.content.decode()[:300]}"
