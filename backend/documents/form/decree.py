"""What every document in the decree's form has: its parts as data, and the lines both writers set."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from typing import Any, ClassVar, Protocol, TypeVar

from backend.documents.form.text import one_line, printable

#: What a reader sees where the record is silent.
BLANK = "…………"
#: The same for a number inside a sentence.
GAP = "……"

NATION = {"vi": "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "en": "THE SOCIALIST REPUBLIC OF VIET NAM"}
MOTTO = {"vi": "Độc lập - Tự do - Hạnh phúc", "en": "Independence - Freedom - Happiness"}
DRAFT = {"vi": "DỰ THẢO", "en": "DRAFT"}
NUMBER = {"vi": "Số", "en": "No."}
RECEIVERS = {"vi": "Nơi nhận:", "en": "Recipients:"}
#: As programs name the languages documents are written in.
LOCALES = {"vi": "vi-VN", "en": "en-GB"}


@dataclass(frozen=True, kw_only=True)
class Paragraph:
    """One paragraph. `style` is body, heading (printed in capitals), item (hung on its label), inner (an item of an
    item), quote, recital (a căn cứ, in italics), article (its label in bold), centred (a bold line in the middle) or table:
    it has `cells` alone, row by row, of which the first is the head; in the first column stands whose row it is."""

    text: str = ""
    label: str = ""
    style: str = "body"
    cells: tuple[tuple[str, ...], ...] = ()

    @property
    def line(self) -> str:
        return f"{self.label} {self.text}" if self.label and self.text else self.label or self.text


class Letterhead:
    """The lines above the title that every document in the form has alike."""

    parent: str
    organisation: str

    def parent_line(self) -> str:
        return self.parent.upper()

    def body_line(self) -> str:
        """The issuing body."""
        return self.organisation.upper() or BLANK


class DecreeForm(Protocol):
    """A document, ready to be set. `beside`: the receivers stand left of the signatures, not below them."""

    beside: ClassVar[bool]

    @property
    def language(self) -> str: ...
    @property
    def organisation(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def draft(self) -> bool: ...
    @property
    def made_at(self) -> dt.datetime: ...

    def kind(self) -> str: ...
    def parent_line(self) -> str: ...
    def body_line(self) -> str: ...
    def number_line(self) -> str: ...
    def date_line(self) -> str:
        """Place and date of issue, "" for a kind of document that has none in its head."""

    def paragraphs(self) -> list[Paragraph]: ...
    def signatures(self) -> list[tuple[str, list[str]]]:
        """Who signs, from left to right: the office, of one or more lines, and, below each other, the names."""

    def receivers(self) -> list[str]:
        """Nơi nhận, ending with where the file is kept."""


def long_day(day: dt.date) -> str:
    """ngày 05 tháng 01 năm 2021: days below 10 and the months 1 and 2 have a zero before them."""
    month = f"{day.month:02}" if day.month < 3 else str(day.month)
    return f"ngày {day.day:02} tháng {month} năm {day.year}"


def listed(receivers: Iterable[str]) -> list[str]:
    """Each receiver on a line, once, also where it was written down with a dash and a semicolon of its own."""
    named = dict.fromkeys(name.strip().removeprefix("-").removesuffix(";").strip() for name in receivers)
    return [f"- {name};" for name in named if name]


Written = TypeVar("Written")


def without_the_unprintable(document: Written) -> Written:
    """The same dataclass without anything that cannot stand on paper."""
    return replace(document, **{one.name: _printable(getattr(document, one.name)) for one in fields(document)})  # type: ignore[type-var, arg-type]


def lines(paragraph: Paragraph) -> list[Paragraph]:
    """A line break inside a text begins a new paragraph; a label stands before the first one only."""
    text = paragraph.text.upper() if paragraph.style == "heading" else paragraph.text
    first, *rest = [line.strip() for line in text.split("\n")]
    return [
        replace(paragraph, text=first),
        *(replace(paragraph, text=line, label="") for line in rest if line),
    ]


def _printable(value: Any) -> Any:
    match value:
        case str():
            return one_line(value)
        case Paragraph():
            cells = tuple(tuple(one_line(cell) for cell in row) for row in value.cells)
            return Paragraph(text=printable(value.text), label=one_line(value.label), style=value.style, cells=cells)
        case list():
            return [_printable(each) for each in value]
        case _:
            return value
