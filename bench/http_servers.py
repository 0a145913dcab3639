"""`python -m bench.http_servers`: which HTTP server, with how many workers and threads, casts ballots fastest.

The Procfile's own line is the reference; the others change its numbers of workers and threads. Servers that are no
dependency of Plenum join by `--also 'NAME=COMMAND'`, with $PORT in the command. All run at once, and the load goes
to one after the other: an idle server costs nothing, and all meet the same machine.
"""

import argparse
import contextlib
import json
import os
import re
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial

from rich.console import Console
from rich.table import Table

from backend.embedded import ROOT, api_is_ready, commands, some_free_port
from bench.house import House, open_house
from bench.http_load import Load
from bench.rounds import Scale, in_turns

PRESENT = "Procfile"
SHAPES = [f"{workers}x{threads}" for workers in (1, 2, 4) for threads in (1, 2, 4)]


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.http_servers", description=__doc__)
    parser.add_argument("--also", action="append", default=[], metavar="NAME=COMMAND")
    parser.add_argument("--shapes", nargs="+", default=SHAPES, metavar="WORKERSxTHREADS")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--requests", type=int, default=1200)
    said = parser.parse_args(arguments)
    lines = {PRESENT: commands()["api"], **shapes(said.shapes), **dict(also.split("=", 1) for also in said.also)}
    size = said.requests
    scale = Scale(
        rounds=said.rounds,
        people=size,
        requests=size,
        mails=0,
        invitations=0,
        idle_facts=0,
        busy_seconds=0,
        burst=0,
    )
    with open_house() as house:
        from bench.ballots import cast_over_http  # noqa: PLC0415 -- models exist only once the house is open

        with contextlib.ExitStack() as stack:
            ports = {name: stack.enter_context(served(house, name, line)) for name, line in lines.items()}
            sides = {name: partial(_cast, cast_over_http, port, scale) for name, port in ports.items()}
            results = in_turns(scale.rounds, sides)
    show(results)
    return 0


def _cast(cast: object, port: int, scale: Scale, number: int) -> Load:
    return cast(port, scale, "named")  # type: ignore[operator, no-any-return]


def shapes(wanted: list[str]) -> dict[str, str]:
    """The Procfile's line with other numbers of workers and blocking threads, by name."""
    lines = {}
    for shape in wanted:
        workers, _, threads = shape.partition("x")
        line = re.sub(r"--workers \S+", f"--workers {workers}", commands()["api"])
        line = re.sub(r"--blocking-threads \S+", f"--blocking-threads {threads}", line)
        lines[f"granian {workers} x {threads}"] = line
    return lines


@contextlib.contextmanager
def served(house: House, name: str, line: str) -> Iterator[int]:
    """The port the command answers on, for the length of the block."""
    port = some_free_port()
    env = {**house.env, "PORT": str(port)}
    house.logs.mkdir(exist_ok=True)
    with (house.logs / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(
            ["/bin/sh", "-c", f"exec {line}"], cwd=ROOT, env=env, stdout=log, stderr=log, start_new_session=True
        )
    try:
        end = time.monotonic() + 60
        while not api_is_ready(env):
            if process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"{name} did not start:\n{(house.logs / f'{name}.log').read_text()[-2000:]}")
            time.sleep(0.1)
        yield port
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def show(results: dict[str, list[Load]]) -> None:
    table = Table("server (workers x threads)", "ballots/s", "to the Procfile's", "p50 ms", "p99 ms")
    told = {}
    for name, loads in results.items():
        pairs = zip(loads, results[PRESENT], strict=True)
        told[name] = {
            "per_second": statistics.median(load.per_second for load in loads),
            "ratio": statistics.median(load.per_second / present.per_second for load, present in pairs),
            "p50_ms": statistics.median(load.p50_ms for load in loads),
            "p99_ms": statistics.median(load.p99_ms for load in loads),
        }
        figures = told[name]
        table.add_row(
            name,
            f"{figures['per_second']:,.0f}",
            f"{figures['ratio']:.2f}",
            f"{figures['p50_ms']:.1f}",
            f"{figures['p99_ms']:.1f}",
        )
    Console().print(table)
    (ROOT / "var" / "bench-http.json").write_text(json.dumps(told, indent=1) + "\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
