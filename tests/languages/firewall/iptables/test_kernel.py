"""The kernel is the judge: what it takes and prints back means what our text meant."""

from __future__ import annotations

import pytest

from tests.farm.kernel.sandbox import Kernel
from tests.languages.firewall.iptables.conftest import Read
from twiceshy.languages.firewall.conditions import Condition, Opaque
from twiceshy.languages.firewall.ruleset import (
    Effect,
    Rule,
    TableFamily,
    Target,
    Unmodelled,
    UnmodelledEffect,
)

FOUR = """\
*raw
-A PREROUTING -p udp --dport domain -j CT --notrack
-A PREROUTING -p tcp --dport ftp -j CT --helper ftp
COMMIT
*mangle
:early - [0:0]
-A PREROUTING -j MARK --set-mark 0x10/0xf0
-A PREROUTING -j MARK --and-mark 0xff
-A PREROUTING -j MARK --xor-mark 0xff
-A PREROUTING -j CONNMARK --set-mark 7
-A PREROUTING -j CONNMARK --save-mark --nfmask 0xff --ctmask 0xff
-A FORWARD -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu
-A POSTROUTING -j TTL --ttl-set 64
-A PREROUTING -p tcp -m mark ! --mark 0x10000/0xffff0000 -j early
COMMIT
*nat
-A PREROUTING -p tcp --dport 80 -j DNAT --to-destination 192.0.2.1:8080
-A PREROUTING -p tcp --dport 82 -j DNAT --to-destination :8080-8090
-A PREROUTING -p tcp --dport 83 -j REDIRECT --to-ports 3128
-A POSTROUTING -o eth1 -p udp -j MASQUERADE --to-ports 1000-2000
-A POSTROUTING -p tcp -o eth3 -j SNAT --to-source 192.0.2.1-192.0.2.3:100-200 --persistent
COMMIT
*filter
:INPUT DROP [1:2]
:mine - [0:0]
:other - [0:0]
-A INPUT -s 10.0.0.0/255.255.0.0 ! -d 10.1.1.1 -j ACCEPT
-A INPUT -s 192.0.2.0/255.255.255.253 -j DROP
-A INPUT -s 10/8 -j DROP
-A INPUT ! -p tcp -i eth+ -j mine
-A INPUT -p 47 -g other
-A INPUT -f -j DROP
-A INPUT ! -f -p gre -j ACCEPT
-A INPUT -p tcp --sport 1024: --dport :1023 -j ACCEPT
-A INPUT -p tcp ! --sport ssh:smtp -j ACCEPT
-A INPUT -p tcp ! --syn -m state --state NEW -j DROP
-A INPUT -p tcp --tcp-flags ALL FIN,PSH,URG -j DROP
-A INPUT -p icmp --icmp-type any -j ACCEPT
-A INPUT -p icmp ! --icmp-type destination-unreachable -j ACCEPT
-A INPUT -p icmp --icmp-type TOS-network-redirect -j ACCEPT
-A INPUT -p tcp -m multiport --dports 22,80,443,8000:8010 -j ACCEPT
-A INPUT -p tcp -m multiport ! --sports ssh,http -j ACCEPT
-A INPUT -p udp -m multiport --ports 53,123 -j ACCEPT
-A INPUT -p udp -m multiport ! --ports 53,123 -j ACCEPT
-A INPUT -m conntrack ! --ctstate NEW,DNAT -j DROP
-A INPUT -m conntrack --ctstate NEW --ctproto tcp --ctorigdst 192.0.2.1 --ctdir ORIGINAL -j mine
-A INPUT -m conntrack --ctorigsrc 192.0.2.0/24 ! --ctorigsrcport 80:90 -j ACCEPT
-A INPUT -m conntrack --ctstatus ASSURED,CONFIRMED -j ACCEPT
-A INPUT -m connmark --mark 0x10/0xfffffff0 -j ACCEPT
-A INPUT -m iprange --src-range 192.0.2.1-192.0.2.9 ! --dst-range 10.0.0.1-10.0.0.2 -j ACCEPT
-A INPUT -m mac ! --mac-source 00:11:22:33:44:55 -j ACCEPT
-A INPUT -m addrtype --src-type LOCAL ! --dst-type BROADCAST,MULTICAST -j ACCEPT
-A INPUT -m ttl --ttl-lt 64 -j ACCEPT
-A INPUT -m ttl ! --ttl-eq 1 -j ACCEPT
-A INPUT -m length ! --length 100:200 -j ACCEPT
-A INPUT -m length --length 1000: -j ACCEPT
-A INPUT -m dscp --dscp-class AF21 -j ACCEPT
-A INPUT -m pkttype ! --pkt-type multicast -j DROP
-A OUTPUT -m owner ! --uid-owner root --gid-owner 100-200 -j ACCEPT
-A INPUT -m comment --comment "quo\\"ted and -j DROP" -j ACCEPT
-A INPUT -m limit --limit 5/min --limit-burst 9 -j LOG --log-prefix "in: " --log-level 4
-A INPUT -p tcp -m recent --name ssh --rcheck --seconds 60 --hitcount 4 -j DROP
-A INPUT -m string --string "GET /" --algo bm -j DROP
-A INPUT -p tcp -j REJECT --reject-with tcp-reset
-A INPUT -j REJECT
-A FORWARD -j NFQUEUE --queue-num 3 --queue-bypass
-A mine -p tcp
-A mine -j RETURN
-I INPUT 2 -i lo -j ACCEPT
COMMIT
"""
SIX = """\
*nat
-A PREROUTING -p tcp --dport 80 -j DNAT --to-destination [2001:db8::1]:8080
-A PREROUTING -p tcp --dport 81 -j DNAT --to-destination 2001:db8::1-2001:db8::9
COMMIT
*filter
:INPUT DROP [0:0]
-A INPUT -s 2001:db8::/32 ! -d ::1 -j ACCEPT
-A INPUT -p ipv6-icmp --icmpv6-type echo-request -j ACCEPT
-A INPUT -p icmpv6 --icmpv6-type neighbour-solicitation -m hl --hl-eq 255 -j ACCEPT
-A INPUT -m addrtype --dst-type UNICAST -j ACCEPT
-A INPUT -m conntrack --ctorigdst 2001:db8::/64 -j ACCEPT
-A INPUT -p tcp -j REJECT
COMMIT
"""


