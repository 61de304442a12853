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
OWN_ROOT = frozenset({"dev", "etc", "media", "mnt", "proc", "run", "srv", "sys", "tmp", "var"})
"""Top folders that are not taken from this machine."""
PROGRAMS = frozenset({"bin", "lib", "lib32", "lib64", "libx32", "nix", "sbin", "usr"})


def furnish(files: dict[str, str]) -> dict[str, str]:
    """The root folder for the commands; the reasons why files could not be put there, by path."""
    ROOT.mkdir()
    must(["mount", "-t", "tmpfs", "tmpfs", str(ROOT)])
    wanted = {path.split("/")[1] for path in files}
    for entry in sorted(Path("/").iterdir()):
        target = ROOT / entry.name
        if entry.is_symlink():
            target.symlink_to(entry.readlink())
        elif entry.is_dir() and entry.name not in OWN_ROOT:
            target.mkdir()
            if entry.name in PROGRAMS or entry.name not in wanted:
                must(["mount", "--rbind", str(entry), str(target)])
    for name in ("etc", "run", "tmp", "proc", "dev", "sys"):
        (ROOT / name).mkdir(exist_ok=True)
    must(["mount", "--rbind", "/proc", str(ROOT / "proc")])
    (ROOT / "dev/null").touch()
    must(["mount", "--bind", "/dev/null", str(ROOT / "dev/null")])
    _take_settings()
    refused = {}
    for path, content in files.items():
        why = put(path, base64.b64decode(content))
        if why is not None:
            refused[path] = why
    return refused


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


def put(path: str, content: bytes) -> str | None:
    """Put a file where it stands on the host; returns why it was not."""
    parts = path.split("/")[1:]
    if parts[0] in PROGRAMS or ".." in parts or (len(parts) > 1 and parts[1] in FROM_HERE):
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
