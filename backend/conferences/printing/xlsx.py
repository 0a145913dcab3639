"""The programme as a spreadsheet: one line for each entry, with real dates and times, to be filtered and worked on."""

import datetime as dt
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import openpyxl
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter

from backend.conferences.printing.sheet import Line, Sheet, Who
from backend.conferences.printing.words import BLANK, WORDS
from backend.documents.form.archive import dated

FONT = "Times New Roman"
#: What a cell holds at most (Excel's own limit); what is longer ends in an ellipsis.
LONGEST = 32_767
#: The first year spreadsheets count days from; earlier ones are written as text.
FIRST_YEAR = 1900
#: As deep as spreadsheets fold.
DEEPEST = 7
DAY, TIME, MOMENT = "dd/mm/yyyy", "hh:mm", "hh:mm dd/mm/yyyy"
#: With one of these in front, text would be worked out as a formula once somebody edits it.
FORMULAE = ("=", "+", "-", "@")
_FILLS = {"header": "E0E0E0", "day": "D6D6D6", "phase": "ECECEC", "together": "ECECEC", "session": "F5F5F5"}
_FRAME = Border(**{side: Side(style="thin", color="808080") for side in ("left", "right", "top", "bottom")})


@dataclass(frozen=True)
class Column:
    """`labels` stand in the header; `width` is in characters; `heading` is what a line without an entry has in it."""

    labels: str
    width: int
    value: Callable[[Line], Any]
    heading: Callable[[Line], Any] = lambda line: None
    indented: bool = False


def write_xlsx(sheet: Sheet) -> bytes:
    """One worksheet; side by side, each text has a column for each language. The same sheet gives the same bytes.

    Every text is written as text, whatever it begins with.
    """
    book = openpyxl.Workbook()
    page: Any = book.active
    page.title = " - ".join(WORDS["sheet"][code] for code in sheet.languages)
    columns = _columns(sheet)
    top = _head(page, sheet, len(columns)) + 2
    _fill(page, top, [column.labels for column in columns], "header", Font(name=FONT, size=11, bold=True), "center")
    last = bottom = _lines(page, sheet.lines, top, columns)
    if sheet.reserve:
        bottom += 1
        title: list[Any] = [None] * len(columns)
        title[0] = _joined(WORDS["reserve"][code] for code in sheet.languages)
        _fill(page, bottom, title, "day", Font(name=FONT, size=11, bold=True))
        bottom = _lines(page, sheet.reserve, bottom, columns)
    for number, column in enumerate(columns, 1):
        page.column_dimensions[get_column_letter(number)].width = column.width
    _set_up(page, sheet, top, last, bottom, get_column_letter(len(columns)))
    known = book.properties
    known.title, known.creator = _first(sheet.title)[:255], _first(sheet.lead)[:255]
    known.language, known.created = sheet.languages[0], sheet.made_at.astimezone(dt.UTC).replace(tzinfo=None)
    out = io.BytesIO()
    book.save(out)
    return dated(out, sheet.made_at)


def _columns(sheet: Sheet) -> list[Column]:
    codes = sheet.languages

    def alike(label: str, width: int, value: Callable[[Line], Any], heading: Any = lambda line: None) -> Column:
        return Column("\n".join(WORDS[label][code] for code in codes), width, value, heading)

    def told(label: str, width: int, value: Callable[[Line, str], str], *headings: str) -> Iterator[Column]:
        for code in codes:
            yield Column(
                WORDS[label][code],
                width,
                lambda line, code=code: value(line, code),  # type: ignore[misc]
                lambda line, code=code: line.title[code] if line.kind in headings else None,  # type: ignore[misc]
                label == "content",
            )

    return [
        alike("day", 12, lambda line: _day(line.day), lambda line: _day(line.day)),
        alike("start", 11, lambda line: line.starts.time() if line.starts else _joined(line.time.values())),
        alike("end", 11, _end),
        alike("minutes", 9, lambda line: line.minutes),
        *told("phase", 20, lambda line, code: line.phase.get(code, ""), "phase"),
        *told("content", 46, lambda line, code: line.title[code] or BLANK, "day", "together"),
        *told("speaker", 36, lambda line, code: _people(line.speakers, code)),
        *told("chair", 30, lambda line, code: _people(line.chairs, code)),
        *told("where", 30, lambda line, code: "\n".join(place[code] for place in line.places if place[code])),
        *told("state", 11, lambda line, code: line.mark.get(code, "")),
        *told("reason", 20, lambda line, code: line.reason.get(code, "")),
    ]


def _day(day: dt.date | None) -> dt.date | str | None:
    return day if day is None or day.year >= FIRST_YEAR else f"{day.day:02}/{day.month:02}/{day.year}"


def _end(line: Line) -> Any:
    """The time; with its day when that is another than the one it began on."""
    if line.ends is None:
        return None
    if line.starts is None or line.ends.date() == line.starts.date():
        return line.ends.time()
    if line.ends.year < FIRST_YEAR:
        return f"{line.ends:%H:%M} {_day(line.ends.date())}"
    return line.ends.replace(tzinfo=None)


def _people(people: tuple[Who, ...], code: str) -> str:
    return "\n".join(
        " – ".join(text for text in (who.name[code] or BLANK, who.office.get(code, "")) if text) for who in people
    )


