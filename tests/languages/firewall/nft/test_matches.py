"""What a match asks of which field."""

from __future__ import annotations

import pytest

from tests.languages.firewall.nft.conftest import One
from twiceshy.languages.firewall.conditions import AnyOf, CtState, Field, Match, Names, Opaque
from twiceshy.languages.firewall.intervals import Intervals

NET = 0x0A000000
HOST = 0xC0000201


def has(field: Field, *values: int | tuple[int, int]) -> Match:
    return Match(field, Intervals.of((one, one) if isinstance(one, int) else one for one in values))


def named(field: Field, *exact: str, begins: str = "", but: bool = False) -> Match:
    return Match(field, Names(frozenset(exact), frozenset(filter(None, (begins,))), but))


V4, V6 = has(Field.FAMILY, 4), has(Field.FAMILY, 6)
TCP, UDP = has(Field.L4PROTO, 6), has(Field.L4PROTO, 17)
WHOLE = has(Field.FRAGMENT, 0)
TRACKED = has(Field.CT_STATE, (CtState.NEW, CtState.RELATED))
PORTED = has(Field.L4PROTO, 6, 17, 33, 132, 136)

CASES = {
    "tcp dport 25": (TCP, WHOLE, has(Field.DPORT, 25)),
    "tcp dport smtp": (TCP, WHOLE, has(Field.DPORT, 25)),
    "tcp dport { 25, 465, 500-600 }": (TCP, WHOLE, has(Field.DPORT, 25, 465, (500, 600))),
    "tcp dport != { 25, 465 }": (TCP, WHOLE, has(Field.DPORT, (0, 24), (26, 464), (466, 65535))),
    "udp sport 1-5": (UDP, WHOLE, has(Field.SPORT, (1, 5))),
    "tcp dport >= 1024": (TCP, WHOLE, has(Field.DPORT, (1024, 65535))),
    "tcp dport < 1": (TCP, WHOLE, has(Field.DPORT, 0)),
    "tcp dport 022": (TCP, WHOLE, has(Field.DPORT, 18)),
    "tcp sport 7 tcp dport 25": (TCP, WHOLE, has(Field.SPORT, 7), has(Field.DPORT, 25)),
    "tcp dport 20-30 tcp dport 25-40": (TCP, WHOLE, has(Field.DPORT, (25, 30))),
    "meta l4proto { tcp, udp } th dport 53": (
        has(Field.L4PROTO, 6, 17),
        WHOLE,
        has(Field.DPORT, 53),
    ),
    "ip saddr 10.0.0.0/8": (V4, has(Field.SADDR4, (NET, NET + 0xFFFFFF))),
    "ip saddr 10.1.2.3/8": (V4, has(Field.SADDR4, (NET, NET + 0xFFFFFF))),
    "ip daddr 192.0.2.1-192.0.2.3": (V4, has(Field.DADDR4, (HOST, HOST + 2))),
    "ip daddr localhost": (V4, has(Field.DADDR4, 0x7F000001)),
    "ip saddr 010.0.0.1": (V4, has(Field.SADDR4, 0x08000001)),
    "ip saddr & 255.255.255.254 == 192.0.2.2": (V4, has(Field.SADDR4, (HOST + 1, HOST + 2))),
    "ip6 saddr fe80::/10": (V6, has(Field.SADDR6, (0xFE80 << 112, (0xFEC0 << 112) - 1))),
    "ip6 daddr ::ffff:192.0.2.1": (V6, has(Field.DADDR6, 0xFFFF << 32 | HOST)),
    "ip protocol icmp": (V4, has(Field.L4PROTO, 1)),
    "ip6 nexthdr tcp": (V6, TCP, WHOLE),
    "meta nfproto ipv6": (V6,),
    "meta protocol ip": (V4,),
    "ether type ip": None,
    "ip ttl 1-4": (V4, has(Field.TTL, (1, 4))),
    "ip6 hoplimit != 255": (V6, has(Field.TTL, (0, 254))),
    "ip dscp af11": (V4, has(Field.DSCP, 10)),
    "ip length 100": (V4, has(Field.LENGTH, 100)),
    "ip6 length 100": (V6, has(Field.LENGTH, 140)),
    "meta length > 1400": (has(Field.LENGTH, (1401, 65535)),),
    "ip frag-off & 0x1fff != 0": (V4, has(Field.FRAGMENT, 1)),
    "icmp type echo-request": (V4, has(Field.L4PROTO, 1), WHOLE, has(Field.ICMP4, (0x800, 0x8FF))),
    "icmp type 3 icmp code 4": (V4, has(Field.L4PROTO, 1), WHOLE, has(Field.ICMP4, 0x304)),
    "icmpv6 type nd-router-advert": (
        V6,
        has(Field.L4PROTO, 58),
        WHOLE,
        has(Field.ICMP6, (134 << 8, 134 << 8 | 255)),
    ),
    "tcp flags == syn": (TCP, WHOLE, has(Field.TCP_FLAGS, 2)),
    "tcp flags & (fin|syn|rst|psh|ack|urg|ecn) == syn": (
        TCP,
        WHOLE,
        has(Field.TCP_FLAGS, 2, 130),
    ),
    "tcp flags syn / fin,syn,rst,psh,ack,urg,ecn": (TCP, WHOLE, has(Field.TCP_FLAGS, 2, 130)),
    "tcp flags { syn, syn|ack }": (TCP, WHOLE, has(Field.TCP_FLAGS, 2, 18)),
    "tcp flags cwr": (TCP, WHOLE, has(Field.TCP_FLAGS, (128, 255))),
    "tcp flags ! cwr": (TCP, WHOLE, has(Field.TCP_FLAGS, (0, 127))),
    "ct state established,related": (has(Field.CT_STATE, CtState.ESTABLISHED, CtState.RELATED),),
    "ct state != established": (
        has(Field.CT_STATE, CtState.INVALID, CtState.NEW, CtState.RELATED, CtState.UNTRACKED),
    ),
    "ct state != established,related": (has(Field.CT_STATE, (0, 4)),),
    "ct state { new, untracked }": (has(Field.CT_STATE, CtState.NEW, CtState.UNTRACKED),),
    "ct state & (established|related) == 0": (
        has(Field.CT_STATE, CtState.INVALID, CtState.NEW, CtState.UNTRACKED),
    ),
    "ct direction reply": (TRACKED, has(Field.CT_DIRECTION, 1)),
    "ct status dnat": (TRACKED, has(Field.CT_DNAT, 1)),
    "ct status ! snat,dnat": (TRACKED, has(Field.CT_SNAT, 0), has(Field.CT_DNAT, 0)),
    "ct original ip daddr 192.0.2.1": (V4, TRACKED, has(Field.CT_ORIG_DADDR4, HOST)),
    "ct mark 1-3": (TRACKED, has(Field.CT_MARK, (1, 3))),
    "meta mark & 0xfffffff0 == 0x10": (has(Field.MARK, (16, 31)),),
    "mark 7": (has(Field.MARK, 7),),
    "meta pkttype { broadcast, multicast }": (has(Field.PKTTYPE, 1, 2),),
    "meta skuid root": (has(Field.SKUID, 0),),
    "fib daddr type local": (has(Field.DADDR_TYPE, 2),),
    "iifname eth0": (named(Field.IIF, "eth0"),),
    'iifname "eth*"': (named(Field.IIF, begins="eth"),),
    'iifname "eth\\*"': (named(Field.IIF, "eth*"),),
    'oifname != { "eth*", lo }': (named(Field.OIF, "lo", begins="eth", but=True),),
    "iif 1": (named(Field.IIF, "lo"),),
    "ether saddr 02:00:00:00:00:09": (has(Field.SMAC, 0x020000000009),),
    "ip saddr @plain": (V4, has(Field.SADDR4, (HOST, HOST + 1))),
    "ip saddr != @plain": (V4, has(Field.SADDR4, (0, HOST - 1), (HOST + 2, 0xFFFFFFFF))),
    "ip saddr @nothing": (V4, has(Field.SADDR4)),
}


