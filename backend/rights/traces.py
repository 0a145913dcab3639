"""Where the database still writes something: every column of text, JSON and bytes of every table is looked through."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db import connection, transaction
from psycopg import sql

from backend.rights import unpacking

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


def traces_of(marks: Collection[str]) -> list[Trace]:
    """The columns that hold one of the texts, in any case of letters; bytes are searched for it as UTF-8.

    Packed bytes (a .docx, a letter's encoded words) are unpacked as `unpacking` says. It reads the whole database: seconds
    for a small one, minutes for a large one.
    """
    wanted = sorted({mark.lower() for mark in marks if len(mark) > 2})
    if not wanted:
        return []
    columns: dict[str, list[tuple[str, str]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_COLUMNS)
        for table, column, kind in cursor.fetchall():
            columns.setdefault(table, []).append((column, kind))
        found = []
        for table, searched in columns.items():
            counts = [
                sql.SQL("count(*) FILTER (WHERE {})").format(_writes(column, kind, wanted)) for column, kind in searched
            ]
            cursor.execute(sql.SQL("SELECT {} FROM {}").format(sql.SQL(", ").join(counts), sql.Identifier(table)))
            row = cursor.fetchone()
            for (column, kind), count in zip(searched, row, strict=True):
                written = count + (_packed(table, column, wanted) if kind == "bytea" else 0)
                if written:
                    found.append(Trace(table=table, column=column, count=written))
    return found


def _packed(table: str, column: str, wanted: list[str]) -> int:
    """How many packed values of the column say one of the texts that their bytes do not; a few are held at a time."""
    name = sql.Identifier(column)
    values = sql.SQL(
        "SELECT {column} FROM {table} WHERE NOT ({plainly})"
        " AND (substring({column} for 4) = {archive} OR position({letter} in substring({column} for {headers})) > 0)"
    ).format(
        column=name,
        table=sql.Identifier(table),
        plainly=_writes(column, "bytea", wanted),
        archive=sql.Literal(unpacking.ARCHIVE),
        letter=sql.Literal(unpacking.LETTER),
        headers=sql.Literal(unpacking.HEADERS),
    )
    marks = [unpacking.comparable(mark) for mark in wanted]
    with transaction.atomic(), connection.chunked_cursor() as rows:
        rows.execute(values)
        some = iter(lambda: rows.fetchmany(_AT_A_TIME), [])
        return sum(
            any(mark in words for words in unpacking.words_in(bytes(value)) for mark in marks)
            for values_held in some
            for (value,) in values_held
        )


def _writes(column: str, kind: str, wanted: list[str]) -> sql.Composed:
    name = sql.Identifier(column)
    if kind == "bytea":
        tests = [
            sql.SQL("position(convert_to({}, 'UTF8') in {}) > 0").format(sql.Literal(mark), name) for mark in wanted
        ]
    else:
        tests = [sql.SQL("position({} in lower({}::text)) > 0").format(sql.Literal(mark), name) for mark in wanted]
    return sql.SQL(" OR ").join(tests)
