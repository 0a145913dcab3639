"""What every test stands on: a real PostgreSQL, and its append-only tables emptied between tests all the same."""

import os
import subprocess
import sys
from typing import Any

import psycopg
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

#: The database that a run's workers copy.
MIGRATED = os.environ.get("MIGRATED_FOR_TESTS", "")


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
    from backend.privacy.services import ensure_standard_purposes  # noqa: PLC0415 -- models exist only once apps do

    # What `migrate` leaves there, for whichever test this worker is given next.
    ensure_standard_purposes()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None, worker_id: str) -> None:
    """Of several workers the first migrates a database, and everybody copies it: a copy takes a second."""
    if worker_id == "master" or not MIGRATED:
        return
    server = os.environ["DATABASE_URL"].rpartition("/")[0]
    with psycopg.connect(f"{server}/postgres", autocommit=True) as postgres:
        postgres.execute("SELECT pg_advisory_lock(1)")
        if not postgres.execute("SELECT 1 FROM pg_database WHERE datname = %s", [MIGRATED]).fetchone():
            postgres.execute(f"CREATE DATABASE {MIGRATED}")
            subprocess.run(
                [sys.executable, "-m", "backend.cli", "migrate", "--verbosity", "0"],
                env={**os.environ, "DATABASE_URL": f"{server}/{MIGRATED}"},
                check=True,
            )
        # Still under the lock: one database is not copied twice at once.
        postgres.execute(f"CREATE DATABASE {connection.settings_dict['TEST']['NAME']} TEMPLATE {MIGRATED}")


@pytest.fixture(scope="session")
def django_db_keepdb(worker_id: str) -> bool:
    """A copy that was just made is used as it is."""
    return worker_id != "master" and bool(MIGRATED)


@pytest.fixture(autouse=True, scope="session")
def _only_what_was_written_is_emptied_between_tests() -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", empty_tables)
        yield
