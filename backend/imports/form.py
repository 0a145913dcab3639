"""An empty list to fill in: the columns that are understood, in words of the caller's language."""

import io
from collections.abc import Collection

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from backend.core.text import localized, say

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: Column → its heading and how wide it is, in characters.
COLUMNS: dict[str, tuple[dict[str, str], int]] = {
    "number": ({"vi": "STT", "en": "No."}, 6),
    "full_name": ({"vi": "Họ và tên", "en": "Full name"}, 30),
    "honorific": ({"vi": "Danh xưng", "en": "Salutation"}, 12),
    "degree": ({"vi": "Học hàm, học vị", "en": "Degree"}, 16),
    "office": ({"vi": "Chức vụ", "en": "Position"}, 28),
    "since": ({"vi": "Giữ chức từ ngày", "en": "In office since"}, 18),
    "unit": ({"vi": "Đơn vị", "en": "Organisation"}, 34),
    "email": ({"vi": "Email", "en": "Email"}, 30),
    "phone": ({"vi": "Điện thoại", "en": "Telephone"}, 18),
    "language": ({"vi": "Ngôn ngữ", "en": "Language"}, 12),
}
#: Rows below the headings in which telephone numbers are text, so that Excel leaves them their 0.
_PREPARED = 500


def empty_form(language: str, *, without: Collection[str] = ()) -> bytes:
    """The workbook, its headings in `language`; `without` columns that say nothing to whom it is for."""
    columns = {column: said for column, said in COLUMNS.items() if column not in without}
    book = Workbook()
    sheet = book.active
    sheet.title = str(localized({"vi": "Danh sách", "en": "List"}, language))
    for position, (heading, width) in enumerate(columns.values(), start=1):
        cell = sheet.cell(row=1, column=position, value=localized(heading, language))
        cell.font, cell.alignment = Font(bold=True), Alignment(wrap_text=True, vertical="center")
        sheet.column_dimensions[get_column_letter(position)].width = width
    phone = list(columns).index("phone") + 1
    for row in range(2, _PREPARED + 2):
        sheet.cell(row=row, column=phone).number_format = "@"
    sheet.freeze_panes = "A2"
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def heading_of(column: str) -> str:
    """What people call the column."""
    return localized(COLUMNS[column][0]) if column in COLUMNS else column


def filename() -> str:
    return str(say(vi="danh-sach-dai-bieu.xlsx", en="list-of-people.xlsx"))
