"""What a conference of some length has on its agenda."""

from collections.abc import Sequence

from backend.simulation import words
from backend.simulation.shapes import Item, Words

#: Minutes come in multiples of this.
_STEP = 5
#: Up to this length an agenda is short; from the next on there is a break; from the last on, lunch and two sessions.
_SHORT, _WITH_COFFEE, _WITH_LUNCH = 115, 150, 300
_COFFEE_MINUTES, _LUNCH_MINUTES = 15, 120
#: Before which item of the long agenda there is coffee, and lunch.
_COFFEE_AT, _LUNCH_AT = 2, 3


def agenda(kind: str, minutes: int, *, votes: bool = False, standing: bool = False) -> tuple[Item, ...]:
    """Points that fill the whole time; a `standing` one has neither breaks nor sessions."""
    short = kind in ("meeting", "party_meeting") or minutes <= _SHORT
    outline = words.SHORT if short else words.LONG
    if votes:
        outline = [*outline[:-1], *words.REPLY_AND_VOTE, outline[-1]]
    whole_day, coffee = not standing and minutes >= _WITH_LUNCH, not standing and minutes >= _WITH_COFFEE
    resting = _LUNCH_MINUTES * whole_day + _COFFEE_MINUTES * coffee
    lengths = _shared(minutes - resting, [share for *_, share in outline])
    items = [
        Item(kind="item", phase=phase, title=title, minutes=length)
        for (phase, title, _), length in zip(outline, lengths, strict=True)
    ]
    before, after = items[:_LUNCH_AT], items[_LUNCH_AT:]
    if coffee:
        before.insert(_COFFEE_AT, _break(words.COFFEE, _COFFEE_MINUTES, before[-1].phase))
    if not whole_day:
        return (*before, *after)
    return (
        _session(words.FORENOON, before),
        _break(words.LUNCH, _LUNCH_MINUTES, after[0].phase),
        _session(words.AFTERNOON, after),
    )


def _break(title: Words, minutes: int, phase: str) -> Item:
    return Item(kind="break", phase=phase, title=title, minutes=minutes)


def _session(title: Words, items: Sequence[Item]) -> Item:
    return Item(kind="session", phase=items[0].phase, title=title, minutes=None, children=tuple(items))


def _shared(minutes: int, shares: Sequence[int]) -> list[int]:
    """`minutes` by `shares`, in steps; what is left over goes to the longest."""
    lengths = [max(_STEP, minutes * share // sum(shares) // _STEP * _STEP) for share in shares]
    lengths[lengths.index(max(lengths))] += minutes - sum(lengths)
    return lengths
