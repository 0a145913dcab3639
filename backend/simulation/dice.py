"""Chance that falls alike everywhere."""

import hashlib
import random
from collections.abc import Mapping, Sequence
from typing import TypeVar

Thing = TypeVar("Thing")


class Dice:
    """Throws that follow from a seed and a purpose, so that more throws for one purpose change no other.

    Built on `random.Random.random` alone: of all of `random`, Python promises the same sequence for ever only of that.
    """

    def __init__(self, seed: int, purpose: str) -> None:
        digest = hashlib.sha256(f"{seed}/{purpose}".encode()).digest()
        self._throw = random.Random(int.from_bytes(digest, "big")).random

    def below(self, end: int) -> int:
        """0 … end - 1."""
        return int(self._throw() * end)

    def between(self, least: int, most: int) -> int:
        """least … most, both included."""
        return least + self.below(most - least + 1)

    def happens(self, probability: float) -> bool:
        return self._throw() < probability

    def pick(self, things: Sequence[Thing]) -> Thing:
        return things[self.below(len(things))]

    def weighed(self, weights: Mapping[Thing, int]) -> Thing:
        """One of the keys, each as often as its weight says."""
        left = self.below(sum(weights.values()))
        for thing, weight in weights.items():
            left -= weight
            if left < 0:
                return thing
        raise ValueError("nothing to choose from")

    def shuffled(self, things: Sequence[Thing]) -> list[Thing]:
        mixed = list(things)
        for last in range(len(mixed) - 1, 0, -1):
            other = self.below(last + 1)
            mixed[last], mixed[other] = mixed[other], mixed[last]
        return mixed

    def several(self, things: Sequence[Thing], count: int) -> list[Thing]:
        """At most `count` different ones, in the order of chance."""
        return self.shuffled(things)[:count]
