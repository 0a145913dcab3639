"""The servers and programs that are measured: the bench's own, set as in production, on data thrown away afterwards."""

import contextlib
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import django

from backend.embedded import ROOT, Processes, api_is_ready, environment, forget, servers, some_free_port
from backend.embedded.stack import migrate
from bench.catcher import Catcher

READY_SECONDS = 60


@dataclass(frozen=True)
class House:
    """PostgreSQL (fsync on), Valkey and a mail catcher that run; `running` adds programs of the Procfile."""

    env: dict[str, str]
    logs: Path
    catcher: Catcher

    @property
    def port(self) -> int:
        return int(self.env["PORT"])

    @contextlib.contextmanager
    def running(self, *names: str) -> Iterator[Processes]:
        """The named programs for the length of the block. Nothing else of the product runs beside them."""
        processes = Processes(self.env, self.logs)
        try:
            for name in names:
                processes.start(name)
            if "api" in names:
                self._wait_for_the_api(processes)
            yield processes
        finally:
            processes.stop()

    def _wait_for_the_api(self, processes: Processes) -> None:
        end = time.monotonic() + READY_SECONDS
        while not api_is_ready(self.env):
            processes.require_all()
            if time.monotonic() > end:
                raise RuntimeError(f"The API was not ready within {READY_SECONDS} seconds; see {self.logs}.")
            time.sleep(0.1)


@contextlib.contextmanager
def open_house(folder: Path = ROOT / "var" / "bench") -> Iterator[House]:
    """A new house in `folder`, torn down at the end; Django is set up for it, so models may be imported in the block.

    Servers named by the environment are not used: what is measured is filled with made-up people.
    """
    for name in ("DATABASE_URL", "REDIS_URL"):
        os.environ.pop(name, None)
    forget(folder)
    try:
        with servers(folder) as addresses, Catcher() as catcher:
            given = {**addresses, "EMAIL_URL": f"smtp://127.0.0.1:{catcher.port}", "PLENUM_LOG_LEVEL": "WARNING"}
            env = environment(folder, port=some_free_port(), given=given)
            migrate(env)
            os.environ.update(env)
            django.setup()
            yield House(env=env, logs=folder / "log", catcher=catcher)
    finally:
        forget(folder)
