"""The virtual hosts of a configuration and the sections in them, and what counts in each.

Settings come together in this order, the later ones over the earlier: the main server, the virtual
host, `<Directory>` from the shortest path, `<Files>`, `<Location>` in the order they are written
(manual, "How the sections are merged"). Of two sections of one kind the main server's comes first.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from twiceshy.languages.apache.directive import Directive
from twiceshy.languages.apache.tree import Node, Section, Tree
from twiceshy.model.place import Place

MOST_SCOPES = 2000
"""Virtual hosts and sections of one configuration."""
MOST_SECTIONS = 200
"""Sections of one virtual host that matter to whoever asks."""

_ORDER = {
    "directory": 0,
    "directorymatch": 1,
    "files": 2,
    "filesmatch": 2,
    "location": 3,
    "locationmatch": 3,
    "if": 4,
    "elseif": 4,
    "else": 4,
}
"""Kinds of sections in the order they are merged; others are taken with `<Location>`."""
_EVERY_PATH = frozenset({"/", "^", "^/", "^/.*", ".*", "/.*", "^/.*$", "^.*$"})
_REDIRECTS = frozenset({"redirect", "redirectmatch"})
_DENIED = frozenset({"all denied", "local"})
_STATUSES = frozenset({"permanent", "temp", "seeother"})

Matters = Callable[[Node], bool]
"""Whether a directive makes its section one that is asked about."""


@dataclass(frozen=True, slots=True, eq=False)
class Level:
    """What is said right inside one container, without the sections in it."""

    nodes: tuple[Node, ...]
    """Directives and problems, in order."""

    @classmethod
    def of(cls, nodes: tuple[Node, ...]) -> Level:
        """The level of a container's nodes."""
        return cls(tuple(node for node in nodes if not isinstance(node, Section)))

    def last(self, name: str) -> Directive | None:
        """The last directive of that name (in lower case)."""
        for node in reversed(self.nodes):
            if isinstance(node, Directive) and node.key == name:
                return node
        return None


@dataclass(frozen=True, slots=True, eq=False)
class Scope:
    """A virtual host, or a section of one: everything that counts there."""

    title: str
    place: Place
    names: tuple[str, ...]
    """Of the virtual host: ServerName and ServerAlias."""
    levels: tuple[Level, ...]
    """What is said, the outermost first."""
    hosts: int
    """How many of the levels are those of the main server and the virtual host."""
    path: str = ""
    """The argument of the section; empty for the virtual host itself."""
    is_public: bool = True
    answered_by: Directive | None = None
    """A `Redirect` that answers every request of the virtual host."""


@dataclass(frozen=True, slots=True, eq=False)
class _Host:
    """The main server or a virtual host."""

    title: str
    place: Place
    levels: tuple[Level, ...]
    sections: tuple[Section, ...]
    """Those that matter, in the order they are merged."""
    root: str
    is_public: bool


@dataclass(frozen=True, slots=True, eq=False)
class Scopes:
    """What there is to ask about."""

    scopes: tuple[Scope, ...]
    left_out_at: Place | None = None
    """Where there was more than is looked at; None when nothing is left out."""


def scopes_of(tree: Tree, matters: Matters) -> Scopes:
    """Every virtual host (the main server when there is none), and its sections that matter."""
    hosts = tuple(islice(_hosts(tree, matters), MOST_SCOPES))
    found = tuple(islice((one for host in hosts for one in _scopes(host)), MOST_SCOPES + 1))
    left_out = next((one.place for one in found[MOST_SCOPES:]), None)
    if left_out is None:
        left_out = next((host.place for host in hosts if len(host.sections) > MOST_SECTIONS), None)
    return Scopes(found[:MOST_SCOPES], left_out)


def _hosts(tree: Tree, matters: Matters) -> Iterator[_Host]:
    main = Level.of(tree.nodes)
    shared = _mattering(tree.nodes, matters)
    virtual = [one for one in tree.nodes if isinstance(one, Section) and one.name == "virtualhost"]
    root = main.last("documentroot")
    if not virtual:
        place = tree.nodes[0].place if tree.nodes else Place(tree.main, 1)
        yield _Host("the main server", place, (main,), _merged(shared), _path(root), is_public=True)
        return
    public = [any(map(_is_public_address, one.argument.split())) for one in virtual]
    for section, is_public in zip(virtual, public, strict=True):
        level = Level.of(section.inside)
        name = level.last("servername")
        yield _Host(
            f"virtual host {name.first if name is not None else section.argument}",
            section.place,
            (main, level),
            _merged([*shared, *_mattering(section.inside, matters)]),
            _path(level.last("documentroot") or root),
            # When all listen on loopback, something that is public stands before them.
            is_public or not any(public),
        )


