"""How fast firewall questions are answered, beside the solver z3 with an encoding of our own.

Cold is a process of its own: imports, reading, indexes and the verdicts of all guards. A change is
one rule more, in a process that has judged the rule set before it. The guards are such that nearly
all hold, as the guards of a working firewall do.
"""

from __future__ import annotations

import gc
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType

from bench.firewall_rules import Flow, flows, ipset_save, iptables_save
from bench.firewall_z3 import some_pass
from bench.row import PEER_MISSING, Row, spread
from twiceshy.kinds.firewall.facts import FirewallFact, Promise, flow_of
from twiceshy.kinds.firewall.flows import Surroundings, regions
from twiceshy.kinds.firewall.host import Host
from twiceshy.kinds.firewall.read import fact_of
from twiceshy.kinds.firewall.rules import judge
from twiceshy.languages.firewall.conditions import Field
from twiceshy.languages.firewall.intervals import Intervals
from twiceshy.model.configuration import Configuration
from twiceshy.model.guard import Guard
from twiceshy.model.ids import GuardId, KindId
from twiceshy.model.verdict import Holds, Unknown, word

GUARDS = 50
ADDED = b"-A FORWARD -s 203.0.113.5/32 -p tcp -m tcp --dport 25 -j DROP"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
Z3_TIMEOUT_MS = 60_000
TWICESHY = (sys.executable, "-m", "bench.firewall")


@dataclass(frozen=True)
class Judged:
    """What judging all guards took."""

    read_seconds: float
    judge_seconds: float
    verdicts: list[str]

    @property
    def seconds(self) -> float:
        """Both."""
        return self.read_seconds + self.judge_seconds


def rows(*, quick: bool) -> list[Row]:
    """All measurements of firewall questions."""
    sizes = ((300, 1.0),) if quick else ((10_000, 1.0), (100_000, 3.0))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        found = [cold_row(folder, rules, target, runs=1 if quick else 5) for rules, target in sizes]
        found.append(change_row(300 if quick else 10_000, rounds=2 if quick else 10))
        found.append(peer_row(200 if quick else 3_000, questions=2 if quick else 20))
    return found


def configuration_of(rules: bytes, sets: bytes) -> Configuration:
    """A host with these rules."""
    files = {"/etc/iptables/rules.v4": rules, "/etc/ipset.conf": sets}
    return Configuration(MappingProxyType(files))


def guards_of(asked: list[Flow]) -> list[Guard]:
    """One guard for each flow."""
    return [
        Guard(GuardId(f"g{number}"), KindId("firewall"), "here", _promise(one), timedelta(hours=1))
        for number, one in enumerate(asked)
    ]


def _promise(flow: Flow) -> Promise:
    if flow.passing:
        return Promise(must_pass=(str(flow),))
    return Promise(must_not_pass=(str(flow),))


def judged(configuration: Configuration, guards: list[Guard]) -> Judged:
    """Judge all guards, as a review does."""
    began = time.perf_counter()
    facts = [fact_of(guard, configuration, NOW) for guard in guards]
    read = time.perf_counter()
    verdicts = [
        judge(guard.promise, fact, NOW)
        for guard, fact in zip(guards, facts, strict=True)
        if isinstance(fact, FirewallFact)
    ]
    ended = time.perf_counter()
    if any(isinstance(one, Unknown) for one in verdicts):
        raise AssertionError("the bench asks nothing that cannot be known")
    return Judged(read - began, ended - read, [word(one) for one in verdicts])


def fitting_guards(configuration: Configuration, count: int) -> list[Guard]:
    """Guards of which nine in ten hold."""
    holding: list[Guard] = []
    broken: list[Guard] = []
    for guard in guards_of(flows(count * 8)):
        fact = fact_of(guard, configuration, NOW)
        assert isinstance(fact, FirewallFact)
        holds = isinstance(judge(guard.promise, fact, NOW), Holds)
        (holding if holds else broken).append(guard)
    few = count // 10
    return [*holding[: count - few], *broken[:few]]


