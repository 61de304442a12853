"""What the other side says to a packet that reached it: an answer, or an ICMP error about it."""

from __future__ import annotations

from dataclasses import replace

from tests.farm.kernel.datagram import (
    ACK,
    ECHO,
    ICMP4,
    ICMP6,
    SYN,
    UNREACHABLE,
    Datagram,
)

_REPLIES = {13: 14, 139: 140}
"""Of ICMP timestamp requests and node information queries."""


def answer_to(arrived: Datagram, *, padding: int) -> Datagram:
    """What its receiver sends back to the addresses and ports that it saw."""
    sport, dport = arrived.dport, arrived.sport
    if arrived.proto in {ICMP4, ICMP6}:
        sport, dport = arrived.sport, 0
    return replace(
        arrived,
        saddr=arrived.daddr,
        daddr=arrived.saddr,
        sport=sport,
        dport=dport,
        flags=SYN | ACK if arrived.flags & SYN else ACK,
        icmp=_REPLIES.get(arrived.icmp >> 8, ECHO[arrived.family][1]) << 8,
        ttl=64,
        dscp=0,
        padding=padding,
    )


def error_about(arrived: Datagram, *, sender: int, code: int) -> Datagram:
    """That its destination cannot be reached, told by `sender`, an address."""
    return Datagram(
        arrived.family,
        sender,
        arrived.saddr,
        ICMP4 if arrived.family == 4 else ICMP6,
        icmp=UNREACHABLE[arrived.family] << 8 | code,
        quoted=replace(arrived, padding=0),
    )
