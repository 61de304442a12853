from __future__ import annotations

from collections.abc import Callable

import pytest

from twiceshy.kinds.firewall.conversation import converse
from twiceshy.kinds.firewall.host import Host, Path
from twiceshy.kinds.firewall.packet import Packet
from twiceshy.kinds.firewall.trace import Outcome, Trace, trace
from twiceshy.languages.firewall.conditions import CtState
from twiceshy.languages.firewall.read import ruleset_of
from twiceshy.languages.firewall.ruleset import Ruleset
from twiceshy.model.configuration import Configuration

Read = Callable[..., Ruleset]
HOST = Host.of(["192.0.2.1", "2001:db8::1"])


def incoming(dport: int = 25, protocol: str = "tcp", **fields: int | str) -> Packet:
    source = str(fields.pop("source", "198.51.100.7"))
    given = {"iif": "eth0", **fields}
    return Packet.of(protocol, source, "192.0.2.1", dport, **given)


def chain(rules: str, hook: str = "input", policy: str = "accept", more: str = "") -> str:
    return (
        f"table inet t {{\n{more}\nchain c {{ type filter hook {hook} priority 0;"
        f" policy {policy}; {rules} }}\n}}"
    )


def outcome(ruleset: Ruleset, packet: Packet | None = None) -> Outcome:
    return trace(ruleset, packet or incoming(), Path.INPUT, HOST).outcome


def test_without_rules_everything_passes() -> None:
    seen = trace(Ruleset(()), incoming(), Path.INPUT, HOST)
    assert (seen.outcome, str(seen.by), seen.place) == (
        Outcome.ACCEPTED,
        "no rule is asked",
        None,
    )


def test_the_rule_that_decides_is_named_with_its_line(read: Read) -> None:
    ruleset = read(v4="*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -p tcp --dport 25 -j DROP\nCOMMIT\n")
    seen = trace(ruleset, incoming(), Path.INPUT, HOST)
    assert (seen.outcome, str(seen.by)) == (Outcome.DROPPED, "-A INPUT -p tcp --dport 25 -j DROP")
    assert seen.place is not None
    assert seen.place.line == 3


def test_the_policy_is_named_with_its_line(read: Read) -> None:
    ruleset = read(v4="*filter\n:INPUT DROP [0:0]\nCOMMIT\n")
    seen = trace(ruleset, incoming(), Path.INPUT, HOST)
    assert str(seen.by) == "policy drop of chain INPUT of table filter (ip)"
    assert seen.place is not None
    assert seen.place.line == 2


def test_a_rejected_packet_is_told_apart_from_a_dropped_one(read: Read) -> None:
    assert outcome(read(nft=chain("reject;"))) is Outcome.REJECTED


def test_accept_ends_only_its_own_base_chain(read: Read) -> None:
    both = """
        table inet early { chain c { type filter hook input priority -5; accept; }; }
        table inet late { chain c { type filter hook input priority 5; tcp dport 25 drop; }; }
    """
    assert outcome(read(nft=both)) is Outcome.DROPPED


def test_drop_is_final(read: Read) -> None:
    both = """
        table inet early { chain c { type filter hook input priority -5; tcp dport 25 drop; }; }
        table inet late { chain c { type filter hook input priority 5; accept; }; }
    """
    assert outcome(read(nft=both)) is Outcome.DROPPED


def test_a_dormant_table_is_not_asked(read: Read) -> None:
    asleep = "table inet t { flags dormant; chain c { type filter hook input priority 0; drop; }; }"
    assert outcome(read(nft=asleep)) is Outcome.ACCEPTED


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ("jump sub; drop;", Outcome.DROPPED),
        ("goto sub; drop;", Outcome.ACCEPTED),
        ("jump sub; accept;", Outcome.ACCEPTED),
        ("return; drop;", Outcome.ACCEPTED),
    ],
)
def test_the_end_of_a_called_chain_leads_back_after_jump_and_to_the_policy_after_goto(
    rules: str, expected: Outcome, read: Read
) -> None:
    assert outcome(read(nft=chain(rules, more="chain sub { tcp dport 80 drop; }"))) is expected


def test_return_in_a_base_chain_is_its_policy(read: Read) -> None:
    assert outcome(read(nft=chain("return; accept;", policy="drop"))) is Outcome.DROPPED


def test_a_mark_that_one_chain_sets_is_seen_by_a_later_one(read: Read) -> None:
    marks = """
        table inet early { chain c { type filter hook prerouting priority -150;
          tcp dport 25 meta mark set 7; }; }
        table inet late { chain c { type filter hook input priority 0; meta mark 7 drop; }; }
    """
    ruleset = read(nft=marks)
    assert outcome(ruleset) is Outcome.DROPPED
    assert outcome(ruleset, incoming(80)) is Outcome.ACCEPTED


def test_before_conntrack_looks_every_packet_is_invalid(read: Read) -> None:
    early = """table inet t { chain c { type filter hook prerouting priority -300;
        ct state new drop; }; }"""
    assert outcome(read(nft=early)) is Outcome.ACCEPTED
    assert outcome(read(nft=early.replace("-300", "-150"))) is Outcome.DROPPED


def test_a_packet_that_is_not_tracked_is_neither_new_nor_established(read: Read) -> None:
    rules = """
        table inet early { chain c { type filter hook prerouting priority -300;
          tcp dport 25 notrack; }; }
        table inet late { chain c { type filter hook input priority 0; policy drop;
          ct state new,established accept; }; }
    """
    assert outcome(read(nft=rules)) is Outcome.DROPPED
    assert outcome(read(nft=rules.replace("new,", "untracked,"))) is Outcome.ACCEPTED


