"""The described API, called as a program would call it, with requests that hit rows which are there."""

import hashlib
import os
from functools import cached_property
from typing import Any

import schemathesis
import yaml
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, settings
from psycopg.pq import TransactionStatus
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from werkzeug.test import Client

from backend.wsgi import application
from tests.core.test_schema import SNAPSHOT

SECRET = "plenum_contract"  # noqa: S105
HEADERS = {"Authorization": f"Bearer {SECRET}"}
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
#: Cases for each operation: about half as described, half not. `make test` keeps it short; hundreds find more.
EXAMPLES = int(os.environ.get("PLENUM_CONTRACT_EXAMPLES", "8"))
#: The same cases in every run: a failure here is a failure everywhere.
SETTINGS = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)

schemathesis.serializer.alias("message/rfc822", "application/octet-stream")

#: What a member of a body, a query or an address is the id of, where its name does not say so itself.
NAMES = {
    "lead": "organisations",
    "parent": "organisations",
    "co_organisers": "organisations",
    "follows": "conferences",
    "subject": "agenda-items",
    "replaces": "polls",
    "people": "people",
    "person": "people",
    "series": "series",
    "speech": "speeches",
    "list": "invitation-lists",
    "ids": "deliveries",
}
#: One in so many ids stays as it was made up: what is not there is asked for as well.
MADE_UP = 8


def load() -> Any:
    """The snapshot, which tests/core/test_schema.py holds to the API, bound to the application itself."""
    with SNAPSHOT.open() as text:
        raw = yaml.load(text, yaml.CSafeLoader)
    schema = schemathesis.openapi.from_dict(raw, config=SchemathesisConfig())
    schema.app = application
    return schema


SCHEMA = load()
OPERATIONS = {found.ok().definition.raw["operationId"]: found.ok() for found in SCHEMA.get_all_operations()}


def call(case: Case, headers: dict[str, str] = HEADERS) -> Any:
    """The answer; an error that PostgreSQL ends a transaction with ends no more than this request."""
    mark = transaction.savepoint()
    response = case.call(headers=headers)
    if connection.connection.info.transaction_status == TransactionStatus.INERROR:
        transaction.savepoint_rollback(mark)
    else:
        transaction.savepoint_commit(mark)
    return response


class Rows:
    """Ids to put where an id belongs: those the API lists, never the caller's own (`spared`)."""

    def __init__(self, *, spared: set[str]) -> None:
        self.spared = spared
        self.listed: dict[str, list[str]] = {}
        self.seen: set[str] = set()

    def aim(self, case: Case) -> None:
        """Puts rows that are there where the case made ids up, and mostly takes any version where one is asked for."""
        resource = case.operation.path.split("/")[3]
        for name in {"id", "conference"} & set(case.path_parameters or {}):
            case.path_parameters[name] = self._instead_of(case.path_parameters[name], resource)
        if isinstance(case.body, dict | list):
            case.body = self._put_into(case.body)
        if case.query:
            case.query.update(self._put_into(dict(case.query)))
        if "If-Match" in (case.headers or {}) and len(case.headers["If-Match"]) % 3:
            case.headers["If-Match"] = "*"

    def learn(self, answer: Any) -> None:
        """Ids in an answer are real: from now on they stay where a journey puts them."""
        if isinstance(answer, dict | list):
            for member in answer.values() if isinstance(answer, dict) else answer:
                self.learn(member)
        elif _is_id(answer):
            self.seen.add(answer)

    def _of(self, resource: str) -> list[str]:
        if resource not in self.listed:
            answer = Client(application).get(f"/api/v1/{resource}?page_size=200", headers=HEADERS)
            key = "conference" if resource in ("seats", "admissions") else "id"
            rows = answer.get_json().get("results", [])
            self.listed[resource] = [row[key] for row in rows if row[key] not in self.spared]
        return self.listed[resource]

    def _resource(self, name: str) -> str | None:
        plain = name.removesuffix("_id").replace("_", "-")
        return NAMES.get(name) or NAMES.get(plain) or (f"{plain}s" if f"{plain}s" in self._resources else None)

    @cached_property
    def _resources(self) -> set[str]:
        return {tag["name"] for tag in SCHEMA.raw_schema["tags"]}

    def _instead_of(self, value: Any, resource: str) -> Any:
        """A row that is there for most made-up ids; always the same one for the same id."""
        if not _is_id(value) or value in self.seen:
            return value
        number = int.from_bytes(hashlib.sha256(value.encode()).digest()[:4])
        rows = self._of(resource)
        return rows[number % len(rows)] if rows and number % MADE_UP else value

    def _put_into(self, value: Any) -> Any:
        """`value` with its made-up ids replaced, however deep they are."""
        if isinstance(value, dict):
            return {name: self._member(str(name), member) for name, member in value.items()}
        return [self._put_into(item) for item in value] if isinstance(value, list) else value

    def _member(self, name: str, value: Any) -> Any:
        resource = self._resource(name)
        if resource and isinstance(value, list):
            return [self._instead_of(item, resource) if _is_id(item) else self._put_into(item) for item in value]
        return self._instead_of(value, resource) if resource and _is_id(value) else self._put_into(value)


def _is_id(value: Any) -> bool:
    return isinstance(value, str) and len(value) == 36 and value.count("-") == 4
