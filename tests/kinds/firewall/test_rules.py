from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from types import MappingProxyType

import pytest

from twiceshy.kinds.firewall.facts import (
    FirewallFact,
    Flow,
    FlowTried,
    Policies,
    Promise,
    TriedOutcome,
    flow_of,
)
from twiceshy.kinds.firewall.rules import judge
from twiceshy.languages.firewall.read import ruleset_of
from twiceshy.languages.firewall.ruleset import Ruleset
from twiceshy.model.configuration import Configuration
from twiceshy.model.verdict import Broken, Holds, Severity, Unknown, Verdict

Written = Callable[..., Configuration]
Judged = Callable[[Promise, Configuration], Verdict]
NOW = datetime(2026, 3, 1, tzinfo=UTC)

MAIL_HOST = """\
*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
:OUTPUT DROP [0:0]
-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A INPUT -i lo -j ACCEPT
-A INPUT -p tcp -m multiport --dports 25,587 -j ACCEPT
-A INPUT -s 198.51.100.0/24 -p tcp --dport 22 -j ACCEPT
-A OUTPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A OUTPUT -p tcp --dport 25 -j ACCEPT
-A OUTPUT -p udp --dport 53 -j ACCEPT
COMMIT
"""
MAIL = Promise(
    must_pass=("tcp/25 out", "tcp/25,587 in from internet", "udp/53 out"),
    must_not_pass=("tcp/5432 in",),
    management=("tcp/22 in from 198.51.100.0/24",),
    policy=Policies(input="drop", output="drop"),
    addresses=("192.0.2.1",),
)


def changed(old: str, new: str) -> str:
    assert old in MAIL_HOST
    return MAIL_HOST.replace(old, new)


def evidence_lines(verdict: Verdict) -> set[int]:
    return {one.place.line for one in verdict.evidence if one.place is not None}


def test_a_sound_rule_set_holds(judged: Judged, written: Written) -> None:
    verdict = judged(MAIL, written(v4=MAIL_HOST))
    assert isinstance(verdict, Holds), verdict
    assert verdict.summary == "all 7 parts of the promise are kept"


def test_a_rule_that_stops_outgoing_mail_is_blamed_with_its_line(
    judged: Judged, written: Written
) -> None:
    bad = changed(
        "-A OUTPUT -p tcp --dport 25",
        "-A OUTPUT -s 192.0.2.0/28 -j DROP\n-A OUTPUT -p tcp --dport 25",
    )
    verdict = judged(MAIL, written(v4=bad))
    assert isinstance(verdict, Broken)
    assert verdict.severity is Severity.CRITICAL
    assert verdict.why.startswith(
        "tcp 192.0.2.1:40000 -> 198.51.100.10:25, new, out by eth0 is dropped by"
        " `-A OUTPUT -s 192.0.2.0/28 -j DROP` (/etc/iptables/rules.v4:10)"
    )
    assert 10 in evidence_lines(verdict)
    assert verdict.next_step == (
        "Accept the flow before the rule at /etc/iptables/rules.v4:10, or undo it."
    )


def test_without_a_rule_for_the_answers_the_flow_is_broken_at_the_policy(
    judged: Judged, written: Written
) -> None:
    bad = changed("-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n", "")
    verdict = judged(replace(MAIL, must_pass=("tcp/25 out",)), written(v4=bad))
    assert isinstance(verdict, Broken)
    assert "the answer tcp 198.51.100.10:25 -> 192.0.2.1:40000, established reply" in verdict.why
    assert "policy drop of chain INPUT" in verdict.why
    assert evidence_lines(verdict) >= {2}


def test_a_hole_is_shown_by_a_packet_that_gets_through(judged: Judged, written: Written) -> None:
    bad = changed("-A INPUT -i lo", "-A INPUT -p tcp --sport 53 -j ACCEPT\n-A INPUT -i lo")
    verdict = judged(Promise(must_not_pass=("tcp/5432 in",)), written(v4=bad))
    assert isinstance(verdict, Broken)
    assert verdict.severity is Severity.SERIOUS
    assert ":53 -> " in verdict.why
    assert evidence_lines(verdict) == {6}


