"""Limits and quotas, which pass as many packets as they say; and objects of a table by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twiceshy.languages.firewall.nft import expressions
from twiceshy.languages.firewall.nft.steps import Forks, Step
from twiceshy.languages.firewall.nft.syntax import Group, Named, Node, Unreadable

if TYPE_CHECKING:
    from twiceshy.languages.firewall.nft.statements import RuleReader

_UNITS = frozenset(["bytes", "kbytes", "mbytes", "gbytes", "packets"])
_RATES = frozenset(
    f"{unit}/{time}" for unit in _UNITS for time in ("second", "minute", "hour", "day", "week")
)


def named_object(reader: RuleReader, *, passes: bool = True) -> tuple[Step, ...]:
    """`name "x"`, or `name tcp dport map { 25 : "mail" }`: a miss ends the rule there."""
    cursor = reader.cursor
    start = cursor.at - 1
    cursor.expect("name")
    at = cursor.at
    subjects = expressions.selected(cursor)
    if subjects is None:
        cursor.at = at
        cursor.name("a name")
        return () if passes else (reader.by_name(start),)
    cursor.expect("map")
    where = expressions.joined(cursor)
    if not isinstance(where, Group | Named):
        raise Unreadable("expected a map")
    text, place = reader.told(start)
    forks = Forks(subjects, where, _then_nothing, text, place)
    return (forks,) if passes else (forks, reader.by_name(start))


def _then_nothing(_: Node) -> tuple[Step, ...]:
    return ()


def limit(reader: RuleReader) -> tuple[Step, ...]:
    """`limit rate 10/second` passes until so many have passed; with `over` it is the others."""
    cursor = reader.cursor
    start = cursor.at
    cursor.at += 1
    if cursor.here == "name":
        return named_object(reader, passes=False)
    cursor.expect("rate")
    cursor.accept("over")
    cursor.take()
    # `mbytes/second` is a single token, `10/second` is three
    if not cursor.accept(*_RATES):
        cursor.accept(*_UNITS)
        cursor.expect("/")
        cursor.take()
    if cursor.accept("burst"):
        cursor.take()
        cursor.accept(*_UNITS)
    return (reader.by_name(start),)


def quota(reader: RuleReader) -> tuple[Step, ...]:
    """`quota until 10 mbytes` passes until so much has passed; with `over` from then on."""
    cursor = reader.cursor
    start = cursor.at
    cursor.at += 1
    if cursor.here == "name":
        return named_object(reader, passes=False)
    cursor.accept("over", "until")
    for _ in range(2):
        cursor.take()
        cursor.take()
        if not cursor.accept("used"):
            break
    return (reader.by_name(start),)
