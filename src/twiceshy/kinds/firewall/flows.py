"""A flow of a promise as regions of packets: what exactly has to pass, or must not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from twiceshy.kinds.firewall.addresses import addresses
from twiceshy.kinds.firewall.decide.region import LENGTHS, TIMES_TO_LIVE, USERS, Region
from twiceshy.kinds.firewall.host import LOOPBACK, Host, Path, without
from twiceshy.kinds.firewall.packet import (
    ACK,
    FIN,
    ICMP,
    ICMPV6,
    IPV4,
    IPV6,
    RST,
    SYN,
    TCP,
    WITH_PORTS,
)
from twiceshy.kinds.firewall.ports import ALL_PORTS, Carried, carried
from twiceshy.kinds.firewall.promise import Flow, texts
from twiceshy.languages.firewall.conditions import BITS, CtState, Field, Names
from twiceshy.languages.firewall.intervals import Intervals

PATHS: Mapping[str, Path] = MappingProxyType(
    {"in": Path.INPUT, "out": Path.OUTPUT, "through": Path.FORWARD}
)
CLIENT_PORTS = Intervals(((1024, 65535),))
"""The source ports that ordinary clients use."""
OPENING_FLAGS = Intervals.of(
    (flags, flags) for flags in range(256) if flags & SYN and not flags & (ACK | RST | FIN)
)
SYN_ALONE = Intervals.single(SYN)
NO_LOOPBACK = Names(frozenset({"lo"}), negated=True)
_UNTRACKED_TYPES = frozenset({130, 131, 132, 133, 134, 135, 136, 143})
"""ICMPv6 types that conntrack leaves alone (nf_conntrack_proto_icmpv6.c, noct_valid_new)."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is known of the host a flow belongs to."""

    host: Host
    families: frozenset[int]
    """The families whose rules are known."""
    interfaces: tuple[str, ...] | None = None


def families_of(flow: Flow, around: Surroundings) -> tuple[int, ...]:
    """The families a flow is about: those asked for, or those of its addresses and the host's."""
    if flow.families != "any":
        return (IPV4,) if flow.families == "ipv4" else (IPV6,)
    known = around.host.addresses4 is not None
    meant = []
    for family in (IPV4, IPV6):
        own = around.host.own(family)
        ends = (addresses(one, family, own) for one in (flow.from_, flow.to))
        if not all(ends):
            continue
        is_named = any(one not in {"any", "self", "internet"} for one in (*flow.from_, *flow.to))
        if family in around.families or known or is_named:
            meant.append(family)
    return tuple(meant)


def regions(flow: Flow, family: int, around: Surroundings, *, passing: bool) -> Iterator[Region]:
    """The packets of a flow: ordinary ones where they have to pass, all where none may."""
    for text in texts(flow.ports):
        for one in carried(text, passing=passing):
            if one.is_of(family):
                region = _region(flow, one, family, around, passing=passing)
                if region is not None:
                    yield region


def _region(
    flow: Flow, one: Carried, family: int, around: Surroundings, *, passing: bool
) -> Region | None:
    path = PATHS[flow.direction]
    sources, destinations = _ends(flow, family, path, around.host)
    if not sources or not destinations:
        return None
    four = family == IPV4
    values: dict[Field, Intervals | Names] = {
        Field.SADDR4 if four else Field.SADDR6: sources,
        Field.DADDR4 if four else Field.DADDR6: destinations,
        Field.FRAGMENT: Intervals.single(0),
        Field.MARK: Intervals.single(0),
        Field.CT_MARK: Intervals.single(0),
        Field.CT_DIRECTION: Intervals.single(0),
        Field.PKTTYPE: Intervals.single(0),
        Field.LENGTH: LENGTHS,
        Field.TTL: Intervals(((2, 255),)) if path is Path.FORWARD else TIMES_TO_LIVE,
        Field.DSCP: _every(Field.DSCP),
    }
    state = CtState.NEW
    icmp = one.icmp4 if four else one.icmp6
    if icmp is not None:
        protocol = ICMP if four else ICMPV6
        values[Field.L4PROTO] = Intervals.single(protocol)
        values[Field.ICMP4 if four else Field.ICMP6] = icmp
        if not four and all(kind >> 8 in _UNTRACKED_TYPES for pair in icmp for kind in pair):
            state = CtState.UNTRACKED
    else:
        values[Field.L4PROTO] = one.protocols
    if one.ports is not None:
        values[Field.DPORT] = one.ports
    if one.ports is not None or any(number in one.protocols for number in WITH_PORTS):
        values.setdefault(Field.DPORT, ALL_PORTS)
        values[Field.SPORT] = CLIENT_PORTS if passing else ALL_PORTS
    if TCP in one.protocols and icmp is None:
        values[Field.TCP_FLAGS] = SYN_ALONE if passing else OPENING_FLAGS
        values[Field.LENGTH] = Intervals(((40, 100),)) if passing else LENGTHS
    values[Field.CT_STATE] = Intervals.single(state)
    values |= _interfaces(flow, path, sources, family, around)
    settings = _senders(flow, path, values)
    return Region(
        family,
        path,
        MappingProxyType(values),
        frozenset(settings) if passing else frozenset(),
        unsure_interfaces=passing,
    )


def _ends(flow: Flow, family: int, path: Path, host: Host) -> tuple[Intervals, Intervals]:
    own = host.own(family)
    sources = addresses(flow.from_, family, own)
    destinations = addresses(flow.to, family, own)
    if own is not None:
        # what a host sends itself takes another way, and nobody else has its addresses
        if path is not Path.OUTPUT:
            sources = without(sources, own, family)
        if path is not Path.INPUT:
            destinations = without(destinations, own, family)
    return sources, destinations


def _interfaces(
    flow: Flow, path: Path, sources: Intervals, family: int, around: Surroundings
) -> dict[Field, Intervals | Names]:
    found: dict[Field, Intervals | Names] = {}
    for asked, names, there in (
        (Field.IIF, texts(flow.in_by), path is not Path.OUTPUT),
        (Field.OIF, texts(flow.out_by), path is not Path.INPUT),
    ):
        if not there:
            continue
        if names:
            found[asked] = Names(frozenset(names))
        elif (sources & LOOPBACK[family]) == sources:
            found[asked] = Names(frozenset({"lo"}))
        elif around.interfaces:
            real = frozenset(one for one in around.interfaces if one != "lo")
            found[asked] = Names(real) if real else NO_LOOPBACK
        else:
            found[asked] = NO_LOOPBACK
    return found


def _senders(flow: Flow, path: Path, values: dict[Field, Intervals | Names]) -> list[Field]:
    """Add who sends it; returns the fields whose real value is not known."""
    if path is not Path.OUTPUT:
        values[Field.SMAC] = _every(Field.SMAC)
        return [Field.SMAC]
    values[Field.SKGID] = USERS
    if flow.user_id is not None:
        values[Field.SKUID] = Intervals.single(flow.user_id)
        return [Field.SKGID]
    values[Field.SKUID] = USERS
    return [Field.SKUID, Field.SKGID]


def _every(asked: Field) -> Intervals:
    return Intervals(((0, (1 << BITS[asked]) - 1),))
