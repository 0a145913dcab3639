"""The file → people, row by row: each with what it says, what is wrong, and whether it says the same as one above."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from backend.core.printing import unprintable
from backend.core.vietnamese import fold
from backend.imports.reading import sentences
from backend.imports.reading.cells import Cell, day_of, digits_of, flaw_of, text_of
from backend.imports.reading.contacts import emails_of, phone_of
from backend.imports.reading.headings import Headings, best
from backend.imports.reading.sentences import Flaw
from backend.imports.reading.tables import MOST_ROWS, filled, tables, too_many
from backend.people.identity import Likeness, Told, likeness, told
from backend.people.names import degree_of, honorific_of, is_a_name, looks_old, parse_name

LONGEST = {"full_name": 120, "degree": 40, "office": 300, "unit": 300}
#: Lines that close a table, and headings within it.
_CLOSING = re.compile(r"(tong cong|tong so|cong:|cong \(|danh sach nay|nguoi lap)")
_SECTION = re.compile(r"[IVXLC]+\.?|[A-Z][.)]?")


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A person as the row says it; what it does not say is empty. `since` is a day in ISO form."""

    full_name: str = ""
    honorific: str = ""
    degree: str = ""
    office: str = ""
    unit: str = ""
    email: str = ""
    alternate_email: str = ""
    phone: str = ""
    language: str = "vi"
    since: str = ""

    def as_json(self) -> dict[str, str]:
        return asdict(self)


@dataclass(kw_only=True)
class Row:
    """`number` is the row in the file, from 1; `values` is what its columns say as they were written."""

    number: int
    values: dict[str, str]
    entry: Entry
    errors: list[Flaw] = field(default_factory=list)
    remarks: list[Flaw] = field(default_factory=list)
    duplicate_of: int | None = None


@dataclass(frozen=True, kw_only=True)
class Reading:
    """`headings` maps each column we understood to the words above it; `unused` are the headings of all others."""

    sheet: str
    heading_row: int
    headings: dict[str, str]
    unused: list[str]
    rows: list[Row]


def read_people(content: bytes, format: str) -> Reading:
    """Raises Unreadable when the file is damaged, too long, or has no row of headings with a name."""
    table, headings = best(tables(content, format))
    rows = list(_rows(table.rows, headings))
    if len(rows) > MOST_ROWS:
        raise too_many()
    _mark_duplicates(rows)
    return Reading(
        sheet=table.sheet,
        heading_row=headings.last + 1,
        headings=headings.texts,
        unused=headings.unused,
        rows=rows,
    )


def _rows(table: Sequence[Sequence[Cell]], headings: Headings) -> Iterator[Row]:
    for index in range(headings.last + 1, len(table)):
        if not filled(table[index]):
            continue
        given = {
            column: table[index][position]
            for column, position in headings.columns.items()
            if position < len(table[index])
        }
        if not _is_no_person(given):
            yield _row(index + 1, given)


def _is_no_person(given: dict[str, Cell]) -> bool:
    """A heading within the table, its sum, or who signed it."""
    said = {column for column, cell in given.items() if text_of(cell)}
    names = said & {"full_name", "family", "given"}
    if said <= {"number"}:
        return True
    name = fold(" ".join(text_of(given[column]) for column in ("full_name", "family", "given") if column in said))
    if _CLOSING.match(name):
        return True
    return said - {"number"} == names and bool(_SECTION.fullmatch(text_of(given.get("number"))))


def _row(number: int, given: dict[str, Cell]) -> Row:
    errors = [Flaw(column=_shown(column), reason=flaw) for column, cell in given.items() if (flaw := flaw_of(cell))]
    sound = {column: cell for column, cell in given.items() if not flaw_of(cell)}
    row = Row(
        number=number,
        values={column: text_of(cell) for column, cell in given.items() if column != "number" and text_of(cell)},
        entry=Entry(),
        errors=[error for error in errors if error.column != "number"],
    )
    said: dict[str, str] = {}
    for read in (_name, _plain, _contacts, _rest):
        said.update(read(row, sound, said))
    row.entry = Entry(**{name: value for name, value in said.items() if value})
    return row


def _shown(column: str) -> str:
    return "full_name" if column in {"family", "given"} else column


