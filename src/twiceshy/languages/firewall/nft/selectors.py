"""What a rule can ask of a packet, by the words that select it, and what asking implies.

What nft adds by itself is in `asks`: `tcp dport` loads the port only of TCP and, because the
kernel knows no transport header in later fragments, only when the packet is none of those
(nft_payload.c); every `ct` key but `state` fails without a connection (nft_ct.c).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from twiceshy.languages.firewall.conditions import BITS, AnyOf, CtState, Field, Match
from twiceshy.languages.firewall.intervals import Intervals
from twiceshy.languages.firewall.nft.datatypes import Datatype

Express = Callable[[Intervals], tuple[Match | AnyOf, ...] | None]
"""From values of the kernel's register to what is asked of fields; None: cannot be said."""


@dataclass(frozen=True, slots=True, eq=False)
class Selector:
    """One thing that a rule can compare with values."""

    text: str
    datatype: Datatype
    field: Field | None = None
    """None: not modelled; what is asked of it becomes `Opaque`, beside `asks`."""
    asks: tuple[Match, ...] = ()
    """What must be true for the kernel to compare at all."""
    express: Express | None = None
    """How values become matches, where it is not one match of `field`."""
    varies: bool = False
    """Changes from time to time or on the packet's way: no two rules surely see the same."""
    header: int | None = None
    """4 or 6 for a field of that header, which nft refuses in a table of the other family."""
    is_of_ethernet: bool = False
    """Asked only of packets that came by an Ethernet interface."""
    has_any_protocol: bool = False
    """`th dport`: bytes that are a port only in protocols that have ports."""

    domain: tuple[int, ...] = ()
    """All values there are, where they are few."""

    @property
    def is_plain(self) -> bool:
        """Whether a number it is compared with is just what one field must be."""
        return not (
            self.field is None
            or BITS.get(self.field) != self.datatype.bits
            or self.express
            or self.datatype.is_name
            or self.datatype.is_mask
            or self.has_any_protocol
        )


def only(field: Field, value: int) -> Match:
    """The field has just this value."""
    return Match(field, Intervals.single(value))


IPV4 = only(Field.FAMILY, 4)
IPV6 = only(Field.FAMILY, 6)
WHOLE = only(Field.FRAGMENT, 0)
LATER = only(Field.FRAGMENT, 1)
TRACKED = Match(Field.CT_STATE, Intervals(((CtState.NEW, CtState.RELATED),)))
PORTED = Intervals.of((one, one) for one in (6, 17, 33, 132, 136))
"""Protocols whose header begins with source and destination port."""
TRANSPORTS: Mapping[str, Match] = MappingProxyType(
    {
        "tcp": only(Field.L4PROTO, 6),
        "udp": only(Field.L4PROTO, 17),
        "udplite": only(Field.L4PROTO, 136),
        "sctp": only(Field.L4PROTO, 132),
        "dccp": only(Field.L4PROTO, 33),
        "icmp": only(Field.L4PROTO, 1),
        "icmpv6": only(Field.L4PROTO, 58),
        "igmp": only(Field.L4PROTO, 2),
        "ah": only(Field.L4PROTO, 51),
        "esp": only(Field.L4PROTO, 50),
        "comp": only(Field.L4PROTO, 108),
    }
)
