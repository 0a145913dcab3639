"""Where the database still writes something: every column of text, JSON and bytes of every table is looked through."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from psycopg import sql

from backend.rights import unpacking
from backend.rights.pdfs import PdfTexts

#: Packed values held at a time.
_AT_A_TIME = 20
_COLUMNS = """
SELECT c.table_name, c.column_name, c.data_type FROM information_schema.columns c
JOIN information_schema.tables t USING (table_schema, table_name)
WHERE c.table_schema = current_schema() AND t.table_type = 'BASE TABLE'
  AND c.data_type IN ('text', 'character varying', 'character', 'jsonb', 'json', 'bytea', 'ARRAY', 'citext')
ORDER BY 1, 2
"""


@dataclass(frozen=True, kw_only=True)
class Trace:
    """So many rows of a table write it in this column."""

    table: str
    column: str
    count: int


@dataclass(frozen=True, kw_only=True)
class Found:
    """Where it is written, and where there are PDFs that could not be read, in which it may be."""

    traces: list[Trace] = field(default_factory=list)
    unread: list[Trace] = field(default_factory=list)


def look_for(marks: Collection[str]) -> Found:
    """The columns that hold one of the texts, in any case of letters; bytes are searched for it as UTF-8.

    Packed bytes (a .docx, a PDF, a letter's encoded words) are unpacked as `unpacking` says. It reads the whole database:
    seconds for a small one, minutes for a large one.
    """
    wanted = sorted({mark.lower() for mark in marks if len(mark) > 2})
    found = Found()
    if wanted:
        with connection.cursor() as cursor, PdfTexts() as pdfs:
            _look(cursor, wanted, pdfs, found)
    return found


def _look(cursor: Any, wanted: list[str], pdfs: PdfTexts, found: Found) -> None:
    columns: dict[str, list[tuple[str, str]]] = {}
    cursor.execute(_COLUMNS)
    for table, column, kind in cursor.fetchall():
        columns.setdefault(table, []).append((column, kind))
    for table, searched in columns.items():
        counts = [
            sql.SQL("count(*) FILTER (WHERE {})").format(_writes(column, kind, wanted)) for column, kind in searched
        ]
        cursor.execute(sql.SQL("SELECT {} FROM {}").format(sql.SQL(", ").join(counts), sql.Identifier(table)))
        for (column, kind), count in zip(searched, cursor.fetchone(), strict=True):
            packed, unread = _packed(table, column, wanted, pdfs) if kind == "bytea" else (0, 0)
            if count + packed:
                found.traces.append(Trace(table=table, column=column, count=count + packed))
            if unread:
                found.unread.append(Trace(table=table, column=column, count=unread))


def _packed(table: str, column: str, wanted: list[str], pdfs: PdfTexts) -> tuple[int, int]:
    """How many packed values of the column say one of the texts that their bytes do not, and how many others are or hold
    PDFs that could not be read; a few are held at a time."""
    name = sql.Identifier(column)
    values = sql.SQL(
        "SELECT {column} FROM {table} WHERE NOT ({plainly})"
        " AND (substring({column} for 4) = {archive} OR position({letter} in substring({column} for {headers})) > 0"
        " OR position({pdf} in substring({column} for {pdf_head})) > 0)"
    ).format(
        column=name,
        table=sql.Identifier(table),
        plainly=_writes(column, "bytea", wanted),
        archive=sql.Literal(unpacking.ARCHIVE),
        letter=sql.Literal(unpacking.LETTER),
        headers=sql.Literal(unpacking.HEADERS),
        pdf=sql.Literal(unpacking.PDF),
        pdf_head=sql.Literal(unpacking.PDF_HEAD),
    )
    marks = [unpacking.comparable(mark) for mark in wanted]
    with transaction.atomic(), connection.chunked_cursor() as rows:
        rows.execute(values)
        some = iter(lambda: rows.fetchmany(_AT_A_TIME), [])
        said = unread = 0
        for (value,) in (row for held in some for row in held):
            before = pdfs.unread
            if any(mark in words for words in unpacking.words_in(bytes(value), pdfs) for mark in marks):
                said += 1
            elif pdfs.unread > before:
                unread += 1
        return said, unread


def _writes(column: str, kind: str, wanted: list[str]) -> sql.Composed:
    name = sql.Identifier(column)
    if kind == "bytea":
        tests = [
            sql.SQL("position(convert_to({}, 'UTF8') in {}) > 0").format(sql.Literal(mark), name) for mark in wanted
        ]
    else:
        tests = [sql.SQL("position({} in lower({}::text)) > 0").format(sql.Literal(mark), name) for mark in wanted]
    return sql.SQL(" OR ").join(tests)
