"""A configuration as nginx has read it: directives, each with its place, includes filled in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from twiceshy.model.place import Place


@dataclass(frozen=True, slots=True)
class Directive:
    """One directive; what a file that it includes says stands in its place."""

    name: str
    args: tuple[str, ...]
    """Without quotes and backslashes. Of `if` with the parentheses, as nginx takes them."""
    place: Place
    """Of its name, in the file it is written in."""
    block: tuple[Directive, ...] | None = None
    """What is between its braces; None when it ends with `;`."""

    @property
    def first(self) -> str:
        """The first argument, empty when there is none."""
        return self.args[0] if self.args else ""

    @property
    def words(self) -> str:
        """Name and arguments on one line, shortened, for messages."""
        text = " ".join((self.name, *self.args)).replace("\n", " ")
        return text if len(text) <= LONGEST_WORDS else f"{text[: LONGEST_WORDS - 3]}..."

    def inner(self, name: str) -> Iterator[Directive]:
        """The directives of that name right inside the block."""
        return (one for one in self.block or () if one.name == name)


LONGEST_WORDS = 90


class Trouble(StrEnum):
    """Why a part of a configuration could not be read."""

    SYNTAX = "syntax"
    """nginx does not load it."""
    MISSING = "missing"
    """A file that is included by its name is not there: nginx does not load it."""
    CYCLE = "cycle"
    """A file includes itself, directly or by way of others: nginx does not load it."""
    REFUSED = "refused"
    """A known directive in the wrong place or with the wrong number of arguments."""
    UNSEEN = "unseen"
    """A file that is included was not part of what was handed in, or could not be read."""
    TOO_MUCH = "too much"
    """Longer or nested deeper than is read here."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that was not read: what, where, and why."""

    trouble: Trouble
    why: str
    place: Place

    @property
    def is_fatal(self) -> bool:
        """Whether nginx itself refuses the configuration because of it."""
        return self.trouble in {Trouble.SYNTAX, Trouble.MISSING, Trouble.CYCLE}

    def __str__(self) -> str:
        return f"{self.place}: {self.why}"


@dataclass(frozen=True, slots=True, eq=False)
class Tree:
    """Everything that one main file says, the files it includes filled in."""

    main: str
    """Absolute path of the file that was read first."""
    directives: tuple[Directive, ...]
    """Those of the main context; an `include` among them, at any depth, could not be read."""
    problems: tuple[Problem, ...]
    files: tuple[str, ...]
    """Absolute paths of all files that were read, in the order nginx reads them."""
    within: str = ""
    """Empty for a whole configuration; `http` for the parts of one whose main file was not handed
    in: what `http` and the main context say is not known then."""

    @property
    def folder(self) -> str:
        """What relative paths start from: nginx's configuration prefix."""
        return self.main.rpartition("/")[0] or "/"

    def resolved(self, path: str) -> str:
        """A path of a directive, absolute."""
        return normal(path if path.startswith("/") else f"{self.folder}/{path}")

    def top(self, name: str) -> Iterator[Directive]:
        """The directives of that name in the main context, such as `http`, `stream`, `user`."""
        return (one for one in self.directives if one.name == name)


def normal(path: str) -> str:
    """An absolute path without `.`, `..` and empty steps."""
    steps: list[str] = []
    for step in path.split("/"):
        if step == "..":
            del steps[-1:]
        elif step not in {"", "."}:
            steps.append(step)
    return "/" + "/".join(steps)
