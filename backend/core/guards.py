"""Guards that live in PostgreSQL, written as operations for a domain's migration `0002_guards.py`."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction
from django.db.migrations import RunSQL


def append_only(table: str, *set_once: str, erasable: tuple[str, ...] = ()) -> RunSQL:
    """Makes `table` append-only: PostgreSQL refuses DELETE, TRUNCATE and UPDATE (an IntegrityError in Python).

    A column named in `set_once` may still be changed while it is NULL or empty. `version` and `updated_at` are columns
    like any other: rows with set-once columns are changed by `.update(…)`, not by `save()`. A column named in
    `erasable` holds personal data: inside `erasing()` it may be emptied, and nothing else may be done to it.
    The migration depends on ("core", "0002_append_only"); with `erasable` on ("core", "0003_erasing").
    """
    columns = ", ".join([*(f"'{column}'" for column in set_once), *(f"'-{column}'" for column in erasable)])
    return RunSQL(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}"
        f" FOR EACH ROW EXECUTE FUNCTION plenum_append_only({columns});"
        f"CREATE TRIGGER {table}_never_truncated BEFORE TRUNCATE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION plenum_append_only();",
        f"DROP TRIGGER {table}_append_only ON {table}; DROP TRIGGER {table}_never_truncated ON {table};",
    )


def erasable(table: str, *columns: str) -> RunSQL:
    """Lets `erasing()` empty these columns of a table that is append-only already and has no columns set once.
    The migration depends on ("core", "0003_erasing")."""
    named = ", ".join(f"'-{column}'" for column in columns)
    return RunSQL(
        f"CREATE OR REPLACE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}"
        f" FOR EACH ROW EXECUTE FUNCTION plenum_append_only({named});",
        f"CREATE OR REPLACE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}"
        " FOR EACH ROW EXECUTE FUNCTION plenum_append_only();",
    )


@contextmanager
def erasing() -> Iterator[None]:
    """Within the block, and this transaction alone, personal data may be emptied where the guards name the column.

    Everything else the guards refuse as before. Raises TransactionManagementError outside a transaction: the leave to
    erase would otherwise outlive the block.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("erasing() needs a transaction")
    before = _leave_to_erase("on")
    yield
    _leave_to_erase(before)  # not after an error: the transaction is rolled back, and the leave with it


def _leave_to_erase(setting: str) -> str:
    """What was set before."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(current_setting('plenum.erasing', true), '')")
        before: str = cursor.fetchone()[0]
        cursor.execute("SELECT set_config('plenum.erasing', %s, true)", [setting])
    return before
