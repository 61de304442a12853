"""Carries out the commands of a script: `table inet mail { ... }`, `add rule ...`, `flush ruleset`.

As nft does it, in order: what is added, inserted, replaced, deleted, flushed or renamed changes
the state that the commands before it left. What nft would refuse is a Problem, because nft then
leaves the whole file undone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from twiceshy.languages.firewall.nft import tables
from twiceshy.languages.firewall.nft.chains import chain_block
from twiceshy.languages.firewall.nft.cursor import ENDS, Cursor
from twiceshy.languages.firewall.nft.datatypes import integer
from twiceshy.languages.firewall.nft.definitions import WORDS as DEFINING
from twiceshy.languages.firewall.nft.definitions import definition
from twiceshy.languages.firewall.nft.includes import include
from twiceshy.languages.firewall.nft.reading import Reading
from twiceshy.languages.firewall.nft.state import (
    ChainState,
    SetChange,
    SetState,
    TableState,
)
from twiceshy.languages.firewall.nft.statements import RuleReader
from twiceshy.languages.firewall.nft.syntax import Unreadable
from twiceshy.languages.firewall.ruleset import TableFamily
from twiceshy.model.configuration import OUTPUTS
from twiceshy.model.place import Place

_FAMILIES = frozenset(TableFamily)
_ADDING = frozenset(("add", "create", "insert", "replace"))
_REMOVING = frozenset(("delete", "destroy"))
_SETS = frozenset(["set", "map", "meter"])
_LOOKING = frozenset(["list", "reset", "get", "monitor", "describe", "export"])
_WHERE = frozenset(["handle", "position", "index"])


def script(reading: Reading, cursor: Cursor) -> None:
    """All commands of a file."""
    while True:
        tables.statements(reading, cursor, lambda: Command(reading, cursor).carry_out())
        if cursor.here != "}":
            return
        reading.problem(cursor.place(), "a `}` that nothing opened")
        cursor.at += 1


class Command:
    """One command, which is read and carried out."""

    def __init__(self, reading: Reading, cursor: Cursor) -> None:
        self.reading = reading
        self.cursor = cursor
        self.start = cursor.at
        self.verb = "add"

    def carry_out(self) -> None:
        """Changes the state, or raises Unreadable."""
        cursor = self.cursor
        if cursor.here == "include":
            include(self.reading, cursor, lambda inner: script(self.reading, inner))
        elif cursor.here in DEFINING:
            definition(cursor)
        elif cursor.here[0] == "#":
            cursor.at += 1
        elif cursor.here in _LOOKING:
            cursor.skip_statement()
        else:
            self._change()

    def _change(self) -> None:
        cursor = self.cursor
        if cursor.here in _ADDING | _REMOVING | {"flush", "rename"}:
            self.verb = cursor.take()
        if self.verb in _REMOVING:
            self._remove()
        elif self.verb == "flush":
            self._flush()
        elif self.verb == "rename":
            self._rename()
        else:
            self._add()

    def _add(self) -> None:
        kind = self.cursor.here
        adder = _ADDERS.get(kind)
        if adder is not None:
            self.cursor.at += 1
            adder(self)
        elif kind in tables.OBJECTS:
            self._pass_object()
        else:
            self.add_rule()

    def add_table(self) -> None:
        """`add table` or just `table`."""
        family, name = self._family(), self.cursor.name("a table")
        known = self.reading.state.tables
        if self.verb == "create" and (family, name) in known:
            raise Unreadable(f"table {family} {name} exists already")
        table = known.setdefault((family, name), TableState(family, name, self._place()))
        table.is_dormant = False
        table.is_listed |= self.reading.stack[-1] in OUTPUTS
        table.has_warning |= (family.value, name) in self.cursor.source.foreign_tables
        if self.cursor.here == "{":
            tables.table_block(self.reading, self.cursor, table)

    def add_chain(self) -> None:
        """`add chain`."""
        table = self._table()
        name = self.cursor.name("a chain")
        if self.verb == "create" and name in table.chains:
            raise Unreadable(f"chain {name} exists already")
        chain = tables.chain_named(table, name, self._place())
        if self.cursor.here == "{":
            chain_block(self.reading, self.cursor, table, chain)

    def add_set(self) -> None:
        """`add set` or `add map`."""
        table = self._table()
        name = self.cursor.name("a set")
        if self.verb == "create" and name in table.sets:
            raise Unreadable(f"set {name} exists already")
        found = tables.set_named(table, name, self._place())
        if self.cursor.here == "{":
            tables.set_block(self.cursor, found)

    def add_element(self) -> None:
        """`add element`."""
        self._set().changes.append(SetChange(tables.elements(self.cursor)))

    def _pass_object(self) -> None:
        if self.cursor.take() == "ct":
            self.cursor.take()
        self._table()
        self.cursor.skip_statement()

    def add_rule(self) -> None:
        """`add rule`, `insert rule`, `replace rule`, or the rule alone."""
        cursor = self.cursor
        table = self._table()
        chain = self._chain(table)
        at = self._position(chain)
        if cursor.here in ENDS:
            raise Unreadable("a rule without a statement")
        rule = RuleReader(self.reading, cursor, table.family).rule()
        if self.verb == "replace":
            if at is None:
                raise Unreadable("`replace` wants the handle of a rule", self.start)
            chain.rules[at] = rule
        elif self.verb == "insert":
            chain.rules.insert(0 if at is None else at, rule)
        else:
            chain.rules.insert(len(chain.rules) if at is None else at + 1, rule)

    def _position(self, chain: ChainState) -> int | None:
        cursor = self.cursor
        if cursor.here not in _WHERE:
            return None
        word, at = cursor.take(), cursor.at
        number = integer(cursor.take())
        if number is None:
            raise Unreadable(f"expected a number after `{word}`", at)
        if word == "index":
            if number >= len(chain.rules):
                raise Unreadable(f"chain {chain.name} has no rule with index {number}", at)
            return number
        for index, rule in enumerate(chain.rules):
            if rule.handle == number:
                return index
        raise Unreadable(f"no rule of chain {chain.name} is known to have handle {number}", at)

    def _remove(self) -> None:
        kind = self.cursor.here
        remover = _REMOVERS.get(kind)
        if kind in tables.OBJECTS:
            self._pass_object()
        elif remover is not None:
            self.cursor.at += 1
            remover(self)
        else:
            raise Unreadable(f"expected what to delete instead of {self.cursor.shown()}")

    def remove_table(self) -> None:
        """`delete table`."""
        family = self._family()
        known = self.reading.state.tables
        handle = self._handle()
        if handle is not None:
            found = [key for key, one in known.items() if one.handle == handle]
            key = found[0] if found else (family, f"with handle {handle}")
        else:
            key = (family, self.cursor.name("a table"))
        if known.pop(key, None) is None and self.verb == "delete" and self.reading.is_change:
            raise Unreadable(f"table {key[0]} {key[1]} is not there", self.start)

    def remove_chain(self) -> None:
        """`delete chain`."""
        table = self._table()
        handle = self._handle()
        name = next(
            (one.name for one in table.chains.values() if handle and one.handle == handle), ""
        ) or self.cursor.name("a chain")
        chain = table.chains.get(name)
        if chain is None:
            if self.verb == "delete":
                raise Unreadable(f"chain {name} is not there", self.start)
            return
        if chain.rules:
            raise Unreadable(f"chain {name} has rules, so that nft refuses to delete it")
        del table.chains[name]

    def remove_rule(self) -> None:
        """`delete rule`."""
        chain = self._chain(self._table())
        at = self._position(chain)
        if at is None:
            raise Unreadable("`delete rule` wants the handle of a rule")
        del chain.rules[at]

    def remove_set(self) -> None:
        """`delete set` or `delete map`."""
        table = self._table()
        handle = self._handle()
        name = next(
            (one.name for one in table.sets.values() if handle and one.handle == handle), ""
        ) or self.cursor.name("a set")
        if table.sets.pop(name, None) is None and self.verb == "delete":
            raise Unreadable(f"set {name} is not there", self.start)

    def remove_element(self) -> None:
        """`delete element`."""
        self._set().changes.append(SetChange(tables.elements(self.cursor), is_removal=True))

    def _flush(self) -> None:
        kind = self.cursor.take()
        known = self.reading.state.tables
        if kind == "ruleset":
            family = self.cursor.here
            if family in _FAMILIES:
                self.cursor.at += 1
            for key in [key for key in known if family not in _FAMILIES or key[0] == family]:
                del known[key]
        elif kind == "table":
            for chain in self._table().chains.values():
                chain.rules.clear()
        elif kind == "chain":
            self._chain(self._table()).rules.clear()
        elif kind in _SETS:
            self._set().changes.clear()
        else:
            raise Unreadable(f"expected what to flush instead of `{kind}`", self.cursor.at - 1)

    def _rename(self) -> None:
        self.cursor.expect("chain")
        table = self._table()
        chain = self._chain(table)
        name = self.cursor.name("a chain's new name")
        if name in table.chains:
            raise Unreadable(f"chain {name} exists already")
        chain.name, was = name, chain.name
        table.renamed = {old: name if new == was else new for old, new in table.renamed.items()}
        table.renamed[was] = name
        table.chains = {(name if key == was else key): one for key, one in table.chains.items()}

    def _place(self) -> Place:
        return self.cursor.place(self.start)

    def _family(self) -> TableFamily:
        word = self.cursor.here
        if word in _FAMILIES:
            self.cursor.at += 1
            return TableFamily(word)
        return TableFamily.IP

    def _table(self) -> TableState:
        family, at = self._family(), self.cursor.at
        name = self.cursor.name("a table")
        table = self.reading.state.tables.get((family, name))
        if table is None:
            raise Unreadable(f"there is no table {family} {name} here, so that nft refuses it", at)
        return table

    def _chain(self, table: TableState) -> ChainState:
        at = self.cursor.at
        name = self.cursor.name("a chain")
        chain = table.chains.get(name)
        if chain is None:
            raise Unreadable(f"there is no chain {name} in table {table.family} {table.name}", at)
        return chain

    def _set(self) -> SetState:
        table, at = self._table(), self.cursor.at
        name = self.cursor.name("a set")
        found = table.sets.get(name)
        if found is None:
            raise Unreadable(f"there is no set {name} in table {table.family} {table.name}", at)
        return found

    def _handle(self) -> int | None:
        if self.cursor.here != "handle" or self.cursor.tokens[self.cursor.at + 1] in ENDS:
            return None
        self.cursor.at += 1
        return integer(self.cursor.take())


_Act = Callable[[Command], None]
_ADDERS: Mapping[str, _Act] = MappingProxyType(
    {
        "table": Command.add_table,
        "chain": Command.add_chain,
        "rule": Command.add_rule,
        "set": Command.add_set,
        "map": Command.add_set,
        "element": Command.add_element,
    }
)
_REMOVERS: Mapping[str, _Act] = MappingProxyType(
    {
        "table": Command.remove_table,
        "chain": Command.remove_chain,
        "rule": Command.remove_rule,
        "set": Command.remove_set,
        "map": Command.remove_set,
        "meter": Command.remove_set,
        "element": Command.remove_element,
    }
)
