"""A connection's packets: the first one, the answer to it, and the next one after that.

A flow can only be used when all of them pass: a rule set that lets the first packet out and drops
what comes back is as dead as one that drops the first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from twiceshy.kinds.firewall.choices import Hinge
from twiceshy.kinds.firewall.host import Host, Path
from twiceshy.kinds.firewall.packet import (
    ACK,
    ECHO_REPLY4,
    ECHO_REPLY6,
    ICMP,
    ICMPV6,
    SYN,
    TCP,
    Packet,
)
from twiceshy.kinds.firewall.trace import Outcome, Trace, trace
from twiceshy.languages.firewall.conditions import CtState, Field
from twiceshy.languages.firewall.intervals import Intervals
from twiceshy.languages.firewall.ruleset import Ruleset

MOST_FOLLOWED = 64
"""Beyond so many ways to pass, the answer just depends on them."""
REVERSED = MappingProxyType(
    {Path.INPUT: Path.OUTPUT, Path.OUTPUT: Path.INPUT, Path.FORWARD: Path.FORWARD}
)
_SWAPPED = MappingProxyType(
    {
        Field.SADDR4: Field.DADDR4,
        Field.DADDR4: Field.SADDR4,
        Field.SADDR6: Field.DADDR6,
        Field.DADDR6: Field.SADDR6,
        Field.SPORT: Field.DPORT,
        Field.DPORT: Field.SPORT,
        Field.IIF: Field.OIF,
        Field.OIF: Field.IIF,
        Field.CT_MARK: Field.CT_MARK,
        Field.CT_SNAT: Field.CT_SNAT,
        Field.CT_DNAT: Field.CT_DNAT,
    }
)


@dataclass(frozen=True, slots=True)
class Conversation:
    """What becomes of a connection's packets, as far as it gets."""

    outcome: Outcome
    """ACCEPTED when all pass, else what becomes of the first that does not."""
    first: Trace
    reply: Trace | None = None
    """None when the first packet does not pass."""
    further: Trace | None = None
    """The next packet in the direction of the first, of TCP only."""
    packets: tuple[Packet, ...] = ()
    """The packets as they set out, as many as there are traces."""
    hinges: tuple[Hinge, ...] = ()
    """Of DEPENDS: what it hinges on."""

    @property
    def last(self) -> Trace:
        """The trace that tells how it ends."""
        return self.further or self.reply or self.first


Later = tuple[Mapping[str, int], Mapping[str, int]]


def converse(
    ruleset: Ruleset,
    packet: Packet,
    path: Path,
    host: Host | None = None,
    later: Later = ({}, {}),
) -> Conversation:
    """Send a first packet, and what belongs to it as long as it passes.

    `later` sets fields of the reply and of the packet after it that do not follow from the first.
    """
    host = host or Host()
    first = trace(ruleset, packet, path, host)

    def go_on(passed: Trace) -> Conversation:
        return _answered(ruleset, packet, passed, host, later)

    return _each_way(Conversation(first.outcome, first, packets=(packet,)), go_on)


def _answered(
    ruleset: Ruleset, packet: Packet, first: Trace, host: Host, later: Later
) -> Conversation:
    answer = replace(reply_to(first), **later[0])  # type: ignore[arg-type]  # names of fields
    reply = trace(ruleset, answer, REVERSED[first.path], host)
    spoken = Conversation(reply.outcome, first, reply, packets=(packet, answer))
    if packet.l4proto != TCP:
        return replace(spoken, hinges=reply.hinges)

    def go_on(passed: Trace) -> Conversation:
        ack = replace(next_after(packet, first, passed), **later[1])  # type: ignore[arg-type]  # the same
        further = trace(ruleset, ack, first.path, host)
        sent = (packet, answer, ack)
        return Conversation(further.outcome, first, passed, further, sent, further.hinges)

    return _each_way(spoken, go_on)


def _each_way(so_far: Conversation, go_on: Callable[[Trace], Conversation]) -> Conversation:
    """Go on in each way that the last packet passes; one way is all there is, most often."""
    last = so_far.last
    ways = last.passing or ((last,) if last.outcome.passes else ())
    if len(ways) == 1 and last.outcome.passes:
        return go_on(ways[0])
    ends = [go_on(way) for way in ways[:MOST_FOLLOWED]]
    wrong = [one for one in ends if one.outcome in {Outcome.DROPPED, Outcome.REJECTED}]
    if ends and len(wrong) == len(ways) and last.is_complete:
        return wrong[0]
    if not ends or not last.outcome.passes:
        return replace(so_far, hinges=last.hinges)
    if all(one.outcome.passes for one in ends) and len(ends) == len(ways):
        return ends[0]
    unsure = next((one for one in ends if not one.outcome.passes), ends[0])
    hinges = unsure.hinges or (Hinge("what the rules before have made of it"),)
    return replace(unsure, outcome=Outcome.DEPENDS, hinges=hinges)


def reply_to(first: Trace) -> Packet:
    """The answer to the first packet, as the other end sends it."""
    end = first.end
    state = CtState.ESTABLISHED
    if end.ct_state == CtState.UNTRACKED:
        # not seen before: an answer begins no connection, except where anything does
        is_new = end.l4proto not in {TCP, ICMP, ICMPV6}
        state = CtState.NEW if is_new else CtState.INVALID
    return replace(
        end,
        saddr=end.daddr,
        daddr=end.saddr,
        sport=end.dport,
        dport=end.sport,
        icmp=_icmp_reply(end),
        tcp_flags=SYN | ACK,
        iif=end.oif,
        oif=end.iif,
        smac=None,
        skuid=None,
        skgid=None,
        saddr_type=None,
        daddr_type=None,
        mark=0,
        ct_state=state,
        ct_direction=1 if state == CtState.ESTABLISHED else 0,
        connection=end.connection if state == CtState.ESTABLISHED else None,
        unsure=_swapped(end),
    )


def next_after(packet: Packet, first: Trace, reply: Trace) -> Packet:
    """The packet that follows the reply, sent like the first one."""
    if first.end.ct_state == CtState.UNTRACKED:
        state = CtState.NEW
    elif reply.end.ct_state == CtState.UNTRACKED:
        state = CtState.INVALID
    else:
        state = CtState.ESTABLISHED
    is_known = state == CtState.ESTABLISHED
    return replace(
        packet,
        tcp_flags=ACK,
        ct_state=state,
        ct_mark=reply.end.ct_mark if is_known else 0,
        connection=reply.end.connection if is_known else None,
    )


def _swapped(packet: Packet) -> MappingProxyType[Field, Intervals | None]:
    return MappingProxyType(
        {_SWAPPED[field]: values for field, values in packet.unsure.items() if field in _SWAPPED}
    )


def _icmp_reply(packet: Packet) -> int:
    if packet.l4proto == ICMP:
        return ECHO_REPLY4
    return ECHO_REPLY6 if packet.l4proto == ICMPV6 else packet.icmp
