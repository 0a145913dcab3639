"""The product's processes on this test's database, with a Valkey and an SMTP server of their own: what we break."""

import contextlib
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import redis
from django.conf import settings

from backend.demo.catchers import MailCatcher
from backend.embedded import Processes, api_is_ready, environment, some_free_port
from backend.embedded.valkey import Valkey


class Breakable:
    """Processes that can be killed, a Redis that can be flushed and stopped, a mail server with a temper."""

    def __init__(self, folder: Path) -> None:
        self.mail = MailCatcher(folder / "mail", some_free_port())
        self.redis = Valkey(folder / "valkey", password="faults")
        self.redis.start()
        self.mail.start()
        port = some_free_port()
        database = settings.DATABASES["default"]
        given = {
            "DATABASE_URL": "postgresql://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**database),
            "REDIS_URL": self.redis.url,
            "EMAIL_URL": f"smtp://127.0.0.1:{self.mail.port}",
            "PLENUM_BASE_URL": f"http://127.0.0.1:{port}",
            "PLENUM_WEBHOOK_PRIVATE_ADDRESSES": "1",
            "PLENUM_LOG_LEVEL": "WARNING",
        }
        self.logs = folder / "log"
        self.processes = Processes(environment(folder, port=port, given=given), self.logs)

    @property
    def base_url(self) -> str:
        return self.processes.env["PLENUM_BASE_URL"]

    def start(self, *names: str) -> None:
        for name in names:
            self.processes.start(name)
        if "api" in names:
            wait_for(lambda: api_is_ready(self.processes.env), 60, "the API")

    def kill(self, name: str, *, over: Callable[[], Any] = lambda: True, seconds: float = 30) -> None:
        """kill -9, with everything the program started, at a moment when `over` holds: it is halted, looked at, and let
        run on until then. So a test says what its victim died over."""
        process = self.processes.running[name]
        end = time.monotonic() + seconds
        while True:
            os.killpg(process.pid, signal.SIGSTOP)
            if over():
                break
            os.killpg(process.pid, signal.SIGCONT)
            assert time.monotonic() < end, f"{name} was never caught in the act"
            time.sleep(0.02)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        del self.processes.running[name]

    def tell_redis(self, *words: object) -> Any:
        with redis.Redis.from_url(self.redis.url, socket_timeout=5) as client:
            return client.execute_command(*words)

    def queued(self, queue: str) -> int:
        return int(self.tell_redis("LLEN", queue))

    def close(self) -> None:
        self.processes.stop()
        self.mail.stop()
        self.redis.stop()

    def said(self) -> str:
        return "\n".join(
            f"== {path.name}\n{path.read_text(errors='replace')[-3000:]}" for path in self.logs.glob("*.log")
        )


@contextlib.contextmanager
def breakable(folder: Path, *names: str) -> Iterator[Breakable]:
    """A stack with the named processes started; all is stopped at the end, and its logs shown when the test failed."""
    stack = Breakable(folder)
    try:
        stack.start(*names)
        yield stack
    except BaseException:
        print(stack.said())
        raise
    finally:
        stack.close()


def wait_for(condition: Callable[[], Any], seconds: float, what: str) -> float:
    """Waits until `condition` holds and returns the seconds it took; fails the test after `seconds`."""
    begun = time.monotonic()
    while time.monotonic() - begun < seconds:
        if condition():
            return time.monotonic() - begun
        time.sleep(0.02)
    raise AssertionError(f"waited {seconds} s in vain for {what}")
