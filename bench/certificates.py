"""What a certificate check costs, beside prometheus-blackbox-exporter on the same farm.

Both do the same per check: a new connection, TLS as far as the certificate, expiry, chain and host
name judged. Ours runs in a process that has met the farm once, as a watch has after its first
round; the peer remembers nothing by design. Each round does every measurement in a new order, and
a ratio is taken within a round, so that a busy moment of the machine hits both sides alike.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import farm
from bench.blackbox import Driven, peer_if_installed
from bench.cores import Cores, start, usable_cores
from bench.farm import SHAPES, Farm, Shape, Site, running_farm
from bench.fleet import fleet_rows
from bench.row import PEER_MISSING, Row, spread
from bench.size import FULL, IN_FLIGHT, QUICK, Size

TIERS: tuple[tuple[str, str, dict[Shape, float]], ...] = (
    ("full", "full handshake", {"ecdsa": 3.0, "rsa": 1.2}),
    ("half", "half handshake, TLS 1.3", {"ecdsa": 8.0, "rsa": 3.0}),
    ("half-1.2", "half handshake, TLS 1.2", {"ecdsa": 14.0, "rsa": 5.0}),
)
"""The handshake's id, its name, and how many times less CPU than the peer it is to cost."""


def rows(*, quick: bool) -> list[Row]:
    """All measurements of certificate checks."""
    if farm.nginx() is None:
        nothing = "nginx is missing"
        return [Row("certificate checks", nothing, "-", None, peer=PEER_MISSING)]
    size = QUICK if quick else FULL
    cores = usable_cores()
    with TemporaryDirectory() as name:
        folder = Path(name)
        with running_farm(folder, size.leaves, cores.servers) as served:
            os.sched_setaffinity(0, cores.servers)
            try:
                return [
                    *cpu_rows(folder, served, cores, size),
                    *memory_rows(folder, served, cores, size),
                    *fleet_rows(folder, served, cores, size),
                ]
            finally:
                os.sched_setaffinity(0, cores.every)


@contextmanager
def checker(served: Farm, cores: frozenset[int]) -> Iterator[Checker]:
    """The process that does our checks, until the block ends."""
    command = [sys.executable, "-m", "bench.checker", str(served.roots)]
    with start(command, cores, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        try:
            yield Checker(process)
        finally:
            process.terminate()


@dataclass(frozen=True)
class Checker:
    """A running `bench.checker`."""

    process: subprocess.Popen[str]

    def drive(self, handshake: str, sites: Sequence[Site], checks: int, in_flight: int) -> Driven:
        """Have so many checks done."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        job = {
            "handshake": handshake,
            "sites": [asdict(site) for site in sites],
            "checks": checks,
            "in_flight": in_flight,
        }
        self.process.stdin.write(json.dumps(job) + "\n")
        self.process.stdin.flush()
        return Driven(**json.loads(self.process.stdout.readline()))


def cpu_rows(folder: Path, served: Farm, cores: Cores, size: Size) -> list[Row]:
    """CPU time of one check, by handshake and by kind of certificate."""
    ours: dict[tuple[str, Shape], list[Driven]] = {}
    theirs: dict[Shape, list[Driven]] = {shape: [] for shape in SHAPES}
    first: dict[tuple[str, Shape], Driven] = {}
    with (
        peer_if_installed(folder, served, cores.checker) as peer,
        checker(served, cores.checker) as checking,
    ):
        for handshake, _, _ in TIERS:
            for shape in SHAPES:
                sites = served.sites[shape]
                first[handshake, shape] = checking.drive(handshake, sites, len(sites), IN_FLIGHT)
        for _ in range(size.rounds):
            steps = [(tier[0], shape) for tier in TIERS for shape in SHAPES]
            steps += [("peer", shape) for shape in SHAPES]
            random.shuffle(steps)
            for handshake, shape in steps:
                sites = served.sites[shape]
                if handshake != "peer":
                    done = checking.drive(handshake, sites, size.our_checks, IN_FLIGHT)
                    ours.setdefault((handshake, shape), []).append(done)
                elif peer is not None:
                    theirs[shape].append(peer.drive(sites, size.peer_checks, IN_FLIGHT))
    return [
        _cpu_row(f"{name}, {shape.upper()}", ours[handshake, shape], theirs[shape], targets[shape])
        for handshake, name, targets in TIERS
        for shape in SHAPES
    ] + [_first_row(first["full", shape], theirs[shape], shape) for shape in SHAPES]


def _cpu_row(what: str, ours: list[Driven], theirs: list[Driven], target: float) -> Row:
    wrong = sum(done.wrong for done in (*ours, *theirs))
    ratios = [
        peer.cpu_microseconds / own.cpu_microseconds
        for own, peer in zip(ours, theirs, strict=False)
    ]
    ratio = statistics.median(ratios) if ratios else None
    return Row(
        what=f"CPU of a check: {what}",
        figure=f"{spread([done.cpu_microseconds for done in ours])} µs, {wrong} wrong",
        peer=f"blackbox {_microseconds(theirs)}" if theirs else PEER_MISSING,
        ratio=ratio,
        target=f"{target:g}x, 0 wrong",
        met=None if ratio is None else ratio >= target and wrong == 0,
        details={
            "ratios": ratios,
            "ours": [asdict(done) for done in ours],
            "peer": [asdict(done) for done in theirs],
        },
    )


def _first_row(first: Driven, theirs: list[Driven], shape: Shape) -> Row:
    ratio = None
    if theirs:
        peer = statistics.median(done.cpu_microseconds for done in theirs)
        ratio = peer / first.cpu_microseconds
    return Row(
        what=f"CPU of the first check ever, {shape.upper()}",
        figure=f"{first.cpu_microseconds:.0f} µs, {first.wrong} wrong",
        peer=f"blackbox {_microseconds(theirs)}" if theirs else PEER_MISSING,
        ratio=ratio,
        target="-",
        met=None,
        details={"ours": asdict(first)},
    )


def _microseconds(driven: Sequence[Driven]) -> str:
    return f"{spread([done.cpu_microseconds for done in driven])} µs"


def memory_rows(folder: Path, served: Farm, cores: Cores, size: Size) -> list[Row]:
    """The most memory ever resident with a crowd of checks in flight, in fresh processes."""
    sites = served.sites["ecdsa"]
    theirs: Driven | None = None
    with peer_if_installed(folder, served, cores.checker) as peer:
        if peer is not None:
            theirs = peer.drive(sites, 2 * size.crowd, size.crowd)
    found = []
    for handshake, name, _ in TIERS[:2]:
        with checker(served, cores.checker) as checking:
            ours = checking.drive(handshake, sites, 2 * size.crowd, size.crowd)
        ratio = None if theirs is None else theirs.peak_mib / ours.peak_mib
        sound = ours.wrong == 0 and (theirs is None or theirs.wrong == 0)
        found.append(
            Row(
                what=f"memory, {size.crowd} in flight: {name.partition(',')[0]}",
                figure=f"{ours.peak_mib:.0f} MiB, {ours.wrong} wrong",
                peer=f"blackbox {theirs.peak_mib:.0f} MiB" if theirs else PEER_MISSING,
                ratio=ratio,
                target="below the peer's",
                met=None if ratio is None else ratio > 1 and sound,
                details={"ours": asdict(ours), "peer": asdict(theirs) if theirs else None},
            )
        )
    return found
