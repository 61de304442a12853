"""How long a whole `twiceshy review` takes from a cold start, beside a check of the syntax alone."""

from __future__ import annotations

import random
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from bench.fleet import TWICESHY
from bench.row import PEER_MISSING, Row, spread

TARGET_SECONDS = 0.7
ESTATE = """\
version: 1
hosts:
  mail-1: {reach: local, addresses: [192.0.2.10]}
guards:
  - id: mail-goes-out
    kind: firewall
    target: mail-1
    promise:
      must_pass: [tcp/25 out, tcp/25 in from internet]
      must_not_pass: [tcp/5432 in from internet]
      management: [tcp/22 in from 198.51.100.0/24]
"""


def rows(*, quick: bool) -> list[Row]:
    """The one measurement: a rule more among a thousand, refused."""
    rules, rounds = (50, 2) if quick else (1000, 15)
    return [_cold(rules, rounds)]


def rule_set(rules: int, *more: str) -> str:
    """An iptables-save file of so many rules, and some more before them."""
    chance = random.Random(1)
    lines = [
        "*filter",
        ":INPUT DROP [0:0]",
        ":FORWARD DROP [0:0]",
        ":OUTPUT ACCEPT [0:0]",
        *more,
        "-A INPUT -i lo -j ACCEPT",
        "-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
        "-A INPUT -p tcp -m tcp --dport 25 -j ACCEPT",
        "-A INPUT -s 198.51.100.0/24 -p tcp -m tcp --dport 22 -j ACCEPT",
    ]
    for _ in range(rules - len(lines)):
        network = f"10.{chance.randrange(256)}.{chance.randrange(256)}.0/{chance.choice((24, 26))}"
        port = chance.choice((80, 443, 993, 3306, 8080, chance.randrange(1024, 65535)))
        verdict = chance.choice(("ACCEPT", "DROP"))
        lines.append(f"-A INPUT -s {network} -p tcp -m tcp --dport {port} -j {verdict}")
    return "\n".join((*lines, "COMMIT", ""))


def _cold(rules: int, rounds: int) -> Row:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "twiceshy.yaml").write_text(ESTATE)
        (folder / "old.rules").write_text(rule_set(rules))
        wrong = "-A OUTPUT -p tcp -m tcp --dport 25 -j DROP"
        (folder / "new.rules").write_text(rule_set(rules + 1, wrong))
        review: list[str | Path] = [
            TWICESHY,
            "review",
            "--before",
            "old.rules",
            "--after",
            "new.rules",
        ]
        seconds = _timed([*review, "--no-journal"], folder, rounds, code=1)
        kept = _timed(review, folder, rounds, code=1)
        program = shutil.which("iptables-nft-restore", path="/usr/sbin:/sbin:/usr/bin")
        peer = None
        if program is not None:
            alone: list[str | Path] = ["unshare", "-Urn", program, "--test", "new.rules"]
            peer = _timed(alone, folder, rounds, code=0)
    middle = statistics.median(seconds)
    return Row(
        what=f"`twiceshy review`, cold, one rule more among {rules}",
        figure=f"{spread(seconds, 2)} s; kept in the journal {statistics.median(kept):.2f} s",
        target=f"{TARGET_SECONDS:g} s",
        met=middle < TARGET_SECONDS,
        peer=PEER_MISSING if peer is None else f"iptables-restore --test: {spread(peer, 2)} s",
        ratio=None if peer is None else statistics.median(peer) / middle,
        details={"seconds": seconds, "kept_seconds": kept, "peer_seconds": peer},
    )


def _timed(argv: Sequence[str | Path], folder: Path, rounds: int, *, code: int) -> list[float]:
    found = []
    for _ in range(rounds):
        began = time.perf_counter()
        ended = subprocess.run(argv, cwd=folder, capture_output=True, check=False)
        found.append(time.perf_counter() - began)
        assert ended.returncode == code, ended.stderr.decode()
    return found
