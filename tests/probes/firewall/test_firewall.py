"""The probe on real rule sets: it runs in a network namespace, with its peer in another."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.farm.kernel.sandbox import unshare

ROOT = Path(__file__).parents[3]
Look = Callable[..., dict[str, Any]]

DROP_MAIL = """table inet filter {
	chain output {
		type filter hook output priority 0; policy accept;
		tcp dport 25 drop
		tcp dport 80 reject with tcp reset
	}
}
"""


@pytest.fixture
def look(namespaces: None, tmp_path: Path) -> Look:
    """`look(rules, promise, ...)`: what the probe saw in namespaces with these rules loaded."""
    del namespaces

    def run(**told: object) -> dict[str, Any]:
        path = tmp_path / "told.json"
        path.write_text(json.dumps(told), encoding="utf-8")
        done = subprocess.run(
            [*unshare(), sys.executable, "-m", "tests.probes.firewall.inside", str(path)],
            capture_output=True,
            text=True,
            check=False,
            cwd=ROOT,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    return run


def test_a_rule_that_drops_mail_is_seen_in_the_rules_and_for_real(look: Look) -> None:
    seen = look(nft=DROP_MAIL, must_pass=["tcp/25 out to 192.0.2.2", "tcp/443 out to 192.0.2.2"])
    assert seen["verdict"] == "broken"
    assert "tcp dport 25 drop" in seen["why"]
    assert seen["places"][0].startswith("/run/twiceshy/nft.rules:")
    assert seen["tried"] == {
        "tcp 192.0.2.2:25": "timed out",
        "tcp 192.0.2.2:443": "connected",
    }
    assert "192.0.2.1" in seen["addresses"]
    assert set(seen["interfaces"]) == {"lo", "eth0"}
    assert seen["vantage"] == "here"


def test_flows_that_pass_hold(look: Look) -> None:
    seen = look(nft=DROP_MAIL, must_pass=["tcp/443 out to 192.0.2.2"], families=4)
    assert seen["verdict"] == "holds", seen
    assert seen["tried"] == {"tcp 192.0.2.2:443": "connected"}


def test_a_rejected_flow_is_refused(look: Look) -> None:
    seen = look(nft=DROP_MAIL, must_not_pass=["tcp/80 out to 192.0.2.2"])
    assert seen["tried"] == {"tcp 192.0.2.2:80": "refused"}
    assert seen["verdict"] == "holds", seen


def test_rules_of_all_notations_are_seen_together(look: Look) -> None:
    seen = look(
        nft="table inet own {\n\tchain input {\n\t\ttype filter hook input priority 5;\n\t}\n}\n",
        iptables="*filter\n:INPUT DROP [0:0]\n-A INPUT -p tcp -m tcp --dport 25 -j ACCEPT\nCOMMIT\n",
        legacy="*filter\n-A INPUT -p tcp -m tcp --dport 25 -s 10.0.0.0/8 -j DROP\nCOMMIT\n",
        must_pass=["tcp/25 in from 10.1.0.0/16"],
    )
    assert {table.partition(" ")[0] for table in seen["tables"]} >= {
        "nft",
        "iptables-nft",
        "iptables-legacy",
    }
    assert seen["verdict"] == "broken"
    assert "iptables-legacy" in seen["places"][0]


def test_sets_are_listed_too(look: Look) -> None:
    seen = look(
        ipset="create office hash:net family inet\nadd office 198.51.100.0/24\n",
        iptables="*filter\n:INPUT DROP [0:0]\n-A INPUT -m set --match-set office src -j ACCEPT\n"
        "COMMIT\n",
        must_pass=["tcp/22 in from 198.51.100.7 over ipv4"],
        must_not_pass=["tcp/22 in from 203.0.113.0/24 over ipv4"],
    )
    assert seen["verdict"] == "holds", seen


def test_without_any_rule_everything_passes(look: Look) -> None:
    seen = look(must_pass=["tcp/25 in"], must_not_pass=[])
    assert seen["verdict"] == "holds", seen
    seen = look(must_not_pass=["tcp/25 in"])
    assert seen["verdict"] == "broken"


@pytest.mark.usefixtures("as_root")
def test_who_may_not_list_the_rules_sees_nothing(look: Look) -> None:
    seen = look(nft=DROP_MAIL, must_pass=["tcp/25 out"], user=65534)
    assert "unseen" in seen
    assert "does not show all of its packet filter" in seen["unseen"]
    assert "CAP_NET_ADMIN" in seen["next_step"]


def test_a_host_without_the_programs_is_unseen(look: Look) -> None:
    seen = look(must_pass=["tcp/25 out"], places="PATH=/nonexistent")
    assert seen["unseen"] == "here: neither nft nor iptables is installed there"


def test_a_target_that_is_no_host_is_unseen(look: Look) -> None:
    seen = look(must_pass=["tcp/25 out"], target="nobody")
    assert seen["unseen"] == "nobody names no host of the estate"


def test_a_service_on_two_hosts_is_unseen(look: Look) -> None:
    seen = look(must_pass=["tcp/25 out"], target="mail")
    assert "each has a packet filter of its own" in seen["unseen"]
