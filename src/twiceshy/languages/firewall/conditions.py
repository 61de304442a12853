"""What a rule asks of a packet: fields, values, and what could not be modelled, by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from twiceshy.languages.firewall.intervals import Intervals
from twiceshy.model.place import Place


class Field(StrEnum):
    """A property of a packet, or of what the kernel knows of it, that a rule may ask about."""

    FAMILY = "family"
    """4 or 6. Asked by every rule that asks for something only one of them has."""
    SADDR4 = "saddr4"
    DADDR4 = "daddr4"
    SADDR6 = "saddr6"
    DADDR6 = "daddr6"
    L4PROTO = "l4proto"
    """IP protocol number of the last header: 1 icmp, 6 tcp, 17 udp, 58 icmpv6, ..."""
    SPORT = "sport"
    """Source port, for protocols that have ports; a rule that asks for it asks for L4PROTO too."""
    DPORT = "dport"
    ICMP4 = "icmp4"
    """`type << 8 | code`; a rule that asks for it asks for FAMILY 4 and L4PROTO 1 too."""
    ICMP6 = "icmp6"
    TCP_FLAGS = "tcp_flags"
    """The eight flags as a byte: fin 1, syn 2, rst 4, psh 8, ack 16, urg 32, ece 64, cwr 128."""
    FRAGMENT = "fragment"
    """1 for a fragment that is not the first, which has no ports; else 0."""
    IIF = "iif"
    """Name of the interface it came in by; asked with Names."""
    OIF = "oif"
    SMAC = "smac"
    CT_STATE = "ct_state"
    """A `CtState` value."""
    CT_DIRECTION = "ct_direction"
    """0 original, 1 reply."""
    CT_SNAT = "ct_snat"
    """1 when conntrack translated the source of the connection."""
    CT_DNAT = "ct_dnat"
    CT_ORIG_SADDR4 = "ct_orig_saddr4"
    """The connection's addresses and ports as its first packet had them before translation."""
    CT_ORIG_DADDR4 = "ct_orig_daddr4"
    CT_ORIG_SADDR6 = "ct_orig_saddr6"
    CT_ORIG_DADDR6 = "ct_orig_daddr6"
    CT_ORIG_SPORT = "ct_orig_sport"
    CT_ORIG_DPORT = "ct_orig_dport"
    MARK = "mark"
    CT_MARK = "ct_mark"
    LENGTH = "length"
    """Of the whole packet (IPv4 total length; IPv6 payload length plus 40), in bytes."""
    TTL = "ttl"
    """Time to live or hop limit."""
    DSCP = "dscp"
    PKTTYPE = "pkttype"
    """0 to this host, 1 broadcast, 2 multicast, 3 to another host."""
    SKUID = "skuid"
    """Numeric user id of the sending process, only known for what this host sends."""
    SKGID = "skgid"
    SADDR_TYPE = "saddr_type"
    """An `AddressType` value, which depends on the host's addresses and routes."""
    DADDR_TYPE = "daddr_type"


BITS: Mapping[Field, int] = MappingProxyType(
    {
        Field.FAMILY: 4,
        **dict.fromkeys((Field.SADDR4, Field.DADDR4), 32),
        **dict.fromkeys((Field.CT_ORIG_SADDR4, Field.CT_ORIG_DADDR4), 32),
        **dict.fromkeys((Field.SADDR6, Field.DADDR6), 128),
        **dict.fromkeys((Field.CT_ORIG_SADDR6, Field.CT_ORIG_DADDR6), 128),
        **dict.fromkeys((Field.SPORT, Field.DPORT, Field.ICMP4, Field.ICMP6, Field.LENGTH), 16),
        **dict.fromkeys((Field.CT_ORIG_SPORT, Field.CT_ORIG_DPORT), 16),
        **dict.fromkeys((Field.L4PROTO, Field.TCP_FLAGS, Field.TTL), 8),
        **dict.fromkeys((Field.FRAGMENT, Field.CT_DIRECTION, Field.CT_SNAT, Field.CT_DNAT), 1),
        Field.SMAC: 48,
        Field.CT_STATE: 3,
        **dict.fromkeys((Field.MARK, Field.CT_MARK, Field.SKUID, Field.SKGID), 32),
        Field.DSCP: 6,
        Field.PKTTYPE: 2,
        **dict.fromkeys((Field.SADDR_TYPE, Field.DADDR_TYPE), 4),
    }
)
"""How many bits a field's value has; interfaces have names instead."""


class CtState:
    """Values of Field.CT_STATE."""

    INVALID = 0
    NEW = 1
    ESTABLISHED = 2
    RELATED = 3
    UNTRACKED = 4


class AddressType:
    """Values of Field.SADDR_TYPE and DADDR_TYPE, as the kernel's routing table tells them."""

    UNSPEC = 0
    UNICAST = 1
    LOCAL = 2
    BROADCAST = 3
    ANYCAST = 4
    MULTICAST = 5
    BLACKHOLE = 6
    UNREACHABLE = 7
    PROHIBIT = 8


@dataclass(frozen=True, slots=True)
class Names:
    """Interface names: some exactly, some by how they begin (`eth+`, `"eth*"`), or all but those."""

    exact: frozenset[str] = frozenset()
    prefixes: frozenset[str] = frozenset()
    negated: bool = False

    def __contains__(self, name: str) -> bool:
        found = name in self.exact or any(name.startswith(one) for one in self.prefixes)
        return found is not self.negated


@dataclass(frozen=True, slots=True)
class Match:
    """One field has one of these values; negation is already worked into the values."""

    field: Field
    values: Intervals | Names


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one of the boxes (conjunctions of matches) fits; or none of them, when negated.

    For what fields have together: `--ports` (source or destination), concatenated set elements,
    ipset's `hash:ip,port`. A negated one asks for nothing else: what the lookup implies (that
    there are ports at all) stands beside it as matches of its own.
    """

    boxes: tuple[tuple[Match, ...], ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Opaque:
    """Something that is asked and not modelled: may be true or false; answers name it."""

    text: str
    """As it stands in the file: `-m recent --name ssh --update --seconds 60`."""
    place: Place
    occurrence: str = ""
    """Conditions with the same text and the same occurrence are true or false together. Empty for
    what the packet alone decides (string, u32); its own place for what varies from time to time
    (limit, recent, statistic)."""


Condition = Match | AnyOf | Opaque
