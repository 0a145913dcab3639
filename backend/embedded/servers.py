"""Both servers of one `var` folder, with addresses and passwords kept there for the next start."""

import contextlib
import fcntl
import json
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg

from backend.embedded.errors import CannotStart
from backend.embedded.postgres import Postgres, new_password
from backend.embedded.valkey import Valkey

JOIN_SECONDS = 60


@contextlib.contextmanager
def servers(var: Path, *, durable: bool = True, join: bool = False) -> Iterator[dict[str, str]]:
    """DATABASE_URL and REDIS_URL for as long as the block runs; servers the environment names are used, not started.

    One process at a time serves a `var`: a second one raises CannotStart, or with `join` uses the servers of the
    first. What was started here is stopped at the end; PostgreSQL's data stay. `durable=False` is for throw-away data.
    """
    given = {name: os.environ[name] for name in ("DATABASE_URL", "REDIS_URL") if os.environ.get(name)}
    if len(given) == 2:
        yield given
        return
    var.mkdir(parents=True, exist_ok=True)
    kept = KeptAddresses(var / "servers.json")
    with (var / "servers.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if not join:
                raise _in_use(var) from None
            yield kept.wait_until_served() | given
            return
        with contextlib.ExitStack() as stack:
            yield _start(var, kept, given, durable, stack) | given


def forget(var: Path) -> None:
    """Deletes everything kept in `var`, for good; raises CannotStart while its servers run."""
    if not var.exists():
        return
    with (var / "servers.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _in_use(var) from None
        # Where the data had to move out, only a link to them is here.
        if (var / "postgres").is_symlink():
            shutil.rmtree((var / "postgres").resolve())
        shutil.rmtree(var)


def _in_use(var: Path) -> CannotStart:
    return CannotStart(
        vi=f"Plenum đang chạy trên {var.resolve()}; hãy dừng nó trước.",
        en=f"Plenum already runs on {var.resolve()}; stop it first.",
    )


def _start(
    var: Path, kept: "KeptAddresses", given: dict[str, str], durable: bool, stack: contextlib.ExitStack
) -> dict[str, str]:
    addresses = {}
    if "REDIS_URL" not in given:
        valkey = Valkey(var / "valkey", **kept.of("valkey"))
        stack.callback(valkey.stop)
        valkey.start()
        addresses["REDIS_URL"] = kept.keep("valkey", valkey.port, valkey.password, valkey.url)
    if "DATABASE_URL" not in given:
        postgres = Postgres(var / "postgres", durable=durable, **kept.of("postgres"))
        stack.callback(postgres.stop)
        postgres.start()
        addresses["DATABASE_URL"] = kept.keep("postgres", postgres.port, postgres.password, postgres.url())
    return addresses


class KeptAddresses:
    """A file only its owner may read. Losing it is harmless: ports and passwords are then made anew."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def _read(self) -> dict[str, dict[str, Any]]:
        try:
            return dict(json.loads(self.path.read_text()))
        except (FileNotFoundError, ValueError):
            return {}

    def of(self, server: str) -> dict[str, Any]:
        """The server's former port and password, or no port and a new password."""
        kept = self._read().get(server, {})
        return {"port": kept.get("port"), "password": kept.get("password") or new_password()}

    def keep(self, server: str, port: int, password: str, url: str) -> str:
        """Writes the address down and returns it."""
        content = self._read() | {server: {"port": port, "password": password, "url": url}}
        draft = self.path.with_suffix(".new")
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(content, file, indent=1)
        draft.replace(self.path)
        return url

    def wait_until_served(self) -> dict[str, str]:
        """The addresses another process serves; it may be starting just now."""
        end = time.monotonic() + JOIN_SECONDS
        while time.monotonic() < end:
            kept = self._read()
            with contextlib.suppress(psycopg.OperationalError, KeyError):
                psycopg.connect(kept["postgres"]["url"], connect_timeout=2).close()
                return {"DATABASE_URL": kept["postgres"]["url"], "REDIS_URL": kept["valkey"]["url"]}
            time.sleep(0.2)
        raise CannotStart(
            vi=f"Máy chủ của {self.path.parent.resolve()} không trả lời trong {JOIN_SECONDS} giây.",
            en=f"The servers of {self.path.parent.resolve()} did not answer within {JOIN_SECONDS} seconds.",
        )
