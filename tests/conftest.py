"""What every test stands on: a real PostgreSQL, and its append-only tables emptied between tests all the same."""

from typing import Any

import pytest
from django.db.backends.postgresql.operations import DatabaseOperations
from hypothesis import settings

#: The same code gives the same answer; `make hunt` looks further, each time somewhere else.
settings.register_profile("steady", derandomize=True)
settings.register_profile("hunt", derandomize=False, print_blob=True)
settings.load_profile("steady")


@pytest.fixture(autouse=True, scope="session")
def _append_only_tables_may_be_emptied_between_tests() -> Any:
    """Transactional tests end with TRUNCATE, which the guards refuse; only that statement runs without them."""
    flush = DatabaseOperations.execute_sql_flush

    def unguarded(self: DatabaseOperations, statements: list[str]) -> None:
        flush(self, ["SET LOCAL session_replication_role = replica", *statements] if statements else statements)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "execute_sql_flush", unguarded)
        yield
