"""The rule files of a configuration, includes filled in as libmodsecurity fills them.

`Include` takes a file or a pattern, relative to the folder of the file it stands in. What matches a
pattern comes in the order of bytes. What is not among the files of the configuration is a `Gap` where
it stands; nginx does not start when an include finds nothing, so nothing is ever left out silently.

Bounds: `MOST_BYTES` in one file; `MOST_STATEMENTS`, `MOST_INCLUDES` and `MOST_PATTERNS` in one reading;
`DEEPEST_INCLUDE` files inside each other. What is beyond is a `Gap`.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from twiceshy.languages.apache.lines import MOST_BYTES
from twiceshy.languages.seclang.statement import Statement, statements_of
from twiceshy.model.configuration import Configuration
from twiceshy.model.place import Place

MOST_STATEMENTS = 50_000
MOST_INCLUDES = 2000
MOST_PATTERNS = 500
"""Includes with a pattern."""
DEEPEST_INCLUDE = 20
_MAGIC = re.compile(r"[*?\[]")
_NOT_TAKEN = re.compile(r"[?\[\"']")
_CORE_RULES = re.compile(
    r"(?:modsecurity-crs|coreruleset|owasp[-_.]?(?:modsecurity[-_.]?)?crs|/crs|/modsecurity\.d/owasp)"
    r"[^/]*(?:/.*)?$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that belongs here and was not read."""

    path: str
    """The file or pattern, absolute; empty when it is not about a file."""
    why: str
    place: Place
    is_absent: bool = False
    """Whether it is known that nothing is there, so that nothing is missing but what it should say."""

    @property
    def is_core_rules(self) -> bool:
        """Whether it is of the core rule set, which sets no SecRuleEngine."""
        return _CORE_RULES.search(self.path) is not None


Item = Statement | Gap


@lru_cache(maxsize=8)  # several guards, and many servers, ask for the files of one configuration
def library_of(configuration: Configuration) -> Library:
    """The rule files of a configuration; each is cut into statements once."""
    return Library(configuration)


@dataclass(eq=False)
class Library:
    """Reads rule files, and remembers what it has read."""

    configuration: Configuration
    _read: dict[str, tuple[Item, ...]] = field(default_factory=dict)
    _cut: dict[str, tuple[Statement, ...]] = field(default_factory=dict)

    def file(self, path: str, asked: Place) -> tuple[Item, ...]:
        """What `modsecurity_rules_file PATH` loads; `asked` is where it is asked for."""
        if path not in self._read:
            reading = _Reading(self)
            items = tuple(reading.file(path, asked))
            if path not in self.configuration.files:
                return items
            self._read[path] = items
        return self._read[path]

    def inline(self, text: str, place: Place) -> tuple[Item, ...]:
        """What `modsecurity_rules '...'` says; `place` is the directive's."""
        reading = _Reading(self)
        statements = statements_of(text, place.file, first=place.line)
        return tuple(reading.filled(statements, folder=None, within=()))

    def statements(self, path: str, content: bytes) -> tuple[Statement, ...]:
        """One file, includes still as they are written."""
        if path not in self._cut:
            shown = self.configuration.shown(path)
            short = len(content) <= _LONGEST_KEPT
            self._cut[path] = _kept_cut(content, shown) if short else _cut(content, shown)
        return self._cut[path]


def _cut(content: bytes, shown: str) -> tuple[Statement, ...]:
    return tuple(statements_of(content.decode("utf-8", "replace"), shown))


_LONGEST_KEPT = 512 * 1024
_kept_cut = lru_cache(maxsize=128)(_cut)
"""The files of the core rule set are the same before and after most changes."""


