"""The verdict engine: rules as data, counts in, one result object out.

Standard library only, exact fractions only, no clock and no database: whoever holds a rule and a tally can recompute
the verdict anywhere. The API, the minutes, the article and the screen show this one object and calculate nothing.
"""

from backend.resolutions.counting.check import Check
from backend.resolutions.counting.election import ElectionVerdict, elect, rank
from backend.resolutions.counting.presets import FOR_ELECTIONS, PRESETS
from backend.resolutions.counting.rule import InvalidRule, Quorum, Rule, Threshold
from backend.resolutions.counting.stv import InvalidLot
from backend.resolutions.counting.tally import InvalidTally, Tally
from backend.resolutions.counting.verdict import Verdict, chair_decides, decide

__all__ = [
    "FOR_ELECTIONS",
    "PRESETS",
    "Check",
    "ElectionVerdict",
    "InvalidLot",
    "InvalidRule",
    "InvalidTally",
    "Quorum",
    "Rule",
    "Tally",
    "Threshold",
    "Verdict",
    "chair_decides",
    "decide",
    "elect",
    "rank",
]
