"""The programme on paper: PDF/A-2b, A4, within the decree's margins."""

import itertools
from pathlib import Path
from typing import Any

from backend.conferences.printing.errors import NotPrinted
from backend.conferences.printing.sheet import Line, Sheet, Who
from backend.conferences.printing.words import BLANK, WORDS
from backend.documents.form import faces, page
from backend.documents.form.press import NotTypeset, typeset_bounded
from backend.documents.form.text import in_glyphs, names_together

TEMPLATE = Path(__file__).with_name("programme.typ")
WIDTH = page.WIDTH - page.LEFT - page.RIGHT
#: Millimetres for time, content and speaker, and the room where it is told; side by side, one column for each language.
PLAIN, WITH_ROOMS, SIDE_BY_SIDE = (27, 82, 55), (27, 60, 46, 31), (25, 69.5, 69.5)
#: Between text and rule, on either side.
INSET = 1.6
#: Points: headings and texts, and what is set smaller beside them.
SIZE, SMALL = 12, 10.5
SIZE_SIDE_BY_SIDE, SMALL_SIDE_BY_SIDE = 11, 10
#: Further to the right for each level; deeper ones than the last share its place.
STEP, DEEPEST = 3, 4
#: A line of the table with more characters than this may break over pages; all others are kept together.
KEPT_TOGETHER = 700
#: As many headings above each other stay on the page of the line below them.
LEADING = 4

Run = dict[str, Any]
Row = dict[str, Any]


def write_pdf(sheet: Sheet) -> bytes:
    """The same sheet gives the same bytes on every machine. Raises NotPrinted when it takes too long or too much
    memory: it is set in a process of its own, which is ended then."""
    try:
        return typeset_bounded(TEMPLATE, _Pages(sheet).data(), made_at=sheet.made_at)
    except NotTypeset as failed:
        raise NotPrinted() from failed


