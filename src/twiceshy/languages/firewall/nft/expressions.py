"""Reads values: constants, ranges, sets, concatenations; and what they are compared with."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from twiceshy.languages.firewall.nft import masks, selecting
from twiceshy.languages.firewall.nft.cursor import ENDS, Cursor
from twiceshy.languages.firewall.nft.syntax import (
    Bits,
    Element,
    Group,
    Joined,
    Listed,
    Mapped,
    Named,
    Node,
    Picked,
    Prefix,
    Span,
    Subject,
    Unreadable,
    Verdict,
)

_OPERATORS: Mapping[str, tuple[str, int]] = MappingProxyType(
    {
        "|": ("|", 0),
        "or": ("|", 0),
        "^": ("^", 1),
        "xor": ("^", 1),
        "&": ("&", 2),
        "and": ("&", 2),
        "<<": ("<<", 3),
        "lshift": ("<<", 3),
        ">>": (">>", 3),
        "rshift": (">>", 3),
    }
)
"""Operators on bits, and how strongly they bind."""
BIT_OPERATORS = frozenset(_OPERATORS)
PUNCTUATION = frozenset(
    [
        ",",
        ":",
        "=",
        "==",
        "!=",
        "<",
        ">",
        "<=",
        ">=",
        "-",
        "+",
        "/",
        "!",
        ";",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        "*",
        "||",
        "&&",
        "~",
        "'",
        "%",
        "?",
    ]
)
_MOST_OPERATORS = 128
_MOST_ELEMENTS = 4_000_000
_VERDICTS = frozenset(["accept", "drop", "continue", "return"])
_LEAPS = frozenset(("jump", "goto"))
_TIMED = frozenset(["timeout", "expires", "limit", "quota", "ct", "last"])
_BULKY = frozenset("{-/.*:([|&^!@$'#")
_OPTIONS = frozenset(
    ["timeout", "expires", "comment", "counter", "limit", "quota", "ct", "last", "\n"]
)


def value(cursor: Cursor) -> Node:
    """What stands on the right side of a match: `22`, `{ 22, 80 }`, `syn,ack`, `@blocked`."""
    first = joined(cursor)
    if cursor.here != ",":
        return first
    items = [first]
    while cursor.accept(","):
        items.append(joined(cursor))
    return Listed(tuple(items))


def joined(cursor: Cursor) -> Node:
    """A value or several of a concatenation: `10.0.0.0/8 . 22-80`."""
    first = span(cursor)
    if cursor.here != ".":
        return first
    parts = [first]
    while cursor.accept("."):
        parts.append(span(cursor))
    return Joined(tuple(parts))


def span(cursor: Cursor) -> Node:
    """A value or a range of values."""
    low = bits(cursor)
    return Span(low, bits(cursor)) if cursor.accept("-") else low


def bits(cursor: Cursor) -> Node:
    """A value, or several combined bit by bit."""
    left = _atom(cursor)
    return left if cursor.here not in BIT_OPERATORS else _combined(cursor, left, 0)


def _combined(cursor: Cursor, left: Node, least: int) -> Node:
    """What follows `left`, as far as it binds at least as strongly as `least`."""
    operators = 0
    while (found := _OPERATORS.get(cursor.here)) is not None and found[1] >= least:
        cursor.at += 1
        right = _atom(cursor)
        following = _OPERATORS.get(cursor.here)
        if following is not None and following[1] > found[1]:
            right = _combined(cursor, right, found[1] + 1)
        left = Bits(found[0], left, right)
        operators += 1
        if operators > _MOST_OPERATORS:
            raise Unreadable("too many values combined bit by bit")
    return left


def _atom(cursor: Cursor) -> Node:
    node = _primary(cursor)
    following = cursor.tokens[cursor.at + 1]
    if cursor.here == "/" and (following.isdecimal() or following[:1] == "$"):
        cursor.at += 1
        return Prefix(node, _primary(cursor))
    return node


def _primary(cursor: Cursor) -> Node:
    word = cursor.here
    if word == "{":
        return group(cursor)
    if word == "(":
        return _bracketed(cursor, ")")
    if word == "[":
        return _bracketed(cursor, "]")
    if word[:1] == "$":
        cursor.at += 1
        return cursor.variable(word)
    if word[:1] == "@":
        cursor.at += 1
        return Named(word[1:].strip())
    if word in PUNCTUATION or word in BIT_OPERATORS or word in ENDS:
        raise Unreadable(f"expected a value instead of {cursor.shown()}")
    cursor.at += 1
    return word


def _bracketed(cursor: Cursor, closing: str) -> Node:
    cursor.at += 1
    cursor.deeper()
    node = value(cursor)
    cursor.expect(closing)
    cursor.shallower()
    return node


def group(cursor: Cursor) -> Group:
    """`{ ... }` of a set or map."""
    cursor.expect("{")
    plain = _plain(cursor)
    if plain is not None:
        return Group((), plain, len(plain))
    cursor.deeper()
    elements: list[Element] = []
    cursor.skip_blank()
    while not cursor.accept("}"):
        elements.append(_element(cursor))
        cursor.skip_blank()
        if not cursor.accept(","):
            cursor.skip_blank()
            cursor.expect("}")
            break
        cursor.skip_blank()
    cursor.shallower()
    size = sum(len(one.key) if isinstance(one.key, Group) else 1 for one in elements)
    if size > _MOST_ELEMENTS:
        raise Unreadable(f"more than {_MOST_ELEMENTS} elements")
    return Group(tuple(elements), size=size)


def _plain(cursor: Cursor) -> tuple[str, ...] | None:
    """The elements when all are single tokens between commas; then it moves past the brace."""
    tokens = cursor.tokens
    try:
        end = tokens.index("}", cursor.at)
    except ValueError:
        return None
    inside = [one for one in tokens[cursor.at : end] if one != "\n"]
    if inside and inside[-1] == ",":
        inside.pop()
    found = inside[0::2]
    commas = inside[1::2]
    if len(found) != len(commas) + 1 or commas.count(",") != len(commas):
        return None
    if any(one[0] in _BULKY for one in found) or "," in found or ";" in found:
        return None
    cursor.at = end + 1
    return tuple(found)


def _element(cursor: Cursor) -> Element:
    start = cursor.at
    key = None if cursor.accept("*") else joined(cursor)
    is_timed = _options(cursor)
    data = None
    if cursor.accept(":"):
        cursor.skip_blank()
        data = datum(cursor)
    place = cursor.place(start) if data is not None else None
    return Element(key, data, is_timed, place)


def _options(cursor: Cursor) -> bool:
    """Past what may stand between an element's key and its data; whether it comes and goes."""
    is_timed = False
    while cursor.here not in {",", ":", "}", "\n"}:
        if cursor.here not in _OPTIONS and cursor.tokens[cursor.at - 1] == "*":
            raise Unreadable(f"expected `,` instead of {cursor.shown()}")
        is_timed |= cursor.here in _TIMED
        if cursor.here not in _OPTIONS:
            raise Unreadable(f"expected `,` instead of {cursor.shown()}")
        cursor.at += 1
        while cursor.here not in _OPTIONS and cursor.here not in {",", ":", "}"}:
            cursor.take()
    return is_timed


def datum(cursor: Cursor) -> Node:
    """The data of a map's element: a verdict or a value."""
    word = cursor.here
    if word in _VERDICTS:
        cursor.at += 1
        return Verdict(word)
    if word in _LEAPS:
        cursor.at += 1
        return Verdict(word, cursor.name("a chain"))
    return joined(cursor)


def selected(cursor: Cursor) -> tuple[Subject, ...] | None:
    """What a rule asks of the packet, one or several of a concatenation; None: no selector."""
    selectors = selecting.concatenation(cursor)
    if selectors is None:
        return None
    if len(selectors) > 1 or cursor.here not in BIT_OPERATORS:
        return tuple(Subject(one) for one in selectors)
    return (masks.subject(_combined(cursor, Picked(selectors[0]), 0)),)


def computed(cursor: Cursor) -> Node | tuple[Subject, ...]:
    """What a statement sets something to: a constant, something of the packet, or a map of it."""
    subjects = selected(cursor)
    if subjects is None:
        return joined(cursor)
    if cursor.accept("map"):
        return Mapped(subjects, joined(cursor))
    return subjects
