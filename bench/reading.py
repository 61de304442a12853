"""How fast reports are read: many small ones, one huge one of any content, and from a cold start."""

from __future__ import annotations

import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from itertools import cycle, islice
from pathlib import Path

from bench.fleet import TWICESHY
from bench.row import Row, spread

REPORT_BYTES = 3 * 1024
LONG_LINE = 40
"""Characters from which a line is a sentence and no heading or label."""
HUGE_BYTES = 5 * 1024 * 1024
HUGE_LIMIT_SECONDS = 60
"""A huge file that takes longer is given up, so that the bench itself ends."""

_NOTES = (
    "The rota was complete and the runbook was followed as written. Customers were told through "
    "the status page, which was updated every half hour until the service was back. "
)
_READ_ONE = """
import sys, time
from pathlib import Path
from twiceshy.reports.read import read_report
data = Path(sys.argv[1]).read_bytes()
began = time.perf_counter()
read_report(data, path="huge.md")
print(time.perf_counter() - began)
"""
_PEER_READS = """
import sys
from markdown_it import MarkdownIt
MarkdownIt("commonmark").enable("table").parse(open(sys.argv[1], encoding="utf-8").read())
"""


def rows(examples: Path, *, quick: bool) -> list[Row]:
    """All measurements of reading; `examples` is a folder of real reports."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(examples.iterdir())]
    return [
        small_reports(texts, reports=20 if quick else 300, rounds=1 if quick else 5),
        huge_files(texts, size=100_000 if quick else HUGE_BYTES),
        cold_start(texts[1], runs=2 if quick else 15),
    ]


def three_kilobytes(texts: Sequence[str], count: int) -> list[bytes]:
    """So many reports of 3 KB: real ones with closing notes to fill them up.

    No two share a sentence, as no two reports of the world do: whatever a reader remembers of one
    text is of no use for the next.
    """
    found = []
    for number, text in enumerate(islice(cycle(texts), count)):
        notes = f"\n## Notes of review {number}\n\n" + _NOTES * 20
        own = "\n".join(
            f"{line} (ticket {number})" if len(line) > LONG_LINE else line
            for line in (text + notes).split("\n")
        )
        found.append(own.encode()[:REPORT_BYTES])
    return found


def small_reports(texts: Sequence[str], *, reports: int, rounds: int) -> Row:
    """Reports of 3 KB a second in one process, beside nothing but parsing their Markdown."""
    from markdown_it import MarkdownIt

    from twiceshy.reports.read import read_report

    parser = MarkdownIt("commonmark").enable("table")
    documents = three_kilobytes(texts, reports)

    def read(document: bytes) -> None:
        assert read_report(document, path="small.md").is_report

    def parse(document: bytes) -> None:
        parser.parse(document.decode())

    ours, peer = [], []
    for document in documents[: len(texts)]:
        read(document)
        parse(document)
    for _ in range(rounds):
        ours.append(_a_second(read, documents))
        peer.append(_a_second(parse, documents))
    rate = statistics.median(ours)
    return Row(
        what="reports of 3 KB read a second",
        figure=f"{spread(ours)}/s",
        peer=f"markdown-it-py, parsing alone: {statistics.median(peer):.0f}/s",
        ratio=rate / statistics.median(peer),
        target="300/s",
        met=rate >= 300,
        details={"ours_per_second": ours, "peer_per_second": peer, "reports": reports},
    )


def _a_second(handle: Callable[[bytes], None], documents: Sequence[bytes]) -> float:
    began = time.perf_counter()
    for document in documents:
        handle(document)
    return len(documents) / (time.perf_counter() - began)


def contents(texts: Sequence[str], size: int) -> dict[str, bytes]:
    """Files of `size` bytes that a reader could stumble over."""
    nested = "".join(f"{'  ' * depth}- level {depth}\n" for depth in range(60))
    units: Mapping[str, bytes] = {
        "a real report again and again": "\n".join(texts).encode(),
        "one line of words": b"the mail server was down and ",
        "bullets without text": b"- ",
        "bullets, one a line": b"- \n",
        "nested bullets": nested.encode(),
        "hashes": b"#",
        "headings": b"# Timeline\n",
        "open brackets": b"[",
        "open links": b"[a](",
        "open tags": b"<",
        "tags": b"<div>\n",
        "stars": b"*",
        "emphasis": b"**a ",
        "backticks": b"`",
        "quotes": b"> ",
        "digits and colons": b"12:34:",
        "times, one a line": b"12:34 UTC - the server answered\n",
        "times in one line": b"12:34 UTC - the server answered ",
        "dates": b"2024-06-07 ",
        "table rows": b"| 12:34 | the server answered | us |\n",
        "pipes": b"|",
        "conflict markers": b"<<<<<<< ours\n=======\n>>>>>>> theirs\n",
        "labels": b"**Duration:** 2 hours\n",
        "spaces": b" ",
        "empty lines": b"\n",
        "zeros": b"\0",
        "no text in UTF-8": b"\xff\xfe",
    }
    files = {name: (unit * (size // len(unit) + 1))[:size] for name, unit in units.items()}
    return files | {"random bytes": random.Random(5).randbytes(size)}


def huge_files(texts: Sequence[str], *, size: int) -> Row:
    """The slowest of many files of `size` bytes, each read in a fresh process."""
    seconds: dict[str, float | None] = {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "huge.md"
        for name, data in contents(texts, size).items():
            path.write_bytes(data)
            seconds[name] = _seconds_to_read(path)
    failed = [name for name, taken in seconds.items() if taken is None]
    done = {name: taken for name, taken in seconds.items() if taken is not None}
    if failed:
        figure = f"no end within {HUGE_LIMIT_SECONDS} s, or an error: {', '.join(failed)}"
    else:
        worst = max(done, key=lambda name: done[name])
        figure = f"{done[worst]:.2f} s ({worst})"
    return Row(
        what=f"the slowest of {len(seconds)} files of {size / 2**20:.1f} MB",
        figure=figure,
        target="2 s",
        met=not failed and max(done.values()) < 2,
        details={"seconds": seconds, "bytes": size},
    )


def _seconds_to_read(path: Path) -> float | None:
    """How long it took; None when it failed or did not end."""
    try:
        done = subprocess.run(
            [sys.executable, "-c", _READ_ONE, path],
            capture_output=True,
            text=True,
            check=True,
            timeout=HUGE_LIMIT_SECONDS,
        )
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError):
        return None
    return float(done.stdout)


def cold_start(text: str, *, runs: int) -> Row:
    """`twiceshy read` on one small report from a cold process, beside a parser doing the same."""
    ours, peer = [], []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "small.md"
        path.write_text(text, encoding="utf-8")
        for _ in range(runs):
            ours.append(_seconds_of([TWICESHY, "read", path]))
            peer.append(_seconds_of([sys.executable, "-c", _PEER_READS, path]))
    middle = statistics.median(ours)
    return Row(
        what="`twiceshy read`, cold, one small report",
        figure=f"{spread(ours, 3)} s",
        peer=f"markdown-it-py in a script: {statistics.median(peer):.3f} s",
        ratio=statistics.median(peer) / middle,
        target="0.35 s",
        met=middle < 0.35,
        details={"ours_seconds": ours, "peer_seconds": peer},
    )


def _seconds_of(command: Sequence[str | Path]) -> float:
    began = time.perf_counter()
    subprocess.run(command, capture_output=True, check=True)
    return time.perf_counter() - began
