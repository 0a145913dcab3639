"""The guest list on paper and as a spreadsheet: from invitations in order to plain values to pages."""

import datetime as dt
import hashlib
import io
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import openpyxl
from django.utils.translation import override
from openpyxl.styles import Alignment, Border, Font, Side

from backend.conferences.models import Conference
from backend.conferences.printing.errors import NotPrinted
from backend.conferences.queries import lead_organisation, name_then
from backend.core.text import localized
from backend.documents.form import faces, page
from backend.documents.form.archive import dated
from backend.documents.form.press import NotTypeset, typeset_bounded
from backend.documents.form.text import in_glyphs, name_in_print, one_line
from backend.documents.queries import MEDIA_TYPES
from backend.invitations import wording
from backend.invitations.models import Invitation, InvitationLetter
from backend.invitations.states import InvitationState
from backend.people.models import Honorific

TEMPLATE = Path(__file__).with_name("guests.typ")
WORDS = {
    "vi": {
        "title": "DANH SÁCH KHÁCH MỜI",
        "with": "(Kèm theo Giấy mời số {number} ngày {day})",
        "columns": ["STT", "Họ và tên", "Chức vụ, đơn vị", "Trả lời", "Ký nhận"],
        "total": "Danh sách gồm {n} người, đơn vị.",
        "when": "Thời gian",
        "where": "Địa điểm",
    },
    "en": {
        "title": "LIST OF GUESTS",
        "with": "(With invitation letter No. {number} of {day})",
        "columns": ["No.", "Name", "Office, unit", "Answer", "Signature"],
        "total": "{n} entries.",
        "when": "Time",
        "where": "Place",
    },
}
#: Millimetres; together the decree's text width.
COLUMNS = (12, 50, 58, 22, 22)
SIZE = 12
#: Characters, in the spreadsheet.
_WIDTHS = (6, 30, 60, 14, 18)
#: With one of these in front, text would be worked out as a formula once somebody edits it.
_FORMULAE = ("=", "+", "-", "@")


@dataclass(frozen=True, kw_only=True)
class Line:
    """One guest. `name` is empty while an office is invited without one; `state` is the code, `answer` its word."""

    number: int
    invitation: UUID
    category: str
    honorific: str
    name: str
    office: str
    state: str
    answer: str
    placed_by_hand: bool


@dataclass(frozen=True, kw_only=True)
class GuestSheet:
    language: str
    lead: str
    title: str
    when: str
    where: str
    comes_with: str
    lines: tuple[Line, ...]
    made_at: dt.datetime


def lines(rows: Iterable[Invitation], language: str) -> list[Line]:
    """The rows in the order they come, each with person, conference and organisation with its former names."""
    with override(language):
        return [
            Line(
                number=number,
                invitation=row.pk,
                category=row.category,
                honorific=str(Honorific(row.person.honorific).label) if row.person else "",
                name=row.person.full_name if row.person else "",
                office=wording.office_held(row, language),
                state=row.state,
                answer=str(InvitationState(row.state).label) if row.answered_at else "",
                placed_by_hand=row.place is not None,
            )
            for number, row in enumerate(rows, 1)
        ]


def laid_out(
    conference: Conference, rows: Iterable[Invitation], *, language: str, list_id: UUID | None = None
) -> GuestSheet:
    """The sheet of a conference, or of one of its lists: that names the letter it comes with."""
    found, lead, words = list(rows), lead_organisation(conference), WORDS[language]
    letters = InvitationLetter.objects.filter(list=list_id, issued_at__isnull=False) if list_id else None
    letter = letters.order_by("-edition").first() if letters is not None else None
    comes_with = ""
    if letter is not None:
        day = dt.date.fromisoformat(letter.facts["day"])
        comes_with = str(words["with"]).format(
            number=letter.facts["number"], day=f"{day.day:02}/{day.month:02}/{day.year}"
        )
    return GuestSheet(
        language=language,
        lead=localized(name_then(lead, wording.held_on(conference)), language) if lead else "",
        title=localized(conference.title, language),
        when=wording.when(conference, language),
        where=wording.where(conference, None, language),
        comes_with=comes_with,
        lines=tuple(lines(found, language)),
        made_at=max((row.updated_at for row in found), default=conference.updated_at),
    )


