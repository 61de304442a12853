"""Addresses as iptables writes them: prefixes, dotted and scattered masks, lists, ranges."""

from __future__ import annotations

from ipaddress import AddressValueError, IPv6Address

from twiceshy.languages.firewall.intervals import Intervals
from twiceshy.languages.firewall.iptables.numbers import masked, number
from twiceshy.languages.firewall.iptables.unreadable import refuse

_MAC_BYTES = 6
MOST_ADDRESSES = 65536
"""How many addresses one comma list may have."""


def addresses(text: str, family: int) -> Intervals | None:
    """`192.0.2.0/24,198.51.100.7`, `2001:db8::/32`, `10.0.0.1/255.0.0.255`.

    None when it holds a host name, or a mask that falls apart into too many intervals.
    """
    if "," not in text:
        return _network(text, family)
    parts = [part for part in text.split(",") if part]
    if len(parts) > MOST_ADDRESSES:
        refuse(f"the list has more than {MOST_ADDRESSES} addresses")
    pairs: list[tuple[int, int]] = []
    for part in parts:
        one = _network(part, family)
        if one is None:
            return None
        pairs.extend(one.pairs)
    return Intervals.of(pairs)


def address(text: str, family: int) -> int:
    """One address as a number."""
    value = _address(text, family)
    if value is None:
        refuse(f"`{text}` is no IPv{family} address")
    return value


def address_range(text: str, family: int, separator: str = "-") -> Intervals:
    """`192.0.2.1` or `192.0.2.1-192.0.2.9`."""
    low, found, high = text.partition(separator)
    first = address(low, family)
    last = address(high, family) if found else first
    if first > last:
        refuse(f"`{text}` is a range that ends before it begins")
    return Intervals(((first, last),))


_BYTES = {str(byte): byte for byte in range(256)}
_SPANS = {"": 0} | {str(length): 0xFFFFFFFF >> length for length in range(33)}


def plain4(text: str) -> Intervals | None:
    """`192.0.2.0/24` as iptables-save prints it; None for all other spellings."""
    host, slash, length = text.partition("/")
    try:
        one, two, three, four = host.split(".")
        low = _BYTES[one] << 24 | _BYTES[two] << 16 | _BYTES[three] << 8 | _BYTES[four]
        span = _SPANS[length]
    except (KeyError, ValueError):
        return None
    return Intervals(((low & ~span, low | span),)) if length or not slash else None


def _network(text: str, family: int) -> Intervals | None:
    if family == 4 and (plain := plain4(text)) is not None:  # noqa: PLR2004 - the families
        return plain
    bits = 32 if family == 4 else 128  # noqa: PLR2004 - the families are called 4 and 6
    base, found, mask_text = text.partition("/")
    value = _address(base, family)
    if value is None:
        return None
    if not found:
        return Intervals(((value, value),))
    if mask_text.isdecimal() and mask_text.isascii():
        length = int(mask_text) if len(mask_text) < 4 else bits + 1  # noqa: PLR2004 - digits
        if length > bits:
            refuse(f"`{text}` has a prefix longer than {bits}")
        span = (1 << (bits - length)) - 1
        return Intervals(((value & ~span, value | span),))
    mask = _address(mask_text, family)
    if mask is None:
        refuse(f"`{mask_text}` is no IPv{family} mask")
    return masked(value & mask, mask, bits)


def _address(text: str, family: int) -> int | None:
    """None for a host name."""
    if family == 6:  # noqa: PLR2004 - the families are called 4 and 6
        return _address6(text)
    parts = text.split(".")
    if not text[:1].isdigit() or len(parts) > 4 or not parts[-1][:1].isdigit():  # noqa: PLR2004
        _must_be_a_host_name(text, family)
        return None
    value = 0
    for part in parts:
        value = value << 8 | number(part, 8, "byte of an address")
    return value << 8 * (4 - len(parts))


def _address6(text: str) -> int | None:
    if ":" not in text:
        _must_be_a_host_name(text, 6)
        return None
    try:
        if "%" in text:
            refuse(f"`{text}` names an interface, which an address in a rule cannot")
        return int(IPv6Address(text))
    except AddressValueError:
        refuse(f"`{text}` is no IPv6 address")


def _must_be_a_host_name(text: str, family: int) -> None:
    labels = text.rstrip(".").split(".")
    plain = [label.replace("-", "").replace("_", "") for label in labels]
    if not all(label.isalnum() for label in plain) or all(label.isdigit() for label in plain):
        refuse(f"`{text}` is no IPv{family} address")


def mac_address(text: str) -> int:
    """`00:11:22:33:44:55` as a number."""
    parts = text.split(":")
    if len(parts) != _MAC_BYTES:
        refuse(f"`{text}` is no MAC address")
    value = 0
    for part in parts:
        value = value << 8 | number("0x" + part, 8, "byte of a MAC address")
    return value
