"""Which files of a configuration are handed to which program, and in which order."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from types import MappingProxyType
from typing import Any

from twiceshy.languages.firewall.dialect import Dialect, dialect_of
from twiceshy.model.configuration import OUTPUTS, Configuration

_ORDER: tuple[Dialect, ...] = ("ipset-save", "iptables-save", "ip6tables-save", "nft")
_INCLUDES = 'include "'
_MANAGED = b"is managed by iptables-nft"
_LISTED = "/run/twiceshy/nft.rules"


@dataclass(frozen=True, slots=True)
class Step:
    """One file to load, and the commands for it."""

    path: str
    check: list[str] | None
    load: list[str]

    def told(self) -> dict[str, Any]:
        """As the sandbox is told it."""
        return {"path": self.path, "check": self.check, "load": self.load}


def steps(side: Configuration) -> tuple[list[Step], list[str]]:
    """The files to load, in their order, and the scripts, which are not run.

    What the host's own programs listed stands for all that runs there.
    """
    dialects = {path: dialect_of(path, data) for path, data in side.files.items()}
    printed = {path for path in dialects if path in OUTPUTS}
    chosen = {
        path: dialect
        for path, dialect in dialects.items()
        if dialect is not None and (path in printed or not printed)
    }
    included = set(_included(side, [path for path, one in chosen.items() if one == "nft"]))
    found = [
        _step(path, dialect)
        for dialect in _ORDER
        for path in sorted(path for path, one in chosen.items() if one == dialect)
        if path not in included
    ]
    scripts = [path for path, one in sorted(chosen.items()) if one == "iptables-commands"]
    return found, scripts


def loaded_over(before: Configuration, after: Configuration) -> Configuration:
    """What there is once `after` was loaded on top of what runs, where `before` tells what does."""
    running = {path: data for path, data in before.files.items() if path in OUTPUTS}
    if not running or any(path in OUTPUTS for path in after.files):
        return after
    return replace(after, files=MappingProxyType({**running, **after.files}))


def encoded(side: Configuration) -> dict[str, str]:
    """The files in base 64; what they hold besides rules may be what rules include."""
    return {
        path: base64.b64encode(_loadable(path, data)).decode()
        for path, data in side.files.items()
        if path.startswith("/") and len(path.split("/")) > 2  # noqa: PLR2004 - a folder and a name
    }


def _loadable(path: str, data: bytes) -> bytes:
    """A listing without the tables that iptables made, which its own listing holds better."""
    if path != _LISTED or _MANAGED not in data:
        return data
    kept: list[bytes] = []
    is_managed = False
    for line in data.splitlines(keepends=True):
        if line.startswith(b"#") and _MANAGED in line:
            is_managed = True
        elif not is_managed:
            kept.append(line)
        elif line.startswith(b"}"):
            is_managed = False
    return b"".join(kept)


def _step(path: str, dialect: Dialect) -> Step:
    if dialect == "nft":
        return Step(path, ["nft", "-c", "-f", path], ["nft", "-f", path])
    if dialect == "ipset-save":
        return Step(path, None, ["ipset", "restore", "-exist", "-file", path])
    tool = "iptables" if dialect == "iptables-save" else "ip6tables"
    variant = "-legacy" if path in OUTPUTS and "-legacy" in path else ""
    restore = f"{tool}{variant}-restore"
    return Step(path, [restore, "--test", path], [restore, path])


def _included(side: Configuration, paths: Sequence[str]) -> Iterator[str]:
    """Those that another file of nft rules includes: they are not loaded by themselves."""
    for path in paths:
        for line in side.files[path].decode("utf-8", "replace").splitlines():
            _, found, rest = line.partition(_INCLUDES)
            if not found or line.lstrip().startswith("#"):
                continue
            pattern = rest.partition('"')[0]
            if not pattern.startswith("/"):
                pattern = f"/etc/{pattern.removeprefix('./')}"
            yield from (other for other in paths if other != path and fnmatchcase(other, pattern))
