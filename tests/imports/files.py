"""Files as units send them."""

import csv
import io
from collections.abc import Sequence
from typing import Any

from openpyxl import Workbook

HEADINGS = ("STT", "Họ và tên", "Chức vụ", "Đơn vị", "Email", "Điện thoại")


def workbook(rows: Sequence[Sequence[Any]], *, merged: Sequence[str] = (), above: int = 0) -> bytes:
    """An .xlsx file; `merged` are ranges, `above` empty rows at the top."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for _ in range(above):
        sheet.append([])
    for row in rows:
        sheet.append(list(row))
    for cells in merged:
        sheet.merge_cells(cells)
    return saved(book)


def saved(book: Workbook) -> bytes:
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def text(rows: Sequence[Sequence[Any]], *, delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    """A .csv file."""
    written = io.StringIO()
    csv.writer(written, delimiter=delimiter).writerows(rows)
    return written.getvalue().encode(encoding)


def people(count: int, *, domain: str = "xa.example") -> list[list[str]]:
    """Rows of people, below HEADINGS."""
    return [
        [str(n + 1), f"Nguyễn Văn {_word(n)}", "Chủ tịch", f"UBND xã {_word(n)}", f"dai.bieu.{n}@{domain}", ""]
        for n in range(count)
    ]


def _word(number: int) -> str:
    """A name of its own for every number."""
    letters = "abcdefghij"
    return "".join(letters[int(digit)] for digit in str(number)).title()
