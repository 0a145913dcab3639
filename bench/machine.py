"""What the figures were measured on, and whether it was busy with something else."""

import os
import platform
import time
from pathlib import Path
from typing import Any

import psycopg

#: Share of the processors in use before anything of ours runs, above which the figures say little.
BUSY = 0.15


def described(database_url: str) -> dict[str, Any]:
    """Processors, memory, system, and how PostgreSQL is set."""
    with psycopg.connect(database_url) as database:
        shown = {
            name: database.execute(f"SHOW {name}").fetchone()[0]  # type: ignore[index]
            for name in ("server_version", "fsync", "synchronous_commit", "full_page_writes", "shared_buffers")
        }
    return {
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memory_gib": _memory_gib(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "postgresql": shown,
    }


def _memory_gib() -> float:
    return round(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30, 1)


def busy_share(seconds: float = 1.0) -> float | None:
    """The share of all processors others use now; None where the system does not tell."""
    before = _ticks()
    if before is None:
        return None
    time.sleep(seconds)
    after = _ticks()
    assert after is not None
    total, idle = after[0] - before[0], after[1] - before[1]
    return round(1 - idle / total, 2) if total else None


def _ticks() -> tuple[int, int] | None:
    """(all, idle) ticks since the start of the system."""
    stat = Path("/proc/stat")
    if not stat.exists():
        return None
    numbers = [int(word) for word in stat.read_text().splitlines()[0].split()[1:9]]
    return sum(numbers), numbers[3] + numbers[4]
