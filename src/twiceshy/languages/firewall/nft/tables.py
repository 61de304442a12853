"""Reads tables and their sets, maps and objects."""

from __future__ import annotations

from collections.abc import Callable

from twiceshy.languages.firewall.nft import expressions
from twiceshy.languages.firewall.nft.chains import chain_block
from twiceshy.languages.firewall.nft.cursor import ENDS, Cursor, Scope
from twiceshy.languages.firewall.nft.definitions import WORDS as DEFINING
from twiceshy.languages.firewall.nft.definitions import definition
from twiceshy.languages.firewall.nft.includes import include
from twiceshy.languages.firewall.nft.reading import Reading
from twiceshy.languages.firewall.nft.state import ChainState, SetChange, SetState, TableState
from twiceshy.languages.firewall.nft.syntax import Group, Node, Unreadable
from twiceshy.languages.firewall.nft.tokens import END, handle_of
from twiceshy.model.place import Place

OBJECTS = frozenset(
    ["counter", "quota", "limit", "secmark", "synproxy", "flowtable", "ct", "tunnel"]
)


def table_block(reading: Reading, cursor: Cursor, table: TableState) -> None:
    """What stands between the braces of a table; they are read too."""
    cursor.expect("{")
    outer, cursor.scope = cursor.scope, Scope(cursor.scope)
    table_content(reading, cursor, table)
    cursor.scope = outer
    if not cursor.accept("}"):
        reading.problem(cursor.place(), "a `}` is missing at the end")


def table_content(reading: Reading, cursor: Cursor, table: TableState) -> None:
    """Statements of a table up to a closing brace or the end of an included file."""
    statements(reading, cursor, lambda: _table_statement(reading, cursor, table))


def statements(reading: Reading, cursor: Cursor, read: Callable[[], None]) -> None:
    """Reads statements until the block ends; what cannot be read is a Problem of the whole."""
    while (word := cursor.here) not in {"}", END}:
        if word in {"\n", ";"}:
            cursor.at += 1
            continue
        at = cursor.at
        try:
            read()
            _ended(cursor)
        except Unreadable as problem:
            cursor.restart()
            reading.problem(
                cursor.place(cursor.at if problem.at is None else problem.at), problem.what
            )
            cursor.at = max(at + 1, cursor.at)
            cursor.skip_statement()
            reading.give_up_in_time(cursor)


def _ended(cursor: Cursor) -> None:
    if cursor.here not in ENDS and cursor.here[:1] != "#":
        raise Unreadable(f"expected the end of the statement, not {cursor.shown()}")


def _table_statement(reading: Reading, cursor: Cursor, table: TableState) -> None:
    word = cursor.here
    if word == "chain":
        place = cursor.place()
        cursor.at += 1
        chain_block(reading, cursor, table, chain_named(table, cursor.name("a chain"), place))
    elif word in {"set", "map"}:
        place = cursor.place()
        cursor.at += 1
        set_block(cursor, set_named(table, cursor.name("a set"), place))
    elif word == "include":
        include(reading, cursor, lambda inner: table_content(reading, inner, table))
    elif word in DEFINING:
        definition(cursor)
    elif word == "flags":
        table.is_dormant = "dormant" in _flags(cursor)
    elif word == "comment":
        cursor.skip_statement()
    elif word[0] == "#":
        _handle(cursor, table)
    else:
        _object(cursor)


def chain_named(table: TableState, name: str, place: Place) -> ChainState:
    """The chain of that name, a new one if there is none."""
    chain = table.chains.get(name)
    if chain is None:
        if name in table.renamed:
            raise Unreadable(f"a chain of the name that {table.renamed[name]} had is not read here")
        chain = table.chains[name] = ChainState(name, place)
    return chain


def set_named(table: TableState, name: str, place: Place) -> SetState:
    """The set or map of that name, a new one if there is none."""
    found = table.sets.get(name)
    if found is None:
        found = table.sets[name] = SetState(name, place)
    return found


def _handle(cursor: Cursor, table: TableState) -> None:
    table.handle = handle_of(cursor.here)
    cursor.at += 1


def _flags(cursor: Cursor) -> set[str]:
    cursor.expect("flags")
    found = {cursor.take()}
    while cursor.accept(","):
        found.add(cursor.take())
    return found


def _object(cursor: Cursor) -> None:
    """A counter, quota or the like, of which no verdict depends on what it says."""
    kind = cursor.take()
    if kind not in OBJECTS:
        raise Unreadable(f"`{kind}` is not read in a table", cursor.at - 1)
    cursor.skip_statement()


def set_block(cursor: Cursor, found: SetState) -> None:
    """Properties and elements of a set or map, in braces."""
    cursor.expect("{")
    while cursor.here not in {"}", END}:
        if cursor.here in {"\n", ";"}:
            cursor.at += 1
        elif cursor.here[0] == "#":
            found.handle = handle_of(cursor.here)
            cursor.at += 1
        else:
            _set_property(cursor, found)
    cursor.expect("}")


def _set_property(cursor: Cursor, found: SetState) -> None:
    word = cursor.here
    if word == "flags":
        found.flags |= _flags(cursor)
    elif word == "elements":
        cursor.at += 1
        cursor.expect("=")
        found.changes.append(SetChange(elements(cursor)))
    else:
        if word == "timeout":
            found.flags |= {"timeout"}
        cursor.skip_statement()


def elements(cursor: Cursor) -> Group:
    """`{ ... }`, or a variable that stands for it."""
    node: Node = expressions.joined(cursor)
    if not isinstance(node, Group):
        raise Unreadable("expected elements in braces")
    return node
