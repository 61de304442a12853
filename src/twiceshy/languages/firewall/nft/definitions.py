"""`define`, `redefine` and `undefine`."""

from __future__ import annotations

from twiceshy.languages.firewall.nft import expressions
from twiceshy.languages.firewall.nft.cursor import Cursor
from twiceshy.languages.firewall.nft.syntax import Node, Unreadable

WORDS = frozenset(["define", "redefine", "undefine"])

_DEEPEST = 16


def definition(cursor: Cursor) -> None:
    """Reads one of them into the scope that the cursor is in."""
    verb = cursor.take()
    at = cursor.at
    name = cursor.take()
    words = cursor.scope.words
    if verb == "undefine":
        if words.pop(name, None) is None:
            raise Unreadable(f"${name} is not defined in this block", at)
        return
    if verb == "define" and name in words:
        raise Unreadable(f"${name} is defined already; nft wants `redefine`", at)
    cursor.expect("=")
    cursor.deepest = 0
    words[name] = _value(cursor)
    cursor.scope.depths[name] = cursor.deepest + 1
    if cursor.deepest > _DEEPEST:
        raise Unreadable("definitions stand on each other too deeply", at)


def _value(cursor: Cursor) -> Node:
    if cursor.here == "-":
        cursor.at += 1
        return f"-{cursor.take()}"
    return expressions.value(cursor)
