"""What of the host itself an answer depends on: its own addresses."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from twiceshy.kinds.firewall.packet import IPV4, IPV6
from twiceshy.languages.firewall.conditions import AddressType
from twiceshy.languages.firewall.intervals import Intervals

LOOPBACK = {4: Intervals(((0x7F000000, 0x7FFFFFFF),)), 6: Intervals.single(1)}
MULTICAST = {
    4: Intervals(((0xE0000000, 0xEFFFFFFF),)),
    6: Intervals(((0xFF << 120, (1 << 128) - 1),)),
}
BROADCAST = {4: Intervals.single(0xFFFFFFFF), 6: Intervals()}


class Path(StrEnum):
    """The way a packet takes through the kernel."""

    INPUT = "input"
    """To this host."""
    OUTPUT = "output"
    """From this host."""
    FORWARD = "forward"
    """Through this host."""


@dataclass(frozen=True, slots=True)
class Host:
    """The host's own addresses by family; None when they are not known.

    Unknown ones are taken from the path: what comes in is addressed to this host, what goes out
    has its source here, and what is forwarded has neither.
    """

    addresses4: Intervals | None = None
    addresses6: Intervals | None = None

    @classmethod
    def of(cls, addresses: Iterable[str]) -> Host:
        """From all of its addresses as text; none at all: they are not known."""
        read = [ipaddress.ip_address(address.partition("%")[0]) for address in addresses]
        if not read:
            return cls()
        four, six = (
            Intervals.of((int(one), int(one)) for one in read if one.version == family)
            for family in (IPV4, IPV6)
        )
        return cls(four, six)

    def own(self, family: int) -> Intervals | None:
        """Its addresses of one family, without loopback."""
        return self.addresses4 if family == IPV4 else self.addresses6

    def instead(self, family: int, path: Path, *, is_source: bool) -> Intervals | None:
        """What MASQUERADE and REDIRECT may make of an address; None: it is not known.

        What the host itself sends is redirected to loopback (nf_nat_redirect.c), all else to an
        address of the interface.
        """
        if path is Path.OUTPUT and not is_source:
            return Intervals.single(0x7F000001 if family == IPV4 else 1)
        return self.own(family)

    def local(self, family: int, path: Path, *, is_source: bool) -> Intervals:
        """The addresses that are this host's, at the source or destination of such a packet."""
        own = self.own(family)
        if own is not None:
            return own | LOOPBACK[family]
        here = Path.OUTPUT if is_source else Path.INPUT
        if path is not here:
            return LOOPBACK[family]
        everywhere = Intervals(((0, (1 << (32 if family == IPV4 else 128)) - 1),))
        return without(without(everywhere, MULTICAST[family], family), BROADCAST[family], family)

    def with_type(self, family: int, path: Path, types: Intervals, *, is_source: bool) -> Intervals:
        """The addresses whose type the kernel's routing table tells as one of `types`.

        Broadcast addresses of subnets are not known here and count as unicast.
        """
        bits = 32 if family == IPV4 else 128
        local = self.local(family, path, is_source=is_source)
        special = {
            AddressType.LOCAL: local,
            AddressType.MULTICAST: without(MULTICAST[family], local, family),
            AddressType.BROADCAST: without(BROADCAST[family], local, family),
        }
        known = local | MULTICAST[family] | BROADCAST[family]
        special[AddressType.UNICAST] = known.complement(bits)
        return Intervals.of(
            pair for type_, held in special.items() if type_ in types for pair in held
        )


def without(one: Intervals, other: Intervals, family: int) -> Intervals:
    """Addresses of `one` that are not in `other`."""
    return one & other.complement(32 if family == IPV4 else 128)
