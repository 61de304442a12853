"""One element of a set, part by part: `10.0.0.0/24,tcp:80` is an address and a port."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from twiceshy.languages.firewall.intervals import Intervals
from twiceshy.languages.firewall.iptables.addresses import address, addresses, mac_address
from twiceshy.languages.firewall.iptables.names import (
    ICMP,
    ICMP6,
    ICMP6_TYPES,
    ICMP_TYPES,
    PROTOCOLS,
    TCP,
    WITH_PORTS,
)
from twiceshy.languages.firewall.iptables.numbers import number
from twiceshy.languages.firewall.iptables.ports import NoSuchServiceError, ports
from twiceshy.languages.firewall.iptables.types import icmp_values
from twiceshy.languages.firewall.iptables.unreadable import refuse


class Part(Enum):
    """What one dimension of a set holds."""

    IP = "ip"
    PORT = "port"
    MAC = "mac"
    IFACE = "iface"
    MARK = "mark"


class Cell(NamedTuple):
    """The values of one dimension of an element. A tuple, since sets have up to millions."""

    part: Part
    values: Intervals | None
    """None: any, or an interface, which has a name instead."""
    name: str = ""
    """Of an interface; of a port's protocol, its number."""
    is_prefix: bool = False
    """Of an interface's name."""


class UnknownCellError(Exception):
    """What the element says is understood and not modelled; the whole set is not known then."""


def cell(part: Part, text: str, family: int) -> Cell:
    """One part of an element; UnreadableError when it makes no sense."""
    match part:
        case Part.IP:
            return Cell(part, ip_values(text, family))
        case Part.PORT:
            return _port(text, family)
        case Part.MAC:
            return Cell(part, Intervals.single(mac_address(text)))
        case Part.MARK:
            return Cell(part, Intervals.single(number(text, 32, "mark")))
        case Part.IFACE:
            if text.startswith("physdev:"):
                raise UnknownCellError
            return Cell(part, None, text)


def ip_values(text: str, family: int) -> Intervals:
    """`10.0.0.1`, `10.0.0.0/24` or `10.0.0.1-10.0.0.9`."""
    low, is_range, high = text.partition("-")
    if is_range and "/" not in text:
        first, last = address(low, family), address(high, family)
        if first > last:
            refuse(f"`{text}` is a range that ends before it begins")
        return Intervals(((first, last),))
    values = addresses(text, family)
    if values is None:
        raise UnknownCellError
    return values


def _port(text: str, family: int) -> Cell:
    protocol_name, is_told, port = text.rpartition(":")
    protocol = TCP
    if is_told:
        known = PROTOCOLS.get(protocol_name.lower())
        protocol = number(protocol_name, 8, "protocol") if known is None else known
    name = str(protocol)
    if protocol == (ICMP if family == 4 else ICMP6):  # noqa: PLR2004 - the families
        types = ICMP_TYPES if protocol == ICMP else ICMP6_TYPES
        return Cell(Part.PORT, icmp_values(port, types, any_code=0), name)
    if protocol not in WITH_PORTS:
        if protocol in {ICMP, ICMP6}:
            raise UnknownCellError
        return Cell(Part.PORT, None, name)
    try:
        return Cell(Part.PORT, ports(port.replace("-", ":"), protocol), name)
    except NoSuchServiceError:
        raise UnknownCellError from None
