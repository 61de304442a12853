"""A file as a list of things that mean something, to be compared with another one."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

from twiceshy.model.place import Place


@dataclass(frozen=True, slots=True)
class Item:
    """One directive, setting, rule or line."""

    group: str
    """What it stands in, whose order counts: a block, a chain; or the name of a setting."""
    sense: Hashable
    """Equal for items that mean the same."""
    shown: str
    """As messages show it, without secrets."""
    place: Place


@dataclass(frozen=True, slots=True)
class Reading:
    """All of a file."""

    how: str
    """`nginx`, `YAML`, `lines`, ..."""
    items: tuple[Item, ...]
    is_ordered: bool = True
    """False for settings with names: then only the last item of a group counts."""
    trouble: str | None = None
    """What could not be read, with its place."""
