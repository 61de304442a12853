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

from bench import blackbox, farm
from bench.blackbox import Blackbox, Driven, running_blackbox
from bench.cores import Cores, start, usable_cores
from bench.farm import SHAPES, Farm, Shape, Site, running_farm
from bench.fleet import Checked, check, write_estate
from bench.row import PEER_MISSING, Row, spread

IN_FLIGHT = 32
CROWD = 1000
"""In flight for the memory measurement."""
PEER_CONCURRENCIES = (16, 64, 256)


@dataclass(frozen=True)
class Size:
    """How much is measured."""

    leaves: int
    rounds: int
    our_checks: int
    peer_checks: int
    crowd: int
    guards: int
    fleet_rounds: int


FULL = Size(500, 5, 1000, 400, CROWD, 1000, 3)
QUICK = Size(10, 1, 40, 20, 40, 20, 1)

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


@contextmanager
def _peer(folder: Path, served: Farm, cores: frozenset[int]) -> Iterator[Blackbox | None]:
    if blackbox.installed() is None:
        yield None
        return
    with running_blackbox(folder, served, cores) as peer:
        yield peer


def cpu_rows(folder: Path, served: Farm, cores: Cores, size: Size) -> list[Row]:
    """CPU time of one check, by handshake and by kind of certificate."""
    ours: dict[tuple[str, Shape], list[Driven]] = {}
    theirs: dict[Shape, list[Driven]] = {shape: [] for shape in SHAPES}
    first: dict[tuple[str, Shape], Driven] = {}
    with _peer(folder, served, cores.checker) as peer, checker(served, cores.checker) as checking:
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
    with _peer(folder, served, cores.checker) as peer:
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


def fleet_rows(folder: Path, served: Farm, cores: Cores, size: Size) -> list[Row]:
    """`twiceshy check` over a whole fleet, from a cold process, on all cores as the peer."""
    pairs = zip(served.sites["ecdsa"], served.sites["rsa"], strict=True)
    sites = [site for pair in pairs for site in pair][: size.guards]
    theirs: list[Driven] = []
    best = 0
    with _peer(folder, served, cores.every) as peer:
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
        estate = write_estate(folder, served, sites, looks=looks, handshake=handshake)
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
