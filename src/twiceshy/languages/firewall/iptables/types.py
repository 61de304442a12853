"""ICMP types as iptables and ipset write them."""

from __future__ import annotations

from collections.abc import Mapping

from twiceshy.languages.firewall.intervals import Intervals
from twiceshy.languages.firewall.iptables.numbers import number
from twiceshy.languages.firewall.iptables.unreadable import refuse


def icmp_type(text: str, names: Mapping[str, tuple[int, int | None]]) -> tuple[int, int | None]:
    """Type and code (None: any) of a number, `type/code`, or a name or its beginning."""
    if text[:1].isdigit():
        kind, found, code = text.partition("/")
        return number(kind, 8, "ICMP type"), number(code, 8, "ICMP code") if found else None
    name = text.lower()
    if name in names:
        return names[name]
    fitting = {names[one] for one in names if one.startswith(name)}
    if len(fitting) != 1:
        refuse(f"`{text}` is no ICMP type")
    return fitting.pop()


def values_of(kind: int, code: int | None) -> Intervals:
    """The values of Field.ICMP4 or ICMP6."""
    if code is None:
        return Intervals(((kind << 8, kind << 8 | 255),))
    return Intervals.single(kind << 8 | code)


def icmp_values(
    text: str, names: Mapping[str, tuple[int, int | None]], *, any_code: int | None = None
) -> Intervals:
    """`echo-request`, `8` or `8/0`; where no code is said it is `any_code` (None: all of them)."""
    kind, code = icmp_type(text, names)
    return values_of(kind, any_code if code is None else code)
