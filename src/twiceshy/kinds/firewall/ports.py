"""What a flow carries, as users write it: `tcp/25`, `udp/1024-65535`, `icmp/echo-request`, `any`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from twiceshy.kinds.firewall.packet import ICMP, ICMPV6, IPV4, PROTOCOLS, TCP, UDP, WITH_PORTS
from twiceshy.languages.firewall.intervals import Intervals

ALL_PORTS = Intervals(((1, 65535),))
ICMP_TYPES: Mapping[str, tuple[int | None, int | None]] = MappingProxyType(
    {
        "echo-request": (8, 128),
        "echo-reply": (0, 129),
        "destination-unreachable": (3, 1),
        "packet-too-big": (None, 2),
        "fragmentation-needed": (3, None),
        "time-exceeded": (11, 3),
        "parameter-problem": (12, 4),
        "router-solicitation": (10, 133),
        "router-advertisement": (9, 134),
        "neighbour-solicitation": (None, 135),
        "neighbour-advertisement": (None, 136),
    }
)
"""Names of types to their numbers in ICMP and ICMPv6; None where there is none."""
_ASKING4, _ASKING6 = (8, 13, 15, 17), (128, 139)
"""Types that begin a connection for conntrack: echo, timestamp, information, address mask; nodes."""
_NUMBERS = MappingProxyType({name: number for number, name in PROTOCOLS.items()})


@dataclass(frozen=True, slots=True)
class Carried:
    """One sort of packets of a flow: of one protocol, or of several without ports or types."""

    protocols: Intervals
    ports: Intervals | None = None
    """Destination ports, of protocols that have them."""
    icmp4: Intervals | None = None
    """`type << 8 | code`."""
    icmp6: Intervals | None = None

    def is_of(self, family: int) -> bool:
        """Whether packets of a family can carry it."""
        if self.icmp4 is None and self.icmp6 is None:
            return True
        return (self.icmp4 if family == IPV4 else self.icmp6) is not None


_PING = Carried(
    Intervals(((ICMP, ICMP), (ICMPV6, ICMPV6))),
    icmp4=Intervals.single(8 << 8),
    icmp6=Intervals.single(128 << 8),
)
_ANY_QUESTION = Carried(
    Intervals(((ICMP, ICMP), (ICMPV6, ICMPV6))),
    icmp4=Intervals.of((one << 8, one << 8 | 255) for one in _ASKING4),
    icmp6=Intervals.of((one << 8, one << 8 | 255) for one in _ASKING6),
)
_OTHERS = Carried(
    Intervals.of((one, one) for one in (ICMP, TCP, UDP, ICMPV6, *WITH_PORTS)).complement(8)
)


def carried(text: str, *, passing: bool = True) -> tuple[Carried, ...]:
    """What `text` means; `passing`: for a promise that it passes, else that nothing of it does.

    `icmp` alone is a ping where it has to pass, and everything that asks where nothing may.
    Raises ValueError with a sentence for the user.
    """
    name, slash, rest = text.partition("/")
    if text == "any":
        ping = carried("icmp", passing=passing)
        return (_with_ports(TCP, ALL_PORTS), _with_ports(UDP, ALL_PORTS), *ping, _OTHERS)
    if name == "icmp":
        if not slash:
            return (_PING if passing else _ANY_QUESTION,)
        return (_icmp(text, rest),)
    number = _NUMBERS.get(name)
    if name == "protocol" and rest.isdigit() and int(rest) < 256:  # noqa: PLR2004 - one byte
        number, slash = int(rest), ""
    if number is None or number in {ICMP, ICMPV6}:
        known = ", ".join((*(one for one in _NUMBERS if one not in {"icmp", "icmpv6"}), "icmp"))
        raise ValueError(
            f"{text!r} does not say what passes: write it as `tcp/25`, `udp/1024-65535`,"
            f" `icmp/echo-request`, `any`, or one of {known}"
        )
    if number not in WITH_PORTS:
        if slash:
            raise ValueError(f"{text!r}: {name} has no ports")
        return (Carried(Intervals.single(number)),)
    return (_with_ports(number, _ports(text, rest) if slash else ALL_PORTS),)


def _with_ports(number: int, ports: Intervals) -> Carried:
    return Carried(Intervals.single(number), ports)


def _ports(text: str, rest: str) -> Intervals:
    pairs = []
    for part in rest.split(","):
        low, dash, high = part.partition("-")
        if not (low.isdigit() and (high.isdigit() if dash else True)):
            raise ValueError(f"{text!r}: {part!r} is neither a port nor a range such as 1024-65535")
        first, last = int(low), int(high) if dash else int(low)
        if not 1 <= first <= last <= 65535:  # noqa: PLR2004 - the range of ports
            raise ValueError(f"{text!r}: ports go from 1 to 65535, the lower one first")
        pairs.append((first, last))
    return Intervals.of(pairs)


def _icmp(text: str, rest: str) -> Carried:
    protocols = Intervals(((ICMP, ICMP), (ICMPV6, ICMPV6)))
    if rest.isdigit() and int(rest) < 256:  # noqa: PLR2004 - one byte
        values = Intervals.single(int(rest) << 8)
        return Carried(protocols, icmp4=values, icmp6=values)
    if rest not in ICMP_TYPES:
        raise ValueError(f"{text!r}: the type is a number or one of {', '.join(ICMP_TYPES)}")
    four, six = ICMP_TYPES[rest]
    code = 4 if rest == "fragmentation-needed" else 0
    return Carried(
        protocols,
        icmp4=None if four is None else Intervals.single(four << 8 | code),
        icmp6=None if six is None else Intervals.single(six << 8),
    )