def cold_row(folder: Path, rules: int, target: float, *, runs: int) -> Row:
    """A process that has seen nothing yet."""
    content, sets = iptables_save(rules), ipset_save(rules)
    guards = fitting_guards(configuration_of(content, sets), GUARDS)
    job = folder / f"{rules}.json"
    promised = [
        {"must_pass": one.promise.must_pass, "must_not_pass": one.promise.must_not_pass}
        for one in guards
    ]
    job.write_text(json.dumps(promised))
    (folder / "rules").write_bytes(content)
    (folder / "sets").write_bytes(sets)
    walls, parts = [], []
    for _ in range(runs):
        began = time.perf_counter()
        done = subprocess.run([*TWICESHY, str(job)], check=True, capture_output=True, text=True)
        walls.append(time.perf_counter() - began)
        parts.append(json.loads(done.stdout))
    last = parts[-1]
    return Row(
        f"firewall: {rules:,} rules, {len(guards)} guards, cold",
        f"{spread(walls, 2)} s (reading {last['read']:.2f}, judging {last['judge']:.2f})",
        f"< {target:g} s",
        statistics.median(walls) < target,
        details={"seconds": walls, "parts": parts},
    )


def change_row(rules: int, *, rounds: int) -> Row:
    """One rule more, in a process that has judged the rules before."""
    content, sets = iptables_save(rules), ipset_save(rules)
    guards = fitting_guards(configuration_of(content, sets), GUARDS)
    judged(configuration_of(content, sets), guards)
    lines = content.split(b"\n")
    times = []
    for number in range(rounds):
        at = len(lines) // 2 + number
        changed = b"\n".join([*lines[:at], ADDED, *lines[at:]])
        gc.collect()
        times.append(judged(configuration_of(changed, sets), guards).seconds * 1000)
    return Row(
        f"firewall: {rules:,} rules, {len(guards)} guards, one rule changed",
        f"{spread(times)} ms",
        "< 100 ms",
        statistics.median(times) < 100,
        details={"milliseconds": times},
    )


def peer_row(rules: int, *, questions: int) -> Row:
    """The same questions to us and to z3: does any first packet of the flow pass?"""
    content, sets = iptables_save(rules), ipset_save(rules)
    asked = [Flow(one.source, one.destination, one.port, passing=False) for one in flows(questions)]
    guards = guards_of(asked)
    configuration = configuration_of(content, sets)
    fact = fact_of(guards[0], configuration, NOW)
    assert isinstance(fact, FirewallFact)
    ours = judged(configuration, guards)
    try:
        theirs = some_pass(fact.ruleset, [_region(one) for one in asked], Z3_TIMEOUT_MS)
    except ImportError:
        return Row("firewall: one question", f"{ours.judge_seconds:.3f} s", "-", None, PEER_MISSING)
    for verdict, passes in zip(ours.verdicts, theirs.passes, strict=True):
        if passes is not None and passes is not (verdict == "broken"):
            raise AssertionError("ours and the peer's answers differ")
    each = ours.judge_seconds / questions * 1000
    peer = (theirs.encode_seconds + sum(theirs.seconds)) / questions * 1000
    return Row(
        f"firewall: one question of {rules:,} rules, {questions} asked",
        f"{each:.1f} ms",
        "-",
        None,
        peer=f"z3 {peer:.0f} ms",
        ratio=peer / each,
        details={"ours_ms": each, "peer_ms": peer, "peer_seconds": theirs.seconds},
    )


def _region(flow: Flow) -> Mapping[Field, Intervals]:
    around = Surroundings(Host(), frozenset({4}))
    (region,) = regions(flow_of(str(flow)), 4, around, passing=False)
    return {
        asked: values for asked, values in region.values.items() if isinstance(values, Intervals)
    }


def main() -> None:
    """Judge the guards of a job, as a command does, and print what it took."""
    from twiceshy.cli.main import GARBAGE_THRESHOLDS

    gc.set_threshold(*GARBAGE_THRESHOLDS)
    job = Path(sys.argv[1])
    promised = [
        Promise(must_pass=tuple(one["must_pass"]), must_not_pass=tuple(one["must_not_pass"]))
        for one in json.loads(job.read_text())
    ]
    guards = [
        Guard(GuardId(f"g{number}"), KindId("firewall"), "here", promise, timedelta(hours=1))
        for number, promise in enumerate(promised)
    ]
    folder = job.parent
    done = judged(
        configuration_of((folder / "rules").read_bytes(), (folder / "sets").read_bytes()), guards
    )
    print(json.dumps({"read": done.read_seconds, "judge": done.judge_seconds}), flush=True)
    os._exit(0)  # to free a million objects one by one would be no part of the answer


if __name__ == "__main__":
    main()
