"""The bytes of a workbook or a CSV file → rows of cells, numbered as the sender sees them.

Workbooks are read row by row (openpyxl, read-only) and never further than LIMITS: a sheet that claims a million columns
costs no more than what is looked at. Reading a whole sheet at once would reserve memory for every cell it claims.
"""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils.cell import range_boundaries

from backend.core.text import say
from backend.imports.reading.sentences import Unreadable, damaged

MOST_ROWS = 5000
MOST_COLUMNS = 60
#: Rows above the table: titles, dates, the number of the letter the list was sent with.
MOST_ABOVE = 40
MOST_SHEETS = 20
_MOST_MERGED = 20_000
_LONGEST_CELL = 2000
DELIMITERS = (",", ";", "\t", "|")
_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*?ref=\"([A-Z]{1,3}[0-9]{1,7}:[A-Z]{1,3}[0-9]{1,7})\"")
_ROW = re.compile(rb"row [^>]*?\br=\"([0-9]{1,7})\"")
_SEPARATOR = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)

Cell = Any


class Formula(str):
    """A formula whose value the file does not hold."""


@dataclass(frozen=True, kw_only=True)
class Table:
    """A sheet. `rows[0]` is its row 1."""

    sheet: str
    rows: list[list[Cell]]


def tables(content: bytes, format: str) -> list[Table]:
    """Every way the file can be seen as a table: the visible sheets of a workbook, the delimiters of a CSV file.

    Raises Unreadable.
    """
    return _workbook(content) if format == "xlsx" else _texts(content)


def _workbook(content: bytes) -> list[Table]:
    try:
        values, formulas = (
            load_workbook(io.BytesIO(content), read_only=True, data_only=only, keep_links=False)
            for only in (True, False)
        )
        return [
            _sheet(values[sheet.title], sheet)
            for sheet in formulas.worksheets[:MOST_SHEETS]
            if sheet.sheet_state == "visible"
        ]
    except Unreadable:
        raise
    except Exception:  # openpyxl promises no exception of its own for what is no workbook
        raise damaged() from None


def _sheet(values: Any, formulas: Any) -> Table:
    limits = {"max_row": MOST_ABOVE + MOST_ROWS + 1, "max_col": MOST_COLUMNS}
    both = zip_longest(
        values.iter_rows(**limits, values_only=True), formulas.iter_rows(**limits, values_only=True), fillvalue=()
    )
    rows = [[_seen(value, formula) for value, formula in zip_longest(*pair)] for pair in both]
    while rows and not filled(rows[-1]):
        rows.pop()
    source = formulas.parent._archive.read(formulas._worksheet_path)
    if max(len(rows), _last_row_with_a_value(source)) > MOST_ABOVE + MOST_ROWS:
        raise too_many()
    _fill_merged(rows, source)
    return Table(sheet=values.title, rows=rows)


def _seen(value: Cell, formula: Cell) -> Cell:
    written = isinstance(formula, str) and formula.startswith("=")
    if written and value in (None, ""):
        return Formula(formula[:_LONGEST_CELL])
    return value[:_LONGEST_CELL] if isinstance(value, str) else value


def _last_row_with_a_value(source: bytes) -> int:
    """Its number, 0 when none is found: rows below a large gap are not lost unnoticed, empty formatted ones do not count."""
    value = max(source.rfind(b"v>"), source.rfind(b"t>"))
    found = _ROW.match(source, max(source.rfind(b"row ", 0, max(value, 0)), 0))
    return int(found[1]) if found else 0


def _fill_merged(rows: list[list[Cell]], source: bytes) -> None:
    """What is merged downwards stands in each of its rows, in its first column."""
    for found in _MERGED.findall(source)[:_MOST_MERGED]:
        left, top, _, bottom = range_boundaries(found.decode())
        if top > len(rows) or left > len(rows[top - 1]):
            continue
        for row in rows[top : min(bottom, len(rows))]:
            if left <= len(row):
                row[left - 1] = rows[top - 1][left - 1]


def _texts(content: bytes) -> list[Table]:
    text = _decoded(content)
    said = _SEPARATOR.match(text)
    lines = text[said.end() :] if said else text
    above = [[""]] if said else []
    tables = []
    for delimiter in [said[1]] if said else DELIMITERS:
        rows = above + [[cell[:_LONGEST_CELL] for cell in row[:MOST_COLUMNS]] for row in _parsed(lines, delimiter)]
        tables.append(Table(sheet="", rows=rows))
    return tables


def _parsed(lines: str, delimiter: str) -> Iterator[list[str]]:
    try:
        for count, row in enumerate(csv.reader(io.StringIO(lines, newline=""), delimiter=delimiter)):
            if count >= MOST_ABOVE + MOST_ROWS:
                raise too_many()
            yield [Formula(cell) if cell.startswith("=") else cell for cell in row]
    except (csv.Error, TypeError, ValueError):
        raise damaged() from None


def _decoded(content: bytes) -> str:
    """UTF-8 with or without its mark, or UTF-16 with it. Anything else would be a guess that spoils names."""
    coding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = content.decode(coding)
    except UnicodeDecodeError:
        text = "\x00"
    if "\x00" in text:
        raise Unreadable(
            say(
                vi="Tệp CSV phải là UTF-8: trong Excel hãy lưu kiểu “CSV UTF-8”.",
                en="A CSV file must be UTF-8: in Excel, save it as “CSV UTF-8”.",
            )
        )
    return text


def too_many() -> Unreadable:
    return Unreadable(
        say(
            vi="Tệp có quá {most} dòng; hãy chia thành nhiều tệp.",
            en="The file has more than {most} rows; split it.",
            most=MOST_ROWS,
        )
    )


def _filled(cell: Cell) -> bool:
    return cell is not None and (not isinstance(cell, str) or bool(cell.strip()))


def filled(row: Sequence[Cell]) -> bool:
    return any(_filled(cell) for cell in row)
