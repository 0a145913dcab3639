"""Addresses of the lift: /api/v1/…"""

from typing import Any

from backend.outbox import api

routes: list[tuple[Any, ...]] = [
    ("events", api.EventViewSet, "event"),
    ("deliveries", api.DeliveryViewSet, "delivery"),
    ("webhook-endpoints", api.WebhookEndpointViewSet, "webhook-endpoint"),
]
