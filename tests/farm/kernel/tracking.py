"""What conntrack says of packets, by the kernel's own rules (net/netfilter/nf_conntrack_proto_*.c)."""

from __future__ import annotations

from enum import StrEnum

from tests.farm.kernel.datagram import (
    ACK,
    FIN,
    ICMP4,
    ICMP6,
    PSH,
    RST,
    SYN,
    TCP,
    URG,
    Datagram,
)

_VALID_FLAGS = frozenset({SYN, SYN | ACK, RST, RST | ACK, FIN | ACK, ACK})
"""nf_conntrack_proto_tcp.c, tcp_valid_flags, without URG."""
_NEW_ICMP = {4: frozenset({8, 13, 15, 17}), 6: frozenset({128, 139})}
"""Types that begin a connection: echo, timestamp, information and address mask requests; echo and
node information queries."""
_UNTRACKED_ICMP6 = frozenset({130, 131, 132, 133, 134, 135, 136, 143})


class State(StrEnum):
    """What conntrack says of a packet that no rule keeps from it."""

    NEW = "new"
    INVALID = "invalid"
    UNTRACKED = "untracked"
    ESTABLISHED = "established"
    RELATED = "related"


def first_state(datagram: Datagram) -> State:
    """What conntrack says of a packet of no known connection (nf_conntrack_proto_*.c)."""
    if datagram.proto == TCP:
        if datagram.flags & ~(PSH | URG) not in _VALID_FLAGS:
            return State.INVALID
        # A first SYN, or an acknowledgement of a connection that is older than the firewall.
        is_first = not datagram.flags & (RST | FIN) and datagram.flags & (SYN | ACK) != SYN | ACK
        return State.NEW if is_first else State.INVALID
    kind = datagram.icmp >> 8
    if datagram.proto == ICMP6 and kind in _UNTRACKED_ICMP6:
        return State.UNTRACKED
    if datagram.proto in {ICMP4, ICMP6}:
        return State.NEW if kind in _NEW_ICMP[datagram.family] else State.INVALID
    return State.NEW
