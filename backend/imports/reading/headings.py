"""Which row holds the headings, and which column holds what: by the words people use, with or without diacritics."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from backend.core.text import say
from backend.core.vietnamese import fold
from backend.imports.reading.cells import Cell, text_of
from backend.imports.reading.sentences import Unreadable
from backend.imports.reading.tables import MOST_ABOVE, Table

#: Column → what it is called; the first is the one in our own form.
WORDS: dict[str, tuple[str, ...]] = {
    "number": ("stt", "tt", "so tt", "so thu tu", "no", "ordinal"),
    "full_name": (
        "ho va ten", "ho ten", "ten dai bieu", "dai bieu", "ho va ten dai bieu", "full name", "name", "nguoi du hop",
    ),
    "family": (
        "ho", "ho dem", "ho va dem", "ho lot", "ho va ten dem", "ho va chu dem", "surname", "last name", "family name",
    ),
    "given": ("ten", "first name", "given name"),
    "honorific": ("danh xung", "gioi tinh", "ong ba", "xung ho", "honorific", "gender", "sex", "salutation"),
    "degree": ("hoc vi", "hoc ham", "hoc ham hoc vi", "degree"),
    "office": (
        "chuc vu", "chuc danh", "chuc vu chuc danh", "chuc danh chuc vu", "position", "office", "job title", "title",
    ),
    "unit": (
        "don vi", "co quan", "don vi cong tac", "co quan don vi", "noi cong tac", "ten don vi", "to chuc",
        "organisation", "organization", "unit", "agency", "company",
    ),
    "email": (
        "email", "e mail", "thu dien tu", "dia chi email", "dia chi e mail", "hop thu", "mail", "email address",
        "dia chi thu dien tu",
    ),
    "phone": (
        "dien thoai", "so dien thoai", "di dong", "so di dong", "dtdd", "sdt", "dt", "so dt", "dien thoai di dong",
        "phone", "phone number", "mobile", "telephone", "tel",
    ),
    "language": ("ngon ngu", "language"),
    "since": ("tu ngay", "ngay bo nhiem", "ngay giu chuc", "giu chuc tu", "since", "in office since"),
}  # fmt: skip
_BY_WORDS = {words: column for column, known in WORDS.items() for words in known}
#: Long ones first: "họ và tên đệm" is not "họ và tên". One word alone says too little inside a longer heading.
_INSIDE = sorted(
    (words for words in _BY_WORDS if " " in words or words in {"email", "sdt", "phone", "mobile", "telephone"}),
    key=len,
    reverse=True,
)
_LONGEST = 80
_NOT_WORDS = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, kw_only=True)
class Headings:
    """`columns` says where (from 0) which is; `last` is the index of the last row of headings."""

    last: int
    columns: dict[str, int]
    texts: dict[str, str]
    unused: list[str]


def column_called(heading: str) -> str | None:
    """What a column with this heading holds; None for what we do not ask for."""
    words = _NOT_WORDS.sub(" ", fold(heading)).strip()
    if not words or len(words) > _LONGEST:
        return None
    if words in _BY_WORDS:
        return _BY_WORDS[words]
    return next((_BY_WORDS[inside] for inside in _INSIDE if f" {inside} " in f" {words} "), None)


def find_headings(table: Table) -> Headings | None:
    """The headings that name most columns, among the rows at the top; a second row may say more about the first."""
    found: Headings | None = None
    for index, row in enumerate(table.rows[:MOST_ABOVE]):
        below = table.rows[index + 1] if index + 1 < len(table.rows) else []
        for candidate in (_read([row], index), _read([row, below], index + 1)):
            if candidate and (found is None or len(candidate.columns) > len(found.columns)):
                found = candidate
    return found


def best(tables: Sequence[Table]) -> tuple[Table, Headings]:
    """The table whose headings name most columns; of a workbook, the first such sheet. Raises Unreadable."""
    read = [(table, headings) for table in tables if (headings := find_headings(table))]
    if not read:
        raise Unreadable(
            say(
                vi="Không tìm thấy dòng tiêu đề có cột “Họ và tên” trong {most} dòng đầu.",
                en="No row of headings with a column “Họ và tên” or “Full name” among the first {most} rows.",
                most=MOST_ABOVE,
            )
        )
    return max(read, key=lambda each: len(each[1].columns))


def _read(rows: Sequence[Sequence[Cell]], last: int) -> Headings | None:
    columns: dict[str, int] = {}
    texts: dict[str, str] = {}
    unused = []
    for position in range(max(map(len, rows))):
        said = [text_of(row[position]) for row in reversed(rows) if position < len(row)]
        named = [(column, text) for text in said if (column := column_called(text))]
        column, text = next(iter(named), (None, next(filter(None, said), "")))
        if column and column not in columns:
            columns[column], texts[column] = position, text
        elif text:
            unused.append(text[:_LONGEST])
    if "given" in columns and "full_name" not in columns and "family" not in columns:
        columns["full_name"], texts["full_name"] = columns.pop("given"), texts.pop("given")
    if "full_name" not in columns and not {"family", "given"} <= columns.keys():
        return None
    return Headings(last=last, columns=columns, texts=texts, unused=unused)
