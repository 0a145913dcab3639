"""What every test stands on: a real PostgreSQL, and its append-only tables emptied between tests all the same."""

from typing import Any

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.test import TransactionTestCase
from hypothesis import HealthCheck, settings

#: The same code gives the same answer; `make hunt` looks further, each time somewhere else.
#: How long an example takes to be drawn says how busy the machine is, and nothing of the code.
settings.register_profile("steady", derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("hunt", derandomize=False, print_blob=True)
settings.load_profile("steady")

#: Written by `migrate`, by no test.
KEPT = {"django_content_type", "auth_permission", "django_migrations"}


def empty_tables(_: TransactionTestCase) -> None:
    """Deletes what a transactional test wrote. Django truncates every table, empty or not, which costs a new file for
    each and each index. The guards refuse to delete from append-only tables; only these statements run without them."""
    tables = sorted({model._meta.db_table for model in apps.get_models(include_auto_created=True)} - KEPT)
    filled = " UNION ALL ".join(f"SELECT '{table}' WHERE EXISTS (SELECT FROM \"{table}\")" for table in tables)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(filled)
        found = [table for (table,) in cursor.fetchall()]
        cursor.execute("SET LOCAL session_replication_role = replica")
        for table in found:
            cursor.execute(f'DELETE FROM "{table}"')


@pytest.fixture(autouse=True, scope="session")
def _only_what_was_written_is_emptied_between_tests() -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", empty_tables)
        yield
