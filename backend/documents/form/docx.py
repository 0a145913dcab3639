"""The editable document, set in Times New Roman."""

import io
from typing import Any

import docx
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from backend.documents.form.minutes import DRAFT, MOTTO, NATION, MinutesDocument, Paragraph

FONT = "Times New Roman"


def write_docx(document: MinutesDocument) -> bytes:
    paper: Any = docx.Document()
    _page(paper)
    if document.draft:
        _line(paper, DRAFT, bold=True, align=ALIGN.CENTER)
    _head(paper, document)
    _line(paper, "BIÊN BẢN", bold=True, align=ALIGN.CENTER, size=14, before=12)
    _ruled(_line(paper, document.name, bold=True, align=ALIGN.CENTER, size=14), 45)
    for paragraph in [*document.opening(), *document.body, document.ending()]:
        _set(paper, paragraph)
    _signatures(paper, document)
    _line(paper, "Nơi nhận:", bold=True, italic=True, size=12, before=12)
    for receiver in document.receivers():
        _line(paper, receiver, size=11)
    paper.core_properties.title, paper.core_properties.author = document.name[:255], document.organisation[:255]
    paper.core_properties.comments = ""
    out = io.BytesIO()
    paper.save(out)
    return out.getvalue()


def _page(paper: Any) -> None:
    """A4, the decree's margins, and the page number centred in the top margin from page 2 on."""
    section = paper.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin = section.bottom_margin = Mm(20)
    section.left_margin, section.right_margin = Mm(30), Mm(15)
    section.header_distance = Mm(10)
    section.different_first_page_header_footer = True
    style = paper.styles["Normal"]
    style.font.name, style.font.size = FONT, Pt(14)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for script in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
        fonts.set(qn(script), FONT)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "vi-VN")
    style.element.get_or_add_rPr().append(language)
    style.paragraph_format.space_after = Pt(0)
    number = section.header.paragraphs[0]
    number.alignment = ALIGN.CENTER
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    field.append(OxmlElement("w:r"))
    number._p.append(field)


def _line(
    where: Any,
    text: str,
    *,
    bold: bool = False,
    italic: bool = False,
    align: Any = None,
    size: int = 13,
    before: int = 0,
) -> Any:
    paragraph = where.add_paragraph()
    paragraph.alignment = align
    paragraph.paragraph_format.space_before = Pt(before)
    run = paragraph.add_run(text)
    run.bold, run.italic, run.font.size = bold, italic, Pt(size)
    return paragraph


def _ruled(above: Any, indent: int) -> Any:
    """A thin rule below `above`, drawn as the top border of an empty, indented paragraph."""
    rule = OxmlElement("w:p")
    above._p.addnext(rule)
    properties = OxmlElement("w:pPr")
    borders, top = OxmlElement("w:pBdr"), OxmlElement("w:top")
    for name, value in (("val", "single"), ("sz", "6"), ("space", "1"), ("color", "000000")):
        top.set(qn(f"w:{name}"), value)
    borders.append(top)
    spacing, indents = OxmlElement("w:spacing"), OxmlElement("w:ind")
    spacing.set(qn("w:line"), "120")
    spacing.set(qn("w:lineRule"), "exact")
    for side in ("left", "right"):
        indents.set(qn(f"w:{side}"), str(int(indent * 56.7)))
    for part in (borders, spacing, indents):
        properties.append(part)
    rule.append(properties)
    return above


def _head(paper: Any, document: MinutesDocument) -> None:
    """Issuing body and number on the left, the nation and its motto on the right."""
    table = paper.add_table(rows=1, cols=2)
    table.autofit = False
    left, right = table.rows[0].cells
    for cell, width in ((left, Mm(70)), (right, Mm(95))):
        cell.width = width
        cell._tc.remove(cell.paragraphs[0]._p)
    if document.parent:
        _line(left, document.parent.upper(), align=ALIGN.CENTER, size=12)
    _ruled(_line(left, document.organisation.upper(), bold=True, align=ALIGN.CENTER, size=12), 20)
    _line(left, document.number_line(), align=ALIGN.CENTER)
    _line(right, NATION, bold=True, align=ALIGN.CENTER, size=12)
    _ruled(_line(right, MOTTO, bold=True, align=ALIGN.CENTER), 20)
    _line(right, "")


def _set(paper: Any, paragraph: Paragraph) -> None:
    line = paper.add_paragraph()
    line.alignment = ALIGN.JUSTIFY
    form = line.paragraph_format
    form.space_before = Pt(6)
    form.first_line_indent = Mm(12.7)
    if paragraph.style == "heading":
        form.keep_with_next = True
    if paragraph.style == "quote":
        form.left_indent = Mm(12.7)
    if paragraph.label:
        line.add_run(paragraph.label).bold = paragraph.style == "body"
    run = line.add_run(f" {paragraph.text}" if paragraph.label and paragraph.text else paragraph.text)
    run.bold, run.italic = paragraph.style == "heading", paragraph.style == "quote"


def _signatures(paper: Any, document: MinutesDocument) -> None:
    """The secretary signs on the left, the chair on the right; both stay together on one page."""
    table = paper.add_table(rows=1, cols=2)
    row = table.rows[0]
    unsplit = OxmlElement("w:cantSplit")
    row._tr.get_or_add_trPr().append(unsplit)
    for cell, title, name in zip(
        row.cells, ("THƯ KÝ", "CHỦ TỌA"), (document.signing_secretary, document.signing_chair), strict=True
    ):
        cell._tc.remove(cell.paragraphs[0]._p)
        _line(cell, title, bold=True, align=ALIGN.CENTER, size=14, before=12)
        for _ in range(4):
            _line(cell, "")
        _line(cell, name, bold=True, align=ALIGN.CENTER, size=14)
