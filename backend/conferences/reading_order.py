"""The order a programme is read in, from top to bottom: a session, what it holds, then what follows the session."""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

#: A session may hold sessions that hold items, and no more.
DEEPEST = 3


@dataclass(frozen=True)
class Stands:
    """An item and what holds it, None at the top."""

    id: Hashable
    parent: Hashable | None = None


def block(rows: Sequence[Stands], item: Hashable) -> list[Stands]:
    """The item and everything below it, in order."""
    within = {item}
    found = []
    for row in rows:
        if row.id == item or row.parent in within:
            within.add(row.id)
            found.append(row)
    return found


def placed(
    rows: Sequence[Stands], item: Hashable, *, parent: Hashable | None, after: Hashable | None, last: bool = False
) -> list[Stands]:
    """The order with the item, new or moved with all it holds, right behind `after` and all that one holds; without
    `after` first of what `parent` holds, or with `last` the last of it."""
    moving = block(rows, item) or [Stands(item)]
    moving = [Stands(item, parent), *moving[1:]]
    gone = {row.id for row in moving}
    left = [row for row in rows if row.id not in gone]
    before = after if after is not None else parent
    if last and after is None:
        at = len(left) if parent is None else _end(left, parent)
    elif before is None:
        at = 0
    elif after is None:
        at = next(index for index, row in enumerate(left, start=1) if row.id == parent)
    else:
        at = _end(left, before)
    return [*left[:at], *moving, *left[at:]]


def _end(rows: Sequence[Stands], item: Hashable) -> int:
    """Where the block of the item ends."""
    first = next(index for index, row in enumerate(rows) if row.id == item)
    return first + len(block(rows, item))


def depths(rows: Iterable[Stands]) -> dict[Hashable, int]:
    """How deep each item stands, 1 at the top; one that comes before its parent, or without it, is left out."""
    found: dict[Hashable, int] = {}
    for row in rows:
        if row.parent is None:
            found[row.id] = 1
        elif row.parent in found:
            found[row.id] = found[row.parent] + 1
    return found


def astray(rows: Iterable[Stands]) -> Hashable | None:
    """The first item that does not stand right among what its session holds; None when all do."""
    open_sessions: list[Hashable] = []
    for row in rows:
        while open_sessions and open_sessions[-1] != row.parent:
            open_sessions.pop()
        if row.parent is not None and not open_sessions:
            return row.id
        open_sessions.append(row.id)
    return None


def numbers(rows: Iterable[Stands]) -> dict[Hashable, str]:
    """ "1", "1.1", "2": each item's number among those its session holds."""
    count: dict[Hashable | None, int] = {}
    found: dict[Hashable, str] = {}
    for row in rows:
        count[row.parent] = count.get(row.parent, 0) + 1
        above = found.get(row.parent, "") if row.parent is not None else ""
        found[row.id] = f"{above}.{count[row.parent]}" if above else f"{count[row.parent]}"
    return found
