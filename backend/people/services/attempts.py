"""Counting tries: so many in a window for each key, and then a wait. Keys are keyed hashes: enough to count, useless to
read."""

import datetime as dt

from django.conf import settings
from django.db import connection, transaction
from django.utils.crypto import salted_hmac

from backend.core.clock import now
from backend.core.errors import TooManyAttempts
from backend.people.models import LoginFailure

#: Rivals with the same key count after each other.
LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"


def key(kind: str, value: str) -> str:
    return salted_hmac(f"plenum.{kind}", value, algorithm="sha256").hexdigest()


@transaction.atomic
def count(limits: dict[str, int]) -> list[int]:
    """Writes one try per key; raises TooManyAttempts, writing nothing, when a key is at its limit within
    LOGIN_WINDOW_SECONDS."""
    for each in sorted(limits):
        with connection.cursor() as cursor:
            cursor.execute(LOCK, [each])
    since = now() - dt.timedelta(seconds=settings.LOGIN_WINDOW_SECONDS)
    for each, limit in limits.items():
        recent = list(
            LoginFailure.objects.filter(key=each, at__gt=since).order_by("-at").values_list("at", flat=True)[:limit]
        )
        if len(recent) >= limit:
            raise TooManyAttempts(retry_after=max(1, int((recent[-1] - since).total_seconds()) + 1))
    return [LoginFailure.objects.create(key=each).pk for each in limits]
