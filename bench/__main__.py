"""`python -m bench [MEASUREMENT …]`: runs the measurements, prints one table and writes var/bench.json."""

import datetime as dt
import json
import os
import sys
import time
from importlib import import_module

from rich.console import Console

from backend.embedded import ROOT
from bench import machine, report, rounds
from bench.house import open_house

MEASUREMENTS = ("relay", "mails", "ballots", "urn", "registrations", "rooms", "programme", "year")


def main(names: list[str]) -> int:
    unknown = set(names) - set(MEASUREMENTS)
    if unknown:
        print(f"There is no measurement {', '.join(sorted(unknown))}. There are: {', '.join(MEASUREMENTS)}.")
        return 2
    quick = os.environ.get("QUICK", "") not in ("", "0")
    scale = rounds.QUICK if quick else rounds.FULL
    console, begun, busy = Console(), time.monotonic(), machine.busy_share()
    comparisons: list[rounds.Comparison] = []
    with open_house() as house:
        described = machine.described(house.env["DATABASE_URL"])
        for name in [name for name in MEASUREMENTS if name in names or not names]:
            with console.status(f"{name} …"):
                # Imported by name and late: models exist only once the house is open.
                comparisons += import_module(f"bench.{name}").measure(house, scale)
    result = {
        "at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "quick": quick,
        "seconds": round(time.monotonic() - begun),
        "machine": described,
        "busy_before": busy,
        "comparisons": [comparison.as_json() for comparison in comparisons],
    }
    (ROOT / "var" / "bench.json").write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n")
    report.show(console, result, comparisons)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
