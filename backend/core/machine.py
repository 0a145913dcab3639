"""State machines as data: which verb leads from which states to which."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from backend.core.errors import IllegalMove


@dataclass(frozen=True, kw_only=True)
class Move:
    sources: frozenset[str]
    target: str


class Machine:
    """The legal moves of one kind of row. `field` names the column that holds the state."""

    def __init__(self, *, field: str = "state", **moves: tuple[Iterable[str] | str, str]) -> None:
        self.field = field
        self.moves = {
            verb: Move(sources=frozenset([sources] if isinstance(sources, str) else sources), target=target)
            for verb, (sources, target) in moves.items()
        }

    def legal(self, state: str) -> list[str]:
        """The verbs allowed in `state`, sorted."""
        return sorted(verb for verb, move in self.moves.items() if state in move.sources)

    def check(self, row: Any, verb: str) -> str:
        """The state `verb` leads to; raises IllegalMove naming the legal verbs. Call it with the row locked."""
        state = getattr(row, self.field)
        move = self.moves[verb]
        if state not in move.sources:
            labels = dict(row._meta.get_field(self.field).flatchoices)
            raise IllegalMove(verb=verb, state=state, label=labels.get(state, state), legal=self.legal(state))
        return move.target

    def move(self, row: Any, verb: str) -> None:
        """Sets the row's state to where `verb` leads (without saving); raises IllegalMove."""
        setattr(row, self.field, self.check(row, verb))
