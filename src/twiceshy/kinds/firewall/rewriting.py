"""What effects do to a packet: marks, translation, and what is not modelled."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

from twiceshy.kinds.firewall.host import Host, Path
from twiceshy.kinds.firewall.packet import IPV4, Connection, Packet
from twiceshy.languages.firewall.conditions import Field
from twiceshy.languages.firewall.intervals import Intervals
from twiceshy.languages.firewall.ruleset import SetMark, Translate, Translated

ALL_BITS = 0xFFFFFFFF


def may_be_anything(packet: Packet, *fields: Field) -> Packet:
    """The packet after something unmodelled has touched these fields."""
    return replace(
        packet, unsure=MappingProxyType({**packet.unsure, **dict.fromkeys(fields, None)})
    )


def marked(packet: Packet, effect: SetMark, *, is_tracked: bool) -> Packet:
    """The packet after a mark was set, of itself or of its connection, if it has one."""
    field = Field.CT_MARK if effect.of_connection else Field.MARK
    if effect.of_connection and not is_tracked:
        return packet
    old = packet.ct_mark if effect.of_connection else packet.mark
    new = (old & ~effect.mask & ALL_BITS) ^ effect.value
    unsure = dict(packet.unsure)
    if effect.mask == ALL_BITS:
        unsure.pop(field, None)
    fresh = MappingProxyType(unsure)
    if effect.of_connection:
        return replace(packet, ct_mark=new, unsure=fresh)
    return replace(packet, mark=new, unsure=fresh)


def translated(packet: Packet, effect: Translate, host: Host, path: Path) -> Packet:
    """The first packet of a connection after NAT chose its new source or destination."""
    is_source = effect.end is Translated.SOURCE
    address, port = _ends(packet, is_source=is_source)
    own = host.instead(packet.family, path, is_source=is_source)
    addresses = _addresses(effect, own, address)
    ports = effect.ports if effect.ports is not None and packet.has_ports else None
    new = _example(addresses, address), _example(ports, port) if ports is not None else port
    unsure = dict(packet.unsure)
    field_address, field_port = _fields(packet, is_source=is_source)
    _note(unsure, field_address, addresses)
    if ports is not None:
        _note(unsure, field_port, ports)
    was_open = any(field in packet.unsure for field in (field_address, field_port))
    is_open = was_open or _is_open(addresses) or (ports is not None and _is_open(ports))
    changed = new != (address, port) or is_open
    may_stay = (addresses is None or address in addresses) and (ports is None or port in ports)
    if is_open and (may_stay or was_open):
        unsure[Field.CT_SNAT if is_source else Field.CT_DNAT] = Intervals(((0, 1),))
    connection = packet.connection or Connection(
        packet.saddr, packet.daddr, packet.sport, packet.dport
    )
    if changed:
        snat = new if is_source else connection.snat
        dnat = connection.dnat if is_source else new
        connection = replace(connection, snat=snat, dnat=dnat)
    fresh = MappingProxyType(unsure)
    if is_source:
        return replace(packet, saddr=new[0], sport=new[1], connection=connection, unsure=fresh)
    return replace(packet, daddr=new[0], dport=new[1], connection=connection, unsure=fresh)


def rerouted(packet: Packet, end: Translated) -> Packet:
    """A later packet of a connection, as NAT rewrites the end that it rewrites at this hook."""
    known = packet.connection
    if known is None:
        return packet
    rewrites_source = end is Translated.SOURCE
    if packet.ct_direction == 0:
        new = known.snat if rewrites_source else known.dnat
    elif rewrites_source:
        new = (known.daddr, known.dport) if known.dnat is not None else None
    else:
        new = (known.saddr, known.sport) if known.snat is not None else None
    if new is None:
        return packet
    unsure = dict(packet.unsure)
    if packet.ct_direction == 1:
        for field in _fields(packet, is_source=rewrites_source):
            unsure.pop(field, None)
    fresh = MappingProxyType(unsure)
    if rewrites_source:
        return replace(packet, saddr=new[0], sport=new[1], unsure=fresh)
    return replace(packet, daddr=new[0], dport=new[1], unsure=fresh)


def _addresses(effect: Translate, own: Intervals | None, address: int) -> Intervals | None:
    """What the address may become; None: anything."""
    if effect.to_own_address:
        return own or None
    if effect.addresses is None:
        return Intervals.single(address)
    if not effect.is_netmap:
        return effect.addresses
    low, high = effect.addresses.pairs[0]
    host_part = low ^ high
    return Intervals.single(low & ~host_part | address & host_part)


def _example(values: Intervals | None, otherwise: int) -> int:
    return values.pairs[0][0] if values else otherwise


def _is_open(values: Intervals | None) -> bool:
    return values is None or values.size > 1


def _note(unsure: dict[Field, Intervals | None], field: Field, values: Intervals | None) -> None:
    if values is None:
        unsure[field] = None
    elif values.size > 1:
        unsure[field] = values
    else:
        unsure.pop(field, None)


def _ends(packet: Packet, *, is_source: bool) -> tuple[int, int]:
    if is_source:
        return packet.saddr, packet.sport
    return packet.daddr, packet.dport


def _fields(packet: Packet, *, is_source: bool) -> tuple[Field, Field]:
    four = packet.family == IPV4
    if is_source:
        return (Field.SADDR4 if four else Field.SADDR6), Field.SPORT
    return (Field.DADDR4 if four else Field.DADDR6), Field.DPORT
