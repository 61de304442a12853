"""Verdicts, maps, effects and translations, and the order they happen in."""

from __future__ import annotations

import pytest

from tests.languages.firewall.nft.conftest import One, Read
from twiceshy.languages.firewall.conditions import Field, Match, Opaque
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
    Rule,
    SetMark,
    Target,
    Translate,
    Translated,
    Unmodelled,
    UnmodelledEffect,
)

HOST = 0xC0000201
DESTINATION, SOURCE = Translated.DESTINATION, Translated.SOURCE


def values(rule: Rule, field: Field) -> tuple[tuple[int, int], ...]:
    (found,) = (one for one in rule.conditions if isinstance(one, Match) and one.field is field)
    assert isinstance(found.values, Intervals)
    return found.values.pairs


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("accept", Accept()),
        ("drop", Drop()),
        ("return", Return()),
        ("continue", None),
        ("counter", None),
        ('log prefix "a b" level info flags all', None),
        ("jump other", Jump("other")),
        ("goto other", Goto("other")),
        ("reject", Reject()),
        ("reject with tcp reset", Reject("tcp-reset")),
        ("reject with icmp type host-unreachable", Reject("icmp-host-unreachable")),
        ("reject with icmpx 3", Reject("icmpx-admin-prohibited")),
        ("queue num 1-3 bypass", Unmodelled("queue num 1-3 bypass", may_continue=False)),
        ("synproxy mss 1460", Unmodelled("synproxy mss 1460")),
    ],
)
def test_a_verdict_becomes_a_target(text: str, target: Target | None, one: One) -> None:
    (rule,) = one(text)
    assert rule.target == target


def test_rejecting_with_a_reset_asks_for_tcp(one: One) -> None:
    (rule,) = one("reject with tcp reset")
    assert values(rule, Field.L4PROTO) == ((6, 6),)


@pytest.mark.parametrize(
    ("text", "effect"),
    [
        ("meta mark set 0x10", SetMark(0x10)),
        ("mark set 1", SetMark(1)),
        ("meta mark set mark and 0xff or 0x10", SetMark(0x10, 0xFFFFFF10)),
        ("meta mark set meta mark xor 1", SetMark(1, 0)),
        ("ct mark set 7", SetMark(7, of_connection=True)),
        ("ct mark set ct mark or 1", SetMark(1, 1, of_connection=True)),
        (
            "meta mark set ct mark",
            UnmodelledEffect("meta mark set ct mark", frozenset({Field.MARK})),
        ),
        ("notrack", NoTrack()),
        ("ip dscp set cs1", UnmodelledEffect("ip dscp set cs1", frozenset({Field.DSCP}))),
    ],
)
def test_a_change_of_the_packet_becomes_an_effect(text: str, effect: Effect, one: One) -> None:
    (rule,) = one(text)
    assert rule.effects == (effect,)
    assert rule.target is None


@pytest.mark.parametrize(
    "text", ["meta priority set 1:2", "meta nftrace set 1", "ct event set new"]
)
def test_what_changes_no_verdict_is_no_effect(text: str, one: One) -> None:
    (rule,) = one(f"{text} accept")
    assert rule.effects == ()
    assert rule.target == Accept()


def addresses(low: int, high: int | None = None) -> Intervals:
    return Intervals(((low, low if high is None else high),))


@pytest.mark.parametrize(
    ("text", "effect"),
    [
        ("dnat to 192.0.2.1", Translate(DESTINATION, addresses(HOST))),
        (
            "tcp dport 80 dnat to 192.0.2.1:8080",
            Translate(DESTINATION, addresses(HOST), addresses(8080)),
        ),
        (
            "tcp dport 80 dnat to 192.0.2.1-192.0.2.3:80-90 random,persistent",
            Translate(DESTINATION, addresses(HOST, HOST + 2), addresses(80, 90)),
        ),
        ("tcp dport 80 dnat to :8080", Translate(DESTINATION, None, addresses(8080))),
        (
            "dnat ip prefix to 192.0.2.0/24",
            Translate(DESTINATION, addresses(HOST - 1, HOST + 254), is_netmap=True),
        ),
        ("snat 192.0.2.1", Translate(SOURCE, addresses(HOST))),
        ("masquerade", Translate(SOURCE, to_own_address=True)),
        (
            "tcp dport 80 masquerade to :1024-65535 random",
            Translate(SOURCE, None, addresses(1024, 65535), to_own_address=True),
        ),
        (
            "tcp dport 80 redirect to :8080",
            Translate(DESTINATION, None, addresses(8080), to_own_address=True),
        ),
    ],
)
def test_a_translation_is_an_effect_and_accepts(text: str, effect: Effect, one: One) -> None:
    (rule,) = one(text, "ip")
    assert rule.effects == (effect,)
    assert rule.target == Accept()


def test_a_translation_of_one_ip_version_asks_for_it_in_a_table_of_both(one: One) -> None:
    (rule,) = one("dnat ip6 to [2001:db8::1]:80")
    assert values(rule, Field.FAMILY) == ((6, 6),)
    assert rule.effects == (Translate(DESTINATION, addresses(0x20010DB8 << 96 | 1), addresses(80)),)


