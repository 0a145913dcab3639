"""The worlds of these tests: made once for each module, in a transaction that every request is rolled back to."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from django.db import transaction

from backend.minutes import paper
from backend.resolutions import issued_form
from tests.access.operations import Operation
from tests.access.requests import REQUESTS, Ask
from tests.access.world import World

API = "/api/v1/"


@contextmanager
def rolled_back(blocker: Any) -> Iterator[None]:
    """What happens inside never happened. Minutes and resolutions are not typeset meanwhile: nobody here reads them."""
    with pytest.MonkeyPatch.context() as patch, blocker.unblock(), transaction.atomic():
        patch.setattr(paper, "pages", lambda minutes: {"pdf": b"%PDF-"})
        patch.setattr(paper, "page", lambda minutes, format: b"%PDF-")
        patch.setattr(issued_form, "written", lambda document, format: b"%PDF-")
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def world(request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """The host's conferences are public, unless the module says otherwise by CONFIDENTIALITY."""
    with rolled_back(django_db_blocker):
        yield World(getattr(request.module, "CONFIDENTIALITY", "public"))


def key(operation: Operation) -> str:
    return f"{operation.method} {operation.path.removeprefix(API)}"


def asked(world: World, operation: Operation, caller: str, *, of: Any = None, token: str | None = None) -> Any:
    """The answer to the operation as `caller` asks for it (or for the row `of`, or by another token); what it changed
    is changed back."""
    ask = REQUESTS[key(operation)](world)
    if of is not None:
        ask = replace(ask, of=of)
    with transaction.atomic():
        answer = world.http.generic(
            operation.method,
            ask.address(operation.path),
            *ask.content(),
            headers={"If-Match": "*", **world.authorization(token or world.tokens.get(caller))},
        )
        transaction.set_rollback(True)
    world.http.cookies.clear()
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
