"""Who runs where, and what it cost: pinning to cores, CPU time and memory from /proc.

With two cores or more the checking process has one to itself, so that servers and drivers do not
take its cache and time; on a single core everything shares it.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Cores:
    """Which processor cores are for what."""

    every: frozenset[int]
    servers: frozenset[int]
    """For the farm and for whatever drives a peer."""
    checker: frozenset[int]
    """For the process under measurement."""


def usable_cores() -> Cores:
    """Split what this process may use."""
    usable = sorted(os.sched_getaffinity(0))
    return Cores(frozenset(usable), frozenset(usable[:1]), frozenset(usable[-1:]))


def start(
    command: Sequence[str | Path], cores: frozenset[int], **options: Any
) -> subprocess.Popen[str]:
    """Start a program on these cores only, with text pipes."""
    own = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)  # what is started inherits it
    try:
        return subprocess.Popen(command, text=True, **options)
    finally:
        os.sched_setaffinity(0, own)


def cpu_seconds(pid: int) -> float:
    """User and system time of a process so far, all its threads together."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def peak_mib(pid: int | str) -> float:
    """The most memory a process has had resident, in MiB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise ValueError(f"process {pid} has no VmHWM")
