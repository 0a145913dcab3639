"""The reference for the relay: the least a durable queue in PostgreSQL can do. No chain, no ledger, no retries.

A fact and what is due for it are inserted in one transaction, Redis is rung after the commit, and pickers that wait at
the bell take one due row each time (SKIP LOCKED), note when, and commit.
"""

import multiprocessing
import time
from typing import Any
from uuid import UUID

import psycopg
import redis
from django.db import connection, transaction

from backend.core.ids import time_ordered_id

BELL = "bench:bell"
TABLES = """
CREATE TABLE bench_fact (id uuid PRIMARY KEY, payload jsonb NOT NULL);
CREATE TABLE bench_due (fact_id uuid PRIMARY KEY);
CREATE TABLE bench_started (fact_id uuid PRIMARY KEY, at timestamptz NOT NULL)
"""
TAKE = """
WITH taken AS (DELETE FROM bench_due WHERE fact_id = (
    SELECT fact_id FROM bench_due ORDER BY fact_id FOR UPDATE SKIP LOCKED LIMIT 1) RETURNING fact_id)
INSERT INTO bench_started SELECT fact_id, clock_timestamp() FROM taken
"""
WAITS = """
SELECT extract(epoch FROM s.at - pg_xact_commit_timestamp(f.xmin)) * 1000
FROM bench_started s JOIN bench_fact f ON f.id = s.fact_id
"""


class PlainQueue:
    """As many pickers as the product has processes for reactions."""

    def __init__(self, env: dict[str, str], pickers: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute(TABLES)
        self._redis = redis.Redis.from_url(env["REDIS_URL"])
        context = multiprocessing.get_context("spawn")
        line = (env["DATABASE_URL"], env["REDIS_URL"])
        self._pickers = [context.Process(target=_pick, args=line, daemon=True) for _ in range(pickers)]
        for picker in self._pickers:
            picker.start()

    def stop(self) -> None:
        for picker in self._pickers:
            picker.terminate()
            picker.join()

    def add(self, count: int = 1) -> None:
        """Facts of one transaction."""
        ids = [time_ordered_id() for _ in range(count)]
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("INSERT INTO bench_fact SELECT unnest(%s::uuid[]), %s", [ids, _payload(ids[0])])
            cursor.execute("INSERT INTO bench_due SELECT unnest(%s::uuid[])", [ids])
        self._redis.lpush(BELL, *([1] * min(count, len(self._pickers))))

    def waits(self, count: int) -> list[float]:
        """Milliseconds from commit to pick of the `count` facts added since the last call, once all are picked."""
        end = time.monotonic() + 60
        with connection.cursor() as cursor:
            while time.monotonic() < end:
                cursor.execute("SELECT count(*) FROM bench_started")
                if cursor.fetchone()[0] >= count:
                    cursor.execute(WAITS)
                    found = [float(row[0]) for row in cursor.fetchall()]
                    cursor.execute("TRUNCATE bench_fact, bench_started")
                    return found
                time.sleep(0.01)
        raise TimeoutError("the plain queue did not finish")


def _payload(fact_id: UUID) -> str:
    return f'{{"registration_id": "{fact_id}", "conference_id": "{fact_id}"}}'


def _pick(database_url: str, redis_url: str) -> None:
    bell: Any = redis.Redis.from_url(redis_url, socket_timeout=None)
    with psycopg.connect(database_url, autocommit=True) as database:
        while True:
            bell.brpop([BELL])
            while database.execute(TAKE).rowcount:
                pass
