"""The AsyncAPI description: every fact the registry knows, as a webhook carries it."""

import dataclasses
import functools
import inspect
from typing import Any, get_type_hints
from uuid import UUID

import yaml
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from backend.outbox.registry import DomainEvent, known_events

GUIDE = """\
What happens in Plenum, as it is sent to webhook endpoints: one POST for each fact, signed by the Standard Webhooks
scheme. Any answer of 2xx settles it; 410 closes the endpoint; anything else, or none, is tried again with growing
pauses. A fact may come more than once, with the same `webhook-id`, and facts may overtake each other: `position` is
their order. Data are ids; what they stand for is read over the API, with the rights of whoever reads.
"""
#: How a field of a fact is written in JSON. A type that is not here may not be emitted: its form would be a guess.
JSON: dict[Any, dict[str, Any]] = {
    UUID: {"type": "string", "format": "uuid"},
    UUID | None: {"type": ["string", "null"], "format": "uuid"},
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    int | None: {"type": ["integer", "null"]},
    list[str]: {"type": "array", "items": {"type": "string"}},
    dict[str, int]: {"type": "object", "additionalProperties": {"type": "integer"}},
    dict[str, list[int]]: {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "integer"}}},
}
ENVELOPE: dict[str, Any] = {
    "type": "object",
    "description": "CloudEvents 1.0 in JSON, with the extensions position, actor, onbehalfof and requestid.",
    "required": ["specversion", "id", "source", "type", "subject", "time", "datacontenttype", "data", "position"],
    "properties": {
        "specversion": {"const": "1.0"},
        "id": {"type": "string", "format": "uuid", "description": "The fact; the same in every delivery of it."},
        "source": {"type": "string", "format": "uri"},
        "type": {"type": "string", "description": "plenum.<name>.v<version>"},
        "subject": {"type": "string", "format": "uuid", "description": "The row the fact is about."},
        "time": {"type": "string", "format": "date-time"},
        "datacontenttype": {"const": "application/json"},
        "data": {"type": "object"},
        "position": {"type": "integer", "description": "Its place in the record; without gaps."},
        "actor": {"type": "string", "description": "Who did it; empty: nobody in particular."},
        "onbehalfof": {"type": "string"},
        "requestid": {"type": "string"},
    },
}
HEADERS: dict[str, Any] = {
    "type": "object",
    "required": ["webhook-id", "webhook-timestamp", "webhook-signature"],
    "properties": {
        "webhook-id": {"type": "string", "description": "Drop what came before with the same one."},
        "webhook-timestamp": {"type": "string", "description": "Seconds since 1970; refuse what is minutes old."},
        "webhook-signature": {"type": "string", "description": "`v1,<base64>`, one for each live secret."},
    },
}


def message(fact: type[DomainEvent]) -> dict[str, Any]:
    """One kind of fact. Raises KeyError when a field has a type that JSON does not tell apart."""
    hints = get_type_hints(fact)
    fields = {field.name: JSON[hints[field.name]] for field in dataclasses.fields(fact)}  # type: ignore[arg-type]
    said = inspect.getdoc(fact) if fact.__doc__ and not fact.__doc__.startswith(f"{fact.__name__}(") else ""
    return {
        "name": fact.name,
        "title": fact.name.replace(".", " ").replace("_", " "),
        **({"summary": " ".join(said.split())} if said else {}),
        "headers": {"$ref": "#/components/schemas/Headers"},
        "payload": {
            "allOf": [{"$ref": "#/components/schemas/Envelope"}],
            "properties": {
                "type": {"const": f"plenum.{fact.name}.v{fact.schema_version}"},
                "data": {
                    "type": "object",
                    "required": sorted(fields),
                    "additionalProperties": False,
                    "properties": fields,
                },
            },
        },
    }


def document() -> dict[str, Any]:
    """AsyncAPI 3.0: Plenum sends every known fact to the addresses registered as webhook endpoints."""
    facts = known_events()
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Plenum events", "version": "1", "description": GUIDE},
        "defaultContentType": "application/json",
        "channels": {
            "webhooks": {
                "address": None,
                "description": "The address of a webhook endpoint, as registered at POST /api/v1/webhook-endpoints.",
                "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in facts},
            }
        },
        "operations": {"deliver": {"action": "send", "channel": {"$ref": "#/channels/webhooks"}}},
        "components": {
            "messages": {name: message(fact) for name, fact in facts.items()},
            "schemas": {"Envelope": ENVELOPE, "Headers": HEADERS},
        },
    }


class _Plain(yaml.SafeDumper):
    """No anchors: every schema is written where it is read; lines stay lines."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Plain.add_representer(str, _text)


@functools.cache
def written() -> str:
    """The document as YAML. The registry is complete once the addresses of all domains are loaded."""
    return yaml.dump(document(), Dumper=_Plain, sort_keys=False, allow_unicode=True, width=120)


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse(written(), content_type="application/vnd.aai.asyncapi+yaml")
