"""For those who watch the house: is it alive, can it serve, and how much is it doing."""

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from backend.core import problems
from backend.core.metrics import exposition


@never_cache
@require_safe
def live(request: HttpRequest) -> JsonResponse:
    """200 as long as the process answers."""
    return JsonResponse({"status": "live"})


@never_cache
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """200 when PostgreSQL answers and its tables are there; Redis is not asked: the API works without it."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM outbox_event LIMIT 1")
    except DatabaseError:
        return JsonResponse({"status": "not ready", "missing": "database"}, status=503)
    return JsonResponse({"status": "ready"})


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus text format: the API's requests, and the outbox's backlog from the database.

    With PLENUM_METRICS_TOKEN set it wants `Authorization: Bearer <token>`.
    """
    wanted = settings.METRICS_TOKEN
    if wanted and not constant_time_compare(request.headers.get("Authorization", ""), f"Bearer {wanted}"):
        refused = problems.page(401, request)
        refused["WWW-Authenticate"] = 'Bearer realm="plenum metrics"'
        return refused
    return HttpResponse(exposition() + _backlog(), content_type=CONTENT_TYPE_LATEST)


def _backlog() -> bytes:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 'plenum_events_unrelayed', count(*) FROM outbox_event WHERE position IS NULL"
            " UNION ALL SELECT 'plenum_deliveries_due', count(*) FROM outbox_delivery WHERE state = 'due'"
            " UNION ALL SELECT 'plenum_deliveries_dead', count(*) FROM outbox_delivery WHERE state = 'dead'"
            " UNION ALL SELECT 'plenum_mails_queued', count(*) FROM mail_outgoingmail WHERE state = 'queued'"
        )
        return "".join(f"# TYPE {name} gauge\n{name} {count}\n" for name, count in cursor.fetchall()).encode()