def test_an_administrator_who_is_locked_out_is_critical(judged: Judged, written: Written) -> None:
    bad = changed("198.51.100.0/24", "198.51.100.0/25")
    verdict = judged(replace(MAIL, must_pass=(), must_not_pass=()), written(v4=bad))
    assert isinstance(verdict, Broken)
    assert verdict.severity is Severity.CRITICAL
    assert "198.51.100.128" in verdict.why


def test_what_is_not_modelled_makes_it_unknown_by_name_and_line(
    judged: Judged, written: Written
) -> None:
    unsure = changed(
        "-A INPUT -i lo",
        "-A INPUT -p tcp -m recent --name x --rcheck --seconds 60 -j DROP\n-A INPUT -i lo",
    )
    verdict = judged(replace(MAIL, management=()), written(v4=unsure))
    assert isinstance(verdict, Unknown)
    assert "depends on" in verdict.why
    assert "-m recent" in verdict.why
    assert "rules.v4:6" in verdict.why


def test_a_match_that_is_not_modelled_does_no_harm_where_nothing_hinges_on_it(
    judged: Judged, written: Written
) -> None:
    harmless = changed(
        "-A INPUT -i lo",
        "-A INPUT -p udp -m recent --name x --rcheck --seconds 60 -j DROP\n-A INPUT -i lo",
    )
    assert isinstance(judged(MAIL, written(v4=harmless)), Holds)


def test_a_line_that_cannot_be_read_only_counts_where_packets_get_to_it(
    judged: Judged, written: Written
) -> None:
    broken = changed("-A INPUT -i lo", "-A FORWARD -p tcp --dprt 25 -j ACCEPT\n-A INPUT -i lo")
    assert isinstance(judged(replace(MAIL, policy=None), written(v4=broken)), Holds)
    verdict = judged(Promise(must_not_pass=("tcp/25 through",)), written(v4=broken))
    assert isinstance(verdict, Unknown)
    assert "rules.v4:6" in verdict.why


def test_a_rule_set_that_ends_in_the_middle_is_never_green(
    judged: Judged, written: Written
) -> None:
    verdict = judged(MAIL, written(v4=MAIL_HOST.removesuffix("COMMIT\n")))
    assert not isinstance(verdict, Holds)


def test_whether_it_passes_may_hinge_on_an_interface_that_no_rule_names(
    judged: Judged, written: Written
) -> None:
    by_name = changed("-A OUTPUT -p tcp --dport 25", "-A OUTPUT -o eth0 -p tcp --dport 25")
    promise = replace(MAIL, must_pass=("tcp/25 out",))
    verdict = judged(promise, written(v4=by_name))
    assert isinstance(verdict, Unknown)
    assert "the interface it leaves by" in verdict.why
    assert verdict.next_step == "Say by which interfaces the flow goes: `in_by:`, `out_by:`."
    assert isinstance(
        judged(replace(promise, must_pass=("tcp/25 out by eth0",)), written(v4=by_name)), Holds
    )


def test_an_interface_that_a_rule_names_has_to_be_right(judged: Judged, written: Written) -> None:
    by_name = changed(
        "-A OUTPUT -p tcp --dport 25", "-A OUTPUT -o eth0 -j DROP\n-A OUTPUT -p tcp --dport 25"
    )
    verdict = judged(replace(MAIL, must_pass=("tcp/25 out",)), written(v4=by_name))
    assert isinstance(verdict, Broken)
    assert "out by eth0" in verdict.why


def test_real_interfaces_of_a_live_look_leave_nothing_open(written: Written) -> None:
    by_name = changed("-A OUTPUT -p tcp --dport 25", "-A OUTPUT -o eth0 -p tcp --dport 25")
    promise = Promise(must_pass=("tcp/25 out",))

    def live(*interfaces: str) -> Verdict:
        fact = FirewallFact(
            at=NOW,
            vantage="mail-1",
            ruleset=ruleset_of(written(v4=by_name)),
            families=frozenset({4}),
            addresses=("192.0.2.1",),
            interfaces=interfaces,
        )
        return judge(promise, fact, NOW)

    assert isinstance(live("lo", "eth0"), Holds)
    assert isinstance(live("lo", "eth0", "eth1"), Broken)


