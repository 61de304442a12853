"""Commands, each bounded in time, and how they ended."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

ROOT = Path("/run/root")
"""The root folder that the host's programs see."""
SAID = 400
"""How much of a complaint is kept."""
_SYSTEM = "/usr/sbin:/usr/bin:/sbin:/bin"
_MUST_SECONDS = 10.0


def run(argv: list[str], seconds: float, *, given: str | None = None, inside: bool = True) -> Any:
    """A command and how it ended: its code and the last lines it complained with."""
    if inside:
        argv = ["chroot", str(ROOT), *argv]
    path = f"{_SYSTEM}:{os.environ.get('PATH', '')}"
    try:
        ended = subprocess.run(  # noqa: S603 - the programs named in this package, as lists
            argv,
            input=None if given is None else given.encode(),
            stdin=subprocess.DEVNULL if given is None else None,
            capture_output=True,
            check=False,
            timeout=seconds,
            env={"PATH": path, "LC_ALL": "C"},
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return {"code": -1, "says": str(error)[:SAID]}
    said = ended.stderr.decode("utf-8", "replace").strip() or ended.stdout.decode(
        "utf-8", "replace"
    )
    return {"code": ended.returncode, "says": said.strip()[:SAID]}


def must(argv: list[str], given: str | None = None) -> None:
    """A command that has to succeed, in this machine's own root folder."""
    done = run(argv, _MUST_SECONDS, given=given, inside=False)
    if done["code"] != 0:
        raise RuntimeError(f"{' '.join(argv[:4])}: {done['says']}")


def ip(lines: list[str], *, namespace: str | None = None, family: str = "-4") -> None:
    """Several `ip` commands in one call."""
    where = [] if namespace is None else ["-n", namespace]
    must(["ip", *where, family, "-batch", "-"], "\n".join(lines) + "\n")