def _name(row: Row, given: dict[str, Cell], _: dict[str, str]) -> dict[str, str]:
    parts = [text_of(given.get(column)) for column in ("family", "given")]
    written = text_of(given.get("full_name")) or " ".join(filter(None, parts))
    name = parse_name(written)
    if not name.full_name:
        if not any(error.column == "full_name" for error in row.errors):
            row.errors.append(Flaw(column="full_name", reason=sentences.NAME_MISSING))
    elif looks_old(written):
        row.errors.append(Flaw(column="full_name", reason=sentences.OLD_FONT))
    elif not is_a_name(name.full_name):
        row.errors.append(Flaw(column="full_name", reason=sentences.NAME_NOT_LETTERS))
    elif len(name.full_name) > LONGEST["full_name"]:
        row.errors.append(Flaw(column="full_name", reason=sentences.NAME_TOO_LONG))
    else:
        if lost := unprintable(name.full_name):
            row.remarks.append(Flaw(column="full_name", reason=sentences.unprintable(lost)))
        if name.behind:
            row.remarks.append(Flaw(column="full_name", reason=sentences.SPLIT_OFF))
        return {
            "full_name": name.full_name,
            "honorific": name.honorific,
            "degree": name.degree,
            "office": name.behind,
        }
    return {}


def _plain(row: Row, given: dict[str, Cell], said: dict[str, str]) -> dict[str, str]:
    """Degree, office and unit: a column of their own says more than what stood around the name."""
    found = {
        "degree": degree_of(text_of(given.get("degree"))) or said.get("degree", ""),
        "office": text_of(given.get("office")) or said.get("office", ""),
        "unit": text_of(given.get("unit")),
    }
    for column, text in found.items():
        if looks_old(text):
            row.errors.append(Flaw(column=column, reason=sentences.OLD_FONT))
        elif len(text) > LONGEST[column]:
            row.errors.append(Flaw(column=column, reason=sentences.TOO_LONG))
        elif column != "degree" and (lost := unprintable(text)):
            row.remarks.append(Flaw(column=column, reason=sentences.unprintable(lost)))
    return {column: text[: LONGEST[column]] for column, text in found.items()}


def _contacts(row: Row, given: dict[str, Cell], _: dict[str, str]) -> dict[str, str]:
    emails, wrong, remark = emails_of(text_of(given.get("email")))
    phone, phone_wrong, phone_remark = phone_of(digits_of(given.get("phone")))
    for column, error, worth_knowing in (("email", wrong, remark), ("phone", phone_wrong, phone_remark)):
        if error:
            row.errors.append(Flaw(column=column, reason=error))
        if worth_knowing:
            row.remarks.append(Flaw(column=column, reason=worth_knowing))
    first, second = [*emails, "", ""][:2]
    return {"email": first, "alternate_email": second, "phone": phone}


def _rest(row: Row, given: dict[str, Cell], said: dict[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    honorific = honorific_of(text_of(given.get("honorific")))
    if honorific is None:
        row.errors.append(Flaw(column="honorific", reason=sentences.HONORIFIC_WRONG))
    elif honorific:
        found["honorific"] = honorific
    language = fold(text_of(given.get("language")))
    spoken = {"": "vi", "vi": "vi", "vn": "vi", "tieng viet": "vi", "vietnamese": "vi"} | dict.fromkeys(
        ("en", "eng", "tieng anh", "english"), "en"
    )
    if language in spoken:
        found["language"] = spoken[language]
    else:
        row.errors.append(Flaw(column="language", reason=sentences.LANGUAGE_WRONG))
    try:
        day = day_of(given.get("since"))
        found["since"] = day.isoformat() if day else ""
    except ValueError:
        row.errors.append(Flaw(column="since", reason=sentences.DATE_WRONG))
    return found


def _mark_duplicates(rows: Sequence[Row]) -> None:
    """The same person again, by the rule of `people.identity`: the first row stands for all. Where that is unclear they
    are two, and the record is asked who each of them is."""
    by_email: dict[str, Row] = {}
    by_name: dict[str, list[tuple[Told, Row]]] = {}
    for row in (row for row in rows if not row.errors):
        one = _told(row.entry)
        holder = by_email.get(row.entry.email) if row.entry.email else None
        if holder and _told(holder.entry).name != one.name:
            row.errors.append(Flaw(column="email", reason=sentences.OTHER_NAME_SAME_EMAIL))
            continue
        above = by_name.setdefault(one.name, [])
        first = next((first for other, first in above if likeness(one, other) == Likeness.SAME), None)
        if first:
            row.duplicate_of = first.number
            continue
        above.append((one, row))
        if row.entry.email:
            by_email[row.entry.email] = row


def _told(entry: Entry) -> Told:
    """A unit that is not said stands for one: the sender's own."""
    emails = (entry.email, entry.alternate_email)
    return told(full_name=entry.full_name, emails=emails, phone=entry.phone, unit=f"unit {fold(entry.unit)}")


def flaws_as_json(flaws: Sequence[Flaw], written: Any) -> list[dict[str, Any]]:
    """For a column of the database; `written` writes a sentence out in every language."""
    return [{"column": flaw.column, "reason": written(flaw.reason)} for flaw in flaws]
