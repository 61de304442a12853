"""Rule sets are compared by their rules: neither counters nor comments nor the order of tables."""

from __future__ import annotations

from types import MappingProxyType

from twiceshy.kinds.drift.compare import compared
from twiceshy.kinds.drift.facts import State, Thing
from twiceshy.kinds.drift.rulesets import reading_of_rules
from twiceshy.model.configuration import Configuration

NFT = """\
table inet filter {
  chain forward {
    type filter hook forward priority 0; policy drop;
    ct state established,related accept
    ip saddr 192.0.2.10 tcp dport { 25, 587 } accept comment "mail out"
  }
}
"""
PRINTED = """\
table ip nat {
  chain post { type nat hook postrouting priority 100; policy accept; }
}
table inet filter {
  chain forward {
    type filter hook forward priority filter; policy drop;
    ct state { established, related } counter packets 7 bytes 420 accept
    ip saddr 192.0.2.10 tcp dport { 25, 587 } counter packets 1 bytes 60 accept comment "CHG-1"
  }
}
"""
SAVED = """\
*filter
:INPUT ACCEPT [0:0]
:FORWARD DROP [12:900]
-A FORWARD -s 192.0.2.10/32 -p tcp -m tcp --dport 25 -j ACCEPT
-A FORWARD -p tcp -m limit --limit 5/sec -j ACCEPT
COMMIT
"""


def thing(reviewed: tuple[str, str], running: tuple[str, str]) -> Thing:
    def reading(path: str, text: str, prefix: str) -> Configuration:
        return Configuration(files=MappingProxyType({path: text.encode()}), prefix=prefix)

    return compared(
        "fw-1",
        "firewall rules",
        reading_of_rules(reading(*reviewed, "hosts/fw-1")),
        reading_of_rules(reading(*running, "fw-1:")),
    )


def test_what_nft_prints_is_what_was_reviewed() -> None:
    found = thing(("/etc/nftables.conf", NFT), ("/run/twiceshy/nft.rules", PRINTED))
    assert found.state is State.SAME, found


def test_a_changed_rule_is_named_with_both_lines() -> None:
    changed = PRINTED.replace("{ 25, 587 } counter packets 1 bytes 60 accept", "{ 25, 587 } drop")
    found = thing(("/etc/nftables.conf", NFT), ("/run/twiceshy/nft.rules", changed))
    assert found.state is State.CHANGED
    (one,) = found.differences
    assert one.what == "chain forward of inet filter"
    assert str(one.reviewed_at) == "hosts/fw-1/etc/nftables.conf:5:5"
    assert one.running_at is not None
    assert (one.running_at.file, one.running_at.line) == ("fw-1:/run/twiceshy/nft.rules", 8)
    assert "drop" in (one.running or "")


def test_another_policy_or_a_new_chain_is_drift() -> None:
    other = PRINTED.replace("policy drop", "policy accept")
    assert thing(("/etc/nftables.conf", NFT), ("/run/twiceshy/nft.rules", other)).differences
    new = PRINTED.replace("table inet filter {", "table inet filter {\n chain ours { drop; }")
    assert thing(("/etc/nftables.conf", NFT), ("/run/twiceshy/nft.rules", new)).differences


def test_counters_of_iptables_are_no_drift_and_limits_are_compared_as_text() -> None:
    saved = ("/etc/iptables/rules.v4", SAVED)
    counted = SAVED.replace("[12:900]", "[99:1]").replace("*filter", "# today\n*filter")
    assert thing(saved, ("/run/twiceshy/iptables.rules", counted)).state is State.SAME
    faster = SAVED.replace("5/sec", "50/sec")
    found = thing(saved, ("/run/twiceshy/iptables.rules", faster))
    assert found.state is State.CHANGED
    assert len(found.differences) == 1
