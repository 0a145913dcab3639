"""The tellers' minutes (biên bản kiểm phiếu) as data, in the form of specimen 1.9; in Vietnamese or English."""

import datetime as dt
from dataclasses import dataclass, field
from typing import ClassVar

from backend.documents.form.decree import BLANK, NUMBER, Letterhead, Paragraph, lines

KIND = {"vi": "BIÊN BẢN", "en": "MINUTES"}
NAME = {"vi": "Kiểm phiếu", "en": "Counting of votes"}
TELLERS = {"vi": "BAN KIỂM PHIẾU", "en": "THE TELLERS"}
CHAIR = {"vi": "CHỦ TỌA", "en": "THE CHAIR"}
KEPT = {"vi": "- Lưu: VT, Hồ sơ.", "en": "- On file: clerical office."}
END = "./."


@dataclass(frozen=True, kw_only=True)
class TellersDocument(Letterhead):
    """What the tellers sign, ready to be set in `language`; `tellers` and `chairs` are the names of whoever signs.

    `draft` prints DỰ THẢO above everything. The same data gives the same files, byte for byte; `made_at` is the date
    written inside them.
    """

    beside: ClassVar[bool] = False

    language: str = "vi"
    parent: str = ""
    organisation: str
    symbol: str = ""
    body: list[Paragraph]
    tellers: list[str] = field(default_factory=list)
    chairs: list[str] = field(default_factory=list)
    draft: bool = False
    made_at: dt.datetime

    @property
    def name(self) -> str:
        return NAME[self.language]

    def kind(self) -> str:
        return KIND[self.language]

    def number_line(self) -> str:
        """Its place stays open: the tellers' minutes are numbered on paper."""
        return f"{NUMBER[self.language]}: {BLANK}/BB{f'-{self.symbol}' if self.symbol else ''}"

    def date_line(self) -> str:
        """Minutes have none: their text says when they were taken."""
        return ""

    def paragraphs(self) -> list[Paragraph]:
        *before, last = [line for paragraph in self.body for line in lines(paragraph)]
        return [*before, Paragraph(text=last.text.rstrip(". ") + END, label=last.label, style=last.style)]

    def signatures(self) -> list[tuple[str, list[str]]]:
        return [
            (TELLERS[self.language], self.tellers or [BLANK]),
            (CHAIR[self.language], self.chairs or [BLANK]),
        ]

    def receivers(self) -> list[str]:
        return [KEPT[self.language]]
