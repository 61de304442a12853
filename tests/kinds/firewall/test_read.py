from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twiceshy.kinds.firewall import KIND
from twiceshy.kinds.firewall.facts import FirewallFact, Promise
from twiceshy.kinds.firewall.read import fact_of, recognises
from twiceshy.kinds.firewall.rules import judge
from twiceshy.model.configuration import Configuration
from twiceshy.model.fact import Unseen
from twiceshy.model.guard import Guard
from twiceshy.model.ids import GuardId
from twiceshy.model.verdict import Holds

NOW = datetime(2026, 3, 1, tzinfo=UTC)
RULES = "*filter\n:INPUT DROP [0:0]\nCOMMIT\n"
GuardOf = Callable[[Promise], Guard]
Written = Callable[..., Configuration]


@pytest.mark.parametrize(
    ("texts", "families"),
    [
        ({"v4": RULES}, {4}),
        ({"v6": RULES}, {6}),
        ({"v4": RULES, "v6": RULES}, {4, 6}),
        ({"nft": "table inet t {\n}\n"}, {4, 6}),
    ],
)
def test_a_configuration_tells_which_families_it_has_rules_of(
    texts: dict[str, str], families: set[int], guard: GuardOf, written: Written
) -> None:
    fact = fact_of(guard(Promise()), written(**texts), NOW)
    assert isinstance(fact, FirewallFact)
    assert fact.families == families
    assert (fact.vantage, fact.addresses, fact.tried) == ("before", None, ())


def test_without_any_rules_nothing_was_seen(guard: GuardOf) -> None:
    configuration = Configuration(MappingProxyType({"/etc/hosts": b"127.0.0.1 localhost\n"}))
    seen = fact_of(guard(Promise()), configuration, NOW)
    assert isinstance(seen, Unseen)
    assert seen.next_step is not None


def test_a_named_file_that_was_not_handed_in_is_told(guard: GuardOf, written: Written) -> None:
    seen = fact_of(guard(Promise(files=("/etc/other.nft",))), written(v4=RULES), NOW)
    assert isinstance(seen, Unseen)
    assert seen.why == "/etc/other.nft is not part of what was handed in"


def test_a_named_file_that_could_not_be_read_says_why(guard: GuardOf) -> None:
    configuration = Configuration(
        MappingProxyType({}), unseen=MappingProxyType({"/etc/other.nft": "permission denied"})
    )
    seen = fact_of(guard(Promise(files=("/etc/other.nft",))), configuration, NOW)
    assert isinstance(seen, Unseen)
    assert seen.why == "/etc/other.nft could not be read: permission denied"


def test_only_the_named_files_count(guard: GuardOf, written: Written) -> None:
    both = written(v4=RULES, nft="table inet t {\n}\n")
    fact = fact_of(guard(Promise(files=("/etc/iptables/rules.v4",))), both, NOW)
    assert isinstance(fact, FirewallFact)
    assert fact.families == {4}
    assert len(fact.ruleset.tables) == 1


def test_files_are_recognised_by_what_they_hold() -> None:
    assert recognises("/etc/iptables/rules.v4", RULES.encode()) == "iptables-save"
    assert recognises("/etc/nftables.conf", b"table inet t {\n}\n") == "nft"
    assert recognises("/etc/hosts", b"127.0.0.1 localhost\n") is None


def test_the_kind_can_judge_a_change() -> None:
    assert KIND.proposals is not None
    assert KIND.proposals.differences is not None


PROMISE = Promise(must_pass=("tcp/25 out",), must_not_pass=("tcp/5432 in",), no_dead_rules=True)
PIECES = st.lists(
    st.sampled_from(
        [
            "*filter",
            ":INPUT DROP [0:0]",
            ":OUTPUT ACCEPT [0:0]",
            "-A OUTPUT -p tcp --dport 25 -j DROP",
            "-A INPUT -m set --match-set x src -j ACCEPT",
            "-A INPUT -j INPUT",
            "-N a",
            "-A a -j a",
            "-A INPUT -g a",
            "COMMIT",
            "table inet t {",
            "chain c {",
            "type filter hook output priority 0; policy drop;",
            "tcp dport vmap { 25 : drop, 80 : jump c }",
            "}",
            "-A",
            "\x00",
            "{{{{",
        ]
    ),
    max_size=12,
)


@settings(max_examples=150, deadline=None)
@given(pieces=PIECES, noise=st.binary(max_size=40), path=st.sampled_from(["rules.v4", "n.nft"]))
def test_whatever_is_handed_in_there_is_an_answer(
    pieces: list[str], noise: bytes, path: str
) -> None:
    content = "\n".join(pieces).encode() + noise
    configuration = Configuration(MappingProxyType({f"/etc/{path}": content}))
    guard = Guard(GuardId("g"), KIND.id, "mail", PROMISE, timedelta(minutes=1))
    seen = fact_of(guard, configuration, NOW)
    if isinstance(seen, Unseen):
        return
    verdict = judge(PROMISE, seen, NOW)
    if any(problem.chain is None for problem in seen.ruleset.problems):
        assert not isinstance(verdict, Holds)
