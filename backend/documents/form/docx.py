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
from backend.documents.form.minutes import DRAFT, KIND, MOTTO, NATION, RECEIVERS, MinutesDocument, Paragraph

FONT = "Times New Roman"


def write_docx(document: MinutesDocument) -> bytes:
    document = document.printable()
    rules = page.rule_lengths(document)
    paper: Any = docx.Document()
    _page(paper)
    _properties(paper, document)
    if document.draft:
        _line(paper, DRAFT, bold=True, align=ALIGN.CENTER, size=14).paragraph_format.space_after = Pt(6)
    _head(paper, document, rules)
    _line(paper, KIND, bold=True, align=ALIGN.CENTER, size=14, before=12)
    name = _line(paper, document.name, bold=True, align=ALIGN.CENTER, size=14)
    _ruled(name, rules["title"], page.WIDTH - page.LEFT - page.RIGHT)
    for paragraph in document.paragraphs():
        last = _set(paper, paragraph)
    last.paragraph_format.keep_with_next = True
    _signatures(paper, document)
    _line(paper, RECEIVERS, bold=True, italic=True, size=12, before=12).paragraph_format.keep_with_next = True
    for receiver in document.receivers():
        _line(paper, receiver, size=11)
    out = io.BytesIO()
    paper.save(out)
    return dated(out, document.made_at)


def _page(paper: Any) -> None:
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
    language.set(qn("w:val"), "vi-VN")
    style.element.get_or_add_rPr().append(language)
    style.paragraph_format.space_after = Pt(0)
    style.paragraph_format.line_spacing = 1
    number = section.header.paragraphs[0]
    number.alignment = ALIGN.CENTER
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    field.append(OxmlElement("w:r"))
    number._p.append(field)


def _properties(paper: Any, document: MinutesDocument) -> None:
    """What a file manager shows; nothing of the library's own template stays."""
    known = paper.core_properties
    known.title, known.author, known.language = document.name[:255], document.organisation[:255], "vi-VN"
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


def _head(paper: Any, document: MinutesDocument, rules: dict[str, float]) -> None:
    """Issuing body and number on the left, the nation and its motto on the right."""
    left, right = _columns(paper, page.BODY_COLUMN, page.NATION_COLUMN)
    if document.parent:
        _line(left, document.parent_line(), align=ALIGN.CENTER, size=12)
    body = _line(left, document.body_line(), bold=True, align=ALIGN.CENTER, size=12)
    _ruled(body, rules["body"], page.BODY_COLUMN)
    _line(left, document.number_line(), align=ALIGN.CENTER)
    _line(right, NATION, bold=True, align=ALIGN.CENTER, size=12)
    _ruled(_line(right, MOTTO, bold=True, align=ALIGN.CENTER), rules["motto"], page.NATION_COLUMN)


def _columns(paper: Any, *widths: float) -> Any:
    """An invisible table of one row that no page break splits; its cells are empty and without inner margins."""
    table = paper.add_table(rows=1, cols=len(widths))
    table.autofit = False
    table._tbl.tblPr.find(qn("w:tblLook")).addprevious(  # the schema wants it there, and Word keeps to the schema
        parse_xml(
            f"<w:tblCellMar {nsdecls('w')}><w:left w:w='0' w:type='dxa'/><w:right w:w='0' w:type='dxa'/></w:tblCellMar>"
        )
    )
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
    for column, cell, width in zip(table.columns, table.rows[0].cells, widths, strict=True):
        column.width = cell.width = Mm(width)
        cell._tc.remove(cell.paragraphs[0]._p)
    return table.rows[0].cells


def _set(paper: Any, paragraph: Paragraph) -> Any:
    line = paper.add_paragraph()
    line.alignment = ALIGN.JUSTIFY
    form = line.paragraph_format
    form.space_before, form.line_spacing = Pt(page.PARAGRAPH_GAP), page.LINE_SPACING
    form.first_line_indent = Mm(page.INDENT)
    form.left_indent = {"quote": Mm(page.INDENT), "inner": Mm(page.INDENT / 2)}.get(paragraph.style)
    form.keep_with_next = paragraph.style == "heading" or None
    run = line.add_run(paragraph.line)
    run.bold, run.italic = paragraph.style == "heading", paragraph.style == "quote"
    return line


def _signatures(paper: Any, document: MinutesDocument) -> None:
    """The secretary signs on the left, the chair on the right; both stay together on one page."""
    signed = document.signatures()
    width = (page.WIDTH - page.LEFT - page.RIGHT) / len(signed)
    for cell, (office, names) in zip(_columns(paper, *[width for _ in signed]), signed, strict=True):
        lines = [_line(cell, office, bold=True, align=ALIGN.CENTER, size=14, before=12)]
        room = page.SIGNATURE * 72 / 25.4
        lines += [_line(cell, name, bold=True, align=ALIGN.CENTER, size=14, before=room) for name in names]
        for line in lines:
            line.paragraph_format.keep_with_next = True
