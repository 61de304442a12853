"""One command that a host runs by itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal


@dataclass(frozen=True, slots=True)
class Job:
    """What is run, what starts it, and how often."""

    origin: Literal["timer", "crontab", "folder"]
    name: str
    """The timer's unit name, or the file (and line) of the crontab."""
    path: str
    """The file that decides when it runs."""
    line: int
    command: str
    """The command line, or the text of the script."""
    gap: timedelta | None = None
    """The longest time from one run to the next, random delays included; None when it is not
    known or there is no next one."""
    fault: str | None = None
    """Why it never runs; one clause."""
    is_enabled: bool | None = None
    """Of a timer: whether it is started with the system, where that can be seen."""
    command_path: str | None = None
    """The file the command stands in, when it is another one than `path`."""
    command_line: int = 1
