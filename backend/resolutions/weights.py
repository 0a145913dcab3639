"""How many votes somebody holds, by the poll's `weights`, which is data; each vote is a row on the roll (ADR 33).

`[{"category": "delegate", "weight": 2}, {"organisation": "<id>", "weight": 5}, {"registration": "<id>", "weight": 7}]`:
the narrowest that names somebody holds for them; whom none names has one vote.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

#: From the narrowest to the widest.
SCOPES = ("registration", "organisation", "category")
MOST_EACH = 1_000
MOST_IN_ALL = 100_000
#: Where several weights occur in a secret poll, at least so many hold each: their sums tell of nobody alone.
ALIKE = 5

Weights = Sequence[Mapping[str, Any]]
Scales = Mapping[tuple[str, str], int]


def scope_of(weight: Mapping[str, Any]) -> tuple[str, str]:
    """Whose it is: ("category", "delegate")."""
    name = next(name for name in SCOPES if name in weight)
    return name, str(weight[name])


def in_order(weights: Weights) -> list[dict[str, Any]]:
    """As they are kept and hashed."""
    return [{name: each, "weight": weight} for (name, each), weight in sorted(scales(weights).items())]


def scales(weights: Weights) -> Scales:
    """Each weight by whose it is."""
    return {scope_of(each): each["weight"] for each in weights}


def held(scales: Scales, *, category: str, organisation: UUID | None, registration: UUID | None = None) -> int:
    """The votes of one person."""
    for scope, value in zip(SCOPES, (registration, organisation, category), strict=True):
        if (found := scales.get((scope, str(value)))) is not None:
            return found
    return 1


def heaviest(weights: Weights) -> int:
    """The most votes that anybody may hold."""
    return max((each["weight"] for each in weights), default=1)


def rare(held_by_each: Iterable[int]) -> set[int]:
    """The weights so few hold that a secret result could tell of them."""
    holders = Counter(held_by_each)
    return {weight for weight, count in holders.items() if count < ALIKE} if len(holders) > 1 else set()
