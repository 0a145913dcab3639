"""Who and what is taken when. Whatever has a key can be taken: rooms (with the minutes around each use) and people."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

from backend.simulation.shapes import Room, When

#: What a part of a day may take, where nothing more exact is known.
PARTS = {"morning": (dt.time(8), dt.time(11, 30)), "afternoon": (dt.time(13, 30), dt.time(17))}


@dataclass(frozen=True)
class Span:
    """Minutes of one day, the end not included."""

    day: dt.date
    start: int
    end: int

    def widened(self, before: int, after: int) -> "Span":
        return Span(self.day, self.start - before, self.end + after)


def span_of(when: When) -> Span:
    """What a conference takes at most of its people's day."""
    if when.start is None or when.end is None:
        start, end = PARTS[when.part]
    else:
        start, end = when.start.time(), when.end.time()
    return Span(when.day, start.hour * 60 + start.minute, end.hour * 60 + end.minute)


class Diary:
    def __init__(self) -> None:
        self._taken: defaultdict[tuple[str, dt.date], list[tuple[int, int]]] = defaultdict(list)

    def is_free(self, key: str, span: Span) -> bool:
        return all(end <= span.start or span.end <= start for start, end in self._taken[key, span.day])

    def take(self, key: str, span: Span) -> None:
        """Raises ValueError for what is taken already: a plan never books twice."""
        if not self.is_free(key, span):
            raise ValueError(f"{key} is taken at {span}")
        self._taken[key, span.day].append((span.start, span.end))

    def room_is_free(self, room: Room, span: Span) -> bool:
        return self.is_free(room.key, span.widened(room.setup_minutes, room.clearing_minutes))

    def take_room(self, room: Room, span: Span) -> None:
        self.take(room.key, span.widened(room.setup_minutes, room.clearing_minutes))
