"""The servers start wherever a checkout may lie, whoever runs them, and whatever was left by the last run."""

import contextlib
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from backend import cli
from backend.embedded import CannotStart, account, commands, environment, forget, require_free, servers
from backend.embedded.account import ServerAccount
from backend.embedded.postgres import Postgres, copied_programs
from backend.embedded.processes import ROOT, Processes

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root changes accounts")


@pytest.fixture(autouse=True)
def _no_other_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "REDIS_URL"):
        monkeypatch.delenv(name, raising=False)


def ask(url: str, question: str) -> object:
    with psycopg.connect(url, autocommit=True, connect_timeout=5) as connection:
        cursor = connection.execute(question)
        return cursor.fetchone()[0] if cursor.description else None


@contextlib.contextmanager
def listening() -> Iterator[int]:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        yield taken.getsockname()[1]


def test_servers_run_in_a_path_with_spaces_and_vietnamese_letters(tmp_path: Path) -> None:
    with servers(tmp_path / "Đại hội thường niên" / "var", durable=False) as addresses:
        assert ask(addresses["DATABASE_URL"], "SELECT lower('ĐẠI HỘI')") == "đại hội"
        assert ask(addresses["DATABASE_URL"], "SHOW track_commit_timestamp") == "on"
        assert redis.Redis.from_url(addresses["REDIS_URL"]).ping()


def test_a_second_copy_beside_the_first_has_other_ports_and_other_data(tmp_path: Path) -> None:
    with servers(tmp_path / "one", durable=False) as first, servers(tmp_path / "two", durable=False) as second:
        assert not set(first.values()) & set(second.values())
        ask(first["DATABASE_URL"], "CREATE TABLE mine ()")
        assert ask(second["DATABASE_URL"], "SELECT to_regclass('mine')") is None


def test_data_in_use_are_not_forgotten_and_forgotten_data_are_gone(tmp_path: Path) -> None:
    with servers(tmp_path / "var", durable=False), pytest.raises(CannotStart, match="stop it first"):
        forget(tmp_path / "var")
    assert (tmp_path / "var" / "postgres").exists()
    forget(tmp_path / "var")
    assert not (tmp_path / "var").exists()


def test_one_folder_is_served_once_and_shared_by_who_asks_to_join(tmp_path: Path) -> None:
    with servers(tmp_path, durable=False) as addresses:
        with pytest.raises(CannotStart, match="already runs on"), servers(tmp_path):
            pass
        with servers(tmp_path, join=True) as joined:
            assert joined == addresses
        assert ask(addresses["DATABASE_URL"], "SELECT 1") == 1


def test_data_stay_and_a_lost_password_file_is_made_anew(tmp_path: Path) -> None:
    with servers(tmp_path, durable=False) as addresses:
        ask(addresses["DATABASE_URL"], "CREATE TABLE kept AS SELECT 7 AS answer")
        former = addresses["DATABASE_URL"]
    assert stat.S_IMODE((tmp_path / "servers.json").stat().st_mode) == 0o600
    with servers(tmp_path, durable=False) as addresses:
        assert addresses["DATABASE_URL"] == former
    (tmp_path / "servers.json").unlink()
    with servers(tmp_path, durable=False) as addresses:
        assert addresses["DATABASE_URL"] != former
        assert ask(addresses["DATABASE_URL"], "SELECT answer FROM kept") == 7


def test_other_users_of_the_machine_need_the_password(tmp_path: Path) -> None:
    with servers(tmp_path, durable=False) as addresses:
        port = psycopg.conninfo.conninfo_to_dict(addresses["DATABASE_URL"])["port"]
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(host="127.0.0.1", port=port, user="plenum", dbname="plenum", passfile=os.devnull)
        with pytest.raises(redis.AuthenticationError):
            redis.Redis(port=int(addresses["REDIS_URL"].rsplit(":", 1)[1].split("/")[0])).ping()


