"""Specimen 1.1 (nghị quyết) as data, and the lines both writers set, in Vietnamese."""

import datetime as dt
from dataclasses import dataclass, field, replace
from typing import ClassVar

from backend.documents.form.decree import BLANK, GAP, NUMBER, Letterhead, Paragraph, lines, listed, long_day

ABBREVIATION = "NQ"
KIND = "NGHỊ QUYẾT"
RESOLVES = "QUYẾT NGHỊ:"
END = "./."


@dataclass(frozen=True, kw_only=True)
class ResolutionDocument(Letterhead):
    """A resolution, ready to be set. '' means unknown and prints as a visible blank where the specimen asks for it.

    `authority_name` is thẩm quyền ban hành (the conference that resolves), `authority` quyền hạn and chức vụ of the
    signer, one line each. `body` are Điều (style article), khoản and điểm. `carried_out_by` is the Điều that says who
    carries it out: the first of the receivers. The same data gives the same files, byte for byte.
    """

    beside: ClassVar[bool] = True
    language: ClassVar[str] = "vi"

    parent: str = ""
    organisation: str
    number: str = ""
    symbol: str = ""
    place: str = ""
    day: dt.date | None = None
    name: str
    authority_name: str
    preamble: list[str] = field(default_factory=list)
    body: list[Paragraph] = field(default_factory=list)
    authority: list[str] = field(default_factory=list)
    signer: str = ""
    carried_out_by: str = ""
    recipients: list[str] = field(default_factory=list)
    kept_by: str = ""
    draft: bool = False
    made_at: dt.datetime

    def kind(self) -> str:
        return KIND

    def number_line(self) -> str:
        """Số: 05/NQ-KT2; before it is given, its place stays open."""
        tail = f"{ABBREVIATION}-{self.symbol}" if self.symbol else ABBREVIATION
        return f"{NUMBER[self.language]}: {self.number or f'{BLANK}/{tail}'}"

    def date_line(self) -> str:
        said = long_day(self.day) if self.day else f"ngày {GAP} tháng {GAP} năm {GAP}"
        return f"{self.place or BLANK}, {said}"

    def paragraphs(self) -> list[Paragraph]:
        """Who resolves, on what grounds, and what: the căn cứ end with ; and the last with a full stop, the text with ./."""
        grounds = [text.rstrip(" .;,") for text in self.preamble if text]
        marks = [";"] * (len(grounds) - 1) + ["."]
        found = [
            Paragraph(text=self.authority_name.upper() or BLANK, style="centred"),
            *(Paragraph(text=text + mark, style="recital") for text, mark in zip(grounds, marks, strict=False)),
            Paragraph(text=RESOLVES, style="centred"),
            *(line for paragraph in self.body for line in lines(paragraph)),
        ]
        if not self.body:
            return [*found, Paragraph(text=BLANK)]
        *before, last = found
        return [*before, replace(last, text=last.text.rstrip(" ./;,") + END)]

    def signatures(self) -> list[tuple[str, list[str]]]:
        return [("\n".join(line.upper() for line in self.authority) or BLANK, [self.signer or BLANK])]

    def receivers(self) -> list[str]:
        first = f"Như {self.carried_out_by}" if self.carried_out_by else "Như trên"
        kept = f"- Lưu: VT, {self.kept_by}." if self.kept_by else "- Lưu: VT."
        return [*listed([first, *self.recipients]), kept]
