"""Files as a change hands them in, and the hosts they stand on.

A tree mirrors one host or several: `hosts/web-1/etc/nginx/nginx.conf` is `/etc/nginx/nginx.conf`
on a host that the tree calls `hosts/web-1`. Where a host's root is shows in the folders every
host has (`etc`, `srv`, ...); a file outside of them stands at the root.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from types import MappingProxyType

from twiceshy.model.configuration import Configuration

ROOT_FOLDERS = frozenset({"etc", "usr", "srv", "var", "opt", "home", "root", "run", "boot", "lib"})
"""Folders at the root of a host's file system (Filesystem Hierarchy Standard 3.0)."""


MOST_HOPS = 16
"""Links that lead to links: more than any system follows on purpose."""
MOST_IN_LINKED_FOLDER = 10_000
_OUTSIDE = ", which is not among the files handed in"


@dataclass(frozen=True, slots=True)
class Tree:
    """Files by their path below what was handed in, with `/` between folders."""

    files: Mapping[str, bytes]
    origin: str
    """For messages: a folder's name, `git:1f2e3d4`, a host."""
    base: str = ""
    """What stands before each path where people find the file: the folder that was handed in."""
    modes: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    unseen: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Path to the reason why it could not be read."""
    links: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Symbolic links: path to what the link says; followed within the host it stands on."""
    roots: frozenset[str] = frozenset()
    """The roots of hosts that are known to be there, also of those whose files were not read."""


@dataclass(frozen=True, slots=True)
class _Spot:
    root: str
    """The host's folder in the tree; empty for the tree itself."""
    path: str
    """Absolute on the host."""


def configurations(tree: Tree, at: str | None = None) -> Mapping[str, Configuration]:
    """The configuration of each host in the tree, by the host's folder in it.

    `at` says where the whole tree stands on one host, such as `/etc/nginx`; a single file handed
    in may be named by it as a whole.
    """
    by_root: dict[str, dict[str, str]] = {} if at is not None else {r: {} for r in tree.roots}
    for name in (*tree.files, *tree.unseen, *tree.links):
        spot = _spot(name) if at is None else _Spot("", _below(at, name, tree))
        by_root.setdefault(spot.root, {})[spot.path] = name
    return MappingProxyType(
        {root: _configuration(tree, root, names, at) for root, names in sorted(by_root.items())}
    )


def root_of(name: str) -> str:
    """The folder of the tree that is the root of the host this file stands on."""
    return _spot(name).root


def links_on(tree: Tree, root: str, at: str | None = None) -> Mapping[str, str]:
    """The symbolic links of one host in the tree: absolute path there to what the link says."""
    found = {}
    for name, target in tree.links.items():
        spot = _spot(name) if at is None else _Spot("", _below(at, name, tree))
        if spot.root == root:
            found[spot.path] = target
    return MappingProxyType(found)


def renamed(tree: Tree, name: str) -> Tree:
    """A tree of a single file, as if that were its name: the other side may call it otherwise."""
    return replace(
        tree,
        files=MappingProxyType(dict.fromkeys((name,), *tree.files.values())),
        modes=MappingProxyType(dict.fromkeys((name,), *tree.modes.values())),
    )


def leads_outside(why: str) -> bool:
    """Whether this is why a link is unseen: a guard that needs it says so, nobody else does."""
    return why.endswith(_OUTSIDE)


def host_named(root: str) -> str:
    """What the tree calls the host whose root this folder is: the folder's own name."""
    return PurePosixPath(root).name


def _configuration(
    tree: Tree, root: str, names: Mapping[str, str], at: str | None
) -> Configuration:
    links = {path: tree.links[name] for path, name in names.items() if name in tree.links}
    files = {path: tree.files[name] for path, name in names.items() if name in tree.files}
    unseen = {path: tree.unseen[name] for path, name in names.items() if name in tree.unseen}
    modes = {path: tree.modes[name] for path, name in names.items() if name in tree.modes}
    for path, target in links.items():
        followed = follow(path, target, files, links)
        if not followed:
            unseen[path] = f"it links to {target}{_OUTSIDE}"
        for reached, file in followed.items():
            files[reached] = tree.files[names[file]]
            if file in modes:
                modes[reached] = modes[file]
    return Configuration(
        files=MappingProxyType(files),
        origin=tree.origin,
        prefix="" if at is not None else _joined(tree.base, root) or ".",
        unseen=MappingProxyType(unseen),
        modes=MappingProxyType(modes),
    )


def follow(
    path: str, target: str, files: Mapping[str, bytes], links: Mapping[str, str]
) -> Mapping[str, str]:
    """Where a link leads on its host: each path it makes, to the file that stands there.

    A link to a file makes one path, a link to a folder one for each file in it; none when it leads
    nowhere, in a circle or through more than MOST_HOPS links.
    """
    for _ in range(MOST_HOPS):
        target = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
        if target in files:
            return {path: target}
        if target not in links:
            break
        target, path_of_link = links[target], target
        target = posixpath.join(posixpath.dirname(path_of_link), target)
    folder = target.rstrip("/") + "/"
    if path.startswith(folder):
        return {}
    inside = [name for name in files if name.startswith(folder)][:MOST_IN_LINKED_FOLDER]
    return {f"{path}/{name.removeprefix(folder)}": name for name in inside}


def _spot(name: str) -> _Spot:
    parts = name.split("/")
    for number, part in enumerate(parts[:-1]):
        if part in ROOT_FOLDERS:
            return _Spot("/".join(parts[:number]), "/" + "/".join(parts[number:]))
    return _Spot("", "/" + name)


def _below(at: str, name: str, tree: Tree) -> str:
    is_one_file = len(tree.files) + len(tree.unseen) == 1 and "/" not in name
    stands = posixpath.normpath(f"/{at.strip('/')}")
    last = PurePosixPath(stands).name
    if is_one_file and not at.endswith("/") and (last == name or _is_a_files(last)):
        return stands
    return posixpath.join(stands, name)


def _is_a_files(name: str) -> bool:
    """Whether it is called as files are, `app.conf` or `.env`, and not as folders, `conf.d`."""
    return "." in name and not name.endswith(".d")


def _joined(base: str, root: str) -> str:
    if base in {"", "."}:
        return root
    return f"{base.rstrip('/')}/{root}" if root else base.rstrip("/")
