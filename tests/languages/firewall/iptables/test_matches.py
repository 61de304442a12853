from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.languages.firewall.iptables.conftest import Asks, RuleOf
from twiceshy.languages.firewall.conditions import (
    AnyOf,
    Condition,
    Field,
    Match,
    Names,
    Opaque,
)
from twiceshy.languages.firewall.intervals import Intervals
from twiceshy.languages.firewall.ruleset import TableFamily

F = Field
TCP, UDP = Match(F.L4PROTO, Intervals.single(6)), Match(F.L4PROTO, Intervals.single(17))
ICMP, ICMP6 = Match(F.L4PROTO, Intervals.single(1)), Match(F.L4PROTO, Intervals.single(58))
WHOLE = Match(F.FRAGMENT, Intervals.single(0))
TRACKED = Match(F.CT_STATE, Intervals(((1, 3),)))
NET = 192 << 24 | 2 << 8
NET6 = 0x20010DB8 << 96


def m(field: Field, *pairs: tuple[int, int] | int) -> Match:
    return Match(field, Intervals.of((one, one) if isinstance(one, int) else one for one in pairs))


def text_of(conditions: tuple[Condition, ...]) -> list[str]:
    return [one.text for one in conditions if isinstance(one, Opaque)]


IP = [
    ("", []),
    ("-s 192.0.2.7", [m(F.SADDR4, NET + 7)]),
    ("-s 192.0.2.7/24", [m(F.SADDR4, (NET, NET + 255))]),
    ("-d 192.0.2.0/255.255.255.0", [m(F.DADDR4, (NET, NET + 255))]),
    ("-s 192.0.2.0/255.255.255.253", [m(F.SADDR4, NET, NET + 2)]),
    ("--source 10/8", [m(F.SADDR4, (10 << 24, (11 << 24) - 1))]),
    ("-s 0.0.0.0/0 -d 0/0", []),
    ("! -s 0.0.0.0/0", [m(F.SADDR4)]),
    ("! -s 128.0.0.0/1", [m(F.SADDR4, (0, (1 << 31) - 1))]),
    ("-s ! 128.0.0.0/1", [m(F.SADDR4, (0, (1 << 31) - 1))]),
    ("-s 192.0.2.1,192.0.2.2,192.0.2.8/31", [m(F.SADDR4, (NET + 1, NET + 2), (NET + 8, NET + 9))]),
    ("-p tcp", [TCP]),
    ("-p 6", [TCP]),
    ("-p all", []),
    ("-p 0", []),
    ("-p gre", [m(F.L4PROTO, 47)]),
    ("! -p udp", [m(F.L4PROTO, (0, 16), (18, 255))]),
    ("-f", [m(F.FRAGMENT, 1)]),
    ("! -f", [WHOLE]),
    ("-i eth0", [Match(F.IIF, Names(frozenset({"eth0"})))]),
    ("! -i eth+", [Match(F.IIF, Names(prefixes=frozenset({"eth"}), negated=True))]),
    ("-o lo", [Match(F.OIF, Names(frozenset({"lo"})))]),
    ("-i +", []),
    ("! -i +", [Match(F.IIF, Names(prefixes=frozenset({""}), negated=True))]),
]
PORTS = [
    ("-p tcp -m tcp", [TCP, WHOLE]),
    ("-p tcp --dport 22", [TCP, WHOLE, m(F.DPORT, 22)]),
    ("-p tcp -m tcp --dport 22", [TCP, WHOLE, m(F.DPORT, 22)]),
    ("-p tcp --dport ssh", [TCP, WHOLE, m(F.DPORT, 22)]),
    ("-p tcp --dport=22", [TCP, WHOLE, m(F.DPORT, 22)]),
    ("-ptcp --destination-p 22", [TCP, WHOLE, m(F.DPORT, 22)]),
    ("-p udp --sport 1024:", [UDP, WHOLE, m(F.SPORT, (1024, 65535))]),
    ("-p udp --source-port :1023", [UDP, WHOLE, m(F.SPORT, (0, 1023))]),
    ("-p udp ! --dport 1:65535", [UDP, WHOLE, m(F.DPORT, 0)]),
    ("-p udp --dport ! 1:65535", [UDP, WHOLE, m(F.DPORT, 0)]),
    ("-p sctp --dport 9899", [m(F.L4PROTO, 132), WHOLE, m(F.DPORT, 9899)]),
    ("-p tcp --sport 1 --dport 2", [TCP, WHOLE, m(F.SPORT, 1), m(F.DPORT, 2)]),
    (
        "-p tcp -m multiport --dports 22,80:81,443",
        [TCP, WHOLE, m(F.DPORT, 22, 80, 81, 443)],
    ),
    (
        "-p tcp -m multiport ! --sports 0:79,81:65535",
        [TCP, WHOLE, m(F.SPORT, 80)],
    ),
    (
        "-p tcp -m multiport --ports 22",
        [TCP, WHOLE, AnyOf(((m(F.SPORT, 22),), (m(F.DPORT, 22),)))],
    ),
    (
        "-p tcp -m multiport ! --ports 1:65535",
        [TCP, WHOLE, m(F.SPORT, 0), m(F.DPORT, 0)],
    ),
    (
        "-p tcp -m tcp --sport 5 -m multiport --dports 1,2",
        [TCP, WHOLE, m(F.SPORT, 5), m(F.DPORT, (1, 2))],
    ),
]
ICMPS = [
    ("-p icmp --icmp-type echo-request", [ICMP, WHOLE, m(F.ICMP4, (0x800, 0x8FF))]),
    ("-p icmp --icmp-type ping", [ICMP, WHOLE, m(F.ICMP4, (0x800, 0x8FF))]),
    ("-p icmp --icmp-type 3/4", [ICMP, WHOLE, m(F.ICMP4, 0x304)]),
    ("-p icmp --icmp-type fragmentation-needed", [ICMP, WHOLE, m(F.ICMP4, 0x304)]),
    ("-p icmp --icmp-type echo-rep", [ICMP, WHOLE, m(F.ICMP4, (0, 0xFF))]),
    ("-p icmp --icmp-type any", [ICMP, WHOLE, m(F.ICMP4, (0, 0xFFFF))]),
    ("-p icmp ! --icmp-type 0", [ICMP, WHOLE, m(F.ICMP4, (0x100, 0xFFFF))]),
]
CONNECTIONS = [
    ("-m state --state NEW", [m(F.CT_STATE, 1)]),
    ("-m state --state RELATED,ESTABLISHED", [m(F.CT_STATE, (2, 3))]),
    ("-m state ! --state INVALID", [m(F.CT_STATE, (1, 4))]),
    ("-m conntrack --ctstate INVALID,UNTRACKED", [m(F.CT_STATE, 0, 4)]),
    ("-m conntrack ! --ctstate NEW", [m(F.CT_STATE, 0, (2, 4))]),
    (
        "-m conntrack --ctstate NEW,DNAT",
        [AnyOf(((m(F.CT_STATE, 1),), (TRACKED, m(F.CT_DNAT, 1))))],
    ),
    (
        "-m conntrack ! --ctstate SNAT",
        [AnyOf(((TRACKED, m(F.CT_SNAT, 1)),), negated=True)],
    ),
    ("-m conntrack --ctdir REPLY", [TRACKED, m(F.CT_DIRECTION, 1)]),
    (
        "-m conntrack --ctstate NEW --ctdir ORIGINAL --ctproto udp",
        [m(F.CT_STATE, 1), m(F.CT_DIRECTION, 0), m(F.L4PROTO, 17)],
    ),
    (
        "-m conntrack --ctstate INVALID,NEW --ctdir ORIGINAL",
        [AnyOf(((m(F.CT_STATE, 1), m(F.CT_DIRECTION, 0)), (m(F.CT_STATE, 0),)))],
    ),
    (
        "-m conntrack --ctstate DNAT --ctorigdstport 80",
        [AnyOf(((TRACKED, m(F.CT_DNAT, 1), m(F.CT_ORIG_DPORT, 80)),))],
    ),
    (
        "-m conntrack --ctorigsrc 192.0.2.0/24 --ctorigdst 192.0.2.1 --ctorigsrcport 1:2",
        [
            TRACKED,
            m(F.CT_ORIG_SADDR4, (NET, NET + 255)),
            m(F.CT_ORIG_DADDR4, NET + 1),
            m(F.CT_ORIG_SPORT, (1, 2)),
        ],
    ),
]
OTHERS = [
    ("-m mark --mark 5", [m(F.MARK, 5)]),
    ("-m mark --mark 0x10000/0xffff0000", [m(F.MARK, (0x10000, 0x1FFFF))]),
    ("-m mark ! --mark 0x0/0xfffffffe", [m(F.MARK, (2, 0xFFFFFFFF))]),
    ("-m connmark --mark 0x10/0xfffffff0", [m(F.CT_MARK, (0x10, 0x1F))]),
    ("-m mark --mark 3/0xfffffffd", [m(F.MARK)]),
    ("-m mark --mark 1 -m connmark --mark 2", [m(F.MARK, 1), m(F.CT_MARK, 2)]),
    ("-m iprange --src-range 192.0.2.1-192.0.2.9", [m(F.SADDR4, (NET + 1, NET + 9))]),
    ("-m iprange --dst-range 192.0.2.1", [m(F.DADDR4, NET + 1)]),
    ("-m mac --mac-source 00:00:00:00:01:02", [m(F.SMAC, 0x102)]),
    ("-m ttl --ttl-eq 64", [m(F.TTL, 64)]),
    ("-m ttl --ttl-lt 64", [m(F.TTL, (0, 63))]),
    ("-m ttl --ttl-gt 64", [m(F.TTL, (65, 255))]),
    ("-m ttl ! --ttl 0", [m(F.TTL, (1, 255))]),
    ("-m length --length 100:200", [m(F.LENGTH, (100, 200))]),
    ("-m length --length :200", [m(F.LENGTH, (0, 200))]),
    ("-m dscp --dscp-class EF", [m(F.DSCP, 46)]),
    ("-m dscp ! --dscp 0", [m(F.DSCP, (1, 63))]),
    ("-m pkttype --pkt-type multicast", [m(F.PKTTYPE, 2)]),
    ("-m addrtype --dst-type LOCAL,BROADCAST", [m(F.DADDR_TYPE, 2, 3)]),
    ("-m addrtype ! --src-type LOCAL", [m(F.SADDR_TYPE, (0, 1), (3, 8))]),
    ("-m owner --uid-owner 1000", [m(F.SKUID, 1000)]),
    ("-m owner --uid-owner root --gid-owner 5-9", [m(F.SKUID, 0), m(F.SKGID, (5, 9))]),
    ("-m owner ! --uid-owner 0", [AnyOf(((m(F.SKUID, 0),),), negated=True)]),
    ("-m comment --comment words", []),
]
FLAGS = [
    ("--syn", {"S", "SP", "SU", "SPU"}),
    ("--tcp-flags SYN,RST,ACK,FIN SYN", {"S", "SP", "SU", "SPU"}),
    ("--tcp-flags ALL NONE", {""}),
    ("--tcp-flags ALL FIN,PSH,URG", {"FPU"}),
    ("--tcp-flags FIN,SYN FIN,SYN -m tcp --tcp-flags ALL FIN,SYN", {"FS"}),
    ("! --tcp-flags ALL NONE -m tcp --tcp-flags ALL NONE", set()),
    ("--tcp-flags SYN SYN,ACK", set()),
]