def asked(one: Condition) -> object:
    return one.text.split()[:2] if isinstance(one, Opaque) else one


def done(one: Effect | Target | None) -> object:
    if isinstance(one, Unmodelled | UnmodelledEffect):
        return type(one), one.text.split()[:2]
    return one


def meaning(rule: Rule) -> object:
    return (
        [asked(one) for one in sorted(rule.conditions, key=repr)],
        done(rule.target),
        [done(one) for one in rule.effects],
        rule.comment,
    )


@pytest.mark.parametrize("variant", ["nft", "legacy"])
@pytest.mark.parametrize(
    ("tool", "text", "family"),
    [("iptables", FOUR, TableFamily.IP), ("ip6tables", SIX, TableFamily.IP6)],
)
def test_what_the_kernel_prints_back_means_the_same(  # noqa: PLR0917 - two fixtures and a case
    kernel: Kernel, read: Read, tool: str, text: str, family: TableFamily, variant: str
) -> None:
    kernel.must(f"{tool}-{variant}-restore", given=text)
    printed = read(kernel.must(f"{tool}-{variant}-save"), family)
    ours = read(text, family)
    assert (ours.problems, printed.problems) == ((), ())
    kernels = {table.name: table for table in printed.tables}
    for table in ours.tables:
        for chain in table.chains.values():
            assert kernels[table.name].source == f"iptables-{variant}"
            theirs = kernels[table.name].chains.get(chain.name)
            told = [] if theirs is None else [meaning(rule) for rule in theirs.rules]
            assert told == [meaning(rule) for rule in chain.rules]


@pytest.mark.parametrize(("depth", "is_taken"), [(15, True), (16, False)])
def test_the_kernel_takes_chains_as_deep_as_we_do(
    kernel: Kernel, depth: int, is_taken: bool
) -> None:
    names = [f"c{n}" for n in range(depth)]
    declared = "".join(f":{name} - [0:0]\n" for name in names)
    jumps = "".join(
        f"-A {one} -j {other}\n" for one, other in zip(["INPUT", *names], names, strict=False)
    )
    loaded = kernel.run("iptables-nft-restore", given=f"*filter\n{declared}{jumps}COMMIT\n")
    assert (loaded.code == 0) is is_taken