def _path(root: Directive | None) -> str:
    return "" if root is None else root.first.rstrip("/")


def _scopes(host: _Host) -> Iterator[Scope]:
    everywhere = [one for one in host.sections if _is_everywhere(one, host.root)]
    levels = {id(one): Level.of(one.inside) for one in host.sections}
    answered = _redirect(host.levels[-1])
    names = _names(host.levels[-1])
    yield Scope(
        host.title,
        host.place,
        names,
        (*host.levels, *(levels[id(one)] for one in everywhere)),
        len(host.levels),
        is_public=host.is_public and not any(map(_is_closed, everywhere)),
        answered_by=answered,
    )
    for section in host.sections:
        if section in everywhere:
            continue
        around = (
            one
            for one in host.sections
            if one is section or one in everywhere or _is_around(one, section)
        )
        yield Scope(
            f"{section.title} of {host.title}",
            section.place,
            names,
            (*host.levels, *(levels[id(one)] for one in around)),
            len(host.levels),
            section.argument,
            is_public=host.is_public and not _is_closed(section),
            answered_by=answered,
        )


def _names(level: Level) -> tuple[str, ...]:
    return tuple(
        word.text
        for node in level.nodes
        if isinstance(node, Directive) and node.key in {"servername", "serveralias"}
        for word in node.words
    )


def _mattering(nodes: tuple[Node, ...], matters: Matters) -> list[Section]:
    """The sections at all depths that hold something that matters, in the order of the file."""
    found = []
    waiting = [node for node in reversed(nodes) if isinstance(node, Section)]
    while waiting:
        section = waiting.pop()
        if section.name == "virtualhost":
            continue
        if any(map(matters, section.directives())):
            found.append(section)
        waiting += reversed(tuple(section.sections()))
    return found


def _merged(sections: list[Section]) -> tuple[Section, ...]:
    ordered = sorted(
        sections[: MOST_SECTIONS + 1], key=lambda one: (_ORDER.get(one.name, 3), _depth(one))
    )
    return tuple(ordered)


def _depth(section: Section) -> int:
    return section.argument.count("/") if section.name == "directory" else 0


def _is_everywhere(section: Section, root: str) -> bool:
    path = section.argument
    if section.name in {"location", "locationmatch"}:
        return path.removeprefix("~ ").strip() in _EVERY_PATH
    if section.name == "directory":
        folder = path.rstrip("/")
        return folder == "" or (root != "" and (root == folder or root.startswith(f"{folder}/")))
    return section.name == "files" and path == "*"


def _is_around(outer: Section, inner: Section) -> bool:
    if outer.name != inner.name or outer.name not in {"location", "directory"}:
        return False
    return inner.argument.startswith(outer.argument.rstrip("/") + "/")


def _is_closed(section: Section) -> bool:
    """Whether strangers are turned away: `Require all denied`, `local` or private addresses only."""
    wants = [
        " ".join(word.text.lower() for word in node.words)
        for node in section.inside
        if isinstance(node, Directive) and node.key == "require"
    ]
    return bool(wants) and all(want in _DENIED or _is_private(want) for want in wants)


def _is_private(want: str) -> bool:
    kind, _, rest = want.partition(" ")
    if kind != "ip" or not rest:
        return False
    try:
        return all(ipaddress.ip_network(one, strict=False).is_private for one in rest.split())
    except ValueError:
        return False


def _is_public_address(text: str) -> bool:
    address = text.rpartition(":")[0] if re.search(r":(?:\d+|\*)$", text) else text
    if address.lower() == "localhost":
        return False
    try:
        return not ipaddress.ip_address(address.strip("[]")).is_loopback
    except ValueError:
        return True


def _redirect(level: Level) -> Directive | None:
    for node in level.nodes:
        if not isinstance(node, Directive) or node.key not in _REDIRECTS:
            continue
        words = [word.text for word in node.words]
        if words and (words[0].isdigit() or words[0].lower() in _STATUSES):
            words = words[1:]
        if len(words) > 1 and words[0] in _EVERY_PATH:
            return node
    return None
