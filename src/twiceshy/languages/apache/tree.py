"""A configuration as Apache has read it: what counts, includes filled in, tests decided."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from twiceshy.languages.apache.directive import Directive
from twiceshy.model.place import Place


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that was not read or not decided: what, where, and why."""

    why: str
    place: Place
    path: str = ""
    """The file or pattern that is missing, absolute; empty when it is about something else."""
    is_absent: bool = False
    """Whether it is known that nothing is there."""
    is_loud: bool = False
    """Whether Apache does not start because of it."""


@dataclass(frozen=True, slots=True)
class Untaken:
    """A block whose test is false: Apache reads over it without a word."""

    opening: Directive
    """Such as `<IfModule security2_module>`."""
    test: str
    """Why it is false, in words."""
    names: tuple[str, ...]
    """The directives in it, in lower case, each once."""

    @property
    def place(self) -> Place:
        """Of the line that opens it."""
        return self.opening.place


@dataclass(frozen=True, slots=True)
class Section:
    """A container such as `<VirtualHost *:443>` or `<Location /status>`."""

    opening: Directive
    inside: tuple[Node, ...]

    @property
    def name(self) -> str:
        """In lower case: `virtualhost`, `location`."""
        return self.opening.key

    @property
    def argument(self) -> str:
        """Its arguments as one text."""
        return " ".join(word.text for word in self.opening.words)

    @property
    def place(self) -> Place:
        """Of the line that opens it."""
        return self.opening.place

    @property
    def title(self) -> str:
        """As it is written."""
        return f"<{self.opening.written}>"

    def directives(self) -> Iterator[Directive | Problem]:
        """What is said right inside it, not in its own sections."""
        return (one for one in self.inside if not isinstance(one, Section))

    def sections(self) -> Iterator[Section]:
        """The containers right inside it."""
        return (one for one in self.inside if isinstance(one, Section))


Node = Directive | Section | Problem
"""A problem stands in the tree where something is missing."""


@dataclass(frozen=True, slots=True, eq=False)
class Tree:
    """Everything one main file says."""

    main: str
    """Absolute path of the file that was read first."""
    nodes: tuple[Node, ...]
    problems: tuple[Problem, ...]
    """All of them, at any depth."""
    untaken: tuple[Untaken, ...]
    modules: tuple[tuple[str, Place], ...]
    """What was loaded, by its identifier such as `security2_module`, and where."""
    files: tuple[str, ...]
    """Absolute paths of all files that were read, in the order Apache reads them."""

    def loads(self, module: str) -> Place | None:
        """Where a module is loaded; None when it is not."""
        return next((place for name, place in self.modules if name == module), None)