@dataclass(eq=False)
class _Reading:
    library: Library
    left: int = MOST_STATEMENTS
    includes_left: int = MOST_INCLUDES
    patterns_left: int = MOST_PATTERNS

    def file(self, path: str, asked: Place, within: tuple[str, ...] = ()) -> Iterator[Item]:
        configuration = self.library.configuration
        content = configuration.files.get(path)
        if content is None:
            yield gap_of(path, configuration, asked)
        elif path in within:
            yield Gap(path, f"{configuration.shown(path)} includes itself", asked)
        elif len(within) > DEEPEST_INCLUDE:
            why = f"includes are nested deeper than the {DEEPEST_INCLUDE} levels that are read"
            yield Gap(path, why, asked)
        elif len(content) > MOST_BYTES:
            why = f"the file is longer than the {MOST_BYTES // 1024 // 1024} MiB that are read"
            yield Gap(path, why, Place(configuration.shown(path), 1))
        else:
            folder = path.rpartition("/")[0]
            statements = self.library.statements(path, content)
            yield from self.filled(iter(statements), folder, (*within, path))

    def filled(
        self, statements: Iterator[Statement], folder: str | None, within: tuple[str, ...]
    ) -> Iterator[Item]:
        for one in statements:
            if self.left <= 0:
                if self.includes_left >= 0:
                    why = f"there are more than the {MOST_STATEMENTS} directives that are read"
                    yield Gap("", why, one.place)
                return
            self.left -= 1
            if one.key == "include":
                self.includes_left -= 1
                if self.includes_left < 0:
                    yield Gap("", f"there are more than the {MOST_INCLUDES} includes", one.place)
                    self.left = 0
                    return
                yield from self._included(one, folder, within)
            else:
                yield one

    def _included(
        self, include: Statement, folder: str | None, within: tuple[str, ...]
    ) -> Iterator[Item]:
        # libmodsecurity takes the rest of the line as one name, quotes and all.
        name = include.line.text[include.start + len(include.name) :].strip()
        if _NOT_TAKEN.search(name):
            why = "libmodsecurity takes no quotes and no pattern but * in an include"
            yield Gap("", why, include.place, is_absent=True)
            return
        if not name.startswith("/"):
            if folder is None:
                why = f"{name or 'an include'} is relative, and inline rules have no folder"
                yield Gap("", why, include.place)
                return
            name = f"{folder}/{name}"
        if not _MAGIC.search(name):
            yield from self.file(normal(name), include.place, within)
            return
        self.patterns_left -= 1
        if self.patterns_left < 0:
            why = f"there are more than the {MOST_PATTERNS} patterns that are followed"
            yield Gap("", why, include.place)
            return
        found = matching(name, self.library.configuration)
        if not found:
            yield gap_of(normal(name), self.library.configuration, include.place)
        for path in found:
            yield from self.file(path, include.place, within)


def matching(pattern: str, configuration: Configuration) -> list[str]:
    """The paths of the configuration's files that a pattern fits, in the order of bytes.

    As in glob(3), no wildcard fits a slash or a dot at the beginning of a name.
    """
    wanted = normal(pattern).split("/")
    tests = [re.compile(fnmatch.translate(step)).match for step in wanted]
    return [
        path
        for path in sorted({*configuration.files, *configuration.unseen}, key=str.encode)
        if len(steps := path.split("/")) == len(wanted)
        and all(
            test(step) and (step[:1] != "." or form[:1] == ".")
            for test, step, form in zip(tests, steps, wanted, strict=True)
        )
    ]


def gap_of(path: str, configuration: Configuration, asked: Place) -> Gap:
    """Why there is nothing of `path`, a file or a pattern, among the files."""
    shown = configuration.shown(path)
    for known in _upwards(path):
        why = configuration.unseen.get(known)
        if why is not None:
            absent = "no such file" in why.lower()
            said = f"{shown} is not there" if absent else f"{shown} could not be read: {why}"
            return Gap(path, said, asked, is_absent=absent)
    folder = path.rpartition("/")[0]
    if (
        _MAGIC.search(path)
        and not _MAGIC.search(folder)
        and next(configuration.under(folder), None)
    ):
        return Gap(path, f"nothing is there that {shown} fits", asked, is_absent=True)
    return Gap(path, f"{shown} was not part of what was handed in", asked)


def _upwards(path: str) -> Iterator[str]:
    while path:
        yield path
        path = path.rpartition("/")[0]


def normal(path: str) -> str:
    """An absolute path without `.`, `..` and empty steps."""
    steps: list[str] = []
    for step in path.split("/"):
        if step == "..":
            del steps[-1:]
        elif step not in {"", "."}:
            steps.append(step)
    return "/" + "/".join(steps)
