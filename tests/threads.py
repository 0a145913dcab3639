"""Races: the same work in many threads at once, each with a database connection of its own."""

import threading
from collections.abc import Callable, Iterable
from typing import Any

from django.db import connection, connections

from backend.core.errors import Conflict


def in_threads(count: int, work: Callable[[], Any]) -> list[Any]:
    """What `work` came to in each of `count` threads that started together; an exception is a result too."""
    gate = threading.Barrier(count)
    results: list[Any] = []

    def run() -> None:
        try:
            gate.wait()
            results.append(work())
        except Exception as error:  # noqa: BLE001 -- the caller looks at it
            results.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def rush(attempts: Iterable[Callable[[], Any]]) -> tuple[int, int]:
    """All attempts at the same moment: how many went through, and how many were refused; nothing else may happen."""
    waiting = list(attempts)

    def attempt() -> str:
        try:
            waiting.pop()()
        except Conflict:
            return "refused"
        return "done"

    outcomes = in_threads(len(waiting), attempt)
    assert set(outcomes) <= {"done", "refused"}, outcomes
    return outcomes.count("done"), outcomes.count("refused")


class Meanwhile(threading.Thread):
    """Somebody else's work on a connection of its own, which has begun to wait for our transaction, or is done."""

    def __init__(self, work: Callable[[], Any]) -> None:
        super().__init__()
        self.work, self.raised = work, list[Exception]()
        self.start()
        while self.is_alive() and not somebody_waits_for_us():
            self.join(0.01)

    def run(self) -> None:
        try:
            self.work()
        except Exception as error:  # noqa: BLE001 -- the caller looks at it
            self.raised.append(error)
        finally:
            connections.close_all()


def somebody_waits_for_us() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))")
        return cursor.fetchone() is not None
