"""Specimen 1.9 (biên bản) as data, and the lines both writers set."""

import datetime as dt
from dataclasses import dataclass, field, fields, replace
from typing import Any

from backend.documents.form.text import one_line, printable

#: What a reader sees where the record is silent.
BLANK = "…………"
#: The same for a number inside a sentence.
GAP = "……"

NATION = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO = "Độc lập - Tự do - Hạnh phúc"
KIND = "BIÊN BẢN"
DRAFT = "DỰ THẢO"
SECRETARY, CHAIR = "THƯ KÝ", "CHỦ TỌA"
RECEIVERS = "Nơi nhận:"


@dataclass(frozen=True, kw_only=True)
class Paragraph:
    """One paragraph. `style` is body, heading (printed in capitals), item (hung on its label), inner (an item of an
    item) or quote."""

    text: str
    label: str = ""
    style: str = "body"

    @property
    def line(self) -> str:
        return f"{self.label} {self.text}" if self.label and self.text else self.label or self.text


@dataclass(frozen=True, kw_only=True)
class MinutesDocument:
    """Minutes, ready to be set. '' and [] mean unknown and print as a visible blank.

    `number` is as written (05/BB-KT2), '' before there is one. `draft` prints DỰ THẢO above everything.
    The same data gives the same files, byte for byte; `made_at` is the date written inside them.
    """

    parent: str = ""
    organisation: str
    number: str = ""
    symbol: str = ""
    name: str
    start: str = ""
    places: list[str] = field(default_factory=list)
    attendance: list[Paragraph] = field(default_factory=list)
    chairs: list[str] = field(default_factory=list)
    secretaries: list[str] = field(default_factory=list)
    body: list[Paragraph] = field(default_factory=list)
    gathering: str = "hội nghị"
    closing: str = ""
    signing_chairs: list[str] = field(default_factory=list)
    signing_secretary: str = ""
    recipients: list[str] = field(default_factory=list)
    draft: bool = False
    made_at: dt.datetime

    def printable(self) -> "MinutesDocument":
        """The same without anything that cannot stand on paper."""
        return replace(self, **{each.name: _printable(getattr(self, each.name)) for each in fields(self)})

    def parent_line(self) -> str:
        return self.parent.upper()

    def body_line(self) -> str:
        """The issuing body."""
        return self.organisation.upper() or BLANK

    def number_line(self) -> str:
        """Số: 05/BB-KT2; before it is given, its place stays open."""
        if self.number:
            return f"Số: {self.number}"
        return f"Số: {BLANK}/BB-{self.symbol}" if self.symbol else f"Số: {BLANK}/BB"

    def paragraphs(self) -> list[Paragraph]:
        """From the first labelled line to the closing sentence; a line break inside a text begins a new paragraph."""
        return [line for paragraph in [*self._opening(), *self.body, self._ending()] for line in _lines(paragraph)]

    def _opening(self) -> list[Paragraph]:
        return [
            Paragraph(label="Thời gian bắt đầu:", text=self.start or BLANK),
            *_under("Địa điểm:", [Paragraph(text=place) for place in self.places]),
            *_under("Thành phần tham dự:", self.attendance),
            *_under("Chủ trì (chủ tọa):", [Paragraph(text=name) for name in self.chairs]),
            *_under("Thư ký (người ghi biên bản):", [Paragraph(text=name) for name in self.secretaries]),
            Paragraph(label=f"Nội dung (theo diễn biến {self.gathering}):", text=""),
        ]

    def _ending(self) -> Paragraph:
        """The closing sentence; its hour and day stay open where they are unknown."""
        when = self.closing or f"{GAP} giờ {GAP}, ngày {GAP} tháng {GAP} năm {GAP}"
        return Paragraph(text=f"{self.gathering[:1].upper()}{self.gathering[1:]} kết thúc vào {when}./.")

    def signatures(self) -> list[tuple[str, list[str]]]:
        """Who signs, from left to right: the office and, below each other, the names."""
        return [
            (SECRETARY, [self.signing_secretary or BLANK]),
            (CHAIR, [name or BLANK for name in self.signing_chairs] or [BLANK]),
        ]

    def receivers(self) -> list[str]:
        """Nơi nhận, ending with where the file is kept."""
        return [*(f"- {name};" for name in self.recipients if name), "- Lưu: VT, Hồ sơ."]


def _under(label: str, lines: list[Paragraph]) -> list[Paragraph]:
    """One line beside its label, several as a list below it, none as a blank."""
    if len(lines) < 2:
        return [Paragraph(label=label, text=(lines[0].line if lines else "") or BLANK)]
    return [
        Paragraph(label=label, text=""),
        *(
            Paragraph(
                label=line.label or "-", text=line.text or BLANK, style="item" if line.style == "body" else line.style
            )
            for line in lines
        ),
    ]


def _lines(paragraph: Paragraph) -> list[Paragraph]:
    """A label stands before the first line only."""
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
            return Paragraph(text=printable(value.text), label=one_line(value.label), style=value.style)
        case list():
            return [_printable(each) for each in value]
        case _:
            return value
