"""What a rule asks of the IP header and the interfaces: `-s -d -p -i -o -f`."""

from __future__ import annotations

from twiceshy.languages.firewall.conditions import Field, Match, Names
from twiceshy.languages.firewall.intervals import Intervals
from twiceshy.languages.firewall.iptables.addresses import addresses, plain4
from twiceshy.languages.firewall.iptables.matches.asked import (
    BITS_4,
    BITS_6,
    Asked,
    Named,
    among,
)
from twiceshy.languages.firewall.iptables.names import PROTOCOLS
from twiceshy.languages.firewall.iptables.numbers import number
from twiceshy.languages.firewall.iptables.unreadable import refuse
from twiceshy.languages.firewall.iptables.words import told

_EVERYBODY = 0xFFFFFFFF
_ADDRESSES = {
    ("-s", 4): (Field.SADDR4, BITS_4),
    ("-d", 4): (Field.DADDR4, BITS_4),
    ("-s", 6): (Field.SADDR6, BITS_6),
    ("-d", 6): (Field.DADDR6, BITS_6),
}


def of_base(option: str, text: str, family: int, *, negated: bool) -> Asked | None:
    """None when it fits every packet."""
    match option:
        case "-s" | "-d":
            return _address(option, text, family, negated=negated)
        case "-p":
            return _protocol(text, negated=negated)
        case "-f":
            return Match(Field.FRAGMENT, Intervals.single(0 if negated else 1))
        case _:
            return _interface(option, text, negated=negated)


def protocol_number(text: str) -> int:
    """The number of a protocol; 0 for all of them."""
    value = PROTOCOLS.get(text.lower())
    if value is None:
        if not text[:1].isdigit():
            refuse(f"`{text}` is no protocol known by this name")
        value = number(text, 8, "protocol")
    return value


def _protocol(text: str, *, negated: bool) -> Asked | None:
    value = protocol_number(text)
    if value == 0:
        if negated:
            refuse("`! -p all` would never match")
        return None
    return among(Field.L4PROTO, Intervals.single(value), 8, negated=negated)


def _address(option: str, text: str, family: int, *, negated: bool) -> Asked | None:
    if family == 4 and not negated and (plain := plain4(text)) is not None:  # noqa: PLR2004
        low, high = plain.pairs[0]
        field = Field.SADDR4 if option == "-s" else Field.DADDR4
        return None if high - low == _EVERYBODY else Match(field, plain)
    if negated and "," in text:
        refuse("`!` cannot negate a list of addresses")
    values = addresses(text, family)
    if values is None:
        return Named(told(["!", option, text] if negated else [option, text]))
    field, bits = _ADDRESSES[option, family]
    if negated:
        return Match(field, values.complement(bits))
    low, high = values.pairs[0] if values.pairs else (1, 0)
    return None if high - low == (1 << bits) - 1 else Match(field, values)


def _interface(option: str, text: str, *, negated: bool) -> Asked | None:
    if text == "+" and not negated:
        return None
    field = Field.IIF if option == "-i" else Field.OIF
    if text.endswith("+"):
        return Match(field, Names(prefixes=frozenset({text[:-1]}), negated=negated))
    return Match(field, Names(exact=frozenset({text}), negated=negated))
