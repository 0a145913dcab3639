"""Guards that live in PostgreSQL, written as operations for a domain's migration `0002_guards.py`."""

from django.db.migrations import RunSQL


def append_only(table: str, *set_once: str) -> RunSQL:
    """Makes `table` append-only: PostgreSQL refuses DELETE, TRUNCATE and UPDATE (an IntegrityError in Python).

    A column named in `set_once` may still be changed while it is NULL or empty. `version` and `updated_at` are columns
    like any other: rows with set-once columns are changed by `.update(…)`, not by `save()`.
    The migration depends on ("core", "0002_append_only").
    """
    columns = ", ".join(f"'{column}'" for column in set_once)
    return RunSQL(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}"
        f" FOR EACH ROW EXECUTE FUNCTION plenum_append_only({columns});"
        f"CREATE TRIGGER {table}_never_truncated BEFORE TRUNCATE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION plenum_append_only();",
        f"DROP TRIGGER {table}_append_only ON {table}; DROP TRIGGER {table}_never_truncated ON {table};",
    )
