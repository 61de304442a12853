"""Random native nft rule sets: tables of three families, sets, maps, verdict maps, translation."""

from __future__ import annotations

import ipaddress
import random

from tests.farm.kernel.messages import INTERFACES
from tests.farm.kernel.pools import Pools, written

_HOOKS = ("prerouting", "input", "forward", "output", "postrouting")
_PRIORITY = {
    "raw": -300,
    "mangle": -150,
    "filter": 0,
    "security": 50,
    "dstnat": -100,
    "srcnat": 100,
}
_FLAGS = ("fin", "syn", "rst", "psh", "ack", "urg")
_STATES = ("new", "established", "related", "invalid", "untracked")


class NftMaker:
    """One rule set out of the values of its pools."""

    def __init__(self, rng: random.Random, pools: Pools) -> None:
        self._rng, self._pools = rng, pools
        self._sets: list[str] = []
        self._family = "inet"
        self._hook = ""
        self._version = 4

    def whole(self, *, nat: bool) -> str:
        """The text for `nft -f`."""
        rng = self._rng
        tables = [self._table("inet", "main", hooks=("input", "forward", "output"))]
        if rng.random() < 0.5:
            family = rng.choice(("ip", "ip6", "inet"))
            hooks = rng.sample(_HOOKS, k=rng.randint(1, 3))
            tables.append(self._table(family, "more", hooks=tuple(hooks)))
        if nat:
            tables.append(self._nat_table(rng.choice(("ip", "ip6", "inet"))))
        if rng.random() < 0.15:
            tables.append(
                "table inet asleep {\n\tflags dormant\n\tchain dozing {\n\t\ttype filter hook"
                " forward priority 0; policy drop;\n\t}\n}\n"
            )
        rng.shuffle(tables)
        return "".join(tables)

    def _table(self, family: str, name: str, *, hooks: tuple[str, ...]) -> str:
        rng = self._rng
        self._family = family
        lines = [f"table {family} {name} {{"]
        lines += self._declared_sets()
        own = [f"part-{at}" for at in range(rng.randint(0, 4))]
        # A chain has to stand before those that jump to it.
        for at in reversed(range(len(own))):
            lines.append(f"\tchain {own[at]} {{")
            self._hook = ""
            lines += [f"\t\t{self._rule(own[at + 1 :])}" for _ in range(rng.randint(0, 5))]
            lines.append("\t}")
        for at, hook in enumerate(hooks):
            self._hook = hook
            lines.append(f"\tchain base-{at} {{")
            priority = self._priority(name)
            policy = rng.choice(("accept", "accept", "drop")) if name == "main" else "accept"
            kind = "filter"
            if hook == "output" and rng.random() < 0.2:
                kind = "route"
            lines.append(f"\t\ttype {kind} hook {hook} priority {priority}; policy {policy};")
            most = 10 if name == "main" else 4
            lines += [f"\t\t{self._rule(own)}" for _ in range(rng.randint(0, most))]
            lines.append("\t}")
        return "\n".join((*lines, "}")) + "\n"

    def _priority(self, table: str) -> str:
        # No two base chains of one hook share a priority: their order would not be defined.
        if table == "main":
            return self._rng.choice(("filter", "filter + 5", "0", "security"))
        return self._rng.choice(("filter - 10", "-7", "mangle", "filter + 20"))

    def _nat_table(self, family: str) -> str:
        rng = self._rng
        self._family = family
        lines = [f"table {family} translate {{"]
        self._sets = []
        for hook, priority in (
            ("prerouting", "dstnat"),
            ("postrouting", "srcnat"),
            ("output", "-100"),
        ):
            self._hook = hook
            lines.append(f"\tchain {hook} {{")
            lines.append(f"\t\ttype nat hook {hook} priority {priority}; policy accept;")
            lines += [f"\t\t{self._translation(hook)}" for _ in range(rng.randint(0, 4))]
            lines.append("\t}")
        return "\n".join((*lines, "}")) + "\n"

    def _translation(self, hook: str) -> str:
        rng = self._rng
        self._version = self._pick_version()
        proto = rng.choice(("tcp", "udp", None))
        parts = [self._l3()]
        if proto:
            parts.append(f"{proto} dport {self._not()}{self._port()}")
        address = str(ipaddress.ip_address(self._pools.address(rng, self._version)))
        if hook == "postrouting":
            word, alone = "snat", "masquerade"
        else:
            word, alone = "dnat", "redirect"
        # One port for all would drop the second connection to a service, whatever the rules say.
        many = "20000-60000"
        if rng.random() < 0.25:
            ports = many if word == "snat" else rng.choice(("8080", "2525"))
            to = f" to :{ports}" if proto else ""
            return " ".join((*parts, f"{alone}{to}"))
        with_port = proto is not None and rng.random() < 0.4
        host = f"[{address}]" if with_port and self._version == 6 else address
        one = many if word == "snat" else rng.choice(("8080", "2525", "40000"))
        port = f":{one}" if with_port else ""
        family = {"inet": f" {self._ip()}"}.get(self._family, "")
        return " ".join((*parts, f"{word}{family} to {host}{port}"))

    def _pick_version(self) -> int:
        return {"ip": 4, "ip6": 6}.get(self._family, self._rng.choice((4, 6)))

    def _ip(self) -> str:
        return "ip" if self._version == 4 else "ip6"

    def _declared_sets(self) -> list[str]:
        """Sets that rules look values up in, and verdict maps."""
        rng, lines = self._rng, []
        self._sets = []
        versions = {"ip": (4,), "ip6": (6,)}.get(self._family, (4, 6))
        for version in versions:
            kind = "ipv4_addr" if version == 4 else "ipv6_addr"
            elements = ", ".join(self._apart(version))
            lines += [f"\tset nets{version} {{", f"\t\ttype {kind}", "\t\tflags interval"]
            lines += [f"\t\telements = {{ {elements} }}", "\t}"]
            self._sets.append(f"nets{version}")
            pairs = {self._pair(version): None for _ in range(rng.randint(1, 4))}
            lines += [f"\tset pairs{version} {{", f"\t\ttype {kind} . inet_proto . inet_service"]
            lines += [f"\t\telements = {{ {', '.join(pairs)} }}", "\t}"]
            self._sets.append(f"pairs{version}")
        verdicts = ", ".join(
            f"{port} : {rng.choice(('accept', 'drop', 'return', 'continue'))}"
            for port in sorted({low for low, _ in self._pools.ports})
        )
        lines += ["\tmap verdicts {", "\t\ttype inet_service : verdict"]
        lines += [f"\t\telements = {{ {verdicts} }}", "\t}"]
        return lines

    def _pair(self, version: int) -> str:
        address = ipaddress.ip_address(self._pools.address(self._rng, version))
        return f"{address} . {self._rng.choice(('tcp', 'udp'))} . {self._pools.port(self._rng)}"

    def _apart(self, version: int) -> list[str]:
        """Prefixes and ranges that do not overlap."""
        taken: list[tuple[int, int]] = []
        for low, high in self._rng.sample(self._pools.addresses[version], k=3):
            if all(high < one or low > two for one, two in taken):
                taken.append((low, high))
        return [self._range(version, *one) for one in sorted(taken)]

    def _range(self, version: int, low: int, high: int) -> str:
        if self._rng.random() < 0.3 and high - low > 3:
            first, last = low + 1, high - 1
            if version == 4:
                return f"{ipaddress.IPv4Address(first)}-{ipaddress.IPv4Address(last)}"
            return f"{ipaddress.IPv6Address(first)}-{ipaddress.IPv6Address(last)}"
        return written(version, (low, high))

    def _not(self) -> str:
        return "!= " if self._rng.random() < 0.25 else ""

    def _port(self) -> str:
        rng = self._rng
        low, high = rng.choice(self._pools.ports)
        if rng.random() < 0.35:
            return f"{{ {', '.join(self._port_set())} }}"
        return str(low) if low == high else f"{low}-{high}"

    def _port_set(self) -> list[str]:
        taken: list[tuple[int, int]] = []
        for low, high in self._rng.sample(self._pools.ports, k=3):
            if all(high < one or low > two for one, two in taken):
                taken.append((low, high))
        return [str(low) if low == high else f"{low}-{high}" for low, high in sorted(taken)]

    def _l3(self) -> str:
        rng, version, ip = self._rng, self._version, self._ip()
        end = rng.choice(("saddr", "daddr"))
        roll = rng.random()
        if roll < 0.2 and f"nets{version}" in self._sets:
            return f"{ip} {end} {self._not()}@nets{version}"
        if roll < 0.35 and f"pairs{version}" in self._sets:
            return f"{ip} {end} . meta l4proto . th dport @pairs{version}"
        if roll < 0.45:
            return f"{ip} {end} {self._not()}{{ {', '.join(self._apart(version))} }}"
        if roll < 0.55 and version == 4:
            low, _ = rng.choice(self._pools.addresses[4])
            mask = rng.choice((0xFFFF00FF, 0xFFF0F0FF, 0xFFFFFF7F))
            wanted = f"{ipaddress.IPv4Address(mask)} == {ipaddress.IPv4Address(low & mask)}"
            return f"ip {end} & {wanted}"
        low, high = rng.choice(self._pools.addresses[version])
        return f"{ip} {end} {self._not()}{self._range(version, low, high)}"

    def _l4(self, proto: str) -> str:
        rng = self._rng
        roll = rng.random()
        if proto == "icmp":
            if self._version == 4:
                kinds = "echo-request, echo-reply, destination-unreachable"
                kind = rng.choice(("echo-request", "echo-reply", "destination-unreachable"))
                return f"icmp type {self._not()}{rng.choice((kind, f'{{ {kinds} }}'))}"
            return f"icmpv6 type {self._not()}{rng.choice(('echo-request', 'echo-reply'))}"
        if roll < 0.6:
            return f"{proto} {rng.choice(('dport', 'dport', 'sport'))} {self._not()}{self._port()}"
        if roll < 0.8 and proto == "tcp":
            mask = rng.sample(_FLAGS, k=rng.randint(1, 4))
            value = [one for one in mask if rng.random() < 0.5] or [mask[0]]
            how = rng.choice(("==", "!="))
            return f"tcp flags & ({' | '.join(mask)}) {how} {' | '.join(value)}"
        return f"meta l4proto {proto}"

    def _any_l4(self) -> str:
        rng = self._rng
        roll = rng.random()
        if roll < 0.3:
            where = f"th {rng.choice(('dport', 'sport'))} {self._not()}{self._port()}"
            return f"meta l4proto {{ tcp, udp }} {where}"
        if roll < 0.7:
            some = rng.choice(("tcp", "udp", "{ tcp, udp }", "{ icmp, ipv6-icmp, 89 }"))
            return f"meta l4proto {self._not()}{some}"
        one, two = self._pools.ports[0], self._pools.ports[1]
        return f"meta l4proto . th dport {{ tcp . {one[0]}-{one[1]}, udp . {two[0]}-{two[1]} }}"

    def _other(self) -> str:
        rng = self._rng
        low = rng.choice((30, 48, 60, 64))
        makers = [
            f"meta length {self._not()}{low}-{low + rng.choice((1, 30))}",
            f"meta mark {self._not()}{rng.choice(('0x0', '0x1', '0x2'))}",
            f"meta mark & 0xfffffffe {rng.choice(('==', '!='))} {rng.choice((0, 2, 4))}",
        ]
        if self._family == "inet":
            makers.append(f"meta nfproto {self._ip_family()}")
        if self._version == 4:
            makers.append(f"ip ttl {rng.choice(('< 64', '> 63', '64', '!= 64', '32-63'))}")
            makers.append(f"ip dscp {self._not()}{rng.choice(('cs1', '0x2e', '0x00'))}")
            makers.append(f"ip protocol != {rng.choice(('tcp', 'udp', 'icmp'))}")
        else:
            makers.append(f"ip6 hoplimit {rng.choice(('< 64', '> 63', '64', '!= 64'))}")
            makers.append(f"ip6 nexthdr != {rng.choice(('tcp', 'udp', 'ipv6-icmp'))}")
        if self._hook in {"prerouting", "input", "forward"}:
            mac = f"{self._pools.macs[0]:012x}"
            text = ":".join(mac[at : at + 2] for at in range(0, 12, 2))
            makers.append(f"ether saddr {text}")
            makers.append(f"iifname {self._not()}{self._interface()}")
        if self._hook in {"forward", "output", "postrouting"}:
            makers.append(f"oifname {self._not()}{self._interface()}")
        if self._hook == "output":
            makers.append(f"meta skuid {self._not()}{rng.choice(('0', '1000', '1-999'))}")
        return rng.choice(makers)

    def _ip_family(self) -> str:
        return "ipv4" if self._version == 4 else "ipv6"

    def _interface(self) -> str:
        some = (*(f'"{one}"' for one in INTERFACES), '"eth*"', '"wan*"', '{ "eth0", "wan1" }')
        return self._rng.choice(some)

    def _state(self) -> str:
        rng = self._rng
        states = rng.sample(_STATES, k=rng.randint(1, 3))
        if rng.random() < 0.15:
            return f"ct direction {rng.choice(('original', 'reply'))}"
        if rng.random() < 0.15:
            return f"ct status {rng.choice(('dnat', 'snat'))}"
        if rng.random() < 0.2:
            verdicts = ", ".join(f"{one} : {rng.choice(('accept', 'drop'))}" for one in states)
            return f"ct state vmap {{ {verdicts} }}"
        if len(states) == 1:
            return f"ct state {self._not()}{states[0]}"
        if rng.random() < 0.5:
            return f"ct state {self._not()}{{ {', '.join(states)} }}"
        return f"ct state {','.join(states)}"

    def _rule(self, below: list[str]) -> str:
        rng = self._rng
        self._version = self._pick_version()
        parts: list[str] = []
        if rng.random() < 0.55:
            parts.append(self._l3())
        # Two protocols in one rule are refused, and a verdict map may come last.
        is_free = " . " not in "".join(parts)
        proto = rng.choice(("tcp", "udp", "icmp", "any", "any", "any"))
        if is_free and proto != "any":
            parts.append(self._l4(proto))
        if rng.random() < 0.3:
            parts.append(self._other())
        if rng.random() < 0.2:
            state = self._state()
            if "vmap" in state:
                return " ".join((*parts, state))
            parts.append(state)
        roll = rng.random()
        if is_free and proto == "any" and roll < 0.3:
            parts.append(self._any_l4())
        elif is_free and proto in {"tcp", "udp"} and roll < 0.15:
            return " ".join((*parts, f"{proto} dport vmap @verdicts"))
        elif is_free and proto in {"tcp", "udp"} and roll < 0.3:
            return " ".join((*parts, f"{proto} dport vmap {{ {self._port_verdicts(below)} }}"))
        elif 0.3 < roll < 0.38:
            return " ".join((*parts, self._address_verdicts(below)))
        return " ".join((*parts, self._verdict(below)))

    def _verdicts(self, below: list[str]) -> list[str]:
        verdicts = ["accept", "drop", "return"]
        return verdicts + [f"jump {one}" for one in below] + [f"goto {one}" for one in below]

    def _port_verdicts(self, below: list[str]) -> str:
        verdicts = self._verdicts(below)
        return ", ".join(f"{one} : {self._rng.choice(verdicts)}" for one in self._port_set())

    def _address_verdicts(self, below: list[str]) -> str:
        rng, verdicts = self._rng, self._verdicts(below)
        some = ", ".join(f"{one} : {rng.choice(verdicts)}" for one in self._apart(self._version))
        return f"{self._ip()} {rng.choice(('saddr', 'daddr'))} vmap {{ {some} }}"

    def _verdict(self, below: list[str]) -> str:
        rng = self._rng
        roll = rng.random()
        if below and roll < 0.25:
            return f"counter {rng.choice(('jump', 'jump', 'goto'))} {rng.choice(below)}"
        if roll < 0.35:
            return "return"
        if roll < 0.45:
            return f"meta mark set {rng.choice(('0x1', '0x2', 'mark or 0x1'))}"
        if roll < 0.5 and self._hook in {"input", "forward", "output"}:
            return "reject"
        if roll < 0.55:
            return 'counter comment "goes on: { like this }"'
        return rng.choice(("accept", "accept", "drop"))


def random_nft(rng: random.Random, *, nat: bool) -> tuple[str, Pools]:
    """A rule set and the values it is made of."""
    pools = Pools.drawn(rng)
    return NftMaker(rng, pools).whole(nat=nat), pools
