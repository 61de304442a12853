from __future__ import annotations

import pytest

from tests.languages.firewall.iptables.conftest import Read, RuleOf
from twiceshy.languages.firewall.conditions import Field
from twiceshy.languages.firewall.intervals import Intervals
from twiceshy.languages.firewall.ruleset import (
    Accept,
    Drop,
    Effect,
    Goto,
    Jump,
    NoTrack,
    Reject,
    Return,
    SetMark,
    TableFamily,
    Target,
    Translate,
    Translated,
    Unmodelled,
    UnmodelledEffect,
)

NET = 192 << 24 | 2 << 8
NET6 = 0x20010DB8 << 96
SOURCE, DESTINATION = Translated.SOURCE, Translated.DESTINATION


def span(low: int, high: int | None = None) -> Intervals:
    return Intervals(((low, low if high is None else high),))


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("-j ACCEPT", Accept()),
        ("-j DROP", Drop()),
        ("-j RETURN", Return()),
        ("-j other", Jump("other")),
        ("-g other", Goto("other")),
        ("--jump other", Jump("other")),
        ("-p tcp", None),
        ("-j REJECT", Reject("icmp-port-unreachable")),
        ("-p tcp -j REJECT --reject-with tcp-reset", Reject("tcp-reset")),
        ("-j REJECT --reject-with host-prohib", Reject("icmp-host-prohibited")),
        ('-j LOG --log-prefix "in: " --log-uid', None),
        ("-j NFLOG --nflog-group 3", None),
        ("-j TCPMSS --clamp-mss-to-pmtu", None),
        ("-j NFQUEUE --queue-num 1", Unmodelled("-j NFQUEUE --queue-num 1", may_continue=False)),
        ("-j TARPIT --reset", Unmodelled("-j TARPIT --reset")),
        ("-j OWN --speed 5", Unmodelled("-j OWN --speed 5")),
    ],
)
def test_a_target_is_a_verdict(rule: RuleOf, text: str, target: Target | None) -> None:
    assert rule(text).target == target


@pytest.mark.parametrize(
    ("text", "effect"),
    [
        ("-j MARK --set-xmark 0x1/0xff", SetMark(1, 0xFF)),
        ("-j MARK --set-mark 6", SetMark(6)),
        ("-j MARK --set-mark 0x10/0x1", SetMark(0x10, 0x11)),
        ("-j MARK --and-mark 0xf", SetMark(0, 0xFFFFFFF0)),
        ("-j MARK --or-mark 0xf", SetMark(0xF, 0xF)),
        ("-j MARK --xor-mark 0xf", SetMark(0xF, 0)),
        ("-j CONNMARK --set-xmark 0x1/0xff", SetMark(1, 0xFF, of_connection=True)),
        (
            "-j CONNMARK --restore-mark",
            UnmodelledEffect("-j CONNMARK --restore-mark", frozenset({Field.MARK})),
        ),
        (
            "-j CONNMARK --save-mark --nfmask 0xff --ctmask 0xff",
            UnmodelledEffect(
                "-j CONNMARK --save-mark --nfmask 0xff --ctmask 0xff", frozenset({Field.CT_MARK})
            ),
        ),
        ("-j NOTRACK", NoTrack()),
        ("-j CT --notrack", NoTrack()),
        ("-j TTL --ttl-set 9", UnmodelledEffect("-j TTL --ttl-set 9", frozenset({Field.TTL}))),
    ],
)
def test_some_targets_change_the_packet_and_go_on(rule: RuleOf, text: str, effect: Effect) -> None:
    found = rule(text, table="mangle")
    assert (found.effects, found.target) == ((effect,), None)


@pytest.mark.parametrize(
    ("text", "effect"),
    [
        ("-j DNAT --to-destination 192.0.2.1", Translate(DESTINATION, span(NET + 1))),
        (
            "-p tcp -j DNAT --to-destination 192.0.2.1-192.0.2.9:80-90",
            Translate(DESTINATION, span(NET + 1, NET + 9), span(80, 90)),
        ),
        ("-p tcp -j DNAT --to-destination :80", Translate(DESTINATION, None, span(80))),
        ("-j SNAT --to-source 192.0.2.1 --random", Translate(SOURCE, span(NET + 1))),
        ("-j MASQUERADE", Translate(SOURCE, to_own_address=True)),
        (
            "-p tcp -j MASQUERADE --to-ports 5-9",
            Translate(SOURCE, None, span(5, 9), to_own_address=True),
        ),
        ("-p tcp -j REDIRECT --to-ports 9", Translate(DESTINATION, None, span(9), True)),
    ],
)
def test_nat_translates_and_ends_the_chain(rule: RuleOf, text: str, effect: Effect) -> None:
    found = rule(text, table="nat")
    assert (found.effects, found.target) == ((effect,), Accept())


@pytest.mark.parametrize(
    ("text", "effect"),
    [
        ("[2001:db8::1]:80", Translate(DESTINATION, span(NET6 + 1), span(80))),
        ("2001:db8::1-2001:db8::9", Translate(DESTINATION, span(NET6 + 1, NET6 + 9))),
        ("[2001:db8::1]", Translate(DESTINATION, span(NET6 + 1))),
        (":80", Translate(DESTINATION, None, span(80))),
    ],
)
def test_ipv6_addresses_stand_in_brackets_before_a_port(
    rule: RuleOf, text: str, effect: Effect
) -> None:
    found = rule(f"-p tcp -j DNAT --to-destination {text}", table="nat", family=TableFamily.IP6)
    assert found.effects == (effect,)


@pytest.mark.parametrize(
    ("chain", "end"),
    [("PREROUTING", DESTINATION), ("OUTPUT", DESTINATION), ("POSTROUTING", SOURCE)],
)
def test_a_network_is_mapped_at_the_end_that_its_hook_can_change(
    read: Read, chain: str, end: Translated
) -> None:
    saved = read(
        f"*nat\n:map - [0:0]\n-A {chain} -j map\n-A map -j NETMAP --to 192.0.2.0/24\nCOMMIT\n"
    )
    (mapped,) = saved.tables[0].chains["map"].rules
    assert mapped.effects == (Translate(end, span(NET, NET + 255), is_netmap=True),)


def test_a_network_mapped_from_both_ends_is_not_modelled(read: Read) -> None:
    saved = read(
        "*nat\n:map - [0:0]\n-A PREROUTING -j map\n-A POSTROUTING -j map\n"
        "-A map -j NETMAP --to 192.0.2.0/24\nCOMMIT\n"
    )
    (mapped,) = saved.tables[0].chains["map"].rules
    assert isinstance(mapped.target, Unmodelled)
