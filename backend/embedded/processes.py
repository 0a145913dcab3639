"""The Procfile's programs, each in a session of its own, with its words in a log or on the terminal."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import IO

from backend.embedded.account import ServerAccount
from backend.embedded.errors import CannotStart
from backend.embedded.postgres import last_lines

ROOT = Path(__file__).resolve().parents[2]
STOP_SECONDS = 10
_OURSELVES = ServerAccount("same", os.geteuid(), os.getegid())


def commands() -> dict[str, str]:
    """Name → shell command, from the one place where they are written."""
    lines = (ROOT / "Procfile").read_text().splitlines()
    found = (re.fullmatch(r"([A-Za-z0-9_-]+):\s*(\S.*)", line) for line in lines)
    return {line[1]: line[2] for line in found if line}


class Processes:
    """Programs started by their Procfile names. They end with this object's `stop`, or with this process."""

    def __init__(self, env: Mapping[str, str], logs: Path | None) -> None:
        self.env = dict(env)
        self.logs = logs
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self._said = threading.Lock()
        self._ask_again = 0.0

    def start(self, name: str) -> "subprocess.Popen[bytes]":
        """Starts one program; its output goes to `logs`/NAME.log, or to the terminal behind its name."""
        line = _OURSELVES.command(Path("/bin/sh"), "-c", f"exec {commands()[name]}")
        if self.logs:
            self.logs.mkdir(parents=True, exist_ok=True)
            with open(self.logs / f"{name}.log", "ab") as log:
                process = self._popen(line, log)
        else:
            process = self._popen(line, subprocess.PIPE)
            threading.Thread(target=self._repeat, args=(name, process.stdout), daemon=True).start()
        self.running[name] = process
        return process

    def _popen(self, line: list[str], output: "IO[bytes] | int") -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            line,
            cwd=ROOT,
            env=self.env,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            # Ctrl-C reaches the starter only, which then stops the programs before their servers.
            start_new_session=True,
        )

    def _repeat(self, name: str, output: IO[bytes]) -> None:
        for line in output:
            with self._said:
                sys.stdout.write(f"{name:<15}| {line.decode(errors='replace')}")
                sys.stdout.flush()

    def ended(self) -> str | None:
        """The name of a program that ended by itself, if one did."""
        return next((name for name, process in self.running.items() if process.poll() is not None), None)

    def require_all(self) -> None:
        """Raises CannotStart, with the end of its log, when a program ended by itself."""
        name = self.ended()
        if name is None:
            return
        code = self.running[name].returncode
        log = f":\n{last_lines(self.logs / f'{name}.log')}" if self.logs else "."
        raise CannotStart(vi=f"'{name}' dừng với mã {code}{log}", en=f"'{name}' ended with code {code}{log}")

    def stop(self) -> None:
        """Asks every program to finish what it holds, together; kills with its whole group what does not."""
        end = time.monotonic() + STOP_SECONDS
        while self._ask() and time.monotonic() < end:
            time.sleep(0.1)
        for process in self.running.values():
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        self.running.clear()

    def _ask(self) -> bool:
        """Sends SIGTERM, once every two seconds: a program still starting may not have heard the first."""
        left = [process for process in self.running.values() if process.poll() is None]
        if left and time.monotonic() >= self._ask_again:
            self._ask_again = time.monotonic() + 2
            for process in left:
                process.send_signal(signal.SIGTERM)
        return bool(left)