def test_a_verdict_map_becomes_a_rule_for_each_element_and_the_catch_all_takes_the_rest(
    one: One,
) -> None:
    mail, ssh, rest = one("tcp dport vmap { 25 : drop, 22 : jump other, * : accept }")
    assert [values(rule, Field.DPORT) for rule in (mail, ssh)] == [((25, 25),), ((22, 22),)]
    assert values(rest, Field.DPORT) == ((0, 21), (23, 24), (26, 65535))
    assert [rule.target for rule in (mail, ssh, rest)] == [Drop(), Jump("other"), Accept()]
    assert (mail.place.column, ssh.place.column) == (18, 29)


def test_a_miss_in_a_map_ends_the_rule_and_continue_goes_on_with_it(one: One) -> None:
    accepted, gone_on = one("tcp dport vmap { 22 : accept, 80 : continue } counter drop")
    assert accepted.target == Accept()
    assert values(gone_on, Field.DPORT) == ((80, 80),)
    assert gone_on.target == Drop()


def test_a_named_map_has_what_was_added_to_it_last(read: Read) -> None:
    ruleset = read(
        "table t {\nmap m { type inet_service : verdict; elements = { 1 : drop, 2 : drop }; }\n"
        "chain c {\ntcp dport vmap @m\n}\n}\n"
        "delete element t m { 1 }\nadd element t m { 3 : accept }\n"
    )
    assert ruleset.problems == ()
    two, three = ruleset.tables[0].chains["c"].rules
    assert (values(two, Field.DPORT), two.target) == (((2, 2),), Drop())
    assert (values(three, Field.DPORT), three.target) == (((3, 3),), Accept())
    assert ruleset.sets == {"ip t m": 2}


def test_a_large_map_becomes_one_rule_for_each_verdict(read: Read) -> None:
    elements = ", ".join(f"{port} : {'drop' if port % 2 else 'accept'}" for port in range(1000))
    ruleset = read(f"table t {{\nchain c {{\ntcp dport vmap {{ {elements} }}\n}}\n}}\n")
    rules = ruleset.tables[0].chains["c"].rules
    assert [rule.target for rule in rules] == [Accept(), Drop()]
    assert len(values(rules[0], Field.DPORT)) == 500


def test_a_map_with_unknown_contents_may_do_anything(read: Read) -> None:
    ruleset = read(
        "table t {\nmap m { type ipv4_addr : verdict; flags dynamic; }\n"
        "chain c {\nip saddr vmap @m\n}\n}\n"
    )
    (rule,) = ruleset.tables[0].chains["c"].rules
    assert any(isinstance(one, Opaque) for one in rule.conditions)
    assert isinstance(rule.target, Unmodelled)


def test_an_effect_before_another_match_happens_without_it(one: One) -> None:
    marked, jumped = one("tcp dport 22 meta mark set 7 ip saddr 192.0.2.1 jump other")
    assert marked.effects == (SetMark(7),)
    assert marked.target is None
    assert values(marked, Field.DPORT) == ((22, 22),)
    assert jumped.effects == ()
    assert jumped.target == Jump("other")
    assert values(jumped, Field.SADDR4) == ((HOST, HOST),)
    assert values(jumped, Field.DPORT) == ((22, 22),)


def test_where_an_effect_changes_what_was_asked_the_rest_is_a_chain_of_its_own(read: Read) -> None:
    ruleset = read(
        "table t {\nchain x { }\nchain c {\nmeta mark 1 meta mark set 2 tcp dport 22 jump x\n}\n}\n"
    )
    chains = ruleset.tables[0].chains
    (leap,) = chains["c"].rules
    assert isinstance(leap.target, Jump)
    set_mark, jumped = chains[leap.target.chain].rules
    assert (set_mark.effects, set_mark.target) == ((SetMark(2),), None)
    assert jumped.target == Goto("x")
    assert values(jumped, Field.DPORT) == ((22, 22),)


def test_elements_that_would_fit_after_one_another_are_tried_only_once(read: Read) -> None:
    ruleset = read("table t {\nchain c {\nmeta mark set meta mark map { 1 : 2, 2 : 3 }\n}\n}\n")
    chains = ruleset.tables[0].chains
    (leap,) = chains["c"].rules
    assert isinstance(leap.target, Jump)
    inner = chains[leap.target.chain].rules
    assert [(rule.effects, rule.target) for rule in inner] == [
        ((SetMark(2),), Return()),
        ((SetMark(3),), Return()),
    ]


def test_a_map_of_addresses_and_ports_translates_to_both(one: One) -> None:
    (rule,) = one("dnat ip to tcp dport map { 25 : 192.0.2.1 . 2525 }")
    assert rule.effects == (Translate(DESTINATION, addresses(HOST), addresses(2525)),)


def test_comments_and_text_stay_with_the_rule(one: One) -> None:
    (rule,) = one('tcp dport 22 counter packets 5 bytes 6 accept comment "from \\ ops" # handle 9')
    assert rule.comment == "from \\ ops"
    assert rule.text == 'tcp dport 22 counter packets 5 bytes 6 accept comment "from \\ ops"'
