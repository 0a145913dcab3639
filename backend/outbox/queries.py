"""The record of what happened, and of who has heard it."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Prefetch, QuerySet

from backend.core.clock import now
from backend.outbox.models import Delivery, DeliveryAttempt, Event, WebhookEndpoint
from backend.outbox.states import DeliveryState

#: The latest deliveries that `summary` measures.
MEASURED = 10_000


def relayed_events() -> QuerySet[Event]:
    """The facts that have their place in the chain: a reader who goes on from a position misses none."""
    return Event.objects.filter(position__isnull=False)


def cloud_event(event: Event) -> dict[str, Any]:
    """The event in the CloudEvents 1.0 envelope (JSON format)."""
    return {
        "specversion": "1.0",
        "id": str(event.id),
        "source": f"{settings.BASE_URL}/api/v1/events",
        "type": f"plenum.{event.name}.v{event.schema_version}",
        "subject": str(event.subject_id),
        "time": event.recorded_at.astimezone(dt.UTC).isoformat().replace("+00:00", "Z"),
        "datacontenttype": "application/json",
        "data": event.payload,
        "position": event.position,
        "actor": event.actor,
        "onbehalfof": event.on_behalf_of,
        "requestid": event.request_id,
    }


def deliveries() -> QuerySet[Delivery]:
    return Delivery.objects.select_related("event")


def deliveries_with_tries() -> QuerySet[Delivery]:
    return deliveries().prefetch_related(Prefetch("tries", DeliveryAttempt.objects.order_by("id")))


def due_now(rows: QuerySet[Delivery], due: bool) -> QuerySet[Delivery]:
    """Those whose time has come; with `due` false all others."""
    waiting = {"state": DeliveryState.DUE, "due_at__lte": now()}
    return rows.filter(**waiting) if due else rows.exclude(**waiting)


def dead_deliveries_of(consumer: str) -> list[UUID]:
    return list(Delivery.objects.filter(state=DeliveryState.DEAD, consumer=consumer).values_list("id", flat=True))


def endpoints() -> QuerySet[WebhookEndpoint]:
    return WebhookEndpoint.objects.all()


def summary() -> dict[str, Any]:
    """How much there is, how much is still due, and how long facts waited: milliseconds from commit to the start of
    the first try, over the latest deliveries. `clock` is "commit" where the server keeps commit times, else "record"
    (the time the fact was written, which is a little earlier)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM outbox_event),"
            " count(*) FILTER (WHERE state = 'due'), count(*) FILTER (WHERE state = 'settled'),"
            " count(*) FILTER (WHERE state = 'dead') FROM outbox_delivery"
        )
        events, due, settled, dead = cursor.fetchone()
        cursor.execute(
            "WITH latest AS (SELECT event_id, started_at FROM outbox_delivery WHERE started_at IS NOT NULL"
            " ORDER BY id DESC LIMIT %s), waits AS (SELECT e.committed_at, 1000 * extract(epoch FROM"
            " latest.started_at - coalesce(e.committed_at, e.recorded_at)) AS ms"
            " FROM latest JOIN outbox_event e ON e.id = latest.event_id)"
            " SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY ms), percentile_cont(0.99) WITHIN GROUP (ORDER BY ms),"
            " count(*), count(*) > 0 AND bool_and(committed_at IS NOT NULL) FROM waits",
            [MEASURED],
        )
        p50, p99, n, by_commit = cursor.fetchone()
    relay = {"p50": _rounded(p50), "p99": _rounded(p99), "n": n, "clock": "commit" if by_commit else "record"}
    return {"events": events, "due": due, "settled": settled, "dead": dead, "relay_ms": relay}


def _rounded(milliseconds: Any) -> float | None:
    return None if milliseconds is None else round(float(milliseconds), 1)
