"""An approved rule set is applied to a real kernel, in a network namespace of the test's own."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.farm.kernel.sandbox import unshare

PROGRAM = shlex.quote(str(Path(sys.executable).with_name("twiceshy")))
RULES = """flush ruleset
table inet filter {
    chain input {
        type filter hook input priority 0; policy drop;
        ct state established,related accept
        tcp dport { 22, 25 } accept
    }
}
"""
ESTATE = """version: 1
hosts:
  mail-1: {reach: local, addresses: [192.0.2.10]}
guards:
  - id: mail-comes-in
    kind: firewall
    target: mail-1
    promise: {must_pass: [tcp/25 in from internet]}
"""

pytestmark = pytest.mark.usefixtures("namespaces")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "twiceshy.yaml").write_text(ESTATE)
    (tmp_path / "loaded.nft").write_text(RULES)
    (tmp_path / "more.nft").write_text(RULES.replace("22, 25", "22, 25, 465"))
    (tmp_path / "less.nft").write_text(RULES.replace("22, 25", "22"))
    return tmp_path


def in_a_namespace(folder: Path, script: str) -> list[str]:
    """What a shell script prints, run where `loaded.nft` is what the kernel has."""
    at = shlex.quote(str(folder / "etc/nftables.conf"))
    begin = f"set -e; nft -f loaded.nft; T={PROGRAM}; AT={at}\n"
    ended = subprocess.run(
        [*unshare(), "sh", "-c", begin + script],
        cwd=folder,
        env={**os.environ, "TWICESHY_STATE": str(folder / "state")},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return ended.stdout.splitlines()


REVIEWED = """
$T review --live mail-1 --after more.nft --at $AT --format json >review.json
ID=$($T approve review.json --by ops | sed -n 's/^approved by ops: \\([0-9a-f]*\\).*/\\1/p')
"""


def test_what_the_kernel_has_is_the_side_before(folder: Path) -> None:
    lines = in_a_namespace(
        folder, "$T review --live mail-1 --after less.nft --at $AT --format json || true"
    )
    review = json.loads("\n".join(lines))
    assert [guard["effect"] for guard in review["guards"]] == ["breaks"]
    assert review["differences"]


def test_an_unconfirmed_rule_set_is_taken_out_of_the_kernel_again(folder: Path) -> None:
    script = f"""{REVIEWED}
    $T apply $ID --after more.nft --at $AT --host mail-1 --confirm-within 2 || echo "code $?"
    nft list ruleset | grep -c 465 || true
    """
    lines = in_a_namespace(folder, script)
    assert lines[-3:] == ["rolled back: nobody confirmed it within 2 s", "code 1", "0"]
    assert not (folder / "etc/nftables.conf").exists()


def test_a_confirmed_rule_set_stays(folder: Path) -> None:
    script = f"""{REVIEWED}
    $T apply $ID --after more.nft --at $AT --host mail-1 --confirm-within 60 >applied &
    until grep -q applied applied; do sleep 0.1; done
    $T confirm $ID --host mail-1
    wait
    tail -n 1 applied
    nft list ruleset | grep 465
    """
    lines = in_a_namespace(folder, script)
    assert lines[-3:-1] == ["mail-1: confirmed", "confirmed: it stays"]
    assert "465" in lines[-1]
    assert "465" in (folder / "etc/nftables.conf").read_text()


def test_a_kernel_that_was_changed_since_the_review_is_left_alone(folder: Path) -> None:
    script = f"""{REVIEWED}
    nft add rule inet filter input tcp dport 99 drop
    $T apply $ID --after more.nft --at $AT --host mail-1 || echo "code $?"
    nft list ruleset | grep -c 465 || true
    """
    lines = in_a_namespace(folder, script)
    assert "error: what is loaded on mail-1 is not what was reviewed" in lines
    assert lines[-2:] == ["code 3", "0"]


def test_a_rule_set_that_the_kernel_refuses_is_undone_at_once(folder: Path) -> None:
    script = f"""{REVIEWED}
    $T apply $ID --after more.nft --at $AT --host mail-1 --activate false || echo "code $?"
    """
    lines = in_a_namespace(folder, script)
    assert lines[-1] == "code 4"
    assert not (folder / "etc/nftables.conf").exists()