def _head(page: Any, sheet: Sheet, width: int) -> int:
    """Who holds what, when and where, each in one line; returns the last of them."""
    codes, parts = sheet.languages, []
    parts.append((_joined(sheet.lead.get(code, "").upper() for code in codes), {"size": 12, "bold": True}, "left"))
    parts.append((_joined(WORDS["title"][code] for code in codes), {"size": 14, "bold": True}, "center"))
    parts.append((_joined(sheet.title[code] for code in codes) or BLANK, {"size": 13, "bold": True}, "center"))
    for label, said in (
        ("when", {code: sheet.when[code] or BLANK for code in codes}),
        ("where", {code: "; ".join(filter(None, (place[code] for place in sheet.places))) or BLANK for code in codes}),
        ("with", {code: "; ".join(filter(None, (other[code] for other in sheet.others))) for code in codes}),
    ):
        parts.append((_joined(f"{WORDS[label][code]}: {said[code]}" for code in codes if said[code]), {}, "left"))
    parts.append((_joined(sheet.imprint.values()), {"italic": True}, "left"))
    row = 0
    for text, look, side in parts:
        if text:
            row += 1
            page.merge_cells(start_row=row, end_row=row, start_column=1, end_column=width)
            cell = page.cell(row, 1)
            _write(cell, text)
            cell.font = Font(name=FONT, **{"size": 12, **look})
            cell.alignment = Alignment(horizontal=side, vertical="center", wrap_text=True)
            page.row_dimensions[row].height = 18 * min(1 + len(text) // 120, 10)
    return row


def _lines(page: Any, lines: tuple[Line, ...], row: int, columns: list[Column]) -> int:
    """One row for each line, below `row`; returns the last. Whatever stands under a heading folds away with it."""
    days, phases = 0, dict.fromkeys(range(1 + max((line.depth for line in lines), default=0)), 0)
    for row, line in enumerate(lines, row + 1):  # noqa: B020 -- the last one is what is returned
        above = days + line.depth + sum(open for depth, open in phases.items() if depth < line.depth)
        if line.kind == "day":
            above, days = 0, 1
            phases = dict.fromkeys(phases, 0)
        elif line.kind == "phase":
            phases.update({depth: int(depth == line.depth) for depth in phases if depth >= line.depth})
        else:
            above += phases[line.depth]
        heading = line.entry is None
        values = [(column.heading if heading else column.value)(line) for column in columns]
        font = Font(
            name=FONT,
            size=11,
            bold=heading or line.kind == "session",
            italic=line.kind in {"break", "together"},
            strike=line.off,
        )
        _fill(page, row, values, line.kind, font)
        for number, column in enumerate(columns, 1):
            if column.indented and not heading:
                page.cell(row, number).alignment = Alignment(vertical="top", wrap_text=True, indent=min(line.depth, 15))
        page.row_dimensions[row].outlineLevel = min(above, DEEPEST)
    return row


def _fill(page: Any, row: int, values: list[Any], kind: str, font: Font, side: str | None = None) -> None:
    fill = PatternFill("solid", start_color=_FILLS[kind]) if kind in _FILLS else None
    # Names of days and phases run over the empty cells beside them; everything else stays in its own.
    wraps = kind not in {"day", "phase", "together"}
    for number, value in enumerate(values, 1):
        cell = page.cell(row, number)
        _write(cell, value)
        cell.font, cell.border = font, _FRAME
        cell.alignment = Alignment(horizontal=side, vertical="center" if side else "top", wrap_text=wraps)
        if fill is not None:
            cell.fill = fill


def _write(cell: Any, value: Any) -> None:
    """Text stays text: no formula, no error value, nothing a spreadsheet works out."""
    if not isinstance(value, str):
        cell.value = value
        form = {dt.datetime: MOMENT, dt.date: DAY, dt.time: TIME}.get(type(value))
        if form:
            cell.number_format = form
        return
    if value:
        cell.value = value if len(value) <= LONGEST else f"{value[: LONGEST - 1]}…"
        cell.data_type, cell.quotePrefix = "s", value.startswith(FORMULAE)


def _set_up(page: Any, sheet: Sheet, top: int, last: int, bottom: int, column: str) -> None:
    """Header frozen and repeated, filters over what is planned, landscape, as wide as one page."""
    page.freeze_panes = f"A{top + 1}"
    page.auto_filter.ref = f"A{top}:{column}{max(last, top)}"
    page.print_area = f"A1:{column}{bottom}"
    page.print_title_rows = f"{top}:{top}"
    page.sheet_properties.outlinePr.summaryBelow = False
    page.sheet_properties.pageSetUpPr = openpyxl.worksheet.properties.PageSetupProperties(fitToPage=True)
    page.page_setup.orientation, page.page_setup.paperSize = "landscape", page.PAPERSIZE_A4
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
    page.oddFooter.left.text = _joined(sheet.imprint.values())
    page.oddFooter.right.text = f"{WORDS['page'][sheet.languages[0]]} &P/&N"


def _joined(texts: Any) -> str:
    return " · ".join(dict.fromkeys(text for text in texts if text))


def _first(said: dict[str, str]) -> str:
    return next(filter(None, said.values()), "")
