"""Minutes drawn from the record, block by block; nothing in them that the record does not say.

`draw` is the door. A block is {id, kind, text, sources, edited, locked}: `id` is made of the row it comes from, so that the same
row gives the same block each time; `text` is a language map, {} where the record is silent (it prints a visible blank).
"""

from backend.minutes.drafting.blocks import Block, Report, merge
from backend.minutes.drafting.draw import draw, frame, head
from backend.minutes.drafting.locked import is_locked, overtaken, where_corrected
from backend.minutes.drafting.withheld import printable, shown

__all__ = [
    "Block",
    "Report",
    "draw",
    "frame",
    "head",
    "is_locked",
    "merge",
    "overtaken",
    "printable",
    "shown",
    "where_corrected",
]
