"""The types of values: how many bits, which names, and how a word becomes a number.

Sources: nft(8), "Data types"; addresses as inet_pton(3) and inet_aton(3) read them, numbers as
strtoull(3) with base 0 does, so that `022` is octal and `010.0.0.1` is 8.0.0.1.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from twiceshy.languages.firewall.nft import names
from twiceshy.languages.firewall.nft.syntax import Unknowable, Unreadable

_BYTE = 0xFF
_V4_PARTS = 4
_LOOPBACK = 0x7F000001
_OCTAL = re.compile(r"(?:^|\.)0\d")
_MOST_DIGITS = 40
"""Of the largest number of 128 bits."""
_V6_GROUPS = 8
_V6_GROUP = 0xFFFF
_MAC_GROUPS = 6
_NONE: Mapping[str, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True, eq=False)
class Datatype:
    """A type of values that a rule may compare with."""

    name: str
    """As `nft describe` calls it."""
    bits: int
    symbols: Mapping[str, int] = field(default_factory=lambda: _NONE)
    special: Callable[[str], int] | None = None
    """Reads a token that is neither number nor symbol."""
    direct: Callable[[str], int] | None = None
    """Reads any token; there are no symbols then."""
    is_mask: bool = False
    """Several bits at once are a value; a lone one asks for any of its bits."""
    is_name: bool = False
    """Interface names instead of numbers."""

    def number(self, word: str) -> int:
        """The value of one token, of `bits` bits."""
        if self.direct is not None:
            return self.direct(word)
        if word.isdecimal() and word[0] != "0" and word.isascii() and len(word) <= _MOST_DIGITS:
            value = int(word)
        else:
            value = self.symbols.get(word, -1)
            if value < 0:
                value = self._other(word)
        if value >> self.bits:
            raise Unreadable(f"{word} is too large for {self.name}")
        return value

    def _other(self, word: str) -> int:
        bare = word.strip('"')
        if bare in self.symbols:
            return self.symbols[bare]
        number = integer(bare)
        if number is not None:
            return number
        if self.special is None:
            raise Unreadable(f"{word} is not a value of {self.name}")
        return self.special(bare)


def integer(word: str) -> int | None:
    """A whole number as C writes it: decimal, 0x hexadecimal, 0 octal; else None."""
    if word.isdecimal() and word.isascii() and len(word) <= _MOST_DIGITS:
        if word[0] == "0" and len(word) > 1:
            return int(word, 8) if "8" not in word and "9" not in word else None
        return int(word)
    if word[:2] in {"0x", "0X"} and word.isascii() and word[2:].isalnum():
        try:
            return int(word, 0)
        except ValueError:
            return None
    return None


def ipv4(word: str) -> int:
    """An IPv4 address as a number."""
    parts = word.split(".")
    if len(parts) == _V4_PARTS and word.isascii():
        try:
            if not _OCTAL.search(word):
                return int.from_bytes(bytes(map(int, parts)), "big")
            return int.from_bytes(bytes(map(_octal, parts)), "big")
        except ValueError:
            pass
    return _whole(word, 32, _LOOPBACK)


def ipv4_addresses(words: Sequence[str]) -> Sequence[int] | None:
    """Many IPv4 addresses at once; None when not all of them are four decimal numbers."""
    text = ".".join(words)
    if not text.isascii() or any(word.count(".") != _V4_PARTS - 1 for word in words):
        return None
    if _OCTAL.search(text):
        return None
    try:
        numbers = bytes(map(int, text.split(".")))
    except ValueError:
        return None
    return struct.unpack(f">{len(words)}I", numbers)


def _octal(part: str) -> int:
    number = integer(part)
    return _BYTE + 1 if number is None else number


def _whole(word: str, bits: int, loopback: int) -> int:
    """An address that is written as one number or as a name."""
    word = word.strip('"')
    number = integer(word)
    if number is not None and not number >> bits:
        return number
    if word == "localhost":
        return loopback
    if word[:1].isdigit() or ":" in word or not word:
        raise Unreadable(f"{word or 'nothing'} is not an address")
    raise Unknowable(f"the address of {word} is only known where names are resolved")


def ipv6(word: str) -> int:
    """An IPv6 address as a number."""
    if ":" not in word or not word.isascii():
        return _whole(word, 128, 1)
    head, gap, tail = word.partition("::")
    try:
        before, after = _groups(head), _groups(tail)
    except ValueError:
        raise Unreadable(f"{word} is not an IPv6 address") from None
    missing = _V6_GROUPS - len(before) - len(after)
    if missing < 0 or (missing == 0) is bool(gap):
        raise Unreadable(f"{word} is not an IPv6 address")
    value = 0
    for group in (*before, *(0,) * missing, *after):
        value = value << 16 | group
    return value


def _groups(text: str) -> list[int]:
    if not text:
        return []
    groups: list[int] = []
    for part in text.split(":"):
        if "." in part:
            last = ipv4(part)
            groups += (last >> 16, last & _V6_GROUP)
        elif not part or len(part) > 4:  # noqa: PLR2004 - hexadecimal digits of a group
            raise ValueError(part)
        else:
            groups.append(int(part, 16))
    return groups


def mac(word: str) -> int:
    """An Ethernet address as a number."""
    parts = word.split(":")
    try:
        numbers = [int(part, 16) for part in parts]
    except ValueError:
        numbers = []
    if len(numbers) != _MAC_GROUPS or not all(0 <= one <= _BYTE for one in numbers):
        raise Unreadable(f"{word} is not an Ethernet address")
    value = 0
    for one in numbers:
        value = value << 8 | one
    return value


def _only_on_the_host(what: str) -> Callable[[str], int]:
    def ask(word: str) -> int:
        raise Unknowable(f"the {what} {word} is only known on the host")

    return ask


IPV4 = Datatype("an IPv4 address", 32, direct=ipv4)
IPV6 = Datatype("an IPv6 address", 128, direct=ipv6)
MAC = Datatype("an Ethernet address", 48, direct=mac)
PROTOCOL = Datatype("an IP protocol", 8, names.PROTOCOLS)
SERVICE = Datatype(
    "a port", 16, names.SERVICES, special=_only_on_the_host("port number of service")
)
MARK = Datatype("a mark", 32, special=_only_on_the_host("mark"))
STATE = Datatype("a connection state", 32, names.CT_STATES, is_mask=True)
STATUS = Datatype("a connection status", 32, names.CT_STATUSES, is_mask=True)
DIRECTION = Datatype("a direction", 8, MappingProxyType({"original": 0, "reply": 1}))
FLAGS = Datatype("TCP flags", 8, names.TCP_FLAGS, is_mask=True)
ICMP_TYPE = Datatype("an ICMP type", 8, names.ICMP_TYPES)
ICMP_CODE = Datatype("an ICMP code", 8, names.ICMP_CODES)
ICMPV6_TYPE = Datatype("an ICMPv6 type", 8, names.ICMPV6_TYPES)
ICMPV6_CODE = Datatype("an ICMPv6 code", 8, names.ICMPV6_CODES)
NFPROTO = Datatype("a protocol family", 8, MappingProxyType({"ipv4": 2, "ipv6": 10}))
ETHER_TYPE = Datatype("an Ethernet protocol", 16, names.ETHER_TYPES)
DSCP = Datatype("a DSCP class", 6, names.DSCP)
PACKET_TYPE = Datatype("a packet type", 8, names.PACKET_TYPES)
ADDRESS_TYPE = Datatype("an address type", 32, names.ADDRESS_TYPES)
USER = Datatype("a user", 32, MappingProxyType({"root": 0}), special=_only_on_the_host("user"))
GROUP = Datatype("a group", 32, MappingProxyType({"root": 0}), special=_only_on_the_host("group"))
INTERFACE = Datatype("an interface", 128, is_name=True)
INDEX = Datatype("an interface index", 32, is_name=True)
NIBBLE = Datatype("a number of 4 bits", 4)
BYTE = Datatype("a number of 8 bits", 8)
SHORT = Datatype("a number of 16 bits", 16)
LONG = Datatype("a number of 32 bits", 32)
