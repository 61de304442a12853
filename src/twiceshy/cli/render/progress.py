"""How far a check has come, on one line of the terminal that is gone when it is done."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TextIO

from twiceshy.cli.render.paper import PIPED_COLUMNS, Paper, cut, paper_for
from twiceshy.model.verdict import Verdict, word

BAR_CELLS = 24
EVERY_SECONDS = 0.1
_ERASE = "\r\x1b[2K"


@dataclass
class Progress:
    """A bar with the counts so far; silent where `stream` is no terminal that can erase a line."""

    stream: TextIO
    total: int
    environment: Mapping[str, str]
    done: int = 0
    broken: int = 0
    unknown: int = 0
    _paper: Paper = field(init=False)
    _shows: bool = field(init=False)
    _next_seconds: float = 0.0

    def __post_init__(self) -> None:
        self._shows = self.stream.isatty() and self.environment.get("TERM") != "dumb"
        self._paper = paper_for(self.stream, {"NO_COLOR": "1"})

    def begin(self) -> None:
        """The looks are on their way: it may take a while before the first one is back."""
        if self._shows:
            self._draw()

    def add(self, verdict: Verdict) -> None:
        """One more guard is judged."""
        self.done += 1
        self.broken += word(verdict) == "broken"
        self.unknown += word(verdict) == "unknown"
        if self._shows and time.monotonic() >= self._next_seconds:
            self._draw()

    def end(self) -> None:
        """Leave the terminal as it was."""
        if self._shows and self._next_seconds:
            self.stream.write(_ERASE)
            self.stream.flush()

    def _draw(self) -> None:
        self._next_seconds = time.monotonic() + EVERY_SECONDS
        # A line that is wrapped could not be erased.
        line = cut(self._line(), max(_columns(self.stream) - 1, 1))
        self.stream.write(_ERASE + self._paper.plain(line))
        self.stream.flush()

    def _line(self) -> str:
        full = BAR_CELLS * self.done // max(self.total, 1)
        bar = "█" * full + "░" * (BAR_CELLS - full)
        counts = f"{self.done}/{self.total}"
        return f"checking {bar} {counts}, {self.broken} broken, {self.unknown} unknown"


def _columns(stream: TextIO) -> int:
    try:
        return os.get_terminal_size(stream.fileno()).columns or PIPED_COLUMNS
    except OSError:
        return PIPED_COLUMNS
