"""Who is shown whose personal data: each viewset declares where its rows name people, and a floor keeps the log."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID


@dataclass(frozen=True, kw_only=True)
class Shown:
    """The account an answer goes to, the operation's name in the API's description, and whose data are in it: people's ids, and
    e-mail addresses where no more is known."""

    account: Any
    by_token: bool
    operation: str
    people: frozenset[UUID]
    addresses: frozenset[str] = frozenset()


Keeper = Callable[[Shown], None]
_keepers: list[Keeper] = []


def keeps_shown(keeper: Keeper) -> Keeper:
    """Decorator of the function that writes it down, in the request and before the answer: where it cannot be written
    down, nothing is shown."""
    if keeper not in _keepers:
        _keepers.append(keeper)
    return keeper


def tell(shown: Shown) -> None:
    for keeper in _keepers:
        keeper(shown)


class Nobody(str):
    """Why what a viewset shows is nobody's data, or is public: said in place of the paths."""


class Address(str):
    """A path that leads to an e-mail address, for rows that do not know whose it is."""


OWN = Nobody("what the holder of the session or the link is shown of themselves")
#: Names and offices, never addresses.
RECORD = Nobody(
    "who speaks, chairs and keeps the minutes stands in the programme and the record, for all who read them"
)

Paths = tuple[str, ...] | Nobody


def people_in(rows: Iterable[Any], paths: Paths) -> tuple[frozenset[UUID], frozenset[str]]:
    """Whose data the rows are: ids of people, and addresses. Each path leads from a row to one of them or to several,
    as in "invitation.person_id"; an empty place on the way is nobody."""
    people: set[UUID] = set()
    addresses: set[str] = set()
    if not isinstance(paths, Nobody):
        for row in rows:
            for path in paths:
                (addresses if isinstance(path, Address) else people).update(_follow(row, path.split(".")))
    return frozenset(people), frozenset(addresses)


def _follow(place: Any, steps: list[str]) -> Iterator[Any]:
    if isinstance(place, (list, tuple, set, frozenset)):
        for one in place:
            yield from _follow(one, steps)
    elif place is None or place == "":
        return
    elif not steps:
        yield place
    else:
        first, *rest = steps
        found: Any = place.get(first) if isinstance(place, dict) else getattr(place, first)
        yield from _follow(list(found.all()) if hasattr(found, "all") else found, rest)
