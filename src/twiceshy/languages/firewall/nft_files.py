"""The nft files of a host that are loaded by themselves, read on top of what runs."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from posixpath import dirname, join, normpath

from twiceshy.languages.firewall.iptables.names import BASE_CHAINS
from twiceshy.languages.firewall.nft.includes import matching_paths
from twiceshy.languages.firewall.nft.lowering import lower
from twiceshy.languages.firewall.nft.read import read_nft_state
from twiceshy.languages.firewall.nft.state import NftState
from twiceshy.languages.firewall.ruleset import Ruleset, TableFamily
from twiceshy.model.configuration import OUTPUTS, Configuration

_INCLUDE = re.compile(rb'^[ \t]*include[ \t]+"([^"\n]+)"', re.MULTILINE)
_FOLDER = "/etc"


def read_nft_of(
    configuration: Configuration,
    paths: Iterable[str],
    shown_better: Collection[tuple[TableFamily, str]],
) -> Ruleset:
    """What loading these files leaves, on top of what `nft list ruleset` printed.

    Files that another one includes are not loaded a second time. `shown_better` are the tables
    that iptables made and iptables-save prints whole; nft's listing of them is left out.
    """
    named = [(path, configuration.files[path]) for path in _loaded(configuration, [*paths])]
    state: NftState | None = None
    printed = [one for one in named if one[0] in OUTPUTS]
    if printed:
        state = _without(read_nft_state(printed, configuration), shown_better)
    at_rest = [one for one in named if one[0] not in OUTPUTS]
    if at_rest:
        state = read_nft_state(at_rest, configuration, state)
    return lower(state or NftState())


def _without(state: NftState, tables: Collection[tuple[TableFamily, str]]) -> NftState:
    left_out = {key for key in tables if key[1] in BASE_CHAINS} & state.tables.keys()
    for key in left_out:
        del state.tables[key]
    state.problems[:] = [
        one for one in state.problems if one.chain is None or one.chain[:2] not in left_out
    ]
    return state


def _loaded(configuration: Configuration, paths: Sequence[str]) -> Sequence[str]:
    """The paths that no other file includes; of files that only include each other, the first."""
    parts = {path: frozenset(_included(configuration, path)) for path in paths}
    included = frozenset().union(*parts.values())
    loaded = [path for path in paths if path not in included]
    reached: set[str] = set()
    for path in (*loaded, *paths):
        if path in reached:
            continue
        if path in included:
            loaded.append(path)
        waiting = [path]
        while waiting:
            one = waiting.pop()
            if one not in reached:
                reached.add(one)
                waiting += parts.get(one, ())
    return loaded


def _included(configuration: Configuration, path: str) -> Iterator[str]:
    for name in _INCLUDE.findall(configuration.files[path]):
        text = name.decode("utf-8", "replace")
        folder = dirname(path) if text.startswith("./") else _FOLDER
        for one in matching_paths(configuration, normpath(join(folder, text))):
            if one != path:
                yield one
