"""What is shown of people is noted: every operation that reads, asked by somebody who may read everything."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest

from backend.core.shown import Nobody
from backend.people.models import Person
from backend.privacy.models import Access
from tests.access.conftest import key
from tests.access.expected import EXPECTED
from tests.access.operations import Operation, operations
from tests.access.requests import REQUESTS
from tests.access.world import World

pytestmark = pytest.mark.django_db
READER = "administrator of everything"
READING = [each for each in operations() if each.method == "GET" and READER in EXPECTED[key(each)].may]
#: What leads to a human being: where it is shown it is noted, whatever a viewset says of itself.
CONTACTS = ("email", "alternate_email", "phone")
#: Whose names alone are shown may be public: the viewset says why.
NAMES = ("full_name", "person_name")


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What an operation said, and whose data it noted to have shown."""

    operation: Operation
    said: str
    noted: frozenset[UUID]

    def members(self) -> Iterator[tuple[str, Any]]:
        """Every member of the answer, at any depth."""
        return _members(json.loads(self.said)) if self.said.startswith(("{", "[")) else iter(())


def _members(said: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(said, list):
        for each in said:
            yield from _members(each)
    elif isinstance(said, dict):
        for name, value in said.items():
            yield name, value
            yield from _members(value)


def answered(world: World, operation: Operation) -> Answer:
    before = set(Access.objects.values_list("pk", flat=True))
    ask = REQUESTS[key(operation)](world)
    answer = world.http.get(ask.address(operation.path), headers=world.authorization(world.tokens[READER]))
    assert answer.status_code == 200, (operation, answer.content)
    noted = Access.objects.exclude(pk__in=before).values_list("people", flat=True)
    return Answer(
        operation=operation,
        said=answer.content.decode("utf-8", "ignore"),
        noted=frozenset(one for people in noted for one in people),
    )


@pytest.fixture(scope="module")
def answers(world: World) -> list[Answer]:
    return [answered(world, operation) for operation in READING]


def test_whose_contacts_are_shown_is_noted(world: World, answers: list[Answer]) -> None:
    """The proof over HTTP: an answer that holds somebody's address says so in the log."""
    reader = world.accounts[READER].person_id
    people = [one for one in Person.objects.exclude(pk=reader) if one.email]
    unnoted = {
        str(each.operation): [one.pk for one in people if f'"{one.email}"' in each.said and one.pk not in each.noted]
        for each in answers
    }
    assert {name for name, missing in unnoted.items() if missing} == set(), "say in `shows` where its rows name people"
    assert len([each for each in answers if each.noted]) > 15


def test_a_viewset_that_names_people_says_whose_data_it_shows(answers: list[Answer]) -> None:
    undeclared = {
        each.operation.viewset.__name__
        for each in answers
        if each.operation.viewset.shows is None
        and any(name in NAMES + CONTACTS and value for name, value in each.members())
    }
    assert undeclared == set(), "say in `shows` where its rows name people, or Nobody(why not)"


def test_without_its_declaration_a_viewset_is_noticed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control."""
    people = next(each for each in READING if key(each) == "GET people")
    assert world.person.pk in answered(world, people).noted
    monkeypatch.setattr(people.viewset, "shows", None)
    shown = answered(world, people)
    assert world.person.email in shown.said
    assert shown.noted == frozenset()


def test_who_shows_nobody_says_why() -> None:
    reasons = {each.viewset.shows for each in READING if isinstance(each.viewset.shows, Nobody)}
    assert all(len(reason) > 20 for reason in reasons)
