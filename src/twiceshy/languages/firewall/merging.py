"""Tables of several files of one host, as one: which of them the kernel holds in the end.

A file at rest is loaded on top of what runs, as iptables-restore does it: its tables take the
place of those that a listing of the kernel printed. Between two files at rest the order is not
known, so a table that stands in both and differs is a problem.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from twiceshy.languages.firewall.conditions import Opaque
from twiceshy.languages.firewall.ruleset import Problem, Table
from twiceshy.model.place import Place

_USUAL = ("iptables-nft", "iptables", "iptables-legacy")


class Merging:
    """Tables of iptables while files are added."""

    def __init__(self) -> None:
        self._printed: list[Table] = []
        self._at_rest: list[Table] = []

    @property
    def tables(self) -> list[Table]:
        """What there is at the end."""
        return [*self._printed, *self._at_rest]

    def add_printed(self, tables: Iterable[Table]) -> None:
        """Of the kernel's own listing."""
        self._printed += tables

    def add_at_rest(self, tables: Iterable[Table]) -> Iterable[Problem]:
        """Of a file that is loaded on top of what runs."""
        for table in tables:
            other = next((one for one in self._at_rest if _is_same(one, table)), None)
            if other is None:
                self._at_rest.append(self._in_place(table))
            elif meaning(other) != meaning(table):
                yield _twice(table, other)

    def _in_place(self, table: Table) -> Table:
        """The table with the source of the printed one it replaces."""
        rivals = [
            one for one in self._printed if (one.family, one.name) == (table.family, table.name)
        ]
        if table.source != "iptables":
            rivals = [one for one in rivals if one.source == table.source]
        rivals.sort(key=lambda one: _USUAL.index(one.source))
        if not rivals:
            return table
        self._printed.remove(rivals[0])
        return replace(table, source=rivals[0].source)


def _is_same(one: Table, other: Table) -> bool:
    alike = one.source == other.source or "iptables" in {one.source, other.source}
    return alike and (one.family, one.name) == (other.family, other.name)


def _twice(table: Table, other: Table) -> Problem:
    file = other.place.file if other.place else "another file"
    return Problem(
        table.place or Place(file, 1),
        f"the table {table.family} {table.name} stands in {file} too and differs there; which of "
        "them is loaded last is not known: name the files that count",
    )


def shared(tables: Iterable[Table], others: Iterable[Table]) -> Iterable[Problem]:
    """Tables that files of nft and of iptables both make: in the kernel they are one."""
    known = {(table.family, table.name): table for table in tables}
    for table in others:
        other = known.get((table.family, table.name))
        if other is not None and other.source != "iptables-legacy":
            yield _twice(table, other)


def meaning(table: Table) -> object:
    """What is the same in two tables that do the same: places and texts left out."""
    return {
        name: (
            chain.base and (chain.base.hook, chain.base.priority, chain.base.policy),
            [
                (
                    [one.text if isinstance(one, Opaque) else one for one in rule.conditions],
                    rule.target,
                    rule.effects,
                )
                for rule in chain.rules
            ],
        )
        for name, chain in table.chains.items()
    }
