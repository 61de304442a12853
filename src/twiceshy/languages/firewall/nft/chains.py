"""Reads chains: what makes them base chains, and their rules."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TypeVar

from twiceshy.languages.firewall.nft import expressions
from twiceshy.languages.firewall.nft.cursor import Cursor, Scope
from twiceshy.languages.firewall.nft.datatypes import integer
from twiceshy.languages.firewall.nft.definitions import WORDS as DEFINING
from twiceshy.languages.firewall.nft.definitions import definition
from twiceshy.languages.firewall.nft.includes import include
from twiceshy.languages.firewall.nft.reading import Reading
from twiceshy.languages.firewall.nft.state import ChainState, TableState
from twiceshy.languages.firewall.nft.statements import RuleReader
from twiceshy.languages.firewall.nft.syntax import Unreadable
from twiceshy.languages.firewall.nft.tokens import END, handle_of
from twiceshy.languages.firewall.ruleset import Accept, Base, ChainType, Drop, Hook, TableFamily

PRIORITIES: Mapping[str, int] = MappingProxyType(
    {
        "raw": -300,
        "mangle": -150,
        "dstnat": -100,
        "filter": 0,
        "security": 50,
        "srcnat": 100,
    }
)
_BRIDGE_PRIORITIES: Mapping[str, int] = MappingProxyType(
    {"dstnat": -300, "filter": -200, "out": 100, "srcnat": 300}
)
Choice = TypeVar("Choice", ChainType, Hook)
_POLICIES: dict[str, Accept | Drop] = {"accept": Accept(), "drop": Drop()}
_PROPERTIES = frozenset(["type", "policy", "comment", "flags", "devices", "include"]) | DEFINING


def chain_block(reading: Reading, cursor: Cursor, table: TableState, chain: ChainState) -> None:
    """What stands between the braces of a chain; they are read too."""
    cursor.expect("{")
    outer, cursor.scope = cursor.scope, Scope(cursor.scope)
    chain_content(reading, cursor, table, chain)
    cursor.scope = outer
    _close(reading, cursor)


def _close(reading: Reading, cursor: Cursor) -> None:
    if not cursor.accept("}"):
        reading.problem(cursor.place(), "a `}` is missing at the end")


def chain_content(reading: Reading, cursor: Cursor, table: TableState, chain: ChainState) -> None:
    """Statements of a chain up to a closing brace or the end of an included file."""
    rules = RuleReader(reading, cursor, table.family)
    tokens = cursor.tokens
    while (word := tokens[cursor.at]) not in {"}", END}:
        if word in {"\n", ";"}:
            cursor.at += 1
        elif word in _PROPERTIES:
            _read_property(reading, cursor, table, chain)
        elif word[0] == "#" and (handle := handle_of(word)) is not None:
            chain.handle = handle
            cursor.at += 1
        else:
            chain.rules.append(rules.rule())
            reading.give_up_in_time(cursor)


def _read_property(reading: Reading, cursor: Cursor, table: TableState, chain: ChainState) -> None:
    at = cursor.at
    try:
        _property(reading, cursor, table, chain)
    except Unreadable as problem:
        cursor.restart()
        place = cursor.place(at if problem.at is None else problem.at)
        cursor.skip_statement()
        reading.problem(place, problem.what)


def _property(reading: Reading, cursor: Cursor, table: TableState, chain: ChainState) -> None:
    word = cursor.here
    if word == "include":
        include(reading, cursor, lambda inner: chain_content(reading, inner, table, chain))
    elif word in DEFINING:
        definition(cursor)
    elif word == "type":
        _set_base(cursor, table, chain)
    elif word == "policy":
        _set_policy(cursor, chain)
    else:
        cursor.skip_statement()


def _set_base(cursor: Cursor, table: TableState, chain: ChainState) -> None:
    place = cursor.place()
    cursor.expect("type")
    kind = _one_of(cursor, ChainType, "a chain type")
    cursor.expect("hook")
    hook = _one_of(cursor, Hook, "a hook")
    while cursor.accept("device", "devices"):
        cursor.accept("=")
        expressions.joined(cursor)
    cursor.expect("priority")
    priority = _priority(cursor, table.family)
    policy = Accept() if chain.base is None else chain.base.policy
    base = Base(kind, hook, priority, policy, place)
    if chain.base is not None:
        was = chain.base
        if (was.type, was.hook, was.priority) != (kind, hook, priority):
            raise Unreadable(f"chain {chain.name} has another type, hook or priority already")
        base = was
    chain.base = base


def _one_of(cursor: Cursor, choices: type[Choice], what: str) -> Choice:
    word = cursor.take()
    try:
        return choices(word)
    except ValueError:
        allowed = ", ".join(choices)
        raise Unreadable(f"{word} is not {what}: {allowed}", cursor.at - 1) from None


def _priority(cursor: Cursor, family: TableFamily) -> int:
    words: list[str] = []
    while cursor.here not in {"\n", ";", "}", "policy", END}:
        word = cursor.take()
        if word[0] == "$":
            node = cursor.variable(word)
            word = node if isinstance(node, str) else ""
        words += word.strip('"').split()
    text = "".join(words)
    names = _BRIDGE_PRIORITIES if family is TableFamily.BRIDGE else PRIORITIES
    for name, value in names.items():
        if text.startswith(name):
            return value + _signed(text[len(name) :] or "0")
    return _signed(text)


def _signed(text: str) -> int:
    sign = -1 if text.startswith("-") else 1
    number = integer(text.lstrip("+-"))
    if number is None:
        raise Unreadable(f"{text or 'nothing'} is not a priority")
    return sign * number


def _set_policy(cursor: Cursor, chain: ChainState) -> None:
    place = cursor.place()
    cursor.expect("policy")
    word = cursor.name("a policy")
    policy = _POLICIES.get(word)
    if policy is None:
        raise Unreadable(f"{word} is not a policy: accept or drop")
    if chain.base is None:
        raise Unreadable("a policy without type, hook and priority, which nft refuses")
    base = chain.base
    chain.base = Base(base.type, base.hook, base.priority, policy, place)
