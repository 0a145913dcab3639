"""The lock that makes closing a poll atomic against late ballots.

Casting takes it shared, sealing takes it alone; both until the transaction ends. It lives in memory: no row is
written, and casts never wait for each other. It must be taken in a statement of its own, before the poll's state is
read: under READ COMMITTED the next statement then sees what the sealing transaction committed.
"""

from uuid import UUID

from django.db import connection

NAMESPACE = 0x504C4C


def share(poll_id: UUID) -> None:
    """Waits for a seal in progress; many casts hold it at once."""
    _take("pg_advisory_xact_lock_shared", poll_id)


def alone(poll_id: UUID) -> None:
    """Waits for the casts in flight and keeps new ones waiting."""
    _take("pg_advisory_xact_lock", poll_id)


def authorising(conference_id: UUID) -> None:
    """One at a time names proxies at a conference, takes them back, or opens a poll by them: caps and chains are read
    under it. Taken before any poll's own lock or row."""
    _take("pg_advisory_xact_lock", conference_id)


def _take(function: str, of: UUID) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s, hashtext(%s))", [NAMESPACE, str(of)])
