"""Tables as spreadsheets that work nothing out: whatever a cell begins with, it is text."""

import csv
import io
from collections.abc import Iterable, Sequence

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

#: With one of these in front, spreadsheet programs read text as a formula (OWASP, CSV injection).
FORMULAE = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"
_WIDTH = 28


def harmless(text: str) -> str:
    """The text with an apostrophe in front where a program would work it out; negative numbers stay numbers."""
    if not text.startswith(FORMULAE) or _is_number(text):
        return text
    return f"'{text}"


def _is_number(text: str) -> bool:
    return text.isascii() and text.removeprefix("-").replace(".", "", 1).isdecimal()


def as_csv(rows: Iterable[Sequence[str]]) -> bytes:
    """UTF-8 with a byte order mark, which Excel needs to read Vietnamese."""
    out = io.StringIO()
    csv.writer(out).writerows([harmless(cell) for cell in row] for row in rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def as_xlsx(rows: Sequence[Sequence[str]], title: str) -> bytes:
    """One worksheet with a bold heading that stays in view. Every cell is a text cell, whatever it begins with."""
    book = Workbook()
    sheet = book.active
    sheet.title = title
    for number, row in enumerate(rows, 1):
        for column, text in enumerate(row, 1):
            cell = sheet.cell(row=number, column=column)
            cell.value, cell.alignment = text, Alignment(wrap_text=True, vertical="top")
            cell.data_type, cell.number_format, cell.quotePrefix = "s", "@", text.startswith(FORMULAE)
            if number == 1:
                cell.font = Font(bold=True)
    for column in range(1, len(rows[0]) + 1):
        sheet.column_dimensions[get_column_letter(column)].width = _WIDTH
    sheet.freeze_panes = "A2"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
