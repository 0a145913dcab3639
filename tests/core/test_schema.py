"""The API describes itself: completely, validly, and as it was last agreed upon."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema
from openapi_spec_validator import validate

from backend.urls import router

SNAPSHOT = Path(__file__).parents[1] / "schema.v1.yaml"
WRITES = {"post", "put", "patch", "delete"}


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    described: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return described


def operations(schema: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        operation["operationId"]: {**operation, "path": path, "method": method}
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
    }


def headers(schema: dict[str, Any], operation: dict[str, Any]) -> dict[str, bool]:
    """The request headers of an operation, and whether each is required."""
    shared = schema["components"]["parameters"]
    described = [
        shared[parameter["$ref"].rpartition("/")[2]] if "$ref" in parameter else parameter
        for parameter in operation.get("parameters", [])
    ]
    return {one["name"]: one.get("required", False) for one in described if one["in"] == "header"}


def test_the_snapshot_is_the_apis_schema(schema: dict[str, Any]) -> None:
    assert yaml.safe_load(SNAPSHOT.read_text()) == schema, "run `make schema` and review the diff"


def test_the_schema_is_openapi_3_1(schema: dict[str, Any]) -> None:
    assert schema["openapi"].startswith("3.1")
    validate_schema(schema)
    validate(yaml.safe_load(SNAPSHOT.read_text()))


def test_every_action_a_rule_opens_is_described(schema: dict[str, Any]) -> None:
    described = {(one["method"], re.sub(r"\{\w+\}", "{}", one["path"])) for one in operations(schema).values()}
    for prefix, viewset, _ in router.registry:
        for route in router.get_routes(viewset):
            for method, action in route.mapping.items():
                path = route.url.format(prefix=f"/api/v1/{prefix}", lookup="{}", trailing_slash="")
                path = path.removeprefix("^").removesuffix("$")
                opened = action in viewset.rules and hasattr(viewset, action)
                assert ((method, path) in described) == opened, (method, path)


#: Where each try counts, so that no kept answer is given; and where nothing of a body may be kept: a ballot.
KEEPS_NO_ANSWER = ("/api/v1/sessions", "/api/v1/registration-pages/", "/api/v1/sign-ups/", "/api/v1/ballots")


def test_every_operation_says_what_it_takes_and_what_it_may_answer(schema: dict[str, Any]) -> None:
    for name, one in operations(schema).items():
        answers, said = set(one["responses"]), headers(schema, one)
        assert one["summary"], name
        assert any(code.startswith("2") for code in answers), name
        assert {"400", "503"} <= answers, name
        assert ("401" in answers) == bool(one.get("security")), name
        if one["method"] in WRITES and not one["path"].startswith(KEEPS_NO_ANSWER):
            assert "Idempotency-Key" in said, name
            assert "422" in answers, name
        assert ("412" in answers) == ("If-Match" in said), name
        assert ("428" in answers) == said.get("If-Match", False), name
        assert "default" not in answers, f"{name}: a default hides what was forgotten"


def test_every_refusal_is_a_shared_problem(schema: dict[str, Any]) -> None:
    for name, one in operations(schema).items():
        for code, answer in one["responses"].items():
            if int(code) >= 400:
                shared = schema["components"]["responses"][answer["$ref"].rpartition("/")[2]]
                assert set(shared["content"]) == {"application/problem+json"}, name


def test_no_docstring_of_ours_is_shown_to_the_apis_readers(schema: dict[str, Any]) -> None:
    told = str(schema)
    for inner in ("ModelSerializer", "subclasses", "docstring", " self.", "queryset"):
        assert inner not in told.lower(), inner


def test_the_schema_is_served(client: Client) -> None:
    answer = client.get("/api/v1/schema")

    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/vnd.oai.openapi"
    assert yaml.safe_load(answer.content) == yaml.safe_load(SNAPSHOT.read_text())


def test_the_interactive_docs_come_from_this_house_alone(client: Client) -> None:
    """The page's own policy forbids inline scripts and other hosts: what it needs must be files of ours."""
    page = client.get("/api/docs", headers={"Authorization": "Bearer stale"})
    text = page.content.decode()

    assert page.status_code == 200
    assert "script-src 'self'" in page["Content-Security-Policy"]
    assert not re.search(r"<script(?![^>]*\bsrc=)", text)
    needed = re.findall(r'(?:src|href)="([^"]+)"', text)
    assert len(needed) >= 4
    for address in needed:
        assert address.startswith("/"), address
        assert client.get(address.replace("&amp;", "&")).status_code == 200, address
