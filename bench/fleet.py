"""A thousand certificate guards: `twiceshy check` as a user runs it, from a cold start to its exit.

Progress and journal are on, as they are by default. The peer does one probe of the same targets
for each, driven at whichever concurrency suits it best.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.blackbox import Driven, peer_if_installed
from bench.cores import Cores, start
from bench.farm import Farm, Site
from bench.row import PEER_MISSING, Row, spread
from bench.size import IN_FLIGHT, Size

TWICESHY = Path(sys.executable).with_name("twiceshy")
PEER_CONCURRENCIES = (16, 64, 256)
"""Tried in turn; the best one is what the peer is measured at."""


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


def fleet_rows(folder: Path, farm: Farm, cores: Cores, size: Size) -> list[Row]:
    """`twiceshy check` over a whole fleet, from a cold process, on all cores as the peer."""
    pairs = zip(farm.sites["ecdsa"], farm.sites["rsa"], strict=True)
    sites = [site for pair in pairs for site in pair][: size.guards]
    theirs: list[Driven] = []
    best = 0
    with peer_if_installed(folder, farm, cores.every) as peer:
        if peer is not None:
            tried = {each: peer.drive(sites, len(sites), each) for each in PEER_CONCURRENCIES}
            best = max(tried, key=lambda each: tried[each].per_second)
            theirs = [tried[best]]
            theirs += [peer.drive(sites, len(sites), best) for _ in range(size.fleet_rounds)]
    found = []
    for looks, handshake, target in (
        ("one", "full", 2.0),
        ("one", "half", 2.0),
        ("all", "full", 0),
    ):
        estate = write_estate(folder, farm, sites, looks=looks, handshake=handshake)
        ours = [check(estate, cores.every, IN_FLIGHT) for _ in range(size.fleet_rounds)]
        found.append(_fleet_row(looks, handshake, target, ours, theirs, best=best))
    return found


def _fleet_row(
    looks: str,
    handshake: str,
    target: float,
    ours: list[Checked],
    theirs: list[Driven],
    *,
    best: int,
) -> Row:
    wrong = sum(done.guards - done.holding for done in ours) + sum(done.wrong for done in theirs)
    rate = statistics.median(done.per_second for done in ours)
    ratio = None
    if theirs:
        ratio = rate / statistics.median(done.per_second for done in theirs)
    kind = f"{handshake} handshake" if looks == "one" else "all looks of a guard by default"
    peer = spread([done.per_second for done in theirs]) if theirs else ""
    return Row(
        what=f"`twiceshy check`, {ours[0].guards} guards, cold: {kind}",
        figure=f"{spread([done.per_second for done in ours])}/s, {wrong} wrong",
        peer=f"blackbox, {best} at a time: {peer}/s" if theirs else PEER_MISSING,
        ratio=ratio,
        target=f"{target:g}x, 0 wrong" if target else "-",
        met=None if ratio is None or not target else ratio >= target and wrong == 0,
        details={"ours": [asdict(done) for done in ours], "peer": [asdict(one) for one in theirs]},
    )
