"""The whole product on servers of its own, every process killable: what the fault tests break."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx

from backend.demo.catchers import MailCatcher
from backend.embedded import Redis, free_port

ROOT = Path(__file__).resolve().parents[2]


def procfile() -> dict[str, str]:
    """Process name → command line."""
    lines = (ROOT / "Procfile").read_text().splitlines()
    return dict(line.split(": ", 1) for line in lines if ": " in line and not line.startswith("#"))


class Stack:
    """The processes of the Procfile against this test's database, a Valkey and an SMTP server of their own."""

    def __init__(self, folder: Path, database_url: str) -> None:
        self.folder = folder
        self.port, self.smtp_port = free_port(), free_port()
        self.redis = Redis(folder / "valkey")
        self.mail = MailCatcher(folder / "mail", self.smtp_port)
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.env = {
            **os.environ,
            "DATABASE_URL": database_url,
            "PLENUM_DATA_DIR": str(folder),
            "EMAIL_URL": f"smtp://127.0.0.1:{self.smtp_port}",
            "PORT": str(self.port),
            "PLENUM_BASE_URL": f"http://127.0.0.1:{self.port}",
            "PLENUM_WEBHOOK_PRIVATE_ADDRESSES": "1",
            "PLENUM_LOG_LEVEL": "WARNING",
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        }

    def start_redis(self) -> None:
        self.redis.start()
        self.env["REDIS_URL"] = self.redis.url

    def start(self, *names: str) -> None:
        for name in names:
            with (self.folder / f"{name}.log").open("ab") as log:
                self.running[name] = subprocess.Popen(
                    ["/bin/sh", "-c", f"exec {procfile()[name]}"], cwd=ROOT, env=self.env, stdout=log, stderr=log, start_new_session=True
                )

    def kill(self, name: str) -> None:
        """kill -9, the whole process group."""
        process = self.running.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def stop(self) -> None:
        for process in self.running.values():
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
        for process in self.running.values():
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        self.running.clear()

    def logs(self) -> str:
        return "\n".join(f"== {path.name}\n{path.read_text(errors='replace')[-2000:]}" for path in self.folder.glob("*.log"))

    def wait_ready(self) -> None:
        wait_for(lambda: self._answers(), 30, "the API to answer")

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.env['PLENUM_BASE_URL']}/health/ready", timeout=1).status_code == 200
        except httpx.HTTPError:
            return False


def wait_for(condition: Callable[[], Any], seconds: float, what: str) -> float:
    """Waits until `condition` holds; returns how long it took; fails the test after `seconds`."""
    begun = time.monotonic()
    while time.monotonic() - begun < seconds:
        if condition():
            return time.monotonic() - begun
        time.sleep(0.1)
    raise AssertionError(f"waited {seconds} s in vain for {what}")


@contextlib.contextmanager
def running_stack(folder: Path, database_url: str, *names: str) -> Iterator[Stack]:
    """A stack with the named processes started; everything is stopped at the end."""
    stack = Stack(folder, database_url)
    stack.start_redis()
    stack.mail.start()
    try:
        stack.start(*names)
        yield stack
    except BaseException:
        print(stack.logs())
        raise
    finally:
        stack.stop()
        stack.mail.stop()
        stack.redis.stop()
