"""From texts to a tree."""

from __future__ import annotations

from twiceshy.languages.apache.directive import Directive
from twiceshy.languages.apache.read import read
from twiceshy.languages.apache.tree import Tree
from twiceshy.model.configuration import Configuration

MAIN = "/etc/apache2/apache2.conf"


def tree_of(
    text: str,
    files: dict[str, str] | None = None,
    *,
    unseen: dict[str, str] | None = None,
    defines: tuple[str, ...] = (),
) -> Tree:
    """The tree of a main file; other files are named relative to it."""
    content = {
        path if path.startswith("/") else f"/etc/apache2/{path}": one.encode()
        for path, one in (files or {}).items()
    }
    content[MAIN] = text.encode()
    return read(Configuration(content, unseen=unseen or {}), MAIN, defines)


def said(tree: Tree) -> list[str]:
    """The directives outside sections, as they are written."""
    return [node.written for node in tree.nodes if isinstance(node, Directive)]