@pytest.mark.parametrize(("text", "conditions"), [*IP, *PORTS, *ICMPS, *CONNECTIONS, *OTHERS])
def test_a_match_is_written_out(asks: Asks, text: str, conditions: list[Condition]) -> None:
    assert list(asks(text)) == conditions


@pytest.mark.parametrize(("text", "flags"), FLAGS)
def test_tcp_flags_are_the_bytes_that_fit(asks: Asks, text: str, flags: set[str]) -> None:
    letters = "FSRPAU"
    values = Intervals(((0, 255),))
    for one in asks(f"-p tcp {text}"):
        if isinstance(one, Match) and one.field is F.TCP_FLAGS:
            assert isinstance(one.values, Intervals)
            values = values & one.values
    fitting = {
        "".join(letter for bit, letter in enumerate(letters) if byte >> bit & 1)
        for byte in range(64)
        if byte in values
    }
    assert fitting == flags


@pytest.mark.parametrize(
    ("text", "conditions"),
    [
        ("-s 2001:db8::/32", [m(F.SADDR6, (NET6, NET6 + (1 << 96) - 1))]),
        ("-d ::/0", []),
        ("-s 2001:db8::7/ffff:ffff::", [m(F.SADDR6, (NET6, NET6 + (1 << 96) - 1))]),
        ("-p icmpv6 --icmpv6-type 135", [ICMP6, WHOLE, m(F.ICMP6, (135 << 8, (136 << 8) - 1))]),
        (
            "-p ipv6-icmp -m icmp6 --icmpv6-type port-unreachable",
            [ICMP6, WHOLE, m(F.ICMP6, 0x104)],
        ),
        ("-m hl --hl-eq 255", [m(F.TTL, 255)]),
        ("-m addrtype --dst-type UNICAST", [m(F.DADDR_TYPE, (1, 4), (6, 8))]),
        ("-m addrtype --dst-type MULTICAST", [m(F.DADDR_TYPE, 5)]),
        ("-m addrtype --dst-type LOCAL,UNICAST", [m(F.DADDR_TYPE, 2)]),
        ("-m conntrack --ctorigdst 2001:db8::", [TRACKED, m(F.CT_ORIG_DADDR6, NET6)]),
    ],
)
def test_ipv6_has_its_own_fields(asks: Asks, text: str, conditions: list[Condition]) -> None:
    assert list(asks(text, family=TableFamily.IP6)) == conditions


