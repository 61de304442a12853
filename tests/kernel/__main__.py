"""Hold Twiceshy's reading of firewall rules against the kernel, packet by packet.

    python -m tests.kernel --packets 100000 --seed 1

Generated rule sets, each loaded in network namespaces of its own, until so many packets were
compared; then a table. Exit code 1 when the kernel and we disagree about a single one.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass, field
from itertools import count
from typing import IO

from tests.farm.kernel.compare import Score
from tests.farm.kernel.play import Unread, decide, generated, play
from tests.farm.kernel.sandbox import firewall, why_not

PACKETS_OF_A_SET = 160
QUESTIONS_OF_A_SET = 4
SETS_AT_ONCE = 10
MOST_SHOWN = 3
SETS_PER_SEED = 1_000_000


@dataclass
class Row:
    """One line of the table."""

    sets: int = 0
    score: Score = field(default_factory=Score)


@dataclass(frozen=True)
class Told:
    """What one worker found out."""

    rows: dict[str, Row]
    answers: Counter[str]
    """Of questions about whole flows."""
    complaints: list[str]


def some(first: int) -> Told:
    """Play a few rule sets in a sandbox of their own."""
    rows: dict[str, Row] = {}
    answers: Counter[str] = Counter()
    complaints: list[str] = []
    with firewall() as kernel:
        for seed in range(first, first + SETS_AT_ONCE):
            text, pools, rng = generated(seed)
            try:
                score = play(kernel, text, pools, rng, count=PACKETS_OF_A_SET)
            except Unread as error:
                complaints.append(str(error))
                continue
            name = "nft" if text.notation == "nft" else f"{text.notation}, {text.variant}"
            row = rows.setdefault(name, Row())
            row.sets += 1
            if score.disagreements:
                complaints.append(f"{text.name}\n{text.whole}\n{score.disagreements[0]}")
                score.disagreements.clear()  # they are told in words from here on
            row.score.add(score)
            asked = decide(kernel, text, pools, rng, count=QUESTIONS_OF_A_SET)
            answers += asked.answers
            answers["packets replayed or sampled"] += asked.packets
            complaints += [f"{text.name}\n{text.whole}\n{one}" for one in asked.wrong]
    return Told(rows, answers, complaints)


def everything(seed: int, packets: int, workers: int) -> Iterator[Told]:
    """What the workers tell, until so many packets were compared."""
    firsts = count(seed * SETS_PER_SEED, SETS_AT_ONCE)
    done = 0
    with ProcessPoolExecutor(workers) as pool:
        running: set[Future[Told]] = set()
        while done < packets:
            while len(running) < workers:
                running.add(pool.submit(some, next(firsts)))
            finished, running = wait(running, return_when=FIRST_COMPLETED)
            for one in finished:
                told = one.result()
                done += sum(row.score.packets for row in told.rows.values())
                yield told
        for one in running:
            yield one.result()


def table(rows: dict[str, Row]) -> Iterator[str]:
    """The summary, a line each."""
    heads = ("rule sets", "packets", "passed", "dropped", "depends", "disagree")
    yield f"{'':24}" + "".join(f"{head:>11}" for head in heads)
    whole = Row()
    for name, row in sorted(rows.items()):
        whole.sets += row.sets
        whole.score.add(row.score)
        yield _line(name, row)
    yield _line("all", whole)
    yield ""
    yield "of them: " + ", ".join(
        f"{name} {number:,}" for name, number in sorted(whole.score.stages.items())
    )


def _line(name: str, row: Row) -> str:
    counts = row.score.counts
    numbers = (
        row.sets,
        row.score.packets,
        counts["passed"],
        counts["dropped"],
        counts["depends"],
        counts["disagree"],
    )
    return f"{name:24}" + "".join(f"{number:>11,}" for number in numbers)


def say(*told: str, end: str = "\n", to: IO[str] = sys.stdout) -> None:
    """A line for whoever waits, at once."""
    to.write(" ".join(told) + end)
    to.flush()


def main() -> int:
    """Compare, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--packets", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=min(4, os.cpu_count() or 1))
    asked = parser.parse_args()
    why = why_not()
    if why is not None:
        say(f"skipped: {why}")
        return 1 if os.environ.get("CI") == "true" else 0
    began = time.monotonic()
    say(f"seed {asked.seed}, at least {asked.packets:,} packets")
    rows: dict[str, Row] = {}
    answers: Counter[str] = Counter()
    complaints: list[str] = []
    for told in everything(asked.seed, asked.packets, asked.workers):
        complaints += told.complaints
        answers += told.answers
        for name, row in told.rows.items():
            mine = rows.setdefault(name, Row())
            mine.sets += row.sets
            mine.score.add(row.score)
    for complaint in complaints[:MOST_SHOWN]:
        say(complaint, end="\n\n")
    say("\n".join(table(rows)))
    say("flows decided: " + ", ".join(f"{name} {answers[name]:,}" for name in sorted(answers)))
    say(f"{time.monotonic() - began:.0f} s")
    if complaints:
        say(f"{len(complaints)} rule sets read wrong", to=sys.stderr)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
