"""The values a rule set is made of, and the packets at their boundaries.

A generated rule set draws all its values from a few; packets take those, one below, one above and
what lies within. What is written by hand is searched for the values that stand in it.
"""

from __future__ import annotations

import ipaddress
import random
import re
from dataclasses import dataclass, field

from tests.farm.kernel.messages import ADDRESSES4, ADDRESSES6, INTERFACES

Range = tuple[int, int]
"""Inclusive."""

_ADDRESS4 = re.compile(r"\b(\d{1,3}(?:\.\d{1,3}){3})(?:/(\d{1,3}(?:\.\d{1,3}){3}|\d{1,2}))?")
_ADDRESS6 = re.compile(r"(?<![\w:])([0-9a-fA-F]{0,4}(?::[0-9a-fA-F]{0,4}){2,7})(?:/(\d{1,3}))?")
_NUMBER = re.compile(r"(?<![\w.:/])(0x[0-9a-fA-F]+|\d{1,5})(?:[-:](\d{1,5}))?(?![\w.])")
_MAC = re.compile(r"\b(?:[0-9a-fA-F]{2}:){5}[0-9a-fA-F]{2}\b")

_PORTS = (1, 22, 25, 53, 80, 110, 443, 465, 587, 1023, 1024, 5432, 8080, 32767, 65534)
_LINKS4 = tuple(ipaddress.ip_network(f"{one}/25", strict=False) for one in ADDRESSES4)
_LINKS6 = tuple(ipaddress.ip_network(f"{one}/64", strict=False) for one in ADDRESSES6)
_SPECIAL6 = tuple(
    ipaddress.ip_network(one) for one in ("::/96", "::ffff:0:0/96", "fe80::/10", "ff00::/8")
)


def is_plain(family: int, address: int) -> bool:
    """Whether it is a unicast address that no route but the default one knows."""
    if family == 4:
        first = address >> 24
        if address < 0 or first in {0, 127} or first >= 224:
            return False
        return not any(ipaddress.IPv4Address(address) in link for link in _LINKS4)
    if not 0 < address < 1 << 128:
        return False
    return not any(ipaddress.IPv6Address(address) in net for net in (*_LINKS6, *_SPECIAL6))


@dataclass
class Pools:
    """Values that packets are made around."""

    addresses: dict[int, list[Range]] = field(default_factory=lambda: {4: [], 6: []})
    """By IP version."""
    ports: list[Range] = field(default_factory=list)
    macs: list[int] = field(default_factory=list)

    @classmethod
    def drawn(cls, rng: random.Random) -> Pools:
        """A few of everything."""
        pools = cls()
        for _ in range(5):
            pools.addresses[4].append(_prefix4(rng))
            pools.addresses[6].append(_prefix6(rng))
        for _ in range(5):
            low = rng.choice((*_PORTS, rng.randrange(65536)))
            high = min(65535, low + rng.choice((0, 0, 0, 1, 2, 7, 100, 1023)))
            pools.ports.append((low, high))
        pools.macs = [rng.randrange(1 << 40) << 1 & 0xFEFFFFFFFFFF for _ in range(2)]
        return pools

    @classmethod
    def of(cls, text: str) -> Pools:
        """The values that stand in a text."""
        pools = cls()
        pools.macs = [int(one.replace(":", ""), 16) for one in set(_MAC.findall(text))]
        text = _MAC.sub(" ", text)
        for address, mask in _ADDRESS4.findall(text):
            network = _network(address, mask)
            if network is not None:
                pools.addresses[4].append(network)
        for address, mask in _ADDRESS6.findall(text):
            network = _network(address, mask)
            if network is not None:
                pools.addresses[6].append(network)
        plain = _ADDRESS6.sub(" ", _ADDRESS4.sub(" ", text))
        for low, high in _NUMBER.findall(plain):
            first = int(low, 0)
            pools.ports.append((first, int(high) if high and int(high) > first else first))
        pools.ports = sorted({one for one in pools.ports if one[1] < 65536}) or [(25, 25)]
        for family, other in ((4, _prefix4), (6, _prefix6)):
            pools.addresses[family].append(other(random.Random(1)))
        return pools

    def address(self, rng: random.Random, family: int) -> int:
        """An address at or near a boundary that may stand in a packet."""
        for _ in range(20):
            found = _near(rng, rng.choice(self.addresses[family]))
            if is_plain(family, found):
                return found
        return _anywhere(rng, family)

    def port(self, rng: random.Random) -> int:
        """A port at or near a boundary."""
        if rng.random() < 0.15:
            return rng.randrange(1, 65536)
        return min(max(_near(rng, rng.choice(self.ports)), 1), 65535)

    def number(self, rng: random.Random, low: int, high: int) -> int:
        """Another number that a rule may ask for, within bounds."""
        if rng.random() < 0.5:
            found = _near(rng, rng.choice(self.ports))
            if low <= found <= high:
                return found
        return rng.randint(low, high)

    def mac(self, rng: random.Random) -> int:
        """The hardware address of a sender."""
        return rng.choice(self.macs) if self.macs and rng.random() < 0.7 else 0x020000000100


def _near(rng: random.Random, bounds: Range) -> int:
    low, high = bounds
    near = (low, high, low - 1, high + 1, rng.randint(low, high), rng.randint(low, high))
    return rng.choice(near)


def _anywhere(rng: random.Random, family: int) -> int:
    while True:
        # of IPv6 a part is global unicast: 2000::/4
        found = rng.randrange(1 << 32) if family == 4 else 2 << 124 | rng.randrange(1 << 124)
        if is_plain(family, found):
            return found


def _prefix4(rng: random.Random) -> Range:
    length = rng.choice((8, 12, 16, 20, 24, 24, 25, 28, 30, 31, 32, 32))
    base = _anywhere(rng, 4) >> (32 - length) << (32 - length)
    return base, base | (1 << (32 - length)) - 1


def _prefix6(rng: random.Random) -> Range:
    length = rng.choice((16, 32, 48, 56, 64, 64, 96, 120, 127, 128, 128))
    base = _anywhere(rng, 6) >> (128 - length) << (128 - length)
    return base, base | (1 << (128 - length)) - 1


def _network(address: str, mask: str) -> Range | None:
    try:
        network = ipaddress.ip_network(f"{address}/{mask}" if mask else address, strict=False)
    except ValueError:
        try:
            network = ipaddress.ip_network(address)
        except ValueError:
            return None
    return int(network[0]), int(network[-1])


def own_address(rng: random.Random, family: int) -> tuple[str, int]:
    """An address of the firewall's, and the interface it belongs to."""
    at = rng.randrange(len(INTERFACES))
    text = (ADDRESSES4 if family == 4 else ADDRESSES6)[at]
    return INTERFACES[at], int(ipaddress.ip_address(text))


def written(family: int, bounds: Range) -> str:
    """A range of addresses that is a prefix, as rules write it."""
    low, high = bounds
    size = 32 if family == 4 else 128
    address = ipaddress.IPv4Address(low) if family == 4 else ipaddress.IPv6Address(low)
    length = size - (high - low).bit_length()
    return str(address) if length == size else f"{address}/{length}"
