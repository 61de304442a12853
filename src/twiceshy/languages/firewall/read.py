"""All rule sets of a host's configuration, read into one."""

from __future__ import annotations

import re
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

from twiceshy.languages.firewall.dialect import Dialect, dialect_of
from twiceshy.languages.firewall.ipset.read import SetsFile, read_sets
from twiceshy.languages.firewall.iptables.commands import apply_commands, apply_to_sets
from twiceshy.languages.firewall.iptables.save import read_save
from twiceshy.languages.firewall.merging import Merging, shared
from twiceshy.languages.firewall.ruleset import Problem, Ruleset, Table, TableFamily
from twiceshy.model.configuration import OUTPUTS, Configuration

__all__ = ["Dialect", "dialect_of", "ruleset_of"]

_CHANGED_SET = re.compile(rb"--(?:add|del)-set[ \t]+(\S+)")
_SAVES = {"iptables-save": TableFamily.IP, "ip6tables-save": TableFamily.IP6}


class _File(NamedTuple):
    path: str
    shown: str
    data: bytes
    dialect: Dialect

    @property
    def is_printed(self) -> bool:
        return self.path in OUTPUTS


# a configuration is never changed, and each guard of a review asks for the same one
@lru_cache(maxsize=8)
def ruleset_of(configuration: Configuration, paths: tuple[str, ...] = ()) -> Ruleset:
    """The rule sets in these files, or in all files that hold one, as the kernel's one.

    What commands printed (`OUTPUTS`) is what runs; files are loaded on top of it, and scripts of
    commands are run after them, in the order of `paths` or else of their names. Sets come first,
    since rules name them.
    """
    files = _files(configuration, paths)
    sets, problems_of_sets = read_sets(
        tuple(
            SetsFile(
                one.data,
                one.shown,
                None if one.dialect == "ipset-save" else apply_to_sets,
                one.is_printed,
            )
            for one in files
            if one.dialect in {"ipset-save", "iptables-commands"}
        ),
        _varying(files),
    )
    problems: list[Problem] = [*problems_of_sets]
    merging = Merging()
    hidden: list[tuple[TableFamily, str, Problem]] = []
    for one in files:
        family = _SAVES.get(one.dialect)
        if family is None:
            continue
        saved = read_save(one.data, one.shown, family, sets)
        problems += saved.problems
        hidden += saved.hidden
        if one.is_printed:
            merging.add_printed(saved.tables)
        else:
            problems += merging.add_at_rest(saved.tables)
    tables = merging.tables
    for one in files:
        if one.dialect == "iptables-commands":
            changed = apply_commands(one.data, one.shown, tables, sets)
            tables = [*changed.tables]
            problems += changed.problems
    concealed = {(family, name) for family, name, _ in hidden}
    nft = _nft(configuration, files, tables, concealed)
    native = {(table.family, table.name) for table in nft.tables}
    tables = [one for one in tables if not _is_listed_better(one, concealed & native)]
    problems += [*nft.problems, *shared(tables, nft.tables)]
    problems += [problem for *key, problem in hidden if tuple(key) not in native]
    sizes = {name: one.size for name, one in sets.by_name.items()}
    return Ruleset((*tables, *nft.tables), tuple(problems), MappingProxyType({**sizes, **nft.sets}))


def _files(configuration: Configuration, paths: tuple[str, ...]) -> list[_File]:
    files = configuration.files
    printed = [path for path in OUTPUTS if path in files]
    asked = paths or (*printed, *(path for path in sorted(files) if path not in OUTPUTS))
    found: list[_File] = []
    for path in dict.fromkeys(asked):
        data = files.get(path)
        dialect = None if data is None else dialect_of(path, data)
        if data is not None and dialect is not None:
            found.append(_File(path, configuration.shown(path), data, dialect))
    return found


def _varying(files: list[_File]) -> frozenset[str]:
    return frozenset(
        name.decode("utf-8", "replace")
        for one in files
        if one.dialect not in {"nft", "ipset-save"}
        for name in _CHANGED_SET.findall(one.data)
    )


def _is_listed_better(table: Table, native: set[tuple[TableFamily, str]]) -> bool:
    """Whether nft lists all of a table of which iptables-save shows a part."""
    return table.source != "iptables-legacy" and (table.family, table.name) in native


def _nft(
    configuration: Configuration,
    files: list[_File],
    tables: list[Table],
    concealed: set[tuple[TableFamily, str]],
) -> Ruleset:
    paths = [one.path for one in files if one.dialect == "nft"]
    if not paths:
        return Ruleset(())
    # most hosts have one notation alone, and a cold start should not load the other's reader
    from twiceshy.languages.firewall.nft_files import read_nft_of

    printed = {one.shown for one in files if one.is_printed}
    shown_better = {
        (table.family, table.name)
        for table in tables
        if table.source != "iptables-legacy" and table.place and table.place.file in printed
    }
    return read_nft_of(configuration, paths, shown_better - concealed)
