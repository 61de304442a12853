"""Random rule sets as iptables-save and ip6tables-save write them, with their ipsets."""

from __future__ import annotations

import ipaddress
import random
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.farm.kernel.messages import INTERFACES, PEER_MACS
from tests.farm.kernel.pools import Pools, written
from tests.farm.kernel.sandbox import USERS

_STATES = ("NEW", "ESTABLISHED", "RELATED", "INVALID", "UNTRACKED")
_FLAGS = ("SYN", "ACK", "FIN", "RST", "PSH", "URG")
_BUILT_IN = {
    "raw": ("PREROUTING", "OUTPUT"),
    "mangle": ("PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"),
    "nat": ("PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"),
    "filter": ("INPUT", "FORWARD", "OUTPUT"),
}
_WITH_PORTS = ("tcp", "udp")
_HAS_IN = frozenset({"PREROUTING", "INPUT", "FORWARD"})
_HAS_OUT = frozenset({"FORWARD", "OUTPUT", "POSTROUTING"})


@dataclass
class IpSets:
    """The sets of one rule set, by what a rule looks up in them."""

    text: str = ""
    names: dict[str, str] = field(default_factory=dict)
    """Name to the directions that are asked: `src`, `dst,dst`."""


def ipsets(rng: random.Random, pools: Pools, family: int) -> IpSets:
    """Three sets: networks, networks and ports, ports."""
    sets, lines = IpSets(), []
    inet = "inet" if family == 4 else "inet6"

    def some(low: int, high: int) -> range:
        return range(rng.randint(low, high))

    name = f"nets{family}"
    lines.append(f"create {name} hash:net family {inet} hashsize 1024 maxelem 65536")
    found = {written(family, rng.choice(pools.addresses[family])) for _ in some(1, 4)}
    for at, entry in enumerate(sorted(found)):
        refused = " nomatch" if at and rng.random() < 0.2 else ""
        lines.append(f"add {name} {entry}{refused}")
    sets.names[name] = "one"
    name = f"services{family}"
    lines.append(f"create {name} hash:ip,port family {inet} hashsize 1024 maxelem 65536")
    pairs = {
        f"{_address(rng, pools, family)},{rng.choice(_WITH_PORTS)}:{pools.port(rng)}"
        for _ in some(1, 5)
    }
    lines.extend(f"add {name} {pair}" for pair in sorted(pairs))
    sets.names[name] = "two"
    name = f"ports{family}"
    lines.append(f"create {name} bitmap:port range 0-65535")
    ports = {port for low, high in pools.ports[:2] for port in range(low, min(high, low + 5) + 1)}
    lines.extend(f"add {name} {port}" for port in sorted(ports))
    sets.names[name] = "one"
    sets.text = "\n".join(lines) + "\n"
    return sets


def _address(rng: random.Random, pools: Pools, family: int) -> str:
    return str(ipaddress.ip_address(pools.address(rng, family)))


