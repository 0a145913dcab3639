"""The table of subscriptions fits the facts there are and the reactions there are."""

import dataclasses
import inspect
import re
from uuid import uuid4

import pytest

from backend.outbox.registry import known_events
from backend.outbox.services import handle
from tests.factories.outbox import DeliveryFactory, EventFactory
from workers.subscriptions import REACTIONS, SUBSCRIPTIONS, reaction_to

PAIRS = [(event, reaction) for event, reactions in SUBSCRIPTIONS.items() for reaction in reactions]


def test_only_facts_that_exist_are_subscribed_to() -> None:
    assert set(SUBSCRIPTIONS) <= set(known_events())


def test_every_reaction_is_there_and_none_waits_in_vain() -> None:
    assert {reaction for _, reaction in PAIRS} == set(REACTIONS)
    assert len(set(PAIRS)) == len(PAIRS)


@pytest.mark.parametrize(("event", "reaction"), PAIRS)
def test_a_reaction_reads_only_what_its_fact_says(event: str, reaction: str) -> None:
    said = {field.name for field in dataclasses.fields(known_events()[event])}  # type: ignore[arg-type]
    read = set(re.findall(r'payload\["(\w+)"\]', inspect.getsource(REACTIONS[reaction])))

    assert read <= said


@pytest.mark.parametrize(("event", "reaction"), PAIRS)
def test_a_reaction_gives_its_service_the_id_the_service_asks_for(
    event: str, reaction: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`conference.moved` must not hand an invitation's id to a service that takes a conference's."""
    function = REACTIONS[reaction]
    services = inspect.getmodule(function).services  # type: ignore[union-attr]
    (name,) = re.findall(r"services\.(\w+)\(", inspect.getsource(function))
    asked = inspect.signature(getattr(services, name))
    given: dict[str, object] = {}
    monkeypatch.setattr(services, name, lambda **arguments: given.update(arguments))
    fact = known_events()[event]
    needed = [field for field in dataclasses.fields(fact) if field.default is dataclasses.MISSING]  # type: ignore[arg-type]
    payload = {field.name: str(uuid4()) for field in needed}

    function(EventFactory.build(name=event, subject_id=payload[fact.subject], payload=payload))

    asked.bind(**given)
    ids = {argument: str(value) for argument, value in given.items() if argument.endswith("_id")}
    assert ids
    assert ids == {argument: payload[argument] for argument in ids}


@pytest.mark.django_db(transaction=True)
def test_a_delivery_for_a_reaction_that_is_gone_says_so_instead_of_waiting_for_ever() -> None:
    delivery = DeliveryFactory(consumer="reaction:fax.send")

    assert handle(delivery.pk, reaction_to(delivery.consumer)) is False

    delivery.refresh_from_db()
    assert (delivery.attempts, delivery.last_error) == (1, "NoSuchReaction: reaction:fax.send")
