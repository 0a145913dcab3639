"""How long sorts of data are kept. Each floor says what it drops and how; whoever keeps the time asks here.

    @sweep("mail.sent", days=730, title=say(…), expire=empty_outgoing)
    def sent(before: datetime, held: frozenset[UUID]) -> QuerySet[OutgoingMail]:
        return …what is older and not about a conference that is held…

The rows found are deleted, or given to `expire`; a row dealt with must not be found again.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

Due = Callable[[dt.datetime, frozenset[UUID]], QuerySet[Any]]
Expire = Callable[[Sequence[Any]], int]


@dataclass(frozen=True, kw_only=True)
class Sweep:
    """One sort of data and its `days`, which an administrator may set otherwise, but not to fewer than `least`."""

    name: str
    title: Any
    days: int
    due: Due
    expire: Expire | None = None
    least: int = 1


_sweeps: dict[str, Sweep] = {}


def sweep(name: str, *, days: int, title: Any, expire: Expire | None = None, least: int = 1) -> Callable[[Due], Due]:
    """Function decorator. Raises ValueError for a name that is taken."""

    def register(due: Due) -> Due:
        known = _sweeps.get(name)
        if known and known.due.__qualname__ != due.__qualname__:
            raise ValueError(f"{name} is defined twice")
        _sweeps[name] = Sweep(name=name, title=title, days=days, due=due, expire=expire, least=least)
        return due

    return register


def sweeps() -> list[Sweep]:
    """All of them, by name."""
    return [_sweeps[name] for name in sorted(_sweeps)]


def sweep_of(name: str) -> Sweep | None:
    return _sweeps.get(name)