class RuleMaker:
    """Rules for one family out of the values of its pools."""

    def __init__(self, rng: random.Random, pools: Pools, family: int, sets: IpSets) -> None:
        self._rng, self._pools, self._family, self._sets = rng, pools, family, sets

    def whole(self, *, nat: bool) -> str:
        """What iptables-save would print."""
        rng = self._rng
        tables = ["filter"]
        tables += [name for name in ("mangle", "raw") if rng.random() < 0.3]
        tables += ["nat"] if nat else []
        return "".join(self._table(name) for name in tables)

    def _table(self, table: str) -> str:
        rng = self._rng
        lines = [f"*{table}"]
        chains: list[tuple[str, frozenset[str]]] = []
        for name in _BUILT_IN[table]:
            policy = "ACCEPT"
            if table == "filter" and rng.random() < 0.4:
                policy = "DROP"
            lines.append(f":{name} {policy} [0:0]")
            chains.append((name, frozenset({name})))
        own = [f"{table}-{at}" for at in range(rng.randint(0, 4))]
        # A chain of ours may be called from anywhere, so it asks for what all hooks have.
        lines.extend(f":{name} - [0:0]" for name in own)
        for at, name in enumerate(own):
            below = own[at + 1 :]
            lines += [self._rule(table, name, frozenset(), below) for _ in range(rng.randint(0, 6))]
        for name, hooks in chains:
            most = 12 if table == "filter" else 4
            lines += [self._rule(table, name, hooks, own) for _ in range(rng.randint(0, most))]
        lines.append("COMMIT")
        return "\n".join(lines) + "\n"

    def _rule(self, table: str, chain: str, hooks: frozenset[str], below: list[str]) -> str:
        rng = self._rng
        parts: list[str] = []
        protocol = rng.choice((None, None, "tcp", "tcp", "tcp", "udp", "udp", "icmp", "other"))
        makers: list[Callable[[], str]] = [self._source, self._destination, self._destination]
        if rng.random() < 0.75:
            makers += [self._state, self._mark, self._length, self._ttl, self._dscp, self._iprange]
            makers += [self._set, self._original, self._comment]
            if hooks and hooks <= {"PREROUTING", "INPUT", "FORWARD"}:
                makers.append(self._mac)
            if hooks == {"OUTPUT"}:
                makers.append(self._owner)
        if table == "raw":
            makers = [one for one in makers if one not in {self._state, self._original}]
        if hooks:
            parts += self._interfaces(hooks)
        if protocol is not None:
            parts += self._protocol(protocol)
        for maker in {rng.choice(makers): None for _ in range(rng.choice((0, 1, 1, 2)))}:
            parts.append(maker())
        parts.append(self._target(table, chain, hooks, below, protocol))
        return " ".join(("-A", chain, *filter(None, parts)))

    def _interfaces(self, hooks: frozenset[str]) -> list[str]:
        rng, found = self._rng, []
        names = (*INTERFACES, "eth+", "wan+", "ppp0", "e+")
        if hooks <= _HAS_IN and rng.random() < 0.2:
            found.append(f"{self._not()}-i {rng.choice(names)}")
        if hooks <= _HAS_OUT and rng.random() < 0.2:
            found.append(f"{self._not()}-o {rng.choice(names)}")
        return found

    def _not(self) -> str:
        return "! " if self._rng.random() < 0.25 else ""

    def _protocol(self, protocol: str) -> list[str]:
        rng = self._rng
        if protocol == "other":
            return [f"{self._not()}-p {rng.choice(('tcp', 'udp', '89', 'esp', 'udplite', 'sctp'))}"]
        if protocol == "icmp":
            return self._icmp()
        found = [f"-p {protocol}"]
        roll = rng.random()
        if roll < 0.45:
            found += self._plain_ports(protocol)
        elif roll < 0.75:
            found.append(self._multiport())
        elif protocol == "tcp":
            mask = rng.sample(_FLAGS, k=rng.randint(1, 4))
            value = [one for one in mask if rng.random() < 0.4] or ["NONE"]
            flags = f"{','.join(mask)} {','.join(value)}"
            found.append(f"-m tcp {self._not()}--tcp-flags {flags}")
        return found

    def _plain_ports(self, protocol: str) -> list[str]:
        found = [f"-m {protocol}"]
        negation = self._not()
        for option in self._rng.sample(("--sport", "--dport"), k=self._rng.choice((1, 1, 2))):
            found.append(f"{negation}{option} {self._ports(':')}")
            # Both negated are loaded as `not both` by iptables-nft before 1.8.11 (and by nft before
            # 1.1): https://git.netfilter.org/iptables, add_nft_tcpudp().
            negation = "" if negation else self._not()
        return found

    def _ports(self, between: str) -> str:
        low, high = self._rng.choice(self._pools.ports)
        return str(low) if low == high else f"{low}{between}{high}"

    def _multiport(self) -> str:
        option = self._rng.choice(("--dports", "--dports", "--sports", "--ports"))
        ports = ",".join({self._ports(":"): None for _ in range(self._rng.randint(1, 4))})
        return f"-m multiport {self._not()}{option} {ports}"

    def _icmp(self) -> list[str]:
        rng = self._rng
        if self._family == 4:
            kind = rng.choice(("8", "0", "3", "3/1", "3/4", "11/0", "any", "echo-request"))
            return ["-p icmp", f"-m icmp {'' if kind == 'any' else self._not()}--icmp-type {kind}"]
        kind = rng.choice(("128", "129", "1", "1/4", "2/0", "3", "echo-request"))
        return ["-p ipv6-icmp", f"-m icmp6 {self._not()}--icmpv6-type {kind}"]

    def _source(self) -> str:
        return self._address_match("-s")

    def _destination(self) -> str:
        return self._address_match("-d")

    def _address_match(self, end: str) -> str:
        rng, family = self._rng, self._family
        low, high = rng.choice(self._pools.addresses[family])
        if family == 4 and rng.random() < 0.15:
            mask = rng.choice((0xFFFF00FF, 0xFFF0F0FF, 0xFFFFFFFD, 0xFF7FFFFF))
            text = f"{ipaddress.IPv4Address(low & mask)}/{ipaddress.IPv4Address(mask)}"
        else:
            text = written(family, (low, high))
        return f"{self._not()}{end} {text}"

    def _iprange(self) -> str:
        family = self._family
        one, two = sorted(
            bound for _ in range(2) for bound in (self._rng.choice(self._pools.addresses[family]))
        )[1:3]
        text = f"{ipaddress.ip_address(one)}-{ipaddress.ip_address(two)}"
        if family == 6:
            text = f"{ipaddress.IPv6Address(one)}-{ipaddress.IPv6Address(two)}"
        return f"-m iprange {self._not()}{self._rng.choice(('--src-range', '--dst-range'))} {text}"

    def _state(self) -> str:
        states = self._rng.sample(_STATES, k=self._rng.randint(1, 3))
        if self._rng.random() < 0.3:
            return f"-m state {self._not()}--state {','.join(states)}"
        return f"-m conntrack {self._not()}--ctstate {','.join(states)}"

    def _original(self) -> str:
        rng = self._rng
        option = rng.choice(("--ctorigsrc", "--ctorigdst", "--ctdir", "--ctstate"))
        if option == "--ctdir":
            return f"-m conntrack --ctdir {rng.choice(('ORIGINAL', 'REPLY'))}"
        if option == "--ctstate":
            return f"-m conntrack {self._not()}--ctstate {rng.choice(('DNAT', 'SNAT'))}"
        text = written(self._family, rng.choice(self._pools.addresses[self._family]))
        return f"-m conntrack {self._not()}{option} {text}"

    def _mark(self) -> str:
        value = self._rng.choice(("0x0", "0x1", "0x2", "0x0/0xfffffffe", "0x4/0xfffffffc"))
        return f"-m mark {self._not()}--mark {value}"

    def _length(self) -> str:
        low = self._rng.choice((28, 48, 60, 64, 100))
        high = low + self._rng.choice((0, 1, 20, 500))
        text = str(low) if low == high else f"{low}:{high}"
        return f"-m length {self._not()}--length {text}"

    def _ttl(self) -> str:
        compare = self._rng.choice(("eq", "lt", "gt"))
        value = self._rng.choice((2, 32, 63, 64, 65, 128))
        if self._family == 4:
            return f"-m ttl --ttl-{compare} {value}"
        return f"-m hl --hl-{compare} {value}"

    def _dscp(self) -> str:
        return f"-m dscp {self._not()}--dscp 0x{self._rng.choice((0, 8, 46)):02x}"

    def _comment(self) -> str:
        return '-m comment --comment "a rule: with \\"words\\""'

    def _mac(self) -> str:
        known = [f"{one:012x}" for one in self._pools.macs]
        macs = [":".join(one[at : at + 2] for at in range(0, 12, 2)) for one in known]
        return f"-m mac {self._not()}--mac-source {self._rng.choice((*macs, PEER_MACS[0]))}"

    def _owner(self) -> str:
        who = self._rng.choice(("0", "1000", "1000-1002", "0-999"))
        if len(set(USERS)) == 1:
            who = "0"  # the kernel refuses to compare with users that the namespace has not
        return f"-m owner {self._not()}--uid-owner {who}"

    def _set(self) -> str:
        name = self._rng.choice(sorted(self._sets.names))
        ways = {"one": ("src", "dst"), "two": ("src,dst", "dst,dst", "src,src")}
        way = self._rng.choice(ways[self._sets.names[name]])
        return f"-m set {self._not()}--match-set {name} {way}"

    def _target(  # noqa: PLR0911 - one line for each sort of target
        self,
        table: str,
        chain: str,
        hooks: frozenset[str],
        below: list[str],
        protocol: str | None,
    ) -> str:
        rng = self._rng
        roll = rng.random()
        if below and roll < 0.3:
            return f"{rng.choice(('-j', '-j', '-g'))} {rng.choice(below)}"
        if roll < 0.42:
            return "-j RETURN"
        if table == "nat":
            return self._nat(chain, protocol) if hooks else rng.choice(("-j ACCEPT", ""))
        if table == "mangle" and roll < 0.8:
            mark = rng.choice(("--set-xmark 0x1/0xffffffff", "--set-xmark 0x2/0x3"))
            return f"-j MARK {mark}"
        if table == "raw":
            return rng.choice(("-j NOTRACK", "-j ACCEPT", "-j DROP"))
        if table == "filter" and roll > 0.92:
            if protocol == "tcp" and rng.random() < 0.5:
                return "-j REJECT --reject-with tcp-reset"
            how = "icmp-port-unreachable" if self._family == 4 else "icmp6-port-unreachable"
            return f"-j REJECT --reject-with {how}"
        if roll > 0.88:
            return ""
        return rng.choice(("-j ACCEPT", "-j ACCEPT", "-j DROP"))

    def _nat(self, chain: str, protocol: str | None) -> str:  # noqa: PLR0911 - the same
        rng, family = self._rng, self._family
        has_ports = protocol in _WITH_PORTS
        address = _address(rng, self._pools, family)
        host = f"[{address}]" if family == 6 else address
        port = f":{rng.choice((25, 8080, 40000))}" if has_ports and rng.random() < 0.5 else ""
        to = f"{host}{port}" if port else address
        if chain in {"PREROUTING", "OUTPUT"}:
            if rng.random() < 0.15:
                return f"-j NETMAP --to {self._net()}"
            if rng.random() < 0.15:
                return f"-j REDIRECT{f' --to-ports {port[1:]}' if port else ''}"
            return f"-j DNAT --to-destination {to}"
        if chain == "INPUT":
            return "-j ACCEPT"
        if rng.random() < 0.25:
            return "-j MASQUERADE"
        if rng.random() < 0.2:
            return f"-j NETMAP --to {self._net()}"
        # One port for all would drop the second connection to a service, whatever the rules say.
        return f"-j SNAT --to-source {host + ':20000-60000' if port else address}"

    def _net(self) -> str:
        if self._family == 4:
            return self._rng.choice(("10.9.8.0/24", "203.0.113.64/26", "172.20.0.0/14"))
        return self._rng.choice(("2001:db9:5::/64", "2a00:1::/32"))


def random_iptables(rng: random.Random, family: int, *, nat: bool) -> tuple[str, str, Pools]:
    """A rule set, its ipsets, and the values that both are made of."""
    pools = Pools.drawn(rng)
    sets = ipsets(rng, pools, family)
    return RuleMaker(rng, pools, family, sets).whole(nat=nat), sets.text, pools
