"""Run the benchmarks: `python -m bench [--quick] [PART...]`, from the repository."""

from __future__ import annotations

import argparse
import json
import os
import platform
import ssl
import sys
from dataclasses import replace
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from bench import certificates, firewall, nginx, reading, review
from bench.row import Row

ROOT = Path(__file__).parent.parent
RESULTS = ROOT / "bench" / "results" / "latest.json"
PARTS = ("reading", "certificates", "firewall", "nginx", "review")
_WIDTH = 100


def measured(parts: list[str], *, quick: bool) -> list[Row]:
    """The rows of the parts asked for."""
    rows: list[Row] = []
    if "reading" in parts:
        rows += reading.rows(ROOT / "examples" / "reports", quick=quick)
    if "certificates" in parts:
        rows += certificates.rows(quick=quick)
    if "firewall" in parts:
        rows += firewall.rows(quick=quick)
    if "nginx" in parts:
        rows += nginx.rows(quick=quick)
    if "review" in parts:
        rows += review.rows(quick=quick)
    return rows


def table_of(rows: list[Row]) -> Table:
    """The one table."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False, expand=True)
    table.add_column("measured", ratio=9)
    table.add_column("ours: median [range]", ratio=8)
    table.add_column("peer", ratio=8)
    table.add_column("ratio", justify="right", no_wrap=True)
    table.add_column("target", ratio=4)
    table.add_column("met", no_wrap=True)
    for row in rows:
        ratio = "-" if row.ratio is None else f"{row.ratio:.2f}x"
        met = {True: "yes", False: "NO", None: "-"}[row.met]
        table.add_row(row.what, row.figure, row.peer, ratio, row.target, met)
    return table


def main() -> None:
    """Measure, print the table, keep the figures as JSON."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="tiny numbers, only to see it run")
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help="what to measure")
    arguments = parser.parse_args()
    os.chdir(ROOT)
    rows = measured(arguments.parts or list(PARTS), quick=arguments.quick)
    if arguments.quick:
        rows = [replace(row, met=None) for row in rows]
    console = Console(width=None if sys.stdout.isatty() else _WIDTH)
    console.print(table_of(rows))
    result = {
        "quick": arguments.quick,
        "python": platform.python_version(),
        "openssl": ssl.OPENSSL_VERSION,
        "cores": os.cpu_count(),
        "rows": [row.as_json() for row in rows],
    }
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(result, indent=2) + "\n")
    console.print(f"all figures: {RESULTS.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
