"""Taking turns: reference and product are measured in the same minutes, so that both meet the same machine."""

import statistics
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, TypeVar

Result = TypeVar("Result")
Theirs = TypeVar("Theirs")
Ours = TypeVar("Ours")

#: A reference that moves by more than this share between rounds says that somebody else was using the machine.
NOISY = 0.25


@dataclass(frozen=True, kw_only=True)
class Scale:
    """How much is done: rounds after the warm-up, and the size of each."""

    rounds: int
    people: int
    requests: int
    mails: int
    invitations: int
    idle_facts: int
    busy_seconds: float
    burst: int


FULL = Scale(
    rounds=5, people=6400, requests=2400, mails=2000, invitations=300, idle_facts=50, busy_seconds=3, burst=1500
)
QUICK = Scale(rounds=2, people=2000, requests=800, mails=400, invitations=60, idle_facts=15, busy_seconds=1, burst=400)


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """One figure of Plenum's and its reference, a value for each round."""

    name: str
    unit: str
    reference: str
    ours: list[float]
    theirs: list[float]
    detail: dict[str, Any] = field(default_factory=dict)

    @property
    def ratio(self) -> float:
        """Ours by theirs, the median of the rounds: each round's two halves met the same machine."""
        return statistics.median(self.ratios)

    @property
    def ratios(self) -> list[float]:
        return [ours / theirs for ours, theirs in zip(self.ours, self.theirs, strict=True)]

    @property
    def noisy(self) -> bool:
        return (max(self.theirs) - min(self.theirs)) / statistics.median(self.theirs) > NOISY

    def as_json(self) -> dict[str, Any]:
        medians = {"ours_median": statistics.median(self.ours), "theirs_median": statistics.median(self.theirs)}
        return {**asdict(self), **medians, "ratio": self.ratio, "noisy": self.noisy}


def in_turns(rounds: int, sides: Mapping[str, Callable[[int], Result]]) -> dict[str, list[Result]]:
    """Calls the sides one after the other, `rounds` times and once before to warm up; that round is thrown away."""
    results: dict[str, list[Result]] = {name: [] for name in sides}
    for number in range(rounds + 1):
        for name, side in sides.items():
            result = side(number)
            if number:
                results[name].append(result)
    return results


def taking_turns(
    rounds: int, reference: Callable[[int], Theirs], product: Callable[[int], Ours]
) -> tuple[list[Theirs], list[Ours]]:
    """`in_turns` for two sides whose results differ in kind."""
    results = in_turns(rounds, {"reference": reference, "product": product})
    return results["reference"], results["product"]


def percentile(values: list[float], share: float) -> float:
    """The smallest value that at least `share` of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, -int(-share * len(ordered) // 1) - 1))]