def test_servers_named_by_the_environment_are_used_and_none_is_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://db.example.org/plenum")
    with servers(tmp_path / "var", durable=False) as addresses:
        assert addresses["DATABASE_URL"] == "postgresql://db.example.org/plenum"
        assert redis.Redis.from_url(addresses["REDIS_URL"]).ping()
    assert not (tmp_path / "var" / "postgres").exists()
    monkeypatch.setenv("REDIS_URL", "redis://redis.example.org/0")
    with servers(tmp_path / "none") as addresses:
        assert addresses["REDIS_URL"] == "redis://redis.example.org/0"
    assert not (tmp_path / "none").exists()


def test_a_port_taken_since_the_last_start_is_replaced(tmp_path: Path) -> None:
    with listening() as port:
        server = Postgres(tmp_path / "postgres", password="secret-of-the-test", port=port, durable=False)
        server.start()
        try:
            assert server.port != port
            assert ask(server.url(), "SELECT 1") == 1
        finally:
            server.stop()


KILLED = """
    import os, signal, sys
    from pathlib import Path
    from backend.embedded import servers
    with servers(Path(sys.argv[1]), durable=False) as addresses:
        print(addresses["DATABASE_URL"], flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel of Linux ends what a killed starter left")
def test_servers_end_with_a_starter_that_is_killed_and_start_again(tmp_path: Path) -> None:
    starter = [sys.executable, "-c", textwrap.dedent(KILLED), str(tmp_path)]
    done = subprocess.run(starter, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == -signal.SIGKILL
    former = done.stdout.strip()
    end = time.monotonic() + 15
    with pytest.raises(psycopg.OperationalError):  # noqa: PT012 -- asked again until it is gone
        while time.monotonic() < end:
            psycopg.connect(former, connect_timeout=2).close()
            time.sleep(0.1)
    with servers(tmp_path, durable=False) as addresses:
        assert ask(addresses["DATABASE_URL"], "SELECT 1") == 1


def test_a_pid_file_that_names_another_program_is_no_obstacle(tmp_path: Path) -> None:
    with servers(tmp_path, durable=False):
        left = (tmp_path / "postgres" / "data" / "postmaster.pid").read_text()
    number, rest = left.split("\n", 1)
    bystander = subprocess.Popen(["sleep", "60"])
    try:
        (tmp_path / "postgres" / "data" / "postmaster.pid").write_text(f"{bystander.pid}\n{rest}")
        with servers(tmp_path, durable=False) as addresses:
            assert ask(addresses["DATABASE_URL"], "SELECT 1") == 1
        assert bystander.poll() is None, "another program is never touched"
    finally:
        bystander.kill()
        bystander.wait()


@as_root
def test_root_in_a_folder_nobody_else_can_read_changes_no_mode_outside_its_own_data(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    closed = Path("/root") / f"plenum-test-{os.getpid()}"
    (closed / "deeper").mkdir(parents=True)
    closed.chmod(0o700)
    programs = copied_programs(closed)
    monkeypatch.setattr("backend.embedded.postgres.installation", lambda: programs.parent)
    before = {path: path.stat().st_mode for path in (closed, closed.parent)}
    try:
        with servers(closed / "deeper" / "var", durable=False) as addresses:
            data = Path(str(ask(addresses["DATABASE_URL"], "SHOW data_directory")))
            assert data.is_relative_to(closed)
            assert data.stat().st_uid != 0
        assert {path: path.stat().st_mode for path in before} == before
    finally:
        shutil.rmtree(closed)


@as_root
def test_where_the_kernel_keeps_no_capability_the_data_move_out_and_are_found_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tmp_path.chmod(0o700)
    everyone = account.candidates()
    monkeypatch.setattr(account, "candidates", lambda: [one for one in everyone if one.access == "plain"])
    monkeypatch.setattr("backend.embedded.postgres.candidates", account.candidates)
    home = tmp_path / "postgres"
    try:
        with servers(tmp_path, durable=False) as addresses:
            ask(addresses["DATABASE_URL"], "CREATE TABLE kept ()")
        assert home.is_symlink()
        with servers(tmp_path, durable=False) as addresses:
            assert ask(addresses["DATABASE_URL"], "SELECT to_regclass('kept')") == "kept"
    finally:
        if home.is_symlink():
            shutil.rmtree(home.resolve())


def test_a_busy_port_is_one_sentence_that_names_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    with listening() as port:
        with pytest.raises(CannotStart, match=f"Port {port} on 127.0.0.1 is taken"):
            require_free(port)
        assert cli.main(["up", "--port", str(port)]) == 1
        assert capsys.readouterr().err.count("\n") == 1
        monkeypatch.setenv("LC_ALL", "vi_VN.UTF-8")
        with pytest.raises(CannotStart, match=f"Cổng {port} trên 127.0.0.1 đang"):
            require_free(port)


@pytest.mark.parametrize("said", ["abc", "0", "65536", "-1", "80 80"])
def test_what_is_no_port_is_said_in_a_sentence(
    said: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setenv("PORT", said)
    with pytest.raises(SystemExit):
        cli.main(["up"])
    assert f"{said!r} is no port" in capsys.readouterr().err


def test_the_secret_key_is_made_once_and_only_its_owner_reads_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PLENUM_SECRET_KEY", raising=False)
    first = environment(tmp_path)["PLENUM_SECRET_KEY"]
    assert len(first) >= 32
    assert environment(tmp_path)["PLENUM_SECRET_KEY"] == first
    assert stat.S_IMODE((tmp_path / "secret").stat().st_mode) == 0o600


def test_a_program_that_ends_by_itself_is_named_with_its_last_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.embedded.processes.commands", lambda: {"relay": "sh -c 'echo no more; exit 3'"})
    processes = Processes(dict(os.environ), tmp_path)
    processes.start("relay").wait(10)
    with pytest.raises(CannotStart, match="(?s)'relay'.*3.*no more"):
        processes.require_all()
    processes.stop()


def test_a_program_that_does_not_stop_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stubborn = """sh -c 'trap "" TERM; echo ready; while :; do sleep 1; done'"""
    monkeypatch.setattr("backend.embedded.processes.commands", lambda: {"worker": stubborn})
    monkeypatch.setattr("backend.embedded.processes.STOP_SECONDS", 0.5)
    processes = Processes(dict(os.environ), tmp_path)
    process = processes.start("worker")
    while "ready" not in (tmp_path / "worker.log").read_text():
        time.sleep(0.02)
    processes.stop()
    assert process.returncode == -signal.SIGKILL


def test_the_procfile_names_the_six_programs() -> None:
    assert set(commands()) == {
        "api", "relay", "worker", "webhook-worker", "urgent-mail-worker", "mail-worker", "clock",
    }  # fmt: skip


def test_its_programs_print_no_banners_between_their_logs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert all("-m celery --quiet " in line for line in commands().values() if "celery" in line)
    monkeypatch.delenv("PYTHONWARNINGS", raising=False)
    warned = """
        import warnings
        from celery.exceptions import SecurityWarning
        from celery.platforms import ROOT_DISCOURAGED
        warnings.warn(SecurityWarning(ROOT_DISCOURAGED))
        warnings.warn(SecurityWarning("Another one"))
    """
    line = [sys.executable, "-c", textwrap.dedent(warned)]
    done = subprocess.run(line, env=environment(tmp_path), capture_output=True, text=True, check=True)
    assert "superuser" not in done.stderr
    assert "Another one" in done.stderr


def test_an_ordinary_user_keeps_their_own_account(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1234)
    monkeypatch.setattr(os, "getegid", lambda: 1235)
    assert account.candidates() == [ServerAccount("same", 1234, 1235)]
