"""The root folder for the host's programs: this machine's programs, the host's own files."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

from twiceshy.changes.sandbox.commands import ROOT, must, run

FROM_HERE = (
    "alternatives",
    "iproute2",
    "protocols",
    "services",
    "nsswitch.conf",
    "passwd",
    "group",
)
"""Entries of /etc that the programs need, from this machine."""
PROGRAMS = frozenset({"bin", "lib", "lib32", "lib64", "libx32", "nix", "sbin", "usr"})
"""Top folders that are this machine's own, and only read. All others are empty at first, so that
nothing that is written can reach this machine."""
KERNEL = frozenset({"dev", "proc", "sys"})


def furnish(files: dict[str, str]) -> dict[str, str]:
    """The root folder for the commands; the reasons why files could not be put there, by path."""
    ROOT.mkdir()
    must(["mount", "-t", "tmpfs", "tmpfs", str(ROOT)])
    for name in sorted(PROGRAMS):
        entry, target = Path("/") / name, ROOT / name
        if entry.is_symlink():
            target.symlink_to(entry.readlink())
        elif entry.is_dir():
            target.mkdir()
            must(["mount", "--bind", str(entry), str(target)])
            must(["mount", "-o", "remount,bind,ro", str(target)])
    for name in ("etc", "run", "tmp", *sorted(KERNEL)):
        (ROOT / name).mkdir()
    must(["mount", "--rbind", "/proc", str(ROOT / "proc")])
    (ROOT / "dev/null").touch()
    must(["mount", "--bind", "/dev/null", str(ROOT / "dev/null")])
    _take_settings()
    return put_all(files)


def _take_settings() -> None:
    for name in FROM_HERE:
        source, target = Path("/etc") / name, ROOT / "etc" / name
        if source.is_dir():
            target.mkdir()
        elif source.exists():
            target.touch()
        else:
            continue
        must(["mount", "--bind", str(source), str(target)])


def put_all(files: dict[str, str]) -> dict[str, str]:
    """Put files, in base 64, where they stand on the host; the reasons why not, by path."""
    whys = {path: _put(path, base64.b64decode(content)) for path, content in files.items()}
    return {path: why for path, why in whys.items() if why is not None}


def _put(path: str, content: bytes) -> str | None:
    parts = path.split("/")[1:]
    if parts[0] in PROGRAMS | KERNEL or ".." in parts or parts[1] in FROM_HERE:
        return "it stands among this machine's own programs and settings"
    target = ROOT.joinpath(*parts)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    except OSError as error:
        return str(error)
    return None


def load(files: list[dict[str, Any]], seconds: float) -> list[dict[str, Any]]:
    """Check and load rule sets in order."""
    found = []
    for one in files:
        checked = None if one["check"] is None else run(one["check"], seconds)
        loaded = run(one["load"], seconds)
        found.append({"path": one["path"], "checked": checked, "loaded": loaded})
    return found