NAT = """
    table ip nat {
      chain pre { type nat hook prerouting priority -100; tcp dport 25 dnat to 10.0.0.5:2525; }
      chain post { type nat hook postrouting priority 100; ip daddr 10.0.0.5 masquerade; }
    }
    table inet filter {
      chain input { type filter hook input priority 0; policy drop; }
      chain forward { type filter hook forward priority 0; policy drop;
        ct state established accept
        ip daddr 10.0.0.5 tcp dport 2525 accept
      }
    }
"""


def test_a_translated_destination_leads_elsewhere_and_is_what_later_rules_see(read: Read) -> None:
    seen = trace(read(nft=NAT), incoming(), Path.INPUT, HOST)
    assert (seen.outcome, seen.path) == (Outcome.ACCEPTED, Path.FORWARD)
    assert seen.end.connection is not None
    assert seen.end.connection.dnat == (0x0A000005, 2525)
    assert seen.end.saddr == 0xC0000201


def test_the_answer_of_a_translated_connection_is_led_back(read: Read) -> None:
    spoken = converse(read(nft=NAT), incoming(), Path.INPUT, HOST)
    assert spoken.outcome is Outcome.ACCEPTED
    assert spoken.reply is not None
    answer = spoken.reply.end
    assert (answer.saddr, answer.sport, answer.daddr) == (0xC0000201, 25, 0xC6336407)


def test_nat_chains_only_see_the_first_packet(read: Read) -> None:
    later = incoming(ct_state=CtState.ESTABLISHED)
    assert trace(read(nft=NAT), later, Path.INPUT, HOST).outcome is Outcome.DROPPED


def test_whether_a_translated_destination_is_this_host_has_to_be_known(read: Read) -> None:
    seen = trace(read(nft=NAT), incoming(), Path.INPUT, Host())
    assert seen.outcome is Outcome.DEPENDS
    assert "10.0.0.5 is an address of this host" in seen.hinges[0].text


def test_a_redirected_connection_stays_on_this_host(read: Read) -> None:
    rules = """
        table ip nat { chain pre { type nat hook prerouting priority -100;
          tcp dport 25 redirect to :2525; }; }
        table inet filter { chain input { type filter hook input priority 0; policy drop;
          tcp dport 2525 accept; }; }
    """
    assert outcome(read(nft=rules)) is Outcome.ACCEPTED


def test_what_is_not_modelled_is_gone_both_ways_and_named(read: Read) -> None:
    ruleset = read(
        v4="""\
        *filter
        :INPUT DROP [0:0]
        -A INPUT -m string --string evil --algo bm -j DROP
        -A INPUT -p tcp --dport 25 -m limit --limit 5/min -j ACCEPT
        -A INPUT -p tcp --dport 80 -m string --string evil --algo bm -j ACCEPT
        COMMIT
        """
    )
    mail = trace(ruleset, incoming(), Path.INPUT, HOST)
    assert mail.outcome is Outcome.DEPENDS
    assert any("limit" in hinge.text for hinge in mail.hinges)
    assert {hinge.place.line for hinge in mail.hinges if hinge.place} == {3, 4}
    web = trace(ruleset, incoming(80), Path.INPUT, HOST)
    assert web.outcome is Outcome.DROPPED, "the same text is true or false in both places"


def test_what_does_not_change_the_outcome_is_no_hinge(read: Read) -> None:
    ruleset = read(
        v4="""\
        *filter
        :INPUT DROP [0:0]
        -A INPUT -m limit --limit 5/min -j LOG
        -A INPUT -p tcp --dport 25 -j ACCEPT
        COMMIT
        """
    )
    assert trace(ruleset, incoming(), Path.INPUT, HOST).hinges == ()


def test_a_chain_that_leads_back_to_itself_ends_and_is_named(
    written: Callable[..., Configuration],
) -> None:
    more = "chain a { jump b; }\nchain b { jump a; }"
    ruleset = ruleset_of(written(nft=chain("jump a;", more=more)))
    seen = trace(ruleset, incoming(), Path.INPUT, HOST)
    assert seen.outcome is Outcome.DEPENDS
    assert "leads back to itself" in seen.hinges[0].text


def test_chains_of_one_priority_are_asked_in_either_order(read: Read) -> None:
    tied = """
        table inet a { chain c { type filter hook input priority 0; meta mark set 1; }; }
        table inet b { chain c { type filter hook input priority 0; meta mark 1 drop; }; }
    """
    seen = trace(read(nft=tied), incoming(), Path.INPUT, HOST)
    assert seen.outcome is Outcome.DEPENDS
    assert "which comes first" in seen.hinges[-1].text


def test_a_rule_set_that_drops_the_answers_is_as_dead_as_one_that_drops_the_question(
    read: Read,
) -> None:
    ruleset = read(nft=chain("tcp dport 22 accept;", policy="drop"))
    out = Packet.of("tcp", "192.0.2.1", "198.51.100.9", 25, oif="eth0")
    spoken = converse(ruleset, out, Path.OUTPUT, HOST)
    assert spoken.first.outcome is Outcome.ACCEPTED
    assert isinstance(spoken.reply, Trace)
    assert spoken.outcome is Outcome.DROPPED


def test_the_packet_after_the_answer_has_to_pass_too(read: Read) -> None:
    ruleset = read(nft=chain("tcp dport 25 ct state new accept;", policy="drop"))
    spoken = converse(ruleset, incoming(), Path.INPUT, HOST)
    assert isinstance(spoken.reply, Trace)
    assert spoken.reply.outcome is Outcome.ACCEPTED
    assert spoken.outcome is Outcome.DROPPED
