"""A thousand certificate guards: `twiceshy check` as a user runs it, from a cold start to its exit.

Progress and journal are on, as they are by default. The peer does one probe of the same targets
for each, driven at whichever concurrency suits it best.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.cores import start
from bench.farm import Farm, Site

TWICESHY = Path(sys.executable).with_name("twiceshy")


@dataclass(frozen=True)
class Checked:
    """What one run of the verb came to."""

    guards: int
    holding: int
    wall_seconds: float

    @property
    def per_second(self) -> float:
        """Guards a second, start and end of the process included."""
        return self.guards / self.wall_seconds


def write_estate(
    folder: Path, farm: Farm, sites: Sequence[Site], *, looks: str, handshake: str
) -> Path:
    """An estate with a guard for each site.

    `looks` is `all` for what a guard does by default (the twin of the other key type and the look
    without a name beside the main one), or `one` for the main look alone, which is all a peer does.
    """
    promise = {"days": 21, "roots": str(farm.roots), "handshake": handshake}
    if looks == "one":
        promise |= {"twins": False, "without_name": False}
    lines = ["version: 1", "services:"]
    for site in sites:
        service = site.name.partition(".")[0]
        lines += [
            f"  {service}:",
            "    endpoints:",
            f'      web: {{url: "tls://{site.name}:{site.port}", addresses: [{site.address}]}}',
        ]
    lines.append("guards:")
    for site in sites:
        service = site.name.partition(".")[0]
        lines += [
            f"  - id: {service}-certificate",
            "    kind: certificate",
            f"    target: {service}",
            f"    promise: {json.dumps(promise)}",
            "    every: 6h",
        ]
    path = folder / f"estate-{looks}-{handshake}.yaml"
    path.write_text("\n".join(lines) + "\n")
    return path


def check(estate: Path, cores: frozenset[int], concurrency: int) -> Checked:
    """Run the verb once, on a journal of its own."""
    journal = estate.with_suffix(".db")
    journal.unlink(missing_ok=True)
    options = ["--concurrency", str(concurrency), "--database", f"sqlite:///{journal}"]
    command: list[str | Path] = [TWICESHY, "check", estate, "--format", "json", *options]
    began = time.perf_counter()
    with start(command, cores, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        told, _ = process.communicate()
    wall = time.perf_counter() - began
    verdicts = [result["verdict"] for result in json.loads(told)["guards"]]
    return Checked(len(verdicts), verdicts.count("holds"), wall)
