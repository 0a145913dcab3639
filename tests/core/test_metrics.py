"""What Prometheus reads is whole, whichever of the API's processes answers."""

import os
import subprocess
import sys
from pathlib import Path

from backend.embedded.processes import ROOT

COUNTING = """
from backend.core import metrics
metrics.REQUESTS.labels("GET", "health/live", "200").inc(%d)
print(metrics.exposition().decode())
"""


def counted(requests: int, shared: Path | None) -> str:
    env = {name: value for name, value in os.environ.items() if name != "PROMETHEUS_MULTIPROC_DIR"}
    if shared:
        env["PROMETHEUS_MULTIPROC_DIR"] = str(shared)
    line = [sys.executable, "-c", COUNTING % requests]
    said = subprocess.run(line, cwd=ROOT, env=env, capture_output=True, text=True, check=True, timeout=60).stdout
    return next(line.split()[-1] for line in said.splitlines() if line.startswith("plenum_http_requests_total{"))


def test_processes_that_share_a_folder_are_counted_together(tmp_path: Path) -> None:
    assert [counted(3, tmp_path), counted(4, tmp_path)] == ["3.0", "7.0"]


def test_without_a_folder_a_process_counts_alone() -> None:
    assert [counted(3, None), counted(4, None)] == ["3.0", "4.0"]
