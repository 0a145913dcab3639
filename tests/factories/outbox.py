"""Rows of the lift, for tests."""

from datetime import UTC, datetime
from typing import Any

import factory

from backend.core.ids import time_ordered_id
from backend.outbox import webhooks
from backend.outbox.models import Delivery, Event, WebhookEndpoint


class EventFactory(factory.django.DjangoModelFactory[Event]):
    """A committed fact nobody has relayed yet; `relayed=1` gives it that position."""

    class Meta:
        model = Event

    name = "conference.announced"
    subject_id = factory.LazyFunction(time_ordered_id)
    payload: Any = factory.LazyAttribute(lambda event: {"conference_id": str(event.subject_id)})
    recorded_at = factory.LazyFunction(lambda: datetime.now(UTC))

    class Params:
        relayed = None

    @factory.lazy_attribute
    def position(self) -> int | None:
        return self.relayed  # type: ignore[attr-defined, no-any-return]


class DeliveryFactory(factory.django.DjangoModelFactory[Delivery]):
    class Meta:
        model = Delivery

    event = factory.SubFactory(EventFactory)
    consumer = factory.Sequence(lambda n: f"reaction:nothing_{n}")


class WebhookEndpointFactory(factory.django.DjangoModelFactory[WebhookEndpoint]):
    class Meta:
        model = WebhookEndpoint

    url = "https://hooks.example/plenum"
    secrets = factory.LazyFunction(lambda: [webhooks.new_secret()])
