"""`plenum simulate year` as people start it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from backend.embedded import ROOT
from backend.simulation.plan import plan_year

NAME = "plenum_simulated"


def plenum(*words: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "backend.cli", *words],
        cwd=ROOT,
        env={**os.environ, "LC_ALL": "C.UTF-8", "PLENUM_LOG_LEVEL": "ERROR", **env},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
def empty(django_db_setup: Any, django_db_blocker: Any) -> Iterator[str]:
    """The address of a database with all tables and nothing in them."""
    from django.db import connection

    with django_db_blocker.unblock():
        template = connection.settings_dict["NAME"]
        connection.close()
        connection.close_pool()  # a database in use cannot be copied
    server = os.environ["DATABASE_URL"]
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f"DROP DATABASE IF EXISTS {NAME}")
        admin.execute(f'CREATE DATABASE {NAME} TEMPLATE "{template}"')
    yield f"{server.rpartition('/')[0]}/{NAME}"
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f"DROP DATABASE {NAME} WITH (FORCE)")


def test_a_year_is_written_once_whoever_asks(empty: str) -> None:
    wanted = ["simulate", "year", "--conferences", "8", "--rooms", "6", "--seed", "7", "--year", "2025"]
    first = plenum(*wanted, DATABASE_URL=empty)
    assert (first.returncode, first.stderr) == (0, "")
    assert "2025: 8 conferences" in first.stdout
    assert "(as planned)" in first.stdout
    assert "8/8" in first.stdout or "Single conferences" in first.stdout
    second = plenum(*wanted, DATABASE_URL=empty)
    assert second.returncode == 0
    assert "already; nothing is written" in second.stdout
    said = "Digest of what is stored: "
    assert _line(first.stdout, said) == _line(second.stdout, said)
    again = _line(first.stdout, "Again: plenum ")
    assert "--seen-from 2026-01-01" in again
    third = plenum(*again.split(), DATABASE_URL=empty, LC_ALL="vi_VN.UTF-8")
    assert third.returncode == 0
    assert "đúng như kế hoạch" in third.stdout


def test_a_real_record_is_left_alone(empty: str) -> None:
    with psycopg.connect(empty, autocommit=True) as database:
        database.execute(
            "INSERT INTO people_organisation (id, created_at, updated_at, version, slug, kind, symbol, name, short_name,"
            " place, sort_key, folded) VALUES (gen_random_uuid(), now(), now(), 1, 'that', '', '', '{\"vi\": \"Có thật\"}',"
            " '{}', '{}', '', '')"
        )
    wanted = ["simulate", "year", "--conferences", "2", "--rooms", "2", "--year", "2025"]
    refused = plenum(*wanted, DATABASE_URL=empty)
    assert refused.returncode == 1
    assert "holds 1 organisations that are not simulated" in refused.stderr
    with psycopg.connect(empty) as database:
        assert database.execute("SELECT count(*) FROM people_organisation").fetchone() == (1,)
    assert plenum(*wanted, "--beside", DATABASE_URL=empty).returncode == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--conferences", "0"], "1 to 20000 conferences"),
        (["--conferences", "-3"], "1 to 20000 conferences"),
        (["--conferences", "10000000"], "1 to 20000 conferences"),
        (["--rooms", "0"], "1 to 2000 rooms"),
        (["--conferences", "2000", "--rooms", "1"], "too few"),
        (["--year", "3000"], "2020 to 2050"),
        (["--year", "99999"], "2020 to 2050"),
        (["--year", "-1"], "2020 to 2050"),
        (["--seen-from", "2999-01-01"], "today or before"),
    ],
)
def test_what_cannot_be_is_refused_before_any_server_is_asked(words: list[str], said: str) -> None:
    refused = plenum("simulate", "year", *words, DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")
    assert refused.returncode == 1
    assert said in refused.stderr
    assert refused.stdout == ""
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize("words", [["--conferences", "many"], ["--seed", "1.5"], ["--seen-from", "soon"], ["--rooms"]])
def test_what_is_no_number_or_day_is_said_so(words: list[str]) -> None:
    refused = plenum("simulate", "year", *words)
    assert refused.returncode == 2
    assert "Traceback" not in refused.stderr


def test_the_defaults_are_those_of_the_issue() -> None:
    from backend.cli import _parser

    arguments = _parser().parse_args(["simulate", "year"])
    assert (arguments.conferences, arguments.rooms, arguments.seed, arguments.year) == (2000, 230, 7, None)
    assert len(plan_year(2027, arguments.conferences, arguments.rooms, arguments.seed).conferences) == 2000


def _line(text: str, start: str) -> str:
    return next(line.removeprefix(start) for line in text.splitlines() if line.startswith(start))
