"""The whole product for the length of a `with` block: servers, tables, and every program of the Procfile."""

import contextlib
import os
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import httpx
import redis

from backend.embedded.errors import CannotStart
from backend.embedded.ports import LOOPBACK, require_free
from backend.embedded.processes import ROOT, Processes, commands
from backend.embedded.servers import servers

READY_SECONDS = 90
#: How long workers may take to come up after the API; without them it answers all the same.
WORKERS_SECONDS = 30
#: Celery warns every root who starts a worker. It is a matter of pickled messages, and ours are JSON.
CELERY_ROOT_WARNING = "You're running the worker with superuser privileges"


@dataclass(frozen=True)
class Stack:
    """A running Plenum: where it answers, the environment its programs have, and the programs themselves."""

    base_url: str
    env: dict[str, str]
    processes: Processes


def environment(var: Path, *, port: int = 8000, given: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of Plenum's programs with its data in `var`; what the caller's environment sets, stays."""
    ours = {
        "DJANGO_SETTINGS_MODULE": "backend.settings",
        "PLENUM_DATA_DIR": str(var.resolve()),
        "PLENUM_BASE_URL": f"http://{LOOPBACK}:{port}",
        "PLENUM_HOSTS": f"{LOOPBACK},localhost",
        "PORT": str(port),
        # `python` in the Procfile is the Python that runs this.
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        "PYTHONWARNINGS": f"ignore:{CELERY_ROOT_WARNING}",
    }
    unchangeable = ("PATH", "PYTHONPATH", "PORT", "PLENUM_DATA_DIR")
    merged = ours | dict(os.environ) | {name: ours[name] for name in unchangeable} | dict(given or {})
    if not merged.get("PLENUM_SECRET_KEY"):
        merged["PLENUM_SECRET_KEY"] = kept_secret(var / "secret")
    return merged


def kept_secret(path: Path) -> str:
    """The secret in `path`, made on first use, readable by its owner only."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
    return path.read_text().strip()


@contextlib.contextmanager
def running_stack(
    var: Path,
    *,
    port: int = 8000,
    env: Mapping[str, str] | None = None,
    only: Collection[str] | None = None,
    to_terminal: bool = False,
    durable: bool = True,
) -> Iterator[Stack]:
    """Starts servers, brings the tables up to date, starts the programs, and waits until /health/ready says 200 and
    the workers listen.

    `env` is added to the programs' environment, `only` names the programs to start (default: all). Their words go to
    var/log/NAME.log unless `to_terminal`. On the way out, by end, error, SIGINT or SIGTERM, all that was started here
    is stopped, programs first. Raises CannotStart with a sentence.
    """
    require_free(port)
    with _terminated_like_interrupted(), servers(var, durable=durable) as addresses:
        whole = environment(var, port=port, given={**addresses, **(env or {})})
        migrate(whole)
        processes = Processes(whole, None if to_terminal else var / "log")
        try:
            for name in commands() if only is None else only:
                processes.start(name)
            stack = Stack(whole["PLENUM_BASE_URL"], whole, processes)
            if "api" in processes.running:
                _wait_until_ready(processes)
            _wait_for_workers(processes)
            yield stack
        finally:
            processes.stop()


def migrate(env: Mapping[str, str]) -> None:
    """Brings the tables up to date; raises CannotStart with what Django said."""
    line = [sys.executable, "-m", "django", "migrate", "--verbosity", "0", "--no-input"]
    done = subprocess.run(line, env=dict(env), cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        said = "\n".join((done.stderr or done.stdout).strip().splitlines()[-6:])
        raise CannotStart(
            vi=f"Không cập nhật được các bảng dữ liệu:\n{said}", en=f"The tables could not be updated:\n{said}"
        )


def api_is_ready(env: Mapping[str, str]) -> bool:
    """Whether the API on this machine says it can serve."""
    # The API answers only to the names it knows; the address it is asked at need not be one of them.
    name = env.get("PLENUM_HOSTS", LOOPBACK).split(",")[0].strip()
    try:
        address = f"http://{LOOPBACK}:{env.get('PORT') or 8000}/health/ready"
        return httpx.get(address, headers={"Host": name}, timeout=4, trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False


def _wait_until_ready(processes: Processes) -> None:
    end = time.monotonic() + READY_SECONDS
    while time.monotonic() < end:
        processes.require_all()
        if api_is_ready(processes.env):
            return
        time.sleep(0.1)
    raise CannotStart(
        vi=f"API không sẵn sàng trong {READY_SECONDS} giây.",
        en=f"The API was not ready within {READY_SECONDS} seconds.",
    )


def _wait_for_workers(processes: Processes) -> None:
    """Until as many clients hear Redis's broadcasts, as workers do once they are up, as workers were started; at most
    WORKERS_SECONDS. A Redis that refuses to tell is not waited for."""
    started = sum(" worker " in commands()[name] for name in processes.running)
    end = time.monotonic() + WORKERS_SECONDS
    with contextlib.suppress(redis.RedisError), redis.Redis.from_url(processes.env["REDIS_URL"]) as asked:
        while len(asked.client_list(_type="pubsub")) < started and time.monotonic() < end:
            processes.require_all()
            time.sleep(0.1)


@contextlib.contextmanager
def _terminated_like_interrupted() -> Iterator[None]:
    """Within the block SIGTERM raises KeyboardInterrupt as Ctrl-C does, so that everything is stopped in order.

    SIGINT too: whoever was started in the background by a shell would ignore it.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(signum: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    former = {number: signal.signal(number, interrupt) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)