@pytest.mark.parametrize(
    "text",
    [
        "-m limit --limit 5/min --limit-burst 9",
        "-m recent --name ssh --update --seconds 60",
        "-m recent ! --rcheck --name x --rsource",
        "-m hashlimit --hashlimit-upto 5/sec --hashlimit-name x --hashlimit-mode srcip",
        '-m string --string "GET /" --algo bm',
        "-m u32 --u32 6&0xFF=1",
        "-m policy --dir in --pol ipsec --proto esp",
        "-m tos --tos 0x10/0x3f",
        "-m time --timestart 08:00 --kerneltz",
        "-m geoip --source-country XX",
        "-m nobody-knows --this one --that",
        "-m set --match-set unknown src",
        "-m owner --uid-owner somebody",
        "-m addrtype --dst-type LOCAL --limit-iface-in",
        "-m conntrack --ctstate NEW,INVALID --ctstatus ASSURED",
        "-m mark --mark 1/1",
        "-s mail.example.org",
        "! -d 10.0.0.1/255.0.0.255",
    ],
)
def test_what_is_not_modelled_stays_by_its_text(asks: Asks, text: str) -> None:
    (one,) = asks(text)
    assert isinstance(one, Opaque)
    assert one.text == text


def test_only_the_part_that_is_not_modelled_is_opaque(asks: Asks) -> None:
    conditions = asks("-p tcp --dport 22 --tcp-option 5 -m conntrack --ctstate NEW --ctexpire 9")
    assert text_of(conditions) == ["-m tcp --tcp-option 5", "-m conntrack --ctexpire 9"]
    assert m(F.DPORT, 22) in conditions
    assert m(F.CT_STATE, 1) in conditions


