"""Where variables come from: `map`, `geo`, `split_clients` and `set`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from twiceshy.languages.nginx.level import Level
from twiceshy.languages.nginx.tree import Directive
from twiceshy.languages.nginx.web import Web
from twiceshy.model.place import Place

VARIABLE = re.compile(r"\$(?:\{([A-Za-z0-9_]+)\}|([A-Za-z0-9_]+))")


@dataclass(frozen=True, slots=True)
class Source:
    """A block that gives a variable its value."""

    kind: str
    """`map`, `geo` or `split_clients`."""
    variable: str
    """Without `$`."""
    of: str
    """What it looks at, such as `$remote_addr`."""
    values: tuple[tuple[str, str], ...]
    """Each case and the value it gives, `default` (or `*`) among them."""
    place: Place
    is_whole: bool
    """Whether all of it was read, includes too."""

    @property
    def default(self) -> str:
        """The value when no case fits; empty when there is none."""
        return next((value for case, value in self.values if case in {"default", "*"}), "")


_OPTIONS = frozenset({"hostnames", "volatile", "ranges", "proxy", "proxy_recursive", "delete"})
_CLIENT = "$remote_addr"


def sources_of(web: Web) -> Mapping[str, Source]:
    """Variable (without `$`) to the block that gives its value; the last one counts."""
    found: dict[str, Source] = {}
    for level in web.levels:
        for one in level.own("map", "geo", "split_clients"):
            if one.block is None or not one.args:
                continue
            of = one.args[0] if len(one.args) > 1 else _CLIENT
            variable = one.args[-1].removeprefix("$")
            values = tuple(
                (case.name, case.first) for case in one.block if case.name not in _OPTIONS
            )
            whole = all(case.name != "include" for case in one.block)
            found[variable] = Source(one.name, variable, of, values, one.place, whole)
    return MappingProxyType(found)


def set_at(level: Level, variable: str) -> tuple[Directive, ...]:
    """The `set` directives of a variable (without `$`) at a level, around it, and in its `if`s."""
    return tuple(
        one
        for around in level.outwards()
        for one in (
            *around.own("set"),
            *(inner for condition in around.own("if") for inner in condition.inner("set")),
        )
        if one.first == f"${variable}"
    )


def variables_in(text: str) -> tuple[str, ...]:
    """The variables a text names, without `$`."""
    return tuple(a or b for a, b in VARIABLE.findall(text))
