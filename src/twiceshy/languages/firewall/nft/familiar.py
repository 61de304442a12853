"""The matches that most rules are made of, read without ado: a field, and a value or a set.

Rule sets of thousands of rules repeat a few hundred of them, so that each is read only once and
is one object in all rules that have it.
"""

from __future__ import annotations

from collections.abc import Mapping

from twiceshy.languages.firewall.conditions import Match, Opaque
from twiceshy.languages.firewall.intervals import Intervals
from twiceshy.languages.firewall.nft import expressions, values
from twiceshy.languages.firewall.nft.cursor import ENDS, Cursor
from twiceshy.languages.firewall.nft.selectors import Selector
from twiceshy.languages.firewall.nft.steps import Asks
from twiceshy.languages.firewall.nft.syntax import Unreadable
from twiceshy.languages.firewall.nft.vocabulary import PAIRS

_JOINERS = frozenset(
    [
        ",",
        ".",
        "/",
        "|",
        "&",
        "^",
        "<<",
        ">>",
        "and",
        "or",
        "xor",
        "lshift",
        "rshift",
        ":",
        "map",
        "-",
    ]
)
"""Words after a value that make it part of something longer."""
_NO_VALUES = (
    _JOINERS
    | ENDS
    | frozenset(
        [
            "==",
            "eq",
            "!=",
            "ne",
            "<",
            "lt",
            ">",
            "gt",
            "<=",
            "le",
            ">=",
            "ge",
            "!",
            "not",
            "set",
            "vmap",
            "(",
            "[",
            "*",
        ]
    )
)
_LONGEST = 48
"""Tokens of a match that is remembered."""
_WITH_VALUE = 3
_Plain = Mapping[str, Mapping[str, Selector]]


def _plain(version: int | None) -> _Plain:
    return {
        first: {
            second: one
            for second, one in pairs.items()
            if one.is_plain and (one.header is None or version in {None, one.header})
        }
        for first, pairs in PAIRS.items()
    }


_PLAIN: Mapping[int | None, _Plain] = {version: _plain(version) for version in (None, 4, 6)}
_NONE: Mapping[str, Selector] = {}


class Familiar:
    """Reads matches where the cursor stands, if they are of the familiar kinds."""

    def __init__(
        self, cursor: Cursor, seen: dict[tuple[str, ...], Asks], version: int | None
    ) -> None:
        self._cursor = cursor
        self._seen = seen
        self._selectors = _PLAIN[version]

    def match(self, first: str) -> Asks | None:
        """The match that begins with this word; None, and nothing is skipped, for others."""
        cursor = self._cursor
        tokens, at = cursor.tokens, cursor.at
        second, third = tokens[at + 1], tokens[at + 2]
        key: tuple[str, ...] = (first, second, third)
        found = self._seen.get(key)
        if found is not None and tokens[at + 3] not in _JOINERS:
            cursor.at = at + 3
            return found
        found = self._seen.get((first, second))
        if found is not None and third not in _JOINERS:
            cursor.at = at + 2
            return found
        if third == "{":
            key = self._set_key(at)
            found = self._seen.get(key)
            if found is not None:
                cursor.at = at + len(key)
                return found
        selector = self._selectors.get(first, _NONE).get(second)
        if selector is None or third in _NO_VALUES or third[0] in "$@":
            return None
        found = self._read(selector, at)
        if found is not None and cursor.at == at + len(key):
            self._seen[key] = found
        return found

    def _set_key(self, at: int) -> tuple[str, ...]:
        tokens = self._cursor.tokens
        try:
            return tuple(tokens[at : tokens.index("}", at, at + _LONGEST) + 1])
        except ValueError:
            return ()

    def _read(self, selector: Selector, at: int) -> Asks | None:
        cursor = self._cursor
        tokens = cursor.tokens
        cursor.at = at + 2
        try:
            if tokens[at + 2] == "{":
                found = values.intervals(expressions.group(cursor), selector.datatype)
            elif tokens[at + 3] == "-":
                found = values.intervals(expressions.span(cursor), selector.datatype)
            else:
                found = Intervals((values.pair(tokens[at + 2], selector.datatype),))
                cursor.at = at + 3
        except Unreadable:
            # whoever reads it with ado says what is wrong, or finds what was not seen here
            cursor.restart()
            cursor.at = at
            return None
        if tokens[cursor.at] in _JOINERS or selector.field is None:
            cursor.at = at
            return None
        return Asks((*selector.asks, Match(selector.field, found)))

    def remember(self, start: int, found: Asks) -> None:
        """A match that was read from the token `start` on, if its tokens say all about it."""
        tokens = tuple(self._cursor.tokens[start : self._cursor.at])
        is_set = tokens[-1] == "}"
        if len(tokens) > (_LONGEST if is_set else _WITH_VALUE) or found.bytes_as_ports:
            return
        if any(one[0] in "$@" for one in tokens):
            return
        if not any(isinstance(one, Opaque) for one in found.conditions):
            self._seen[tokens] = found