def test_mail_of_one_user_alone_depends_on_who_sends_it(judged: Judged, written: Written) -> None:
    owned = changed(
        "-A OUTPUT -p tcp --dport 25", "-A OUTPUT -p tcp --dport 25 -m owner --uid-owner 105"
    )
    verdict = judged(replace(MAIL, must_pass=("tcp/25 out",)), written(v4=owned))
    assert isinstance(verdict, Unknown)
    assert verdict.next_step == "Say who sends it: `user_id:`."
    flow = Flow("out", "tcp/25", user_id=105)
    assert isinstance(judged(replace(MAIL, must_pass=(flow,)), written(v4=owned)), Holds)


def test_rules_of_a_family_that_were_not_handed_in_leave_it_unknown(
    judged: Judged, written: Written
) -> None:
    verdict = judged(Promise(must_pass=("tcp/25 out over ipv6",)), written(v4=MAIL_HOST))
    assert isinstance(verdict, Unknown)
    assert verdict.why == "the IPv6 rules were not handed in"


@pytest.mark.parametrize("policy", ["ACCEPT", "DROP"])
def test_a_hole_over_ipv6_is_found(policy: str, judged: Judged, written: Written) -> None:
    v6 = f"*filter\n:INPUT {policy} [0:0]\nCOMMIT\n"
    verdict = judged(Promise(must_not_pass=("tcp/5432 in",)), written(v4=MAIL_HOST, v6=v6))
    assert isinstance(verdict, Broken if policy == "ACCEPT" else Holds)


def test_the_policy_is_compared_with_the_promised_one(judged: Judged, written: Written) -> None:
    verdict = judged(
        Promise(policy=Policies(input="drop")),
        written(v4=MAIL_HOST.replace(":INPUT DROP", ":INPUT ACCEPT")),
    )
    assert isinstance(verdict, Broken)
    assert verdict.severity is Severity.SERIOUS
    assert evidence_lines(verdict) == {2}
    assert "accepts what no rule is about" in verdict.why


def test_a_last_rule_that_drops_everything_is_a_policy_too(
    judged: Judged, written: Written
) -> None:
    nft = """
    table inet t {
      chain input { type filter hook input priority 0; tcp dport 22 accept; drop; }
    }
    """
    assert isinstance(judged(Promise(policy=Policies(input="drop")), written(nft=nft)), Holds)


def test_no_chain_at_all_is_a_policy_of_accept(judged: Judged, written: Written) -> None:
    nft = "table inet t {\n chain c { tcp dport 22 accept; }\n}\n"
    verdict = judged(Promise(policy=Policies(forward="drop")), written(nft=nft))
    assert isinstance(verdict, Broken)


def test_a_rule_that_others_shadow_together_is_dead(judged: Judged, written: Written) -> None:
    dead = """\
    *filter
    :INPUT ACCEPT [0:0]
    -A INPUT -s 192.0.2.0/25 -j DROP
    -A INPUT -s 192.0.2.128/25 -j ACCEPT
    -A INPUT -s 192.0.2.64/26 -p tcp -j ACCEPT
    -A INPUT -s 192.0.2.0/24 -p tcp --dport 25 -j ACCEPT
    -A INPUT -s 192.0.0.0/16 -j DROP
    COMMIT
    """
    verdict = judged(Promise(no_dead_rules=True), written(v4=dead))
    assert isinstance(verdict, Broken)
    assert verdict.severity is Severity.WARNING
    assert evidence_lines(verdict) == {5, 6}


def test_a_rule_behind_one_that_is_not_modelled_is_not_dead(
    judged: Judged, written: Written
) -> None:
    alive = """\
    *filter
    :INPUT ACCEPT [0:0]
    -A INPUT -s 192.0.2.0/24 -m limit --limit 1/sec -j DROP
    -A INPUT -s 192.0.2.0/24 -j ACCEPT
    COMMIT
    """
    assert isinstance(judged(Promise(no_dead_rules=True), written(v4=alive)), Holds)


