"""What becomes of conferences: held or to come as seen from one day, some called off, some moved, counts as people say them."""

import datetime as dt

from backend.simulation.dice import Dice
from backend.simulation.shapes import Count, Fate

#: The shares of all that are cancelled, postponed and moved; of those to come that nobody has announced yet.
CANCELLED, POSTPONED, MOVED, UNANNOUNCED = 0.03, 0.03, 0.05, 0.2
#: Files are closed after this long.
ARCHIVED_AFTER = dt.timedelta(days=60)


def fate(dice: Dice, day: dt.date, seen_from: dt.date, *, drafts: bool = True) -> Fate:
    """The same throw whatever day it is seen from: who is called off stays so."""
    luck = dice.below(1000) / 1000
    if luck < CANCELLED:
        return Fate.CANCELLED
    if luck < CANCELLED + POSTPONED:
        return Fate.POSTPONED
    if day < seen_from:
        return Fate.ARCHIVED if seen_from - day > ARCHIVED_AFTER else Fate.CLOSED
    return Fate.DRAFT if drafts and luck > 1 - UNANNOUNCED else Fate.ANNOUNCED


def counted(dice: Dice, expected: int) -> Count | None:
    """How many came, as it was written down; for some nobody did."""
    came = max(3, expected * dice.between(75, 105) // 100)
    how = dice.weighed({"=": 5, "≈": 3, ">": 2, "": 1})
    if not how:
        return None
    return Count(n=came if how == "=" or came < 20 else came // 10 * 10, op=how)
