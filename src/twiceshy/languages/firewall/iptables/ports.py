"""Ports as iptables writes them: numbers, names of services, ranges, lists."""

from __future__ import annotations

import re
from functools import lru_cache

from twiceshy.languages.firewall.intervals import Intervals
from twiceshy.languages.firewall.iptables.names import SERVICES, SERVICES_BY_PROTOCOL
from twiceshy.languages.firewall.iptables.numbers import number
from twiceshy.languages.firewall.iptables.unreadable import refuse

PORT_BITS = 16
MOST = 65535
_NAME = re.compile(r"[A-Za-z0-9][\w.+*/-]*")
MOST_PORTS = 15
"""Of one multiport list; a range counts twice (XT_MULTI_PORTS)."""


class NoSuchServiceError(Exception):
    """A service name whose number only the host knows."""


def _port(text: str, protocol: int | None) -> int:
    if text[:1].isdigit():
        return number(text, PORT_BITS, "port")
    if _NAME.fullmatch(text) is None:
        refuse(f"`{text}` is no port")
    name = text.lower()
    known = SERVICES_BY_PROTOCOL.get((name, protocol or 0), SERVICES.get(name))
    if known is None:
        raise NoSuchServiceError
    return known


# rule sets ask for the same ports over and over
@lru_cache(maxsize=4096)
def ports(text: str, protocol: int | None) -> Intervals:
    """`22`, `ssh`, `1024:`, `:1023`, `http:https`."""
    if text.isdecimal() and text.isascii() and text[0] != "0" and (value := int(text)) <= MOST:
        return Intervals(((value, value),))
    low, found, high = text.partition(":")
    if not low and not found:
        refuse("a port is missing")
    first = _port(low, protocol) if low else 0
    last = first if not found else _port(high, protocol) if high else (1 << PORT_BITS) - 1
    if first > last:
        refuse(f"`{text}` is a range of ports that ends before it begins")
    return Intervals(((first, last),))


def port_list(text: str, protocol: int | None) -> Intervals:
    """`22,80,1024:2047`, at most fifteen of them."""
    parts = text.split(",")
    if sum(2 if ":" in part else 1 for part in parts) > MOST_PORTS:
        refuse(f"`-m multiport` takes at most {MOST_PORTS} ports, where a range counts as two")
    pairs = [pair for part in parts for pair in ports(part, protocol)]
    return Intervals.of(pairs)
