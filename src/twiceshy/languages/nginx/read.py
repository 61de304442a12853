"""The files of a configuration into one tree of directives; nothing is read from any disk.

Includes are taken as nginx takes them: a name without `*`, `?` and `[` must exist; a pattern may
match nothing, and what it matches comes in the order of bytes, as glob(3) sorts in the C locale;
relative names start at the folder of the main file. What a pattern would match and was not handed
in cannot be told from what is not there. An included file is read for itself: it closes
the braces it opens.

A name that is included and was not handed in is a `Problem`, and its `include` stays in the tree,
so that whoever asks for something at that level knows that a part is not known. The few files that
every package of nginx ships beside its main file and that decide nothing a guard asks about
(`mime.types`, `fastcgi_params` and their like) are taken to be as shipped.

Whether a directive may stand where it stands, with that many arguments, is asked of crossplane's
table of nginx's own directives; what the table does not know is let pass, as a module may bring it.

Bounds: `MOST_BYTES` in one file, `MOST_BYTES_IN_ALL`, `MOST_DIRECTIVES` after all includes,
`DEEPEST` blocks and `DEEPEST_INCLUDE` includes inside each other. What is beyond is a `Problem`, never left out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from operator import is_

from crossplane.analyzer import (  # type: ignore[import-untyped] # it ships no types
    analyze,
    enter_block_ctx,
)
from crossplane.errors import (  # type: ignore[import-untyped] # as above
    NgxParserDirectiveError,
)

from twiceshy.languages.nginx.names import Names
from twiceshy.languages.nginx.parse import DEEPEST, MOST_BYTES, MOST_DIRECTIVES, Parsed, parse
from twiceshy.languages.nginx.tree import Directive, Problem, Tree, Trouble, normal
from twiceshy.languages.pausing import without_collecting
from twiceshy.model.configuration import Configuration
from twiceshy.model.place import Place

__all__ = ["DEEPEST", "DEEPEST_INCLUDE", "MOST_BYTES", "MOST_DIRECTIVES", "read", "read_parts"]

DEEPEST_INCLUDE = 20
MOST_BYTES_IN_ALL = 4 * MOST_BYTES
"""Of all files of a configuration, each counted once."""

SHIPPED = frozenset(
    {
        "mime.types",
        "fastcgi.conf",
        "fastcgi_params",
        "scgi_params",
        "uwsgi_params",
        "proxy_params",
        "koi-utf",
        "koi-win",
        "win-utf",
    }
)
"""Files beside the main one that packages of nginx bring and nobody edits."""

_MAGIC = re.compile(r"[*?\[]")
_VALUES = frozenset({"types", "map", "geo", "split_clients", "charset_map", "match"})
"""Blocks whose lines are values and no directives."""

_SWITCH = frozenset({"on", "off"})

Context = tuple[str, ...]
"""The names of the blocks around a directive, outermost first, as crossplane counts them."""


@lru_cache(maxsize=8)  # several kinds and guards read the same configuration one after another
def read(configuration: Configuration, main: str) -> Tree:
    """The tree that begins with the file `main` (absolute path), for a whole configuration."""
    with without_collecting():
        return _Reader(configuration, main).tree((main,), "")


@lru_cache(maxsize=8)  # as above
def read_parts(configuration: Configuration, main: str, parts: tuple[str, ...]) -> Tree:
    """The tree of files that stand inside `http` of a main file which was not handed in."""
    with without_collecting():
        return _Reader(configuration, main).tree(parts, "http")


@dataclass(slots=True)
class _Reader:
    configuration: Configuration
    main: str
    problems: dict[Problem, None] = field(default_factory=dict)
    files: dict[str, None] = field(default_factory=dict)
    parsed: dict[str, Parsed] = field(default_factory=dict)
    way: list[str] = field(default_factory=list)
    """The files that are being read, each included by the one before it."""
    left: int = MOST_DIRECTIVES
    bytes_left: int = MOST_BYTES_IN_ALL
    depth: int = 0
    taken: set[tuple[str, int, bool, bool, Context]] = field(default_factory=set)
    """The forms that were found to be right: configurations repeat themselves."""
    names: Names | None = None

    def tree(self, paths: tuple[str, ...], within: str) -> Tree:
        context = (within,) if within else ()
        found: list[Directive] = []
        for path in paths:
            found += self._file(path, Place(self.configuration.shown(path), 1), context) or ()
        return Tree(self.main, tuple(found), tuple(self.problems), tuple(self.files), within)

    def _problem(self, trouble: Trouble, why: str, place: Place) -> None:
        self.problems[Problem(trouble, why, place)] = None

    def _file(self, path: str, asked: Place, context: Context) -> list[Directive] | None:
        """What the file says with its includes; None when it is not there to be read."""
        content = self.configuration.files.get(path)
        if content is None:
            self._absent(path, asked)
            return None
        if path in self.way:
            why = f"{self.configuration.shown(path)} includes itself"
            self._problem(Trouble.CYCLE, why, asked)
            return []
        if len(self.way) > DEEPEST_INCLUDE:
            why = f"includes are nested deeper than the {DEEPEST_INCLUDE} levels that are read"
            self._problem(Trouble.TOO_MUCH, why, asked)
            return None
        self.files[path] = None
        if path not in self.parsed:
            self.bytes_left -= len(content)
            if self.bytes_left < 0:
                why = (
                    f"there is more than the {MOST_BYTES_IN_ALL // 1024 // 1024} MiB that are read"
                )
                self._problem(Trouble.TOO_MUCH, why, asked)
                return None
            self.parsed[path] = parse(content, self.configuration.shown(path))
        parsed = self.parsed[path]
        if parsed.problem is not None:
            self.problems[parsed.problem] = None
        self.way.append(path)
        found = self._filled(parsed.directives, context)
        self.way.pop()
        return found

    def _absent(self, path: str, asked: Place) -> None:
        why = self.configuration.unseen.get(path)
        shown = self.configuration.shown(path)
        if why is None:
            self._problem(Trouble.UNSEEN, f"{shown} was not part of what was handed in", asked)
        elif "no such file" in why.lower():
            self._problem(Trouble.MISSING, f"{shown} is included and not there", asked)
        else:
            self._problem(Trouble.UNSEEN, f"{shown} could not be read: {why}", asked)

    def _filled(self, directives: tuple[Directive, ...], context: Context) -> list[Directive]:
        """The directives with what they include in place of each `include`."""
        found: list[Directive] = []
        if context and context[-1] in _VALUES:
            return self._values(directives, context)
        for one in directives:
            if self.left <= 0:
                why = f"there are more than the {MOST_DIRECTIVES} directives that are read"
                self._problem(Trouble.TOO_MUCH, why, one.place)
                return found
            self.left -= 1
            self._check(one, context)
            if one.block is not None:
                found.append(self._block(one, one.block, context))
            elif one.name == "include" and len(one.args) == 1:
                found += self._included(one, context)
            else:
                found.append(one)
        return found

    def _block(self, one: Directive, block: tuple[Directive, ...], context: Context) -> Directive:
        if self.depth >= DEEPEST:
            why = f"blocks are nested deeper than the {DEEPEST} levels that are read"
            self._problem(Trouble.TOO_MUCH, why, one.place)
            return one
        self.depth += 1
        inner = enter_block_ctx({"directive": one.name}, context)
        inside = tuple(self._filled(block, inner))
        # What includes nothing stays as it is: large configurations are made of small objects.
        same = len(inside) == len(block) and all(map(is_, inside, block))
        filled = one if same else Directive(one.name, one.args, one.place, inside)
        self.depth -= 1
        return filled

    def _values(self, directives: tuple[Directive, ...], context: Context) -> list[Directive]:
        self.left -= len(directives)
        found: list[Directive] = []
        for one in directives:
            if one.name == "include" and len(one.args) == 1:
                found += self._included(one, context)
            else:
                found.append(one)
        return found

    def _included(self, include: Directive, context: Context) -> list[Directive]:
        name = include.first
        path = name if name.startswith("/") else f"{self.main.rpartition('/')[0]}/{name}"
        if not _MAGIC.search(path):
            path = normal(path)
            if path not in self.configuration.files and self._is_shipped(path):
                return []
            inside = self._file(path, include.place, context)
            return [include] if inside is None else inside
        found: list[Directive] = []
        if self.names is None:
            self.names = Names.of(self.configuration)
        for match in self.names.matching(path):
            inside = self._file(match, include.place, context)
            found += [include] if inside is None else inside
        return found

    def _is_shipped(self, path: str) -> bool:
        folder, _, name = path.rpartition("/")
        return (
            name in SHIPPED
            and folder == self.main.rpartition("/")[0]
            and path not in self.configuration.unseen
        )

    def _check(self, one: Directive, context: Context) -> None:
        is_switch = len(one.args) == 1 and one.args[0].lower() in _SWITCH
        form = (one.name, len(one.args), is_switch, one.block is None, context)
        if form in self.taken:
            return
        statement = {"directive": one.name, "line": one.place.line, "args": list(one.args)}
        end = ";" if one.block is None else "{"
        try:
            analyze(one.place.file, statement, end, context)
        except NgxParserDirectiveError as error:
            self._problem(Trouble.REFUSED, str(error.strerror), one.place)
        else:
            self.taken.add(form)
