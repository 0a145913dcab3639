"""Specimen 1.9 (biên bản) as data, and the lines both writers set."""

import datetime as dt
from dataclasses import dataclass, field

#: What a reader sees where the record is silent.
BLANK = "…………"

NATION = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO = "Độc lập - Tự do - Hạnh phúc"
DRAFT = "DỰ THẢO"


@dataclass(frozen=True, kw_only=True)
class Paragraph:
    """One paragraph. `style` is body, heading, item (hung on its label) or quote."""

    text: str
    label: str = ""
    style: str = "body"

    @property
    def line(self) -> str:
        return f"{self.label} {self.text}" if self.label else self.text


@dataclass(frozen=True, kw_only=True)
class MinutesDocument:
    """Minutes, ready to be set. '' and [] mean unknown and print as a visible blank.

    `number` is as written (05/BB-KT2), '' before there is one. `draft` prints DỰ THẢO above everything.
    With the same `made_at` the same data gives the same PDF, byte for byte.
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
    signing_chair: str = ""
    signing_secretary: str = ""
    recipients: list[str] = field(default_factory=list)
    draft: bool = False
    made_at: dt.datetime | None = None

    def number_line(self) -> str:
        """Số: 05/BB-KT2; before it is given, its place stays open."""
        if self.number:
            return f"Số: {self.number}"
        return f"Số: {BLANK}/BB-{self.symbol}" if self.symbol else f"Số: {BLANK}/BB"

    def opening(self) -> list[Paragraph]:
        """The labelled lines before the text."""
        return [
            Paragraph(label="Thời gian bắt đầu:", text=self.start or BLANK),
            *_under("Địa điểm:", [Paragraph(text=place) for place in self.places]),
            *_under("Thành phần tham dự:", self.attendance),
            *_under("Chủ trì (chủ tọa):", [Paragraph(text=name) for name in self.chairs]),
            *_under("Thư ký (người ghi biên bản):", [Paragraph(text=name) for name in self.secretaries]),
            Paragraph(label=f"Nội dung (theo diễn biến {self.gathering}):", text=""),
        ]

    def ending(self) -> Paragraph:
        """The closing sentence; its hour and day stay open where they are unknown."""
        when = self.closing or f"{BLANK} giờ {BLANK}, ngày {BLANK} tháng {BLANK} năm {BLANK}"
        return Paragraph(text=f"{self.gathering[:1].upper()}{self.gathering[1:]} kết thúc vào {when}./.")

    def receivers(self) -> list[str]:
        """Nơi nhận, ending with where the file is kept."""
        return [*(f"- {name};" for name in self.recipients), "- Lưu: VT, Hồ sơ."]


def _under(label: str, lines: list[Paragraph]) -> list[Paragraph]:
    """One line beside its label, several as a list below it, none as a blank."""
    if len(lines) < 2:
        return [Paragraph(label=label, text=lines[0].line if lines else BLANK)]
    return [
        Paragraph(label=label, text=""),
        *(Paragraph(label=line.label or "-", text=line.text, style="item") for line in lines),
    ]