@pytest.mark.parametrize("text", [text for text, wanted in CASES.items() if wanted is not None])
def test_a_match_asks_for_values_of_fields(text: str, one: One) -> None:
    (rule,) = one(f"{text} accept")
    wanted = CASES[text]
    assert wanted is not None
    assert set(rule.conditions) == set(wanted)


def test_a_concatenation_asks_for_one_of_its_elements(one: One) -> None:
    (rule,) = one(
        "ip saddr . tcp dport { 192.0.2.1 . 25, 192.0.2.2 . 25, 10.0.0.0/8 . 1-5 } accept"
    )
    (boxes,) = (one for one in rule.conditions if isinstance(one, AnyOf))
    assert set(rule.conditions) - {boxes} == {V4, TCP, WHOLE}
    assert {frozenset(box) for box in boxes.boxes} == {
        frozenset((has(Field.SADDR4, (HOST, HOST + 1)), has(Field.DPORT, 25))),
        frozenset((has(Field.SADDR4, (NET, NET + 0xFFFFFF)), has(Field.DPORT, (1, 5)))),
    }


def test_not_in_a_concatenation_still_asks_for_its_protocol(one: One) -> None:
    (rule,) = one("ip saddr . tcp dport != { 192.0.2.1 . 25, 192.0.2.2 . 26 } accept")
    (boxes,) = (one for one in rule.conditions if isinstance(one, AnyOf))
    assert boxes.negated
    assert set(rule.conditions) - {boxes} == {V4, TCP, WHOLE}


