"""Statements that put what a packet has into a set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twiceshy.languages.firewall.nft.steps import Step
from twiceshy.languages.firewall.nft.syntax import Unreadable

if TYPE_CHECKING:
    from twiceshy.languages.firewall.nft.statements import RuleReader

_SET_UPDATES = frozenset(("add", "update", "delete"))


def set_update(reader: RuleReader) -> tuple[Step, ...]:
    """`add @set { ip saddr }` fails when the set is full or a limit in it is (nft_dynset.c)."""
    cursor = reader.cursor
    start = cursor.at
    cursor.at += 1
    name = cursor.take()
    if name[0] != "@" or cursor.here != "{":
        raise Unreadable(f"expected a set and `{{` instead of `{name}`", cursor.at - 1)
    cursor.skip_block()
    reader.updated.append(name[1:].strip())
    return (reader.by_name(start),)


def old_set_update(reader: RuleReader) -> tuple[Step, ...]:
    """`set add ip saddr @set`, as older versions write it."""
    cursor = reader.cursor
    start = cursor.at
    cursor.at += 2
    if cursor.tokens[cursor.at - 1] not in _SET_UPDATES:
        raise Unreadable(f"expected `add` instead of {cursor.shown()}", cursor.at - 1)
    while cursor.here[:1] != "@":
        cursor.take()
    reader.updated.append(cursor.take()[1:].strip())
    return (reader.by_name(start),)


def meter(reader: RuleReader) -> tuple[Step, ...]:
    """`meter name { ip saddr limit rate 10/second }`, a set of limits by its older name."""
    cursor = reader.cursor
    start = cursor.at
    cursor.at += 1
    cursor.name("a name")
    if cursor.accept("size"):
        cursor.take()
    if cursor.here != "{":
        raise Unreadable(f"expected `{{` instead of {cursor.shown()}")
    cursor.skip_block()
    return (reader.by_name(start),)
