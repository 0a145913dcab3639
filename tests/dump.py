"""The whole database as whoever steals it reads it."""

from django.db import connection


def everything() -> dict[str, list[str]]:
    """Every row of every table as text, with where it lies and which transaction wrote it, and the state of every
    sequence."""
    found = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT schemaname, tablename FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        )
        for schema, table in cursor.fetchall():
            cursor.execute(f'SELECT concat_ws(\' \', t.ctid, t.xmin, t.xmax, t::text) FROM "{schema}"."{table}" t')
            found[table] = [row[0] for row in cursor.fetchall()]
        cursor.execute("SELECT sequencename || ' ' || coalesce(last_value::text, '') FROM pg_sequences")
        found["sequences"] = [row[0] for row in cursor.fetchall()]
    return found
