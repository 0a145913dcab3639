"""What webhooks carry is described: every fact, exactly as it leaves the house."""

import dataclasses
from pathlib import Path
from typing import Any, get_type_hints
from uuid import UUID, uuid4

import pytest
import yaml
from django.test import Client
from jsonschema import Draft202012Validator, ValidationError

from backend import urls  # noqa: F401 -- with the addresses of all domains come their facts
from backend.outbox import asyncapi
from backend.outbox.queries import cloud_event
from backend.outbox.registry import DomainEvent, event, known_events, payload
from tests.factories.outbox import EventFactory

SNAPSHOT = Path(__file__).parents[1] / "events.v1.yaml"
SAMPLES: dict[Any, Any] = {
    UUID: uuid4(),
    UUID | None: None,
    str: "chữ",
    bool: True,
    int: 3,
    int | None: None,
    list[str]: ["a"],
    dict[str, int]: {"a": 1},
    dict[str, list[int]]: {"a": [1, 2]},
}


def carried(fact: type[DomainEvent]) -> dict[str, Any]:
    """The body of a webhook that tells this kind of fact."""
    hints = get_type_hints(fact)
    values = {field.name: SAMPLES[hints[field.name]] for field in dataclasses.fields(fact)}  # type: ignore[arg-type]
    row = EventFactory.build(name=fact.name, payload=payload(fact(**values)), relayed=7)
    row.schema_version = fact.schema_version
    return cloud_event(row)


def validator(name: str) -> Draft202012Validator:
    document = asyncapi.document()
    return Draft202012Validator(
        {**document["components"]["messages"][name]["payload"], "components": document["components"]}
    )


def test_the_snapshot_is_what_webhooks_carry() -> None:
    assert SNAPSHOT.read_text() == asyncapi.written(), "run `make schema` and review the diff"


def test_every_fact_is_described() -> None:
    document = asyncapi.document()

    assert document["asyncapi"] == "3.0.0"
    assert set(document["components"]["messages"]) == set(known_events())
    assert set(document["channels"]["webhooks"]["messages"]) == set(known_events())


@pytest.mark.parametrize("name", sorted(known_events()))
def test_a_fact_leaves_the_house_as_it_is_described(name: str) -> None:
    body = carried(known_events()[name])

    validator(name).validate(body)
    for wrong in ({**body, "type": "plenum.other.v1"}, {**body, "data": {**body["data"], "email": "a@b.c"}}):
        with pytest.raises(ValidationError):
            validator(name).validate(wrong)


def test_a_field_whose_form_would_be_a_guess_is_refused() -> None:
    @event("thing.happened", subject="thing_id")
    class ThingHappened(DomainEvent):
        thing_id: UUID
        details: dict[str, Any]

    try:
        with pytest.raises(KeyError):
            asyncapi.message(ThingHappened)
    finally:
        from backend.outbox import registry

        del registry._events["thing.happened"]


def test_the_description_is_served(client: Client) -> None:
    answer = client.get("/api/asyncapi")

    assert answer["Content-Type"] == "application/vnd.aai.asyncapi+yaml"
    assert yaml.safe_load(answer.content)["channels"]
