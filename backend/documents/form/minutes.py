"""Specimen 1.9 (biên bản) as data, and the lines both writers set."""

import datetime as dt
from dataclasses import dataclass, field
from typing import ClassVar

from backend.documents.form.decree import BLANK, GAP, Letterhead, Paragraph, lines, listed

KIND = "BIÊN BẢN"
SECRETARY, CHAIR = "THƯ KÝ", "CHỦ TỌA"


@dataclass(frozen=True, kw_only=True)
class MinutesDocument(Letterhead):
    """Minutes, ready to be set, in Vietnamese. '' and [] mean unknown and print as a visible blank.

    `number` is as written (05/BB-KT2), '' before there is one. `draft` prints DỰ THẢO above everything.
    The same data gives the same files, byte for byte; `made_at` is the date written inside them.
    """

    beside: ClassVar[bool] = False
    language: ClassVar[str] = "vi"

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

    def kind(self) -> str:
        return KIND

    def date_line(self) -> str:
        """Minutes have none: their text says when they were taken."""
        return ""

    def number_line(self) -> str:
        """Số: 05/BB-KT2; before it is given, its place stays open."""
        if self.number:
            return f"Số: {self.number}"
        return f"Số: {BLANK}/BB-{self.symbol}" if self.symbol else f"Số: {BLANK}/BB"

    def paragraphs(self) -> list[Paragraph]:
        """From the first labelled line to the closing sentence; a line break inside a text begins a new paragraph."""
        return [line for paragraph in [*self._opening(), *self.body, self._ending()] for line in lines(paragraph)]

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
        return [*listed(self.recipients), "- Lưu: VT, Hồ sơ."]


def _under(label: str, under: list[Paragraph]) -> list[Paragraph]:
    """One line beside its label, several as a list below it, none as a blank."""
    if len(under) < 2:
        return [Paragraph(label=label, text=(under[0].line if under else "") or BLANK)]
    return [
        Paragraph(label=label, text=""),
        *(
            Paragraph(
                label=line.label or "-", text=line.text or BLANK, style="item" if line.style == "body" else line.style
            )
            for line in under
        ),
    ]
