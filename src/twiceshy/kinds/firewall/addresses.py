"""The ends of a flow, as users write them: addresses, networks, ranges, `any`, `internet`, `self`."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from twiceshy.kinds.firewall.packet import IPV4, IPV6
from twiceshy.languages.firewall.intervals import Intervals

SELF, ANY, INTERNET = "self", "any", "internet"


def _networks(*texts: str) -> Intervals:
    read = [ipaddress.ip_network(text) for text in texts]
    return Intervals.of((int(one.network_address), int(one.broadcast_address)) for one in read)


_NO_HOST4 = _networks("0.0.0.0/8", "127.0.0.0/8", "224.0.0.0/3")
_NOT_PUBLIC4 = _networks(
    "10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
    "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24",
    "203.0.113.0/24",
)  # fmt: skip
_NOT_PUBLIC6 = _networks("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
EVERYWHERE: Mapping[int, Intervals] = MappingProxyType(
    {
        IPV4: _NO_HOST4.complement(32),
        IPV6: _networks("2000::/3", "fc00::/7", "fe80::/10"),
    }
)
"""The addresses a host may have: `any`."""
PUBLIC: Mapping[int, Intervals] = MappingProxyType(
    {
        IPV4: EVERYWHERE[IPV4] & _NOT_PUBLIC4.complement(32),
        IPV6: _networks("2000::/3") & _NOT_PUBLIC6.complement(128),
    }
)
"""The addresses that come over the internet: `internet`. Private and documentation ones do not."""


def addresses(texts: Iterable[str], family: int, own: Intervals | None) -> Intervals:
    """The addresses of one family that are meant; `own` are the host's, None: not known.

    Raises ValueError with a sentence for the user.
    """
    found = Intervals()
    for text in texts:
        found |= _one(text, family, own)
    return found


def _one(text: str, family: int, own: Intervals | None) -> Intervals:
    match text:
        case "any":
            return EVERYWHERE[family]
        case "internet":
            return PUBLIC[family]
        case "self":
            return EVERYWHERE[family] if own is None else own
        case _:
            version, low, high = _pair(text)
            return Intervals(((low, high),)) if version == family else Intervals()


def _pair(text: str) -> tuple[int, int, int]:
    try:
        if "-" not in text:
            network = ipaddress.ip_network(text, strict=False)
            return network.version, int(network.network_address), int(network.broadcast_address)
        first, last = (ipaddress.ip_address(one.strip()) for one in text.split("-", 1))
    except ValueError:
        raise ValueError(
            f"{text!r} is no address, network or range: write 192.0.2.1, 192.0.2.0/24,"
            " 192.0.2.1-192.0.2.9, `any`, `internet` or `self`"
        ) from None
    if first.version != last.version or int(first) > int(last):
        raise ValueError(f"{text!r}: a range goes from a lower address to a higher of its family")
    return first.version, int(first), int(last)
