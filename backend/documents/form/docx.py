"""The editable document, set in Times New Roman."""

import datetime as dt
import io
from typing import Any

import docx
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt

from backend.documents.form import page
from backend.documents.form.archive import dated
from backend.documents.form.decree import (
    DRAFT,
    LOCALES,
    MOTTO,
    NATION,
    RECEIVERS,
    DecreeForm,
    Paragraph,
    without_the_unprintable,
)

FONT = "Times New Roman"


def write_docx(document: DecreeForm) -> bytes:
    document = without_the_unprintable(document)
    rules = page.rule_lengths(document)
    paper: Any = docx.Document()
    _page(paper, LOCALES[document.language])
    _properties(paper, document)
    if document.draft:
        _line(
            paper, DRAFT[document.language], bold=True, align=ALIGN.CENTER, size=14
        ).paragraph_format.space_after = Pt(6)
    _head(paper, document, rules)
    _line(paper, document.kind(), bold=True, align=ALIGN.CENTER, size=14, before=12)
    name = _line(paper, document.name, bold=True, align=ALIGN.CENTER, size=14)
    _ruled(name, rules["title"], page.WIDTH - page.LEFT - page.RIGHT)
    for paragraph in document.paragraphs():
        last = _set(paper, paragraph)
    last.paragraph_format.keep_with_next = True
    if document.beside:
        receivers, signed = _columns(
            paper, page.RECEIVERS_COLUMN, page.WIDTH - page.LEFT - page.RIGHT - page.RECEIVERS_COLUMN
        )
        _receivers(receivers, document)
        for office, names in document.signatures():
            _signature(signed, office, names)
    else:
        _signatures(paper, document)
        _receivers(paper, document)
    out = io.BytesIO()
    paper.save(out)
    return dated(out, document.made_at)


def _page(paper: Any, locale: str) -> None:
    """A4, the decree's margins, and the page number centred in the top margin from page 2 on."""
    section = paper.sections[0]
    section.page_width, section.page_height = Mm(page.WIDTH), Mm(page.HEIGHT)
    section.top_margin, section.bottom_margin = Mm(page.TOP), Mm(page.BOTTOM)
    section.left_margin, section.right_margin = Mm(page.LEFT), Mm(page.RIGHT)
    section.header_distance = Mm(10)
    section.different_first_page_header_footer = True
    style = paper.styles["Normal"]
    style.font.name, style.font.size = FONT, Pt(14)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for script in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
        fonts.set(qn(script), FONT)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), locale)
    style.element.get_or_add_rPr().append(language)
    style.paragraph_format.space_after = Pt(0)
    style.paragraph_format.line_spacing = 1
    number = section.header.paragraphs[0]
    number.alignment = ALIGN.CENTER
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    field.append(OxmlElement("w:r"))
    number._p.append(field)


def _properties(paper: Any, document: DecreeForm) -> None:
    """What a file manager shows; nothing of the library's own template stays."""
    known = paper.core_properties
    known.title, known.author, known.language = (
        document.name[:255],
        document.organisation[:255],
        LOCALES[document.language],
    )
    known.comments = known.last_modified_by = known.keywords = ""
    known.created = known.modified = document.made_at.astimezone(dt.UTC).replace(tzinfo=None, microsecond=0)
    package = paper.part.package
    for key in [key for key, one in package.rels.items() if one.reltype == RELATIONSHIP_TYPE.THUMBNAIL]:
        del package.rels[key]
    word_2013 = parse_xml(
        f"<w:compat {nsdecls('w')}><w:compatSetting w:name='compatibilityMode'"
        " w:uri='http://schemas.microsoft.com/office/word' w:val='15'/></w:compat>"
    )
    compat = paper.settings.element.find(qn("w:compat"))
    if compat is not None:
        paper.settings.element.replace(compat, word_2013)


def _line(
    where: Any,
    text: str,
    *,
    bold: bool = False,
    italic: bool = False,
    align: Any = None,
    size: int = 13,
    before: float = 0,
) -> Any:
    paragraph = where.add_paragraph()
    paragraph.alignment = align
    paragraph.paragraph_format.space_before = Pt(before)
    run = paragraph.add_run(text)
    run.bold, run.italic, run.font.size = bold, italic, Pt(size)
    return paragraph


def _ruled(above: Any, length: float, width: float) -> None:
    """A thin rule of that length below `above`, centred: the top border of an empty paragraph, indented in `width`."""
    indent = round((width - length) / 2 * 1440 / 25.4)
    above._p.addnext(
        parse_xml(
            f"<w:p {nsdecls('w')}><w:pPr><w:pBdr><w:top w:val='single' w:sz='6' w:space='1' w:color='000000'/></w:pBdr>"
            f"<w:spacing w:before='60' w:line='160' w:lineRule='exact'/><w:ind w:left='{indent}' w:right='{indent}'/>"
            "</w:pPr></w:p>"
        )
    )


