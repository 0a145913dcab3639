"""The kinds of facts there are. A domain's events.py defines them; nothing else may be emitted."""

import dataclasses
import re
from typing import Any, ClassVar, TypeVar, dataclass_transform
from uuid import UUID

NAME = re.compile(r"^[a-z_]+\.[a-z_]+$")

_events: dict[str, type["DomainEvent"]] = {}


class DomainEvent:
    """A fact that happened, named `subject.verb-in-past`. Fields are primitives: ids rather than personal data."""

    name: ClassVar[str]
    schema_version: ClassVar[int] = 1
    #: The field that names the row the fact is about.
    subject: ClassVar[str]


E = TypeVar("E", bound=type[DomainEvent])


@dataclass_transform(kw_only_default=True, frozen_default=True)
def event(name: str, *, subject: str, version: int = 1) -> Any:
    """Class decorator: makes the class a frozen keyword-only dataclass and registers it under `name`."""
    if not NAME.match(name):
        raise ValueError(f"{name!r} is not subject.verb_in_past")

    def register(cls: E) -> E:
        made: E = dataclasses.dataclass(frozen=True, kw_only=True)(cls)  # type: ignore[assignment]
        made.name, made.schema_version, made.subject = name, version, subject
        if name in _events and _events[name].__qualname__ != made.__qualname__:
            raise ValueError(f"{name} is defined twice")
        _events[name] = made
        return made

    return register


def known_events() -> dict[str, type[DomainEvent]]:
    return dict(sorted(_events.items()))


def payload(fact: DomainEvent) -> dict[str, Any]:
    """The fact's fields as JSON values (UUIDs as strings)."""
    return {
        field.name: str(value) if isinstance(value := getattr(fact, field.name), UUID) else value
        for field in dataclasses.fields(fact)  # type: ignore[arg-type]
    }
