"""`ipset save`, and what scripts of ipset commands make of it."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from twiceshy.languages.firewall.ipset.sets import Sets
from twiceshy.languages.firewall.ipset.workspace import SetsWorkspace
from twiceshy.languages.firewall.ruleset import Problem
from twiceshy.languages.pausing import without_collecting
from twiceshy.model.place import Place

MOST_BYTES = 32 * 1024 * 1024

Script = Callable[[bytes, SetsWorkspace, str], None]
"""Applies the ipset commands of a script (content, sets, name for people) to the sets."""


class SetsFile(NamedTuple):
    """A file that says something of sets."""

    data: bytes
    shown: str
    """Its name for people."""
    script: Script | None = None
    """How it is applied; None for what `ipset save` prints."""
    is_printed: bool = False
    """What the kernel listed: sets that a file at rest creates take the place of these."""


# a file that did not change between two configurations is read once
@lru_cache(maxsize=8)
def read_sets(
    files: tuple[SetsFile, ...], varying: frozenset[str]
) -> tuple[Sets, tuple[Problem, ...]]:
    """The sets of these files, in their order; `varying` ones change while packets pass."""
    space = SetsWorkspace()
    with without_collecting():
        for one in files:
            _apply(one, space)
            if one.is_printed:
                space.replaceable = frozenset(space.sets)
        return space.finished(varying), tuple(space.problems)


def _apply(file: SetsFile, space: SetsWorkspace) -> None:
    if len(file.data) > MOST_BYTES:
        what = f"the file is larger than {MOST_BYTES // 1024 // 1024} MB and was not read"
        space.problems.append(Problem(Place(file.shown, 1), what))
    elif file.script is not None:
        file.script(file.data, space, file.shown)
    else:
        _read(file.data.decode("utf-8", "replace"), file.shown, space)


def _read(whole: str, shown: str, space: SetsWorkspace) -> None:
    for number, line in enumerate(whole.split("\n"), 1):
        text = line.strip()
        if text and text[0] != "#":
            space.line(text, Place(shown, number))
            if space.is_full:
                return
