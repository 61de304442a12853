"""Reads what a rule asks of the packet: `ip saddr . tcp dport`, `ct original ip saddr`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from twiceshy.languages.firewall.nft import datatypes as types
from twiceshy.languages.firewall.nft.cursor import Cursor
from twiceshy.languages.firewall.nft.selectors import IPV6, TRACKED, Selector
from twiceshy.languages.firewall.nft.syntax import Unreadable
from twiceshy.languages.firewall.nft.vocabulary import ADDRESS_TYPE, BARE, CT_ORIGINAL, PAIRS

_V4 = 4
RAW_BASES = frozenset(("@ll", "@nh", "@th", "@ih"))
RAW_PORTS: Mapping[str, str] = MappingProxyType({"@th,0,16": "sport", "@th,16,16": "dport"})
_SHIFTS = frozenset(["<<", ">>", "lshift", "rshift"])
_OPTION_FIELDS = frozenset(
    [
        "kind",
        "length",
        "size",
        "count",
        "left",
        "right",
        "tsval",
        "tsecr",
        "type",
        "ptr",
        "addr",
        "value",
    ]
)
_CHUNK_FIELDS = frozenset(
    [
        "type",
        "flags",
        "length",
        "tsn",
        "stream",
        "ssn",
        "ppid",
        "init-tag",
        "a-rwnd",
        "num-outbound-streams",
        "num-inbound-streams",
        "initial-tsn",
        "cum-tsn-ack",
        "num-gap-ack-blocks",
        "num-dup-tsns",
        "lowest-tsn",
        "seqno",
        "new-cum-tsn",
    ]
)
_FIB_KEYS = frozenset(["saddr", "daddr", "mark", "iif", "oif"])
_FIB_RESULTS = frozenset(["oif", "oifname", "type"])
_NUMBERED = frozenset(["mod", "offset", "seed", "level", "spnum"])
_PAIR_OF_DIRECTIONS = frozenset(("original", "reply"))
_OF_DIRECTION = frozenset(["bytes", "packets", "avgpkt", "zone", "protocol", "l3proto"])
_ENDPOINTS = frozenset(["saddr", "daddr", "proto-src", "proto-dst"])
_NETWORKS = frozenset(("ip", "ip6"))


def concatenation(cursor: Cursor) -> tuple[Selector, ...] | None:
    """The selectors that stand here; None, and nothing is skipped, when there is none."""
    first = _selector(cursor)
    if first is None:
        return None
    found = [first]
    while cursor.accept("."):
        following = _selector(cursor)
        if following is None:
            raise Unreadable(f"expected something of the packet instead of {cursor.shown()}")
        found.append(following)
    return tuple(found)


def _selector(cursor: Cursor) -> Selector | None:
    word, second = cursor.tokens[cursor.at], cursor.tokens[cursor.at + 1]
    found = PAIRS.get(word, {}).get(second)
    if found is not None:
        cursor.at += 2
        return found
    found = BARE.get(word)
    if found is not None:
        cursor.at += 1
        return found
    return _special(cursor, word, second)


def _special(cursor: Cursor, word: str, second: str) -> Selector | None:
    if word in RAW_BASES and second == ",":
        return _raw(cursor)
    read = _TWO_WORDS.get((word, second)) or _ONE_WORD.get(word)
    return None if read is None else read(cursor)


def _opaque(cursor: Cursor, start: int, *, varies: bool = False) -> Selector:
    text = " ".join(cursor.tokens[start : cursor.at])
    return Selector(text, types.LONG, varies=varies)


def _raw(cursor: Cursor) -> Selector:
    start = cursor.at
    cursor.at += 1
    for _ in range(2):
        cursor.expect(",")
        cursor.take()
    known = RAW_PORTS.get("".join(cursor.tokens[start : cursor.at]))
    return _opaque(cursor, start) if known is None else PAIRS["th"][known]


def _bracketed(cursor: Cursor) -> Selector:
    """`(@nh,8,8 & 0xfc) >> 2`, as nft prints what it has no name for."""
    start = cursor.at
    while cursor.accept("("):
        pass
    depth = cursor.at - start
    while depth:
        word = cursor.take()
        depth += (word == "(") - (word == ")")
    while cursor.accept(*_SHIFTS):
        cursor.take()
    return _opaque(cursor, start)


def _option(cursor: Cursor) -> Selector:
    start = cursor.at
    cursor.at += 2
    if cursor.take()[0] == "@" or cursor.here == ",":
        while cursor.accept(","):
            cursor.take()
    cursor.accept(*_OPTION_FIELDS)
    return _opaque(cursor, start)


def _chunk(cursor: Cursor) -> Selector:
    start = cursor.at
    cursor.at += 2
    cursor.take()
    cursor.accept(*_CHUNK_FIELDS)
    return _opaque(cursor, start)


def _arp_address(cursor: Cursor) -> Selector:
    start = cursor.at
    cursor.at += 2
    cursor.take()
    return _opaque(cursor, start)


def _numbered(cursor: Cursor) -> None:
    while cursor.accept(*_NUMBERED):
        cursor.take()


def _number_generator(cursor: Cursor) -> Selector:
    start = cursor.at
    cursor.at += 1
    cursor.take()
    _numbered(cursor)
    return _opaque(cursor, start, varies=True)


def _hash(cursor: Cursor) -> Selector:
    start = cursor.at
    cursor.at += 1
    if concatenation(cursor) is None:
        raise Unreadable(f"expected something of the packet instead of {cursor.shown()}")
    _numbered(cursor)
    return _opaque(cursor, start)


def _symmetric_hash(cursor: Cursor) -> Selector:
    start = cursor.at
    cursor.at += 1
    _numbered(cursor)
    return _opaque(cursor, start)


def _socket(cursor: Cursor) -> Selector:
    start = cursor.at
    cursor.at += 1
    cursor.take()
    _numbered(cursor)
    return _opaque(cursor, start)


def _fingerprint(cursor: Cursor) -> Selector:
    start = cursor.at
    cursor.at += 1
    if cursor.accept("ttl"):
        cursor.take()
    cursor.take()
    return _opaque(cursor, start)


def _route(cursor: Cursor) -> Selector:
    start = cursor.at
    cursor.at += 1
    if not cursor.accept(*_NETWORKS):
        word = cursor.take()
        if word in {"type", "seg-left", "hdrlength", "nexthdr"}:
            return Selector(f"rt {word}", types.LONG, asks=(IPV6,))
        return _opaque(cursor, start)
    cursor.take()
    return _opaque(cursor, start)


def _ipsec(cursor: Cursor) -> Selector:
    start = cursor.at
    cursor.at += 1
    cursor.take()
    _numbered(cursor)
    if cursor.accept(*_NETWORKS):
        cursor.take()
    else:
        cursor.take()
    return _opaque(cursor, start)


def _route_lookup(cursor: Cursor) -> Selector:
    start = cursor.at
    cursor.at += 1
    keys = [cursor.take()]
    while cursor.accept("."):
        keys.append(cursor.take())
    result = cursor.take()
    if not set(keys) <= _FIB_KEYS or result not in _FIB_RESULTS:
        raise Unreadable("expected `fib`, keys, and one of oif, oifname, type", start)
    if result == "type" and len(keys) == 1 and keys[0] in ADDRESS_TYPE:
        return ADDRESS_TYPE[keys[0]]
    return _opaque(cursor, start)


def _connection(cursor: Cursor) -> Selector | None:
    start = cursor.at
    if cursor.tokens[start + 1] not in _PAIR_OF_DIRECTIONS:
        return None
    direction = cursor.tokens[start + 1]
    cursor.at += 2
    words = [cursor.take()]
    if words[0] in _NETWORKS:
        words.append(cursor.take())
    if words[-1] not in _ENDPOINTS | _OF_DIRECTION:
        raise Unreadable(f"expected a property of the connection instead of `{words[-1]}`")
    if words[0] in {"saddr", "daddr"} and cursor.version is not None:
        words.insert(0, "ip" if cursor.version == _V4 else "ip6")
    found = CT_ORIGINAL.get(tuple(words)) if direction == "original" else None
    if found is not None:
        return found
    text = " ".join(cursor.tokens[start : cursor.at])
    return Selector(text, types.LONG, asks=(TRACKED,), varies=True)


_Reader = Callable[[Cursor], Selector | None]
_ONE_WORD: Mapping[str, _Reader] = MappingProxyType(
    {
        "(": _bracketed,
        "ct": _connection,
        "fib": _route_lookup,
        "numgen": _number_generator,
        "jhash": _hash,
        "symhash": _symmetric_hash,
        "socket": _socket,
        "osf": _fingerprint,
        "rt": _route,
        "ipsec": _ipsec,
    }
)
_TWO_WORDS: Mapping[tuple[str, str], _Reader] = MappingProxyType(
    {
        ("tcp", "option"): _option,
        ("ip", "option"): _option,
        ("sctp", "chunk"): _chunk,
        ("arp", "saddr"): _arp_address,
        ("arp", "daddr"): _arp_address,
    }
)
