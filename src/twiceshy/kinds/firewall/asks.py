"""Whether a condition of a rule is true of a packet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_never

from twiceshy.kinds.firewall.choices import ChoiceKey, Choices
from twiceshy.kinds.firewall.host import LOOPBACK, Host, Path
from twiceshy.kinds.firewall.packet import (
    ICMP,
    ICMPV6,
    IPV4,
    TCP,
    Packet,
    address_text,
)
from twiceshy.languages.firewall.conditions import (
    BITS,
    AnyOf,
    Condition,
    CtState,
    Field,
    Match,
    Names,
    Opaque,
)
from twiceshy.languages.firewall.intervals import Intervals

_BIT = Intervals(((0, 1),))
OF_CONNECTION = frozenset(
    {
        Field.CT_DIRECTION,
        Field.CT_SNAT,
        Field.CT_DNAT,
        Field.CT_ORIG_SADDR4,
        Field.CT_ORIG_DADDR4,
        Field.CT_ORIG_SADDR6,
        Field.CT_ORIG_DADDR6,
        Field.CT_ORIG_SPORT,
        Field.CT_ORIG_DPORT,
        Field.CT_MARK,
    }
)
"""What only a packet with a tracked connection has."""


@dataclass(frozen=True, slots=True)
class Asking:
    """A packet as it stands at a rule."""

    packet: Packet
    path: Path
    host: Host
    is_tracked: bool
    """Whether conntrack has looked yet: before that every packet looks invalid."""
    choices: Choices


def is_true(condition: Condition, asking: Asking) -> bool:
    """Whether it is; raises ChoicePending when it hinges on a choice that is not made."""
    match condition:
        case Match():
            return _matches(condition, asking)
        case AnyOf(boxes, negated):
            fits = any(all(_matches(match, asking) for match in box) for box in boxes)
            return fits is not negated
        case Opaque(text, place, occurrence):
            key = ChoiceKey(text, place, occurrence)
            return bool(asking.choices.of(key, (False, True)))
        case _:
            assert_never(condition)


def is_here(packet: Packet, host: Host, choices: Choices) -> bool:
    """Whether its destination is an address of this host."""
    field = Field.DADDR4 if packet.family == IPV4 else Field.DADDR6
    possible = packet.unsure.get(field, Intervals.single(packet.daddr))
    if possible is None:
        possible = Intervals(((0, (1 << BITS[field]) - 1),))
    own = host.own(packet.family)
    local = LOOPBACK[packet.family] | (own or Intervals())
    if (possible & local) == possible:
        return True
    if own is not None and not possible & local:
        return False
    text = address_text(packet.family, packet.daddr)
    key = ChoiceKey(f"whether {text} is an address of this host")
    return bool(choices.of(key, (False, True)))


def _matches(match: Match, asking: Asking) -> bool:
    field, values = match.field, match.values
    if field in asking.packet.unsure:
        return _may_match(match, asking.packet.unsure[field], asking)
    if field in {Field.SADDR_TYPE, Field.DADDR_TYPE}:
        return _type_matches(match, asking)
    value = value_of(field, asking.packet, is_tracked=asking.is_tracked)
    if value is None:
        return False
    if isinstance(values, Names):
        return isinstance(value, str) and value in values
    return isinstance(value, int) and value in values


def _may_match(match: Match, possible: Intervals | None, asking: Asking) -> bool:
    values = match.values
    key = ChoiceKey(f"what {match.field} is then", detail=repr(values))
    if isinstance(values, Intervals):
        if possible is None:
            possible = Intervals(((0, (1 << BITS[match.field]) - 1),))
        both = possible & values
        if both == possible or not both:
            return bool(both)
    return bool(asking.choices.of(key, (False, True)))


def _type_matches(match: Match, asking: Asking) -> bool:
    packet = asking.packet
    is_source = match.field is Field.SADDR_TYPE
    given = packet.saddr_type if is_source else packet.daddr_type
    if not isinstance(match.values, Intervals):
        return False
    if given is not None:
        return given in match.values
    of_type = asking.host.with_type(packet.family, asking.path, match.values, is_source=is_source)
    four = packet.family == IPV4
    if is_source:
        address = Field.SADDR4 if four else Field.SADDR6
    else:
        address = Field.DADDR4 if four else Field.DADDR6
    return _matches(Match(address, of_type), asking)


def value_of(field: Field, packet: Packet, *, is_tracked: bool = True) -> int | str | None:  # noqa: C901, PLR0911, PLR0912 - one line for each field
    """The packet's value of a field; None when it has none, so that no match on it is true."""
    if field is Field.CT_STATE:
        if is_tracked or packet.ct_state == CtState.UNTRACKED:
            return packet.ct_state
        return CtState.INVALID
    if field in OF_CONNECTION:
        return _of_connection(field, packet) if is_tracked else None
    four = packet.family == IPV4
    match field:
        case Field.FAMILY:
            return packet.family
        case Field.SADDR4:
            return packet.saddr if four else None
        case Field.DADDR4:
            return packet.daddr if four else None
        case Field.SADDR6:
            return None if four else packet.saddr
        case Field.DADDR6:
            return None if four else packet.daddr
        case Field.L4PROTO:
            return packet.l4proto
        case Field.SPORT:
            return packet.sport if packet.has_ports else None
        case Field.DPORT:
            return packet.dport if packet.has_ports else None
        case Field.ICMP4:
            return packet.icmp if packet.l4proto == ICMP and not packet.fragment else None
        case Field.ICMP6:
            return packet.icmp if packet.l4proto == ICMPV6 and not packet.fragment else None
        case Field.TCP_FLAGS:
            return packet.tcp_flags if packet.l4proto == TCP and not packet.fragment else None
        case Field.FRAGMENT:
            return int(packet.fragment)
        case _:
            value: int | str | None = getattr(packet, field.value)
            return value


def _of_connection(field: Field, packet: Packet) -> int | None:  # noqa: C901, PLR0911 - one line for each field
    known = packet.connection
    if known is None or packet.ct_state in {CtState.INVALID, CtState.UNTRACKED}:
        return None
    four = packet.family == IPV4
    match field:
        case Field.CT_DIRECTION:
            return packet.ct_direction
        case Field.CT_SNAT:
            return int(known.snat is not None)
        case Field.CT_DNAT:
            return int(known.dnat is not None)
        case Field.CT_MARK:
            return packet.ct_mark
        case Field.CT_ORIG_SPORT:
            return known.sport if packet.has_ports else None
        case Field.CT_ORIG_DPORT:
            return known.dport if packet.has_ports else None
        case Field.CT_ORIG_SADDR4:
            return known.saddr if four else None
        case Field.CT_ORIG_DADDR4:
            return known.daddr if four else None
        case Field.CT_ORIG_SADDR6:
            return None if four else known.saddr
        case Field.CT_ORIG_DADDR6:
            return None if four else known.daddr
        case _:
            return None
