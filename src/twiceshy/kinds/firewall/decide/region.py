"""A region of packets: what a question is about, as values for each field."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass

from twiceshy.kinds.firewall.decide.environment import FIELDS, INDEX, ZERO, Environment, Term
from twiceshy.kinds.firewall.decide.space import Role, Space
from twiceshy.kinds.firewall.host import Path
from twiceshy.kinds.firewall.packet import (
    ACK,
    ECHO_REPLY4,
    ECHO_REPLY6,
    FIN,
    ICMP,
    ICMPV6,
    IPV4,
    PSH,
    SYN,
    TCP,
)
from twiceshy.languages.firewall.conditions import BITS, CtState, Field, Names
from twiceshy.languages.firewall.intervals import Intervals

REPLY_FLAGS = Intervals.of((one, one) for one in (SYN | ACK, ACK, PSH | ACK, FIN | ACK))
FURTHER_FLAGS = Intervals.of((one, one) for one in (ACK, PSH | ACK, FIN | ACK))
LENGTHS = Intervals(((40, 1500),))
TIMES_TO_LIVE = Intervals(((1, 255),))
USERS = Intervals(((0, (1 << 32) - 2),))


@dataclass(frozen=True, slots=True)
class Region:
    """Packets of one family on one path; a field that is not named is not there."""

    family: int
    path: Path
    values: Mapping[Field, Intervals | Names]
    """Fields with one value or with many; an interface by Names."""
    settings: frozenset[Field] = frozenset()
    """Fields whose real value is one of these, without our knowing which."""
    unsure_interfaces: bool = False
    """Whether interfaces that no rule names need not exist."""

    @property
    def key(self) -> Hashable:
        """Equal for regions of the same packets."""
        values = tuple(sorted(self.values.items(), key=lambda item: item[0].value))
        return (self.family, self.path, values, self.settings, self.unsure_interfaces)


def first_environment(region: Region, space: Space) -> Environment | None:
    """The region's packets as they set out; None when there are none."""
    terms: list[Term] = [None] * len(FIELDS)
    terms[INDEX[Field.FAMILY]] = Intervals.single(region.family)
    for asked, values in region.values.items():
        numbers = space.interfaces.numbers(values) if isinstance(values, Names) else values
        if not numbers.pairs:
            return None
        if numbers.size == 1:
            terms[INDEX[asked]] = numbers
            continue
        unsure = None
        if isinstance(values, Names) and region.unsure_interfaces:
            unsure = space.interfaces.unnamed
        role = Role.SETTING if asked in region.settings else Role.PACKET
        terms[INDEX[asked]] = space.dim(asked, numbers, role=role, unsure=unsure)
    state = region.values.get(Field.CT_STATE)
    is_known = isinstance(state, Intervals) and state.size == 1
    return Environment(
        packet=0,
        family=region.family,
        path=region.path,
        terms=tuple(terms),
        ct_state=state.pairs[0][0] if is_known and isinstance(state, Intervals) else CtState.NEW,
    )


def reply_environment(end: Environment, region: Region, space: Space) -> Environment:
    """The answers to the packets that left in this environment; see `conversation.reply_to`."""
    saddr, daddr, sport, dport = (end.terms[INDEX[Field(name)]] for name in end.ends)
    protocols = region.values[Field.L4PROTO]
    state = CtState.ESTABLISHED
    if end.ct_state == CtState.UNTRACKED:
        begins_none = isinstance(protocols, Intervals) and any(
            one in protocols for one in (TCP, ICMP, ICMPV6)
        )
        state = CtState.INVALID if begins_none else CtState.NEW
    is_known = state == CtState.ESTABLISHED
    path = {Path.INPUT: Path.OUTPUT, Path.OUTPUT: Path.INPUT}.get(end.path, Path.FORWARD)
    names = dict(zip(end.ends, (daddr, saddr, dport, sport), strict=True))
    reply = end.having(
        **names,
        iif=end.terms[INDEX[Field.OIF]],
        oif=end.terms[INDEX[Field.IIF]],
        icmp4=None if end.terms[INDEX[Field.ICMP4]] is None else Intervals.single(ECHO_REPLY4),
        icmp6=None if end.terms[INDEX[Field.ICMP6]] is None else Intervals.single(ECHO_REPLY6),
        mark=ZERO,
        ct_mark=end.terms[INDEX[Field.CT_MARK]] if is_known else ZERO,
        ct_state=Intervals.single(state),
        ct_direction=Intervals.single(int(is_known)),
        **_of_its_own(region, space, 1, path),
    )
    return Environment(
        packet=1,
        family=end.family,
        path=path,
        terms=reply.terms,
        ct_state=state,
        has_connection=is_known and end.has_connection,
        snat=end.snat if is_known else None,
        dnat=end.dnat if is_known else None,
    )


def further_environment(
    first: Environment, end: Environment, reply: Environment, region: Region, space: Space
) -> Environment:
    """The packets after the replies: sent like the first; see `conversation.next_after`.

    `first` is how the first packets set out, `end` and `reply` how they and the replies left.
    """
    if end.ct_state == CtState.UNTRACKED:
        state = CtState.NEW
    elif reply.ct_state == CtState.UNTRACKED:
        state = CtState.INVALID
    else:
        state = CtState.ESTABLISHED
    is_known = state == CtState.ESTABLISHED
    terms = {}
    if is_known:
        version = "4" if end.family == IPV4 else "6"
        kept = ("ct_snat", "ct_dnat", "ct_orig_sport", "ct_orig_dport", "ct_mark")
        names = (*kept, f"ct_orig_saddr{version}", f"ct_orig_daddr{version}")
        terms = {name: reply.terms[INDEX[Field(name)]] for name in names}
    further = first.having(
        **terms,
        ct_state=Intervals.single(state),
        ct_direction=ZERO,
        **_of_its_own(region, space, 2, end.path),
    )
    return Environment(
        packet=2,
        family=end.family,
        path=end.path,
        terms=further.terms,
        ct_state=state,
        has_connection=is_known and reply.has_connection,
        snat=reply.snat if is_known else None,
        dnat=reply.dnat if is_known else None,
    )


def _of_its_own(region: Region, space: Space, packet: int, path: Path) -> dict[str, Term]:
    """The fields of a later packet that do not follow from the first one."""
    fields: dict[Field, Intervals] = {
        Field.LENGTH: LENGTHS,
        Field.TTL: TIMES_TO_LIVE,
        Field.DSCP: _every(Field.DSCP),
    }
    if Field.TCP_FLAGS in region.values:
        fields[Field.TCP_FLAGS] = REPLY_FLAGS if packet == 1 else FURTHER_FLAGS
    if path is Path.OUTPUT:
        fields |= {Field.SKUID: USERS, Field.SKGID: USERS}
    elif packet == 1:
        fields[Field.SMAC] = _every(Field.SMAC)
    terms: dict[str, Term] = {
        asked.value: None for asked in (Field.SKUID, Field.SKGID, Field.SMAC) if packet == 1
    }
    for asked, values in fields.items():
        if packet != 1 and asked in region.settings:
            continue  # sent by the same user, or the same card, as the first
        role = Role.SETTING if asked in _SETTINGS else Role.PACKET
        terms[asked.value] = space.dim(asked, values, packet=packet, role=role)
    return terms


_SETTINGS = frozenset({Field.SKUID, Field.SKGID, Field.SMAC})


def _every(asked: Field) -> Intervals:
    return Intervals(((0, (1 << BITS[asked]) - 1),))