class _Pages:
    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.two = len(sheet.languages) > 1
        self.columns: tuple[float, ...] = SIDE_BY_SIDE if self.two else WITH_ROOMS if sheet.with_rooms else PLAIN
        self.size: float = SIZE_SIDE_BY_SIDE if self.two else SIZE
        self.small: float = SMALL_SIDE_BY_SIDE if self.two else SMALL

    def data(self) -> dict[str, Any]:
        sheet = self.sheet
        lead = next(filter(None, sheet.lead.values()), "")
        return {
            "face": faces.FAMILY,
            "languages": sheet.languages,
            "margin": {"top": page.TOP, "bottom": page.BOTTOM, "left": page.LEFT, "right": page.RIGHT},
            "columns": self.columns,
            "inset": INSET,
            "sizes": {"text": self.size, "small": self.small},
            "name": in_glyphs(next(filter(None, sheet.title.values()), BLANK)),
            "author": in_glyphs(lead),
            "stamp": " · ".join(sheet.stamp.values()),
            "imprint": " · ".join(sheet.imprint.values()),
            "heads": [self.head(code) for code in sheet.languages],
            "header": self.header(),
            "lines": _grouped([self.row(line) for line in sheet.lines]),
            "empty": [WORDS["empty"][code] for code in sheet.languages],
            "reserve": _grouped([self.row(line) for line in sheet.reserve]),
            "reserve_title": [WORDS["reserve"][code] for code in sheet.languages],
            "elsewhere": [self.elsewhere(code) for code in sheet.languages],
        }

    def head(self, code: str) -> dict[str, Any]:
        sheet = self.sheet
        parts = [
            ("when", [sheet.when[code]]),
            ("where", [place[code] for place in sheet.places if place[code]]),
            ("with", [other[code] for other in sheet.others if other[code]]),
        ]
        return {
            "parent": in_glyphs(_together(sheet.parent.get(code, ""), code).upper()),
            "lead": in_glyphs(_together(sheet.lead.get(code, ""), code).upper()) or BLANK,
            "kind": WORDS["title"][code],
            "title": in_glyphs(_together(sheet.title[code], code)) or BLANK,
            "facts": [
                {
                    "label": f"{WORDS[label][code]}:",
                    "lines": [in_glyphs(_together(text, code)) for text in texts if text] or [BLANK],
                }
                for label, texts in parts
                if texts or label != "with"
            ],
        }

    def header(self) -> list[list[str]]:
        codes = self.sheet.languages
        if self.two:
            both = [[f"{WORDS['content'][code]} – {WORDS['speaker'][code].lower()}"] for code in codes]
            return [[WORDS["when"][code] for code in codes], *both]
        labels = ["when", "content", "speaker", "where"][: len(self.columns)]
        return [[WORDS[label][codes[0]]] for label in labels]

    def elsewhere(self, code: str) -> str:
        places = [place[code] for place in self.sheet.elsewhere if place[code]]
        return in_glyphs(f"{WORDS['where'][code]}: {'; '.join(places)}.") if places else ""

    def row(self, line: Line) -> Row:
        heading = line.entry is None
        cells = self.headed(line) if heading else self.side_by_side(line) if self.two else self.in_columns(line)
        return {
            "kind": line.kind,
            "heading": heading,
            "step": STEP * min(line.depth, DEEPEST),
            "beside": line.beside,
            "whole": sum(len(run["text"]) for cell in cells for run in cell) < KEPT_TOGETHER,
            "cells": cells,
        }

    def headed(self, line: Line) -> list[list[Run]]:
        width = WIDTH / len(self.sheet.languages)
        return [[self.run(line.title[code], code, width=width)] for code in self.sheet.languages]

    def in_columns(self, line: Line) -> list[list[Run]]:
        (code,) = self.sheet.languages
        time, content, speaker, *room = self.columns
        cells = [self.time(line, time), self.content(line, code, content), self.people(line, code, speaker)]
        return [*cells, self.rooms(line, code, room[0])] if room else cells

    def side_by_side(self, line: Line) -> list[list[Run]]:
        time, *columns = self.columns
        return [
            self.time(line, time),
            *(
                [
                    *self.content(line, code, width),
                    *self.people(line, code, width),
                    *(self.rooms(line, code, width) if self.sheet.with_rooms else []),
                ]
                for code, width in zip(self.sheet.languages, columns, strict=True)
            ),
        ]

    def time(self, line: Line, width: float) -> list[Run]:
        """Exact times read alike in both languages. Where nothing is known there is a blank, and the length if known."""
        said = [text for text in dict.fromkeys(line.time.values()) if text]
        runs = [self.run(text, code, width=width) for text, code in zip(said, self.sheet.languages, strict=False)]
        if not runs:
            runs = [self.run(BLANK, self.sheet.languages[0], width=width)]
        if line.starts is None and line.minutes:
            length = dict.fromkeys(WORDS["length"][code].format(n=line.minutes) for code in self.sheet.languages)
            runs += [self.run(text, self.sheet.languages[0], "note", width=width) for text in length]
        struck = line.off or line.later
        return [{**run, "off": struck} for run in runs]

    def content(self, line: Line, code: str, width: float) -> list[Run]:
        mark = f"({line.mark[code]})" if line.mark else ""
        title = self.run(line.title[code] or BLANK, code, width=width - STEP * min(line.depth, DEEPEST), off=line.off)
        runs = [{**title, "after": mark}]
        if reason := line.reason.get(code):
            runs.append(self.run(f"{WORDS['reason'][code]}: {reason}", code, "note", width=width))
        return runs

    def people(self, line: Line, code: str, width: float) -> list[Run]:
        chairs = [self.person(who, code, width, line, chair=True) for who in line.chairs]
        return [*chairs, *(self.person(who, code, width, line) for who in line.speakers)]

    def person(self, who: Who, code: str, width: float, line: Line, *, chair: bool = False) -> Run:
        run = self.run(who.name[code] or BLANK, code, "who", width=width, off=line.off)
        label = f"{WORDS['chair'][code]}:" if chair else ""
        return {**run, "label": label, "below": self.glyphs(who.office.get(code, ""), width)}

    def rooms(self, line: Line, code: str, width: float) -> list[Run]:
        return [self.run(room[code], code, "room", width=width, off=line.off) for room in line.rooms if room[code]]

    def run(self, text: str, code: str, style: str = "text", *, width: float, off: bool = False) -> Run:
        shown = self.glyphs(text, width)
        return {"text": shown, "style": style, "language": code, "off": off, "after": "", "label": "", "below": ""}

    def glyphs(self, text: str, width: float) -> str:
        return in_glyphs(text, width=width - 2 * INSET - 1, size=self.size)


def _together(text: str, code: str) -> str:
    """In English, where every word of a title begins with a capital, nothing tells names from other words."""
    return names_together(text) if code == "vi" else text


def _grouped(rows: list[Row]) -> list[dict[str, Any]]:
    """Rows as the table takes them: headings and sessions that `leads` to the row after them, all others by themselves."""
    groups: list[dict[str, Any]] = []
    for leads, found in itertools.groupby(
        rows, lambda row: row["whole"] and (row["heading"] or row["kind"] == "session")
    ):
        run = list(found)
        above = run[:-LEADING] if leads else run
        if above:
            groups.append({"leads": False, "rows": above})
        if leads:
            groups.append({"leads": True, "rows": run[-LEADING:]})
    return groups