def test_a_rule_of_a_called_chain_counts_for_all_who_call_it(
    judged: Judged, written: Written
) -> None:
    called = """
    table inet t {
      chain sub { tcp dport 22 accept; tcp dport 80 accept; }
      chain input { type filter hook input priority 0; tcp dport 22 jump sub; }
      chain forward { type filter hook forward priority 0; tcp dport 80 jump sub; }
    }
    """
    assert isinstance(judged(Promise(no_dead_rules=True), written(nft=called)), Holds)
    one = called.replace("tcp dport 80 jump", "tcp dport 22 jump")
    assert isinstance(judged(Promise(no_dead_rules=True), written(nft=one)), Broken)


def test_ports_that_are_open_over_one_family_alone_are_named(
    judged: Judged, written: Written
) -> None:
    nft = """
    table inet t {
      chain input { type filter hook input priority 0; policy drop;
        tcp dport 80 accept
        ip saddr 198.51.100.0/24 tcp dport 22 accept
        meta nfproto ipv6 tcp dport 8080-8081 accept
      }
    }
    """
    verdict = judged(Promise(same_for_ipv4_and_ipv6=True), written(nft=nft))
    assert isinstance(verdict, Broken)
    assert verdict.why == (
        "tcp in is open only over IPv4 for port 22; tcp in is open only over IPv6 for port"
        " 8080-8081"
    )
    even = nft.replace("meta nfproto ipv6 ", "").replace("ip saddr 198.51.100.0/24 ", "")
    assert isinstance(judged(Promise(same_for_ipv4_and_ipv6=True), written(nft=even)), Holds)


def test_parity_needs_the_rules_of_both_families(judged: Judged, written: Written) -> None:
    verdict = judged(Promise(same_for_ipv4_and_ipv6=True), written(v4=MAIL_HOST))
    assert isinstance(verdict, Unknown)


def test_an_empty_promise_is_unknown(judged: Judged, written: Written) -> None:
    assert isinstance(judged(Promise(), written(v4=MAIL_HOST)), Unknown)


OUT = flow_of("tcp/25 out")
SHUT = flow_of("tcp/5432 in")


@pytest.mark.parametrize(
    ("flow", "outcome", "expected"),
    [
        (OUT, TriedOutcome.CONNECTED, Holds),
        (OUT, TriedOutcome.REFUSED, Holds),
        (OUT, TriedOutcome.TIMED_OUT, Broken),
        (OUT, TriedOutcome.UNREACHABLE, Broken),
        (OUT, TriedOutcome.NOT_TRIED, Unknown),
        (SHUT, TriedOutcome.CONNECTED, Broken),
        (SHUT, TriedOutcome.TIMED_OUT, Holds),
    ],
)
def test_what_a_real_connection_met_counts_beside_the_rules(
    flow: Flow, outcome: TriedOutcome, expected: type[Verdict]
) -> None:
    shut = "tcp/5432 in" if flow is SHUT else ()
    promise = Promise(must_pass=("tcp/25 out",), must_not_pass=(shut,) if shut else ())
    nothing_open = _drops_input()
    tried = (FlowTried(flow, "tcp 198.51.100.10:25", outcome, took_ms=12.0),)
    fact = FirewallFact(at=NOW, vantage="mail-1", ruleset=nothing_open, tried=tried)
    assert isinstance(judge(promise, fact, NOW), expected)


def _drops_input() -> Ruleset:
    nft = b"""table inet t {
      chain c { type filter hook input priority 0; policy drop; ct state established accept; }
    }
    """
    return ruleset_of(Configuration(MappingProxyType({"/etc/nftables.conf": nft})))


def test_every_broken_part_names_a_line(judged: Judged, written: Written) -> None:
    verdict = judged(MAIL, written(v4="*filter\n:INPUT ACCEPT [0:0]\n:OUTPUT DROP [0:0]\nCOMMIT\n"))
    assert isinstance(verdict, Broken)
    assert verdict.why.endswith("(and 5 more)")
    by_line = {one.place.line for one in verdict.evidence if one.place is not None}
    assert by_line == {2, 3}
