"""What an operation answers when all goes well: every one is asked rightly at least once, by somebody who may."""

import re
from typing import Any
from urllib.parse import parse_qsl

import pytest
from schemathesis import Case

from tests.access.callers import SIGNED_IN
from tests.access.expected import EXPECTED
from tests.access.requests import REQUESTS, Ask
from tests.access.world import World
from tests.contract.client import CHECKS, OPERATIONS, call

pytestmark = pytest.mark.django_db


def rightly(operation: Any, world: World) -> tuple[Case, dict[str, str]]:
    """The well-formed request of the access tests, and the headers of a caller it succeeds for."""
    asked = f"{operation.method.upper()} {re.sub(r'{[a-z]+}', '<pk>', operation.path.removeprefix('/api/v1/'))}"
    asked = re.sub(r" (replies|unit-places|registration-pages|sign-ups)/<pk>", r" \1/<token>", asked)
    ask = REQUESTS[asked](world)
    callers = sorted(EXPECTED[asked].may & SIGNED_IN)
    headers = world.authorization(world.tokens[callers[0]]) if callers else {}
    described = {parameter.name for parameter in operation.headers}
    if "If-Match" in described:
        headers["If-Match"] = "*"
    case = operation.Case(
        path_parameters={
            name: str(getattr(ask.of, "pk", ask.of)) for name in re.findall(r"{([a-z]+)}", operation.path)
        },
        query=dict(parse_qsl(ask.query)),
        **(sent(ask) if operation.body else {}),
    )
    return case, headers


def sent(ask: Ask) -> dict[str, Any]:
    """The body, and as what it travels."""
    if ask.file:
        return {"body": {**(ask.body or {}), "file": ask.file}, "media_type": "multipart/form-data"}
    if ask.mail:
        return {"body": ask.mail, "media_type": "message/rfc822"}
    return {"body": ask.body or {}, "media_type": "application/json"}


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_right_request_is_answered_as_described(name: str, world: World) -> None:
    operation = OPERATIONS[name]
    case, headers = rightly(operation, world)

    response = call(case, headers)

    assert 200 <= response.status_code < 300, response.text
    case.validate_response(response, checks=CHECKS)
    for header in operation.definition.raw["responses"][str(response.status_code)].get("headers", {}):
        assert header == "Idempotency-Replayed" or response.headers[header.lower()], header
