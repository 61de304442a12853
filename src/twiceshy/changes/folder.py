"""One side of a change that is a folder, or a single file."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from types import MappingProxyType

from twiceshy.changes.limits import (
    DEEPEST_FOLDERS,
    LARGEST_FILE_BYTES,
    MOST_BYTES,
    MOST_FILES,
    too_large,
)
from twiceshy.changes.tree import Tree
from twiceshy.errors import UnreadableInput

LEFT_OUT = frozenset({".git", ".hg", ".svn", "__pycache__", "node_modules", ".venv"})
"""Folders that never hold a host's configuration."""


def read_side(path: Path) -> Tree:
    """The files at `path`; links are kept as links. Raises UnreadableInput.

    A file inside that cannot be read is kept as unseen, with the reason.
    """
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else "not a path"
        raise UnreadableInput(
            f"{path} cannot be reviewed: {why}", hint="name a file or a folder that is there"
        ) from error
    return _whole(path) if stat.S_ISDIR(mode) else _single(path)


def _single(path: Path) -> Tree:
    try:
        data = _bounded(path)
    except (OSError, ValueError) as error:
        raise UnreadableInput(f"{path} cannot be reviewed: {_why(error)}") from error
    parent = str(path.parent)
    return Tree(
        files=MappingProxyType({path.name: data}),
        origin=str(path),
        base="" if parent == "." else parent,
        modes=MappingProxyType({path.name: stat.S_IMODE(path.stat().st_mode)}),
    )


def _whole(folder: Path) -> Tree:
    files: dict[str, bytes] = {}
    modes: dict[str, int] = {}
    unseen: dict[str, str] = {}
    links: dict[str, str] = {}
    total_bytes = 0
    for entry in _entries(folder, DEEPEST_FOLDERS):
        name = entry.relative_to(folder).as_posix()
        if len(files) + len(links) >= MOST_FILES:
            raise UnreadableInput(
                f"{folder} holds more than {MOST_FILES} files",
                hint="name the folder that holds the configuration",
            )
        try:
            if entry.is_symlink():
                links[name] = os.readlink(entry)  # noqa: PTH115 - as it is written, not normalised
                continue
            content = _bounded(entry)
            modes[name] = stat.S_IMODE(entry.stat().st_mode)
        except (OSError, ValueError) as error:
            unseen[name] = _why(error)
            continue
        total_bytes += len(content)
        if total_bytes > MOST_BYTES:
            raise UnreadableInput(
                f"{folder} holds more than {MOST_BYTES // 1024 // 1024} MiB",
                hint="name the folder that holds the configuration",
            )
        files[name] = content
    return Tree(
        files=MappingProxyType(files),
        origin=str(folder),
        base=str(folder),
        modes=MappingProxyType(modes),
        unseen=MappingProxyType(unseen),
        links=MappingProxyType(links),
    )


def _entries(folder: Path, depth: int) -> Iterator[Path]:
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        raise UnreadableInput(f"{folder} cannot be listed: {_why(error)}") from error
    for entry in entries:
        if entry.is_dir() and not entry.is_symlink():
            if entry.name in LEFT_OUT:
                continue
            if depth == 0:
                raise UnreadableInput(f"{entry} lies more than {DEEPEST_FOLDERS} folders deep")
            yield from _entries(entry, depth - 1)
        else:
            yield entry


def _bounded(path: Path) -> bytes:
    # Opening a named pipe would wait for somebody to write to it.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        told = os.fstat(descriptor)
        if not stat.S_ISREG(told.st_mode):
            raise ValueError("it is no regular file")
        if told.st_size > LARGEST_FILE_BYTES:
            raise ValueError(too_large(told.st_size))
        return file.read(LARGEST_FILE_BYTES)


def _why(error: Exception) -> str:
    return error.strerror if isinstance(error, OSError) and error.strerror else str(error)