def _head(paper: Any, document: DecreeForm, rules: dict[str, float]) -> None:
    """Issuing body on the left, the nation and its motto on the right; below them, on one line, number and date."""
    (left, right), (below_left, below_right) = _table(paper, 2, page.BODY_COLUMN, page.NATION_COLUMN)
    if parent := document.parent_line():
        _line(left, parent, align=ALIGN.CENTER, size=12)
    body = _line(left, document.body_line(), bold=True, align=ALIGN.CENTER, size=12)
    _ruled(body, rules["body"], page.BODY_COLUMN)
    _line(right, NATION[document.language], bold=True, align=ALIGN.CENTER, size=12)
    motto = _line(right, MOTTO[document.language], bold=True, align=ALIGN.CENTER)
    _ruled(motto, rules["motto"], page.NATION_COLUMN)
    _line(below_left, document.number_line(), align=ALIGN.CENTER)
    _line(below_right, document.date_line(), italic=True, align=ALIGN.CENTER)


def _columns(paper: Any, *widths: float) -> Any:
    """The cells of an invisible table of one row."""
    return _table(paper, 1, *widths)[0]


def _table(paper: Any, rows: int, *widths: float) -> Any:
    """The cells, row by row, of an invisible table; no page break splits a row. They are empty and without inner
    margins."""
    table = paper.add_table(rows=rows, cols=len(widths))
    table.autofit = False
    table._tbl.tblPr.find(qn("w:tblLook")).addprevious(  # the schema wants it there, and Word keeps to the schema
        parse_xml(
            f"<w:tblCellMar {nsdecls('w')}><w:left w:w='0' w:type='dxa'/><w:right w:w='0' w:type='dxa'/></w:tblCellMar>"
        )
    )
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
    for row in table.rows:
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = Mm(width)
            cell._tc.remove(cell.paragraphs[0]._p)
    return [row.cells for row in table.rows]


def _set(paper: Any, paragraph: Paragraph) -> Any:
    if paragraph.style == "table":
        _line(paper, "", size=3)
        _grid(paper, paragraph.cells)
        return _line(paper, "", size=3)  # Word makes one table of two with nothing between them
    line = paper.add_paragraph()
    centred = paragraph.style == "centred"
    line.alignment = ALIGN.CENTER if centred else ALIGN.JUSTIFY
    form = line.paragraph_format
    form.space_before, form.line_spacing = Pt(page.PARAGRAPH_GAP * (2 if centred else 1)), page.LINE_SPACING
    form.first_line_indent = None if centred else Mm(page.INDENT)
    form.left_indent = {"quote": Mm(page.INDENT), "inner": Mm(page.INDENT / 2)}.get(paragraph.style)
    form.keep_with_next = paragraph.style in ("heading", "centred") or None
    text = paragraph.line
    if paragraph.style == "article" and paragraph.label:
        line.add_run(paragraph.label).bold = True
        text = text.removeprefix(paragraph.label)
    run = line.add_run(text)
    run.bold, run.italic = paragraph.style in ("heading", "centred"), paragraph.style in ("quote", "recital")
    return line


def _grid(paper: Any, cells: tuple[tuple[str, ...], ...]) -> None:
    """A ruled table, whose head stands again on each page."""
    widths = [page.TABLE_LABELS, *[page.TABLE_COLUMN] * (len(cells[0]) - 1)]
    table = paper.add_table(rows=len(cells), cols=len(widths), style="Table Grid")
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
    for number, (row, said) in enumerate(zip(table.rows, cells, strict=True)):
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        if not number:
            row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
        for place, (cell, text, width) in enumerate(zip(row.cells, said, widths, strict=True)):
            cell.width = Mm(width)
            line = cell.paragraphs[0]
            line.alignment = ALIGN.LEFT if not place else ALIGN.RIGHT if number else ALIGN.CENTER
            run = line.add_run(text)
            run.bold, run.font.size = not number, Pt(page.TABLE_SIZE)


def _signatures(paper: Any, document: DecreeForm) -> None:
    """Whoever signs on the left and on the right; both stay together on one page."""
    signed = document.signatures()
    width = (page.WIDTH - page.LEFT - page.RIGHT) / len(signed)
    for cell, (office, names) in zip(_columns(paper, *[width for _ in signed]), signed, strict=True):
        _signature(cell, office, names)


def _signature(cell: Any, office: str, names: list[str]) -> None:
    first, *more = office.split("\n")
    lines = [_line(cell, first, bold=True, align=ALIGN.CENTER, size=14, before=12)]
    lines += [_line(cell, text, bold=True, align=ALIGN.CENTER, size=14) for text in more]
    room = page.SIGNATURE * 72 / 25.4
    lines += [_line(cell, name, bold=True, align=ALIGN.CENTER, size=14, before=room) for name in names]
    for line in lines:
        line.paragraph_format.keep_with_next = True


def _receivers(where: Any, document: DecreeForm) -> None:
    title = _line(where, RECEIVERS[document.language], bold=True, italic=True, size=12, before=12)
    title.paragraph_format.keep_with_next = True
    for receiver in document.receivers():
        _line(where, receiver, size=11)
