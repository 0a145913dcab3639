"""Reading .docx and PDF files back, as a test looks at them."""

import io
from dataclasses import dataclass
from functools import cache
from typing import Any

import docx
from docx.oxml.ns import qn
from pypdf import PdfReader


@dataclass(frozen=True)
class Line:
    """A line of text in a PDF: its left end and base line in millimetres from the left and upper edge."""

    text: str
    page: int
    left: float
    top: float
    size: float
    font: str


@cache
def lines(pdf: bytes) -> list[Line]:
    found = []
    for number, sheet in enumerate(PdfReader(io.BytesIO(pdf)).pages, 1):

        def seen(text: str, outer: Any, inner: Any, font: Any, size: float, number: int = number) -> None:
            if text.strip():
                left, top = outer[4] + inner[4] * outer[0], outer[5] + inner[5] * outer[3]
                name = font["/BaseFont"].partition("+")[2]
                found.append(Line(text.strip("\n"), number, left * 25.4 / 72, 297 - top * 25.4 / 72, float(size), name))

        sheet.extract_text(visitor_text=seen)
    return found


def line(pdf: bytes, text: str) -> Line:
    return next(one for one in lines(pdf) if one.text.strip().startswith(text))


def text_of(pdf: bytes) -> str:
    """As one paragraph; the places where a long word may break are no part of it."""
    text = "".join(sheet.extract_text() + "\n" for sheet in PdfReader(io.BytesIO(pdf)).pages)
    return " ".join(text.replace("\u200b", "").split())


def opened(file: bytes) -> Any:
    return docx.Document(io.BytesIO(file))


def written(file: bytes) -> list[Any]:
    """Every paragraph of a .docx in reading order, those in tables included."""
    paper = opened(file)
    tables = list(paper.tables)
    found: list[Any] = []
    for element in paper.element.body:
        if element.tag == qn("w:tbl"):
            table = tables.pop(0)
            found += [paragraph for row in table.rows for cell in row.cells for paragraph in cell.paragraphs]
        elif element.tag == qn("w:p"):
            found.append(next(one for one in paper.paragraphs if one._p is element))
    return found


def paragraph(file: bytes, text: str) -> Any:
    return next(one for one in written(file) if one.text.startswith(text))
