"""One cell → text, or a day; as people typed it, and as Excel understood it."""

import datetime as dt
import re
from typing import Any

from backend.core.vietnamese import one_line
from backend.imports.reading.sentences import FORMULA, FORMULA_FAILED
from backend.imports.reading.tables import Formula

Cell = Any
#: What Excel shows for a formula that came to nothing.
FAILED = frozenset({"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!"})
#: Day 0 of Excel's calendar, which knows a 29 February 1900 that never was.
_DAY_ZERO = dt.date(1899, 12, 30)
_SERIALS = range(10_000, 80_000)  # 1927 to 2119
_DAY_FIRST = re.compile(r"(\d{1,2})[./ -](\d{1,2})[./ -](\d{4})")
_YEAR_FIRST = re.compile(r"(\d{4})[./-](\d{1,2})[./-](\d{1,2})(?:[T ].*)?")
_POWER_OF_TEN = re.compile(r"\d(?:[.,]\d+)?[eE]\+?\d{1,2}")


def text_of(cell: Cell) -> str:
    """The cell as one line of text; a whole number without its decimals."""
    if cell is None or isinstance(cell, bool):
        return ""
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() if cell.time() == dt.time() else cell.isoformat(sep=" ")
    return one_line(str(cell))


def digits_of(cell: Cell) -> str:
    """The cell as text, with a number that was shortened to a power of ten written out."""
    text = text_of(cell)
    return str(int(float(text.replace(",", ".")))) if _POWER_OF_TEN.fullmatch(text) else text


def flaw_of(cell: Cell) -> Any:
    """Why the cell says nothing; None for one that does."""
    if isinstance(cell, Formula):
        return FORMULA
    if isinstance(cell, str) and cell.strip().upper() in FAILED:
        return FORMULA_FAILED
    return None


def day_of(cell: Cell) -> dt.date | None:
    """The day a cell says: a date, one written day first or year first, or the number Excel keeps for it.

    Raises ValueError when it says something else.
    """
    if isinstance(cell, dt.datetime):
        return cell.date()
    if isinstance(cell, dt.date):
        return cell
    text = text_of(cell)
    if not text:
        return None
    if text.isascii() and text.isdecimal() and len(text) == 5 and int(text) in _SERIALS:
        return _DAY_ZERO + dt.timedelta(days=int(text))
    if found := _DAY_FIRST.fullmatch(text):
        day, month, year = map(int, found.groups())
        return dt.date(year, month, day)
    if found := _YEAR_FIRST.fullmatch(text):
        return dt.date(*map(int, found.groups()))
    raise ValueError(text)
