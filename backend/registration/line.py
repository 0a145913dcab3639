"""Whose turn it is: the order of a waiting list, apart from any table."""

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """Somebody on the waiting list; `site` and `unit` are whose limits they fall under."""

    id: UUID
    turn: int
    site: UUID | None
    unit: UUID | None


@dataclass(kw_only=True)
class Free:
    """Seats left: in all (None: without limit), and of the sites and units that have a limit of their own."""

    whole: int | None
    sites: dict[UUID, int] = field(default_factory=dict)
    units: dict[UUID, int] = field(default_factory=dict)

    def fits(self, site: UUID | None, unit: UUID | None) -> bool:
        """May one more come, there and from there?"""
        of_site = self.sites.get(site) if site else None
        of_unit = self.units.get(unit) if unit else None
        return all(left is None or left > 0 for left in (self.whole, of_site, of_unit))

    def take(self, site: UUID | None, unit: UUID | None) -> None:
        if self.whole is not None:
            self.whole -= 1
        if site is not None and site in self.sites:
            self.sites[site] -= 1
        if unit is not None and unit in self.units:
            self.units[unit] -= 1

    def full(self) -> tuple[list[UUID], list[UUID]]:
        """The sites and the units that nobody more fits in."""
        return [key for key, left in self.sites.items() if left <= 0], [
            key for key, left in self.units.items() if left <= 0
        ]


def next_in_line(
    waiting: Iterable[Waiting], free: Free, held_by_unit: Mapping[UUID | None, int] | None = None
) -> list[UUID]:
    """Who gets the free seats, in order; uses `free` up.

    By turn; who does not fit (their site or unit is full) keeps the turn and stops nobody behind. With `held_by_unit`
    each seat goes to the unit that holds fewest, at equal numbers by turn, and within a unit by turn; people without a
    unit count as one.
    """
    queues: dict[tuple[UUID | None, UUID | None], deque[Waiting]] = defaultdict(deque)
    for person in sorted(waiting, key=lambda person: person.turn):
        queues[person.site, person.unit].append(person)
    held = None if held_by_unit is None else defaultdict(int, held_by_unit)
    chosen: list[UUID] = []
    while heads := [queue[0] for (site, unit), queue in queues.items() if queue and free.fits(site, unit)]:
        lucky = min(heads, key=lambda head: (held[head.unit] if held is not None else 0, head.turn))
        queues[lucky.site, lucky.unit].popleft()
        free.take(lucky.site, lucky.unit)
        if held is not None:
            held[lucky.unit] += 1
        chosen.append(lucky.id)
    return chosen
