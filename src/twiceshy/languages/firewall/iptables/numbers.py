"""Numbers as iptables reads them (C's `strtoul` with base 0), ranges, and values under a mask."""

from __future__ import annotations

from twiceshy.languages.firewall.intervals import Intervals
from twiceshy.languages.firewall.iptables.unreadable import refuse

MOST_PIECES = 4096
"""Into how many intervals a mask may fall apart before its condition is opaque."""


def number(text: str, bits: int, what: str) -> int:
    """A decimal, octal (leading 0) or hexadecimal number of at most `bits` bits."""
    try:
        if text.isdecimal() and text.isascii():
            value = int(text, 8) if text[0] == "0" and len(text) > 1 else int(text)
        elif text[:2].lower() == "0x" and text[2:].isalnum():
            value = int(text, 16)
        else:
            refuse(f"`{text}` is no {what}")
    except ValueError:
        refuse(f"`{text}` is no {what}")
    if value >= 1 << bits:
        refuse(f"`{text}` is too large for a {what}")
    return value


def number_range(text: str, bits: int, what: str, separator: str = ":") -> Intervals:
    """`5`, `5:9`, `:9` or `5:`."""
    low, found, high = text.partition(separator)
    if not found:
        return Intervals.single(number(low, bits, what))
    first = number(low, bits, what) if low else 0
    last = number(high, bits, what) if high else (1 << bits) - 1
    if first > last:
        refuse(f"`{text}` is a range that ends before it begins")
    return Intervals(((first, last),))


def masked(value: int, mask: int, bits: int) -> Intervals | None:
    """All numbers of `bits` bits with `number & mask == value`; None when too scattered to list."""
    everything = (1 << bits) - 1
    mask &= everything
    if value & ~mask:
        return Intervals()
    free = ~mask & everything
    low_free = (free ^ (free + 1)) >> 1
    scattered = free & ~low_free
    if 1 << scattered.bit_count() > MOST_PIECES:
        return None
    starts = [value]
    part = scattered
    while part:
        starts.append(value | part)
        part = (part - 1) & scattered
    return Intervals.of((start, start + low_free) for start in starts)


def value_and_mask(text: str, bits: int, what: str) -> tuple[int, int]:
    """`0x1` or `0x1/0xff`; without a mask all bits count."""
    value, found, mask = text.partition("/")
    return (
        number(value, bits, what),
        number(mask, bits, f"mask of a {what}") if found else (1 << bits) - 1,
    )
