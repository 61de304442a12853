"""The reviewed files beside the estate: which file of a host each of them is."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from twiceshy.kinds.drift.facts import Promise
from twiceshy.languages.firewall.dialect import dialect_of

MOST_FILES = 2_000
MOST_BYTES = 8 * 1024 * 1024
_NOT_CONFIGURATION = frozenset({".git", ".hg", ".svn", "__pycache__"})


@dataclass(frozen=True, slots=True)
class Reviewed:
    """One reviewed file."""

    path: str
    """Where it is on the host."""
    shown: str
    """Where it is beside the estate."""
    content: bytes = field(repr=False)

    @property
    def is_rule_set(self) -> bool:
        """Whether it holds rules of a packet filter."""
        return dialect_of(self.path, self.content) is not None


def reviewed_files(  # noqa: C901 - one step for each way in which files are named
    promise: Promise, host: str, folder: Path, *, several_hosts: bool
) -> tuple[Reviewed, ...] | str:
    """The reviewed files for one host; or why they could not be had."""
    singles = [name for name in promise.reviewed if not (folder / name).is_dir()]
    if singles and not promise.firewall and len(singles) != len(promise.files):
        return (
            f"{len(singles)} single files are reviewed and {len(promise.files)} are named in "
            "`files`: each needs its place on the host"
        )
    found: list[Reviewed] = []
    try:
        for index, name in enumerate(singles):
            path = promise.files[index] if index < len(promise.files) else f"/{Path(name).name}"
            found.append(Reviewed(path, name, _content(folder / name)))
        for name in promise.reviewed:
            if name in singles:
                continue
            root = folder / name
            own = root / host
            if several_hosts and not own.is_dir():
                return f"{own} is no folder: with several hosts each has its own in {name}"
            root = own if own.is_dir() else root
            for file in _below(root):
                path = "/" + file.relative_to(root).as_posix()
                if promise.files and path not in promise.files and not promise.firewall:
                    continue
                shown = file.relative_to(folder).as_posix() if _is_in(file, folder) else str(file)
                found.append(Reviewed(path, shown, _content(file)))
                if len(found) > MOST_FILES:
                    return f"there are more than {MOST_FILES} files in {name}"
    except (OSError, ValueError) as error:
        return f"the reviewed files could not be read: {error}"
    if not found:
        return f"no reviewed file is in {', '.join(promise.reviewed)}"
    return tuple(found)


def _is_in(file: Path, folder: Path) -> bool:
    return file.is_relative_to(folder)


def _below(root: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(one for one in folders if one not in _NOT_CONFIGURATION)
        yield from (Path(folder) / name for name in sorted(names))


def _content(file: Path) -> bytes:
    if not file.is_file():
        raise ValueError(f"{file} is no file")
    with file.open("rb") as opened:
        content = opened.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise ValueError(f"{file} is longer than {MOST_BYTES // 1024 // 1024} MiB")
    return content
