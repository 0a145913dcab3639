"""Addresses of the lift: /api/v1/…"""

from typing import Any

from django.urls import path

from backend.outbox import api, asyncapi

routes: list[tuple[Any, ...]] = [
    ("events", api.EventViewSet, "event"),
    ("deliveries", api.DeliveryViewSet, "delivery"),
    ("webhook-endpoints", api.WebhookEndpointViewSet, "webhook-endpoint"),
]
pages = [path("api/asyncapi", asyncapi.page, name="asyncapi")]
