"""A cell of a region as one packet: ordinary values where the cell leaves a choice."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from twiceshy.kinds.firewall.decide.environment import FIELDS, INDEX, Environment
from twiceshy.kinds.firewall.decide.space import Space
from twiceshy.kinds.firewall.packet import ACK, SYN, Packet
from twiceshy.languages.firewall.conditions import Field
from twiceshy.languages.firewall.intervals import Intervals

_ATTRIBUTES = MappingProxyType(
    {
        Field.SADDR4: "saddr",
        Field.SADDR6: "saddr",
        Field.DADDR4: "daddr",
        Field.DADDR6: "daddr",
        Field.ICMP4: "icmp",
        Field.ICMP6: "icmp",
    }
)
_PREFERRED: Mapping[Field, tuple[int, ...]] = MappingProxyType(
    {
        **{
            asked: tuple(int(ipaddress.ip_address(one)) for one in addresses)
            for asked, addresses in (
                (Field.SADDR4, ("192.0.2.10", "8.8.4.4", "10.0.0.10")),
                (Field.DADDR4, ("198.51.100.10", "8.8.8.8", "10.0.0.20")),
                (Field.SADDR6, ("2001:db8::10", "2001:4860:4860::8844")),
                (Field.DADDR6, ("2001:db8:1::10", "2001:4860:4860::8888")),
            )
        },
        Field.SPORT: (40000, 53, 123),
        Field.DPORT: (25, 443, 80, 22, 53, 8080),
        Field.L4PROTO: (6, 17, 47, 50),
        Field.LENGTH: (60, 80, 100),
        Field.TTL: (64,),
        Field.TCP_FLAGS: (SYN, SYN | ACK, ACK),
    }
)
"""Values that make an example easy to read, if the cell has them."""


def packet_of(env: Environment, space: Space, cell: Mapping[int, Intervals]) -> Packet:
    """One first packet of a cell; `env` is how the region's packets set out."""
    fields: dict[str, int | str] = {}
    for asked in FIELDS:
        term = env.terms[INDEX[asked]]
        if term is None or asked is Field.FAMILY:
            continue
        assert isinstance(term, int | Intervals)
        values = cell.get(term, space.regions[term]) if isinstance(term, int) else term
        value = preferred(asked, values)
        if asked in {Field.IIF, Field.OIF}:
            fields[asked.value] = space.interfaces.examples[value]
        else:
            fields[_ATTRIBUTES.get(asked, asked.value)] = value
    known = {name for name in fields if hasattr(Packet, name)}
    chosen = {name: value for name, value in fields.items() if name in known}
    packet = Packet(env.family, 0, 0)
    return replace(packet, **chosen)  # type: ignore[arg-type]  # names of fields, their values


def later_fields(space: Space, cell: Mapping[int, Intervals], packet: int) -> Mapping[str, int]:
    """The fields of a later packet that do not follow from the first."""
    found: dict[str, int] = {}
    for dim in space.dims:
        if dim.packet != packet or dim.asked is None:
            continue
        # A field has a dimension for each way in which the packet before left: the cell says which.
        if dim.number in cell or dim.asked.value not in found:
            found[dim.asked.value] = preferred(dim.asked, cell.get(dim.number, dim.region))
    return found


def preferred(asked: Field, values: Intervals) -> int:
    """One of the values, an ordinary one if there is one."""
    for value in _PREFERRED.get(asked, ()):
        if value in values:
            return value
    low, high = values.pairs[0]
    is_network = asked in _ATTRIBUTES and not low & 255 and high >= low + 10
    return low + 10 if is_network else low
