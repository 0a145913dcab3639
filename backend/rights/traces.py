"""Where the database still writes something: every column of text, JSON and bytes of every table is looked through."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db import connection
from psycopg import sql

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

    Packed bytes (a .docx, a letter's encoded words) are not unpacked: their rows are known by what they belong to. It
    reads the whole database: seconds for a small one, minutes for a large one.
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
            found += [
                Trace(table=table, column=column, count=count)
                for (column, _), count in zip(searched, row, strict=True)
                if count
            ]
    return found


def _writes(column: str, kind: str, wanted: list[str]) -> sql.Composed:
    name = sql.Identifier(column)
    if kind == "bytea":
        tests = [
            sql.SQL("position(convert_to({}, 'UTF8') in {}) > 0").format(sql.Literal(mark), name) for mark in wanted
        ]
    else:
        tests = [sql.SQL("position({} in lower({}::text)) > 0").format(sql.Literal(mark), name) for mark in wanted]
    return sql.SQL(" OR ").join(tests)
