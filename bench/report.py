"""The table a person reads; var/bench.json holds every round."""

import statistics
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.machine import BUSY
from bench.rounds import Comparison


def show(console: Console, result: dict[str, Any], comparisons: list[Comparison]) -> None:
    described = result["machine"]
    server = described["postgresql"]
    console.print(
        f"{described['cores']} cores · {described['memory_gib']} GiB · {described['system']} · Python "
        f"{described['python']} · PostgreSQL {server['server_version']} (fsync {server['fsync']}) · {result['at']}"
        f" · {result['seconds']} s"
    )
    table = Table("measured", "Plenum", "reference", "ratio", "of the rounds", title="make bench")
    for column in table.columns[1:4]:
        column.justify = "right"
    for row in comparisons:
        lowest, highest = min(row.ratios), max(row.ratios)
        noisy = " [yellow]noisy[/yellow]" if row.noisy else ""
        table.add_row(
            f"{row.name}\n[dim]  beside {row.reference}[/dim]",
            f"{_said(row.ours)} {row.unit}",
            f"{_said(row.theirs)} {row.unit}",
            f"{row.ratio:.2f}",
            f"{lowest:.2f}–{highest:.2f}{noisy}",
        )
    console.print(table)
    for row in comparisons:
        if row.detail:
            told = " · ".join(f"{name} {_figure(value)}" for name, value in row.detail.items())
            console.print(f"[dim]{row.name}: {told}[/dim]")
    busy = result["busy_before"]
    if busy is not None and busy > BUSY:
        console.print(
            f"[yellow]Before the start {busy:.0%} of the processors were in use by others: "
            "believe the ratios rather than the figures.[/yellow]"
        )
    if any(row.noisy for row in comparisons):
        console.print(
            "[yellow]A reference marked noisy moved by more than a quarter between rounds: the machine was shared. "
            "Repeat when it is quiet.[/yellow]"
        )


def _said(values: list[float]) -> str:
    value = statistics.median(values)
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"


def _figure(value: Any) -> str:
    return f"{statistics.median(value):.1f}" if isinstance(value, list) else str(value)