def test_a_service_that_nobody_knows_leaves_the_port_open(asks: Asks) -> None:
    conditions = asks("-p tcp --dport no-such-service")
    assert text_of(conditions) == ["-m tcp --dport no-such-service"]


@pytest.mark.parametrize(
    ("text", "varies"),
    [
        ("-m limit --limit 5/min", True),
        ("-m statistic --mode random --probability 0.5", True),
        ("-m recent --rcheck", True),
        ("-m string --string x --algo bm", False),
        ("-m u32 --u32 1=1", False),
    ],
)
def test_what_varies_from_time_to_time_is_told_apart_by_its_place(
    asks: Asks, text: str, varies: bool
) -> None:
    (one,) = asks(text)
    assert isinstance(one, Opaque)
    assert one.occurrence == (str(one.place) if varies else "")


def test_a_comment_may_hold_anything(rule: RuleOf) -> None:
    one = rule(r'-m comment --comment "say \"-j DROP\" -m tcp" -p tcp -j ACCEPT')
    assert one.comment == 'say "-j DROP" -m tcp'
    assert one.conditions == (TCP,)


@pytest.mark.parametrize("spelling", [lambda text: text, lambda text: text.replace(" ", "  ")])
def test_blanks_mean_nothing(asks: Asks, spelling: Callable[[str], str]) -> None:
    text = "-s 192.0.2.7 -p tcp -m tcp --dport 22"
    assert asks(spelling(text)) == asks(text)
