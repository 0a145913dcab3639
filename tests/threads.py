"""Races: the same work in many threads at once, each with a database connection of its own."""

import threading
from collections.abc import Callable, Iterable
from typing import Any

from django.db import connections

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
