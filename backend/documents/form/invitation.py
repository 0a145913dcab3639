"""Specimen 1.7 (giấy mời) as data, and the lines both writers set; in Vietnamese, or in English for foreign guests."""

import datetime as dt
from dataclasses import dataclass, field
from typing import ClassVar

from backend.documents.form.decree import BLANK, GAP, NUMBER, Letterhead, Paragraph, lines, listed, long_day

ABBREVIATION = "GM"
KIND = {"vi": "GIẤY MỜI", "en": "INVITATION"}
INVITES = {"vi": "{body} trân trọng kính mời: {guest}", "en": "{body} has the honour of inviting: {guest}"}
LABELS = {
    "event": {"vi": "Tới dự", "en": "To attend:"},
    "chair": {"vi": "Chủ trì:", "en": "Chaired by:"},
    "when": {"vi": "Thời gian:", "en": "Time:"},
    "where": {"vi": "Địa điểm:", "en": "Place:"},
    "note": {"vi": "Lưu ý:", "en": "Please note:"},
}
REPLACES = {
    "vi": "Giấy mời này thay thế Giấy mời số {number} ngày {day}.",
    "en": "This invitation replaces invitation No. {number} of {day}.",
}
AS_ABOVE = {"vi": "Như trên", "en": "As above"}
KEPT = {"vi": "- Lưu: VT, {unit}.", "en": "- On file: clerical office, {unit}."}
KEPT_ALONE = {"vi": "- Lưu: VT.", "en": "- On file: clerical office."}
END = "./."


@dataclass(frozen=True, kw_only=True)
class InvitationDocument(Letterhead):
    """An invitation, ready to be set in `language`. '' means unknown and prints as a visible blank where the specimen
    asks for it; `chairs`, `texts`, `note` and `replaces` are left out when there is nothing to say.

    `number` is as written (05/GM-KT2), '' before there is one; `replaces` is the number of the invitation that this one
    takes the place of, and its day. `authority` is quyền hạn and chức vụ, one line each; `signer` the name alone.
    The same data gives the same files, byte for byte; `made_at` is the date written inside them.
    """

    beside: ClassVar[bool] = True

    language: str = "vi"
    parent: str = ""
    organisation: str
    #: The issuing body as a sentence calls it.
    body: str
    number: str = ""
    symbol: str = ""
    place: str = ""
    day: dt.date | None = None
    name: str
    guest: str = ""
    event: str
    chairs: list[str] = field(default_factory=list)
    when: str = ""
    where: str = ""
    texts: list[Paragraph] = field(default_factory=list)
    note: str = ""
    replaces: tuple[str, dt.date] | None = None
    authority: list[str] = field(default_factory=list)
    signer: str = ""
    recipients: list[str] = field(default_factory=list)
    kept_by: str = ""
    draft: bool = False
    made_at: dt.datetime

    def kind(self) -> str:
        return KIND[self.language]

    def number_line(self) -> str:
        """Số: 05/GM-KT2; before it is given, its place stays open."""
        tail = f"{ABBREVIATION}-{self.symbol}" if self.symbol else ABBREVIATION
        return f"{NUMBER[self.language]}: {self.number or f'{BLANK}/{tail}'}"

    def date_line(self) -> str:
        """Đà Nẵng, ngày 05 tháng 01 năm 2021."""
        if self.day is None:
            said = f"ngày {GAP} tháng {GAP} năm {GAP}" if self.language == "vi" else BLANK
        else:
            said = _day(self.day, self.language)
        return f"{self.place or BLANK}, {said}"

    def paragraphs(self) -> list[Paragraph]:
        """From the invitation itself to what is to be minded; the last one ends with ./."""
        found = [
            Paragraph(text=INVITES[self.language].format(body=self.body or BLANK, guest=self.guest or BLANK)),
            self._labelled("event", self.event),
            *([self._labelled("chair", "; ".join(self.chairs))] if self.chairs else []),
            self._labelled("when", self.when),
            self._labelled("where", self.where),
            *(line for text in self.texts if text.text for line in lines(text)),
            *([self._labelled("note", self.note)] if self.note else []),
        ]
        if self.replaces:
            number, day = self.replaces
            found.append(Paragraph(text=REPLACES[self.language].format(number=number, day=_short(day, self.language))))
        *before, last = found
        return [*before, Paragraph(text=last.text.rstrip(". ") + END, label=last.label, style=last.style)]

    def _labelled(self, label: str, text: str) -> Paragraph:
        return Paragraph(label=LABELS[label][self.language], text=text or BLANK)

    def signatures(self) -> list[tuple[str, list[str]]]:
        return [("\n".join(line.upper() for line in self.authority) or BLANK, [self.signer or BLANK])]

    def receivers(self) -> list[str]:
        kept = KEPT[self.language].format(unit=self.kept_by) if self.kept_by else KEPT_ALONE[self.language]
        return [*listed([AS_ABOVE[self.language], *self.recipients]), kept]


def _day(day: dt.date, language: str) -> str:
    return long_day(day) if language == "vi" else f"{day.day} {day:%B} {day.year}"


def _short(day: dt.date, language: str) -> str:
    return f"{day.day:02}/{day.month:02}/{day.year}" if language == "vi" else _day(day, language)