def test_a_port_of_any_protocol_is_one_in_those_that_have_ports_and_unsure_in_others(
    one: One,
) -> None:
    ports, bytes_of_others = one("th dport 53 accept")
    assert set(ports.conditions) == {PORTED, WHOLE, has(Field.DPORT, 53)}
    (asked,) = (one for one in bytes_of_others.conditions if isinstance(one, Opaque))
    assert asked.text == "th dport 53"
    assert Match(Field.L4PROTO, PORTED.values.complement(8)) in bytes_of_others.conditions  # type: ignore[union-attr] # numbers


@pytest.mark.parametrize(
    ("text", "asked", "varies"),
    [
        ("limit rate 5/second accept", "limit rate 5/second", True),
        ("limit rate over 5 mbytes/second drop", "limit rate over 5 mbytes/second", True),
        ("ct count over 9 drop", "ct count over 9", True),
        ("quota over 5 mbytes drop", "quota over 5 mbytes", True),
        ("tcp option maxseg size 1-500 drop", "tcp option maxseg size 1-500", False),
        ("@nh,8,8 & 0xf0 == 0x40 drop", "@nh,8,8 & 0xf0 == 0x40", False),
        ("numgen random mod 9 < 3 drop", "numgen random mod 9 < 3", True),
        ('meta hour "08:00"-"17:00" drop', 'meta hour "08:00"-"17:00"', True),
        ("meta mark & 0xff == 3 drop", "meta mark & 0xff == 3", True),
        ("ip saddr @growing drop", "ip saddr @growing", True),
        ("ip saddr @timed drop", "ip saddr @timed", True),
        ("ip saddr mail.example.org drop", "ip saddr mail.example.org", False),
        ("meta skuid postfix drop", "meta skuid postfix", False),
        ("iif 7 drop", "iif 7", False),
        ("fib saddr . iif oif missing drop", "fib saddr . iif oif missing", False),
        ("add @growing { ip saddr } drop", "add @growing { ip saddr }", True),
        ("ether saddr != 02:00:00:00:00:09 drop", "meta iiftype ether", False),
    ],
)
def test_what_is_not_modelled_is_asked_by_name(
    text: str, asked: str, *, varies: bool, one: One
) -> None:
    (rule,) = one(text)
    (condition,) = (one for one in rule.conditions if isinstance(one, Opaque))
    assert condition.text == asked
    assert condition.occurrence == (str(condition.place) if varies else "")


def test_users_groups_and_services_get_their_numbers_from_the_hosts_own_files(one: One) -> None:
    files = {
        "/etc/passwd": "root:x:0:0::/root:/bin/sh\npostfix:x:107:115::/:/bin/false\n",
        "/etc/group": "mail:x:8:\n",
        "/etc/services": "backup 7777/tcp  save # nightly\n",
    }
    (rule,) = one(
        "meta skuid { postfix, 9 } meta skgid mail tcp dport { backup, 25 } accept", files=files
    )
    assert has(Field.SKUID, 9, 107) in rule.conditions
    assert has(Field.SKGID, 8) in rule.conditions
    assert has(Field.DPORT, 25, 7777) in rule.conditions
