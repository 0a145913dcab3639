"""Guards that live in PostgreSQL: what one refuses, and what there would be without it."""

from collections.abc import Callable

import pytest
from django.db import IntegrityError, connection, transaction

Wrong = Callable[[], object]


def assert_refused_by(guard: str, wrong: Wrong) -> None:
    """PostgreSQL refuses what `wrong` writes, and it is this constraint, index or trigger that does, at the end of the
    write if it is a deferred one."""
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        wrong()
        _look_now()
    assert refused.value.__cause__.diag.constraint_name == guard  # type: ignore[union-attr]


def assert_written_without(guard: str, wrong: Wrong) -> None:
    """The negative control: with the guard taken out of the database, until the test ends, nothing else refuses."""
    _look_now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT conrelid::regclass::text FROM pg_constraint WHERE conname = %s", [guard])
        if (found := cursor.fetchone()) is not None:
            cursor.execute(f'ALTER TABLE {found[0]} DROP CONSTRAINT "{guard}"')
        else:
            cursor.execute(TRIGGERS, {"guard": guard, "spoken": f"%'{guard}'%"})
            triggers = cursor.fetchall()
            for table, trigger in triggers:
                cursor.execute(f'ALTER TABLE {table} DISABLE TRIGGER "{trigger}"')
            if not triggers:
                cursor.execute(f'DROP INDEX "{guard}"')
    wrong()
    _look_now()


#: Those of this name, and those that refuse in its name.
TRIGGERS = """
SELECT tgrelid::regclass::text, tgname FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid
WHERE tgname = %(guard)s OR prosrc LIKE %(spoken)s
"""


def _look_now() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
