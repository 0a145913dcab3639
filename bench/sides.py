"""Two databases that take turns: copies of one, asked the same questions, of which one holds a great deal more."""

import contextlib
import time
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

import psycopg
from django.db import connections

from bench.house import House

Question = TypeVar("Question")
#: Makes one of the databases the one Django uses, for the length of a block.
Side = Callable[[], contextlib.AbstractContextManager[None]]


def copied(house: House, name: str) -> Side:
    """A copy of the database as it stands, called `name`."""
    original = connections["default"]
    original.close()
    original.close_pool()  # a database in use cannot be copied
    with psycopg.connect(house.env["DATABASE_URL"], dbname="template1", autocommit=True) as server:
        server.execute(f'CREATE DATABASE {name} TEMPLATE "{original.settings_dict["NAME"]}"')
    copy = connections[name] = type(original)({**original.settings_dict, "NAME": name}, alias=name)

    @contextlib.contextmanager
    def side() -> Iterator[None]:
        connections["default"] = copy
        try:
            yield
        finally:
            connections["default"] = original

    return side


def milliseconds(
    few: Side, many: Side, ask: Callable[[Question], object], questions: Iterable[Question]
) -> tuple[list[float], list[float]]:
    """What each side took for each question. Both are asked each, now one first, now the other: whatever else the
    machine does meets both."""
    taken: dict[Side, list[float]] = {few: [], many: []}
    for number, question in enumerate(questions):
        for side in (few, many) if number % 2 else (many, few):
            with side():
                begun = time.perf_counter()
                ask(question)
                taken[side].append((time.perf_counter() - begun) * 1000)
    return taken[few], taken[many]