def tag(sheet: GuestSheet, format: str) -> str:
    """SHA-256 over everything that is printed."""
    return hashlib.sha256(json.dumps([format, asdict(sheet)], default=str).encode()).hexdigest()


def _cells(line: Line) -> list[str]:
    name = " ".join(part for part in (line.honorific, line.name) if part)
    return [str(line.number), name or "…………", line.office, line.answer, ""]


def write_pdf(sheet: GuestSheet) -> bytes:
    """Raises NotPrinted when it takes too long or too much memory."""
    words = WORDS[sheet.language]
    data = {
        "face": faces.FAMILY,
        "language": sheet.language,
        "margin": {"top": page.TOP, "bottom": page.BOTTOM, "left": page.LEFT, "right": page.RIGHT},
        "columns": COLUMNS,
        "size": SIZE,
        "lead": in_glyphs(one_line(sheet.lead).upper()),
        "kind": words["title"],
        "title": in_glyphs(one_line(sheet.title)),
        "with": in_glyphs(sheet.comes_with),
        "facts": [
            f"{words[name]}: {in_glyphs(one_line(text))}"
            for name, text in (("when", sheet.when), ("where", sheet.where))
        ],
        "header": words["columns"],
        "rows": [
            [
                in_glyphs(name_in_print(one_line(text)), width=width - 3, size=SIZE)
                for text, width in zip(_cells(line), COLUMNS, strict=True)
            ]
            for line in sheet.lines
        ],
        "total": str(words["total"]).format(n=len(sheet.lines)),
    }
    try:
        return typeset_bounded(TEMPLATE, data, made_at=sheet.made_at)
    except NotTypeset as failed:
        raise NotPrinted() from failed


def write_xlsx(sheet: GuestSheet) -> bytes:
    """One worksheet; every text is written as text, whatever it begins with."""
    words, book = WORDS[sheet.language], openpyxl.Workbook()
    paper: Any = book.active
    paper.title = str(words["title"]).capitalize()[:31]
    heads = [sheet.lead.upper(), words["title"], sheet.title, sheet.comes_with, f"{words['when']}: {sheet.when}"]
    row = 0
    for text in [*heads, f"{words['where']}: {sheet.where}"]:
        if text:
            row += 1
            paper.merge_cells(start_row=row, end_row=row, start_column=1, end_column=len(COLUMNS))
            _write(paper.cell(row, 1), one_line(str(text)), bold=row < 4)
    top = row + 2
    for number, (label, width) in enumerate(zip(words["columns"], _WIDTHS, strict=True), 1):
        _write(paper.cell(top, number), label, bold=True, framed=True)
        paper.column_dimensions[openpyxl.utils.get_column_letter(number)].width = width
    for offset, line in enumerate(sheet.lines, top + 1):
        for number, text in enumerate(_cells(line), 1):
            _write(paper.cell(offset, number), line.number if number == 1 else one_line(text), framed=True)
    paper.freeze_panes, paper.print_title_rows = f"A{top + 1}", f"{top}:{top}"
    paper.page_setup.paperSize, paper.page_setup.fitToHeight = paper.PAPERSIZE_A4, 0
    paper.sheet_properties.pageSetUpPr = openpyxl.worksheet.properties.PageSetupProperties(fitToPage=True)
    known = book.properties
    known.title, known.creator, known.language = sheet.title[:255], sheet.lead[:255], sheet.language
    known.created = sheet.made_at.astimezone(dt.UTC).replace(tzinfo=None)
    out = io.BytesIO()
    book.save(out)
    return dated(out, sheet.made_at)


_FRAME = Border(**{side: Side(style="thin", color="808080") for side in ("left", "right", "top", "bottom")})


def _write(cell: Any, value: Any, *, bold: bool = False, framed: bool = False) -> None:
    cell.font = Font(name="Times New Roman", size=12, bold=bold)
    cell.alignment = Alignment(vertical="top", wrap_text=framed)
    if framed:
        cell.border = _FRAME
    if isinstance(value, str):
        if value:
            cell.value = value
            cell.data_type, cell.quotePrefix = "s", value.startswith(_FORMULAE)
    else:
        cell.value = value


FORMATS = {
    "pdf": (MEDIA_TYPES["pdf"], write_pdf),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", write_xlsx),
}
