"""One packet, with everything a rule may ask of it; and what the kernel knows of its connection."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from twiceshy.languages.firewall.conditions import CtState, Field
from twiceshy.languages.firewall.intervals import Intervals

IPV4, IPV6 = 4, 6
ICMP, TCP, UDP, ICMPV6 = 1, 6, 17, 58
FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16
PROTOCOLS: Mapping[int, str] = MappingProxyType(
    {ICMP: "icmp", 2: "igmp", TCP: "tcp", UDP: "udp", 33: "dccp", 47: "gre", 50: "esp", 51: "ah",
     ICMPV6: "icmpv6", 89: "ospf", 112: "vrrp", 132: "sctp", 136: "udplite"}
)  # fmt: skip
"""Names of IP protocol numbers, for messages."""
WITH_PORTS = frozenset({TCP, UDP, 33, 132, 136})
ECHO_REQUEST4, ECHO_REPLY4 = 8 << 8, 0
ECHO_REQUEST6, ECHO_REPLY6 = 128 << 8, 129 << 8

_STATES = MappingProxyType(
    {
        CtState.INVALID: "invalid",
        CtState.NEW: "new",
        CtState.ESTABLISHED: "established",
        CtState.RELATED: "related",
        CtState.UNTRACKED: "untracked",
    }
)


@dataclass(frozen=True, slots=True)
class Connection:
    """What conntrack keeps of a connection: its first packet as it came, and its translation."""

    saddr: int
    daddr: int
    sport: int = 0
    dport: int = 0
    snat: tuple[int, int] | None = None
    """The source's address and port after translation; None when it was not translated."""
    dnat: tuple[int, int] | None = None
    """The destination's address and port after translation."""


@dataclass(frozen=True, slots=True)
class Packet:
    """A packet as it arrives at its first hook; addresses are numbers.

    The state and the direction are what conntrack will say of it. A first packet (NEW) needs no
    connection; a later one carries the one that the trace of the first packet ended with.
    """

    family: int
    """4 or 6."""
    saddr: int
    daddr: int
    l4proto: int = TCP
    sport: int = 40000
    """Of protocols that have ports; others have none, whatever stands here."""
    dport: int = 0
    icmp: int = ECHO_REQUEST4
    """`type << 8 | code`, of ICMP and ICMPv6 only."""
    tcp_flags: int = SYN
    fragment: bool = False
    """A fragment that is not the first: it has no ports."""
    iif: str | None = None
    """By which interface it came in; None for one that this host sends."""
    oif: str | None = None
    """By which interface it leaves; None for one that this host receives."""
    smac: int | None = None
    ct_state: int = CtState.NEW
    ct_direction: int = 0
    """0 original, 1 reply."""
    connection: Connection | None = None
    mark: int = 0
    ct_mark: int = 0
    """The connection's mark as it stands."""
    length: int = 60
    ttl: int = 64
    dscp: int = 0
    pkttype: int = 0
    skuid: int | None = None
    """Of the process that sends it; None for what does not come from a process here."""
    skgid: int | None = None
    saddr_type: int | None = None
    """An `AddressType`; None: worked out from the host's own addresses."""
    daddr_type: int | None = None
    unsure: Mapping[Field, Intervals | None] = field(
        default_factory=lambda: MappingProxyType({}), hash=False
    )
    """Fields that something unmodelled may have changed, with the values they may have (None: any
    at all); what stands in the field itself is then only an example."""

    @classmethod
    def of(
        cls,
        protocol: str,
        source: str,
        destination: str,
        dport: int = 0,
        **fields: int | str | bool | Connection | None,
    ) -> Packet:
        """From text: `Packet.of("tcp", "192.0.2.10", "198.51.100.10", 25, oif="eth0")`.

        Raises ValueError when an address or the protocol is none, or the families differ.
        """
        saddr, daddr = ipaddress.ip_address(source), ipaddress.ip_address(destination)
        if saddr.version != daddr.version:
            raise ValueError(f"{source} and {destination} are not of one family")
        numbers = {name: number for number, name in PROTOCOLS.items()}
        if protocol == "icmp" and saddr.version == IPV6:
            protocol = "icmpv6"
        if protocol not in numbers:
            raise ValueError(f"{protocol!r} is not one of {', '.join(numbers)}")
        values = dict(fields)
        values.setdefault("icmp", ECHO_REQUEST4 if saddr.version == IPV4 else ECHO_REQUEST6)
        return cls(
            saddr.version,
            int(saddr),
            int(daddr),
            numbers[protocol],
            dport=dport,
            **values,  # type: ignore[arg-type]  # names and types are the caller's
        )

    @property
    def has_ports(self) -> bool:
        """Whether rules may ask for its ports."""
        return self.l4proto in WITH_PORTS and not self.fragment

    def __str__(self) -> str:
        """In words: `tcp 192.0.2.10:40000 -> 198.51.100.10:25, new, out by eth0`."""
        name = PROTOCOLS.get(self.l4proto, f"protocol {self.l4proto}")
        source, destination = (
            _end(self.family, address, port if self.has_ports else None)
            for address, port in ((self.saddr, self.sport), (self.daddr, self.dport))
        )
        return ", ".join((f"{name} {source} -> {destination}", *self._details()))

    def _details(self) -> list[str]:
        said = []
        if self.l4proto in {ICMP, ICMPV6} and not self.fragment:
            said.append(_icmp(self.l4proto, self.icmp))
        if self.fragment:
            said.append("a fragment")
        said.append(_STATES[self.ct_state] + (" reply" if self.ct_direction else ""))
        if self.iif is not None:
            said.append(f"in by {self.iif}")
        if self.oif is not None:
            said.append(f"out by {self.oif}")
        if self.mark:
            said.append(f"mark {self.mark:#x}")
        return said


def address_text(family: int, address: int) -> str:
    """The address as people write it."""
    four = family == IPV4
    return str(ipaddress.IPv4Address(address) if four else ipaddress.IPv6Address(address))


def _end(family: int, address: int, port: int | None) -> str:
    text = address_text(family, address)
    if port is None:
        return text
    return f"{text}:{port}" if family == IPV4 else f"[{text}]:{port}"


_ICMP_WORDS = MappingProxyType(
    {
        (ICMP, 0): "echo reply",
        (ICMP, 3): "destination unreachable",
        (ICMP, 8): "echo request",
        (ICMP, 11): "time exceeded",
        (ICMPV6, 1): "destination unreachable",
        (ICMPV6, 2): "packet too big",
        (ICMPV6, 3): "time exceeded",
        (ICMPV6, 128): "echo request",
        (ICMPV6, 129): "echo reply",
        (ICMPV6, 134): "router advertisement",
        (ICMPV6, 135): "neighbour solicitation",
        (ICMPV6, 136): "neighbour advertisement",
    }
)


def _icmp(protocol: int, value: int) -> str:
    kind, code = value >> 8, value & 255
    known = _ICMP_WORDS.get((protocol, kind))
    if known is not None and not code:
        return known
    return f"type {kind} code {code}"
