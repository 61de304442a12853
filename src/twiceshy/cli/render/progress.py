"""How far a check has come, on one line of the terminal that is gone when it is done."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TextIO

from twiceshy.cli.render.paper import Paper, paper_for
from twiceshy.model.verdict import Verdict, word

BAR_CELLS = 24
EVERY_SECONDS = 0.1
_ERASE = "\r\x1b[2K"


@dataclass
class Progress:
    """A bar with the counts so far; silent where `stream` is no terminal."""

    stream: TextIO
    total: int
    done: int = 0
    broken: int = 0
    unknown: int = 0
    _paper: Paper = field(init=False)
    _shows: bool = field(init=False)
    _next_seconds: float = 0.0

    def __post_init__(self) -> None:
        self._shows = self.stream.isatty()
        self._paper = paper_for(self.stream, {"NO_COLOR": "1"})

    def add(self, verdict: Verdict) -> None:
        """One more guard is judged."""
        self.done += 1
        self.broken += word(verdict) == "broken"
        self.unknown += word(verdict) == "unknown"
        if self._shows and time.monotonic() >= self._next_seconds:
            self._next_seconds = time.monotonic() + EVERY_SECONDS
            self.stream.write(_ERASE + self._line())
            self.stream.flush()

    def end(self) -> None:
        """Leave the terminal as it was."""
        if self._shows and self._next_seconds:
            self.stream.write(_ERASE)
            self.stream.flush()

    def _line(self) -> str:
        full = BAR_CELLS * self.done // max(self.total, 1)
        bar = "█" * full + "░" * (BAR_CELLS - full)
        counts = f"{self.done}/{self.total}"
        return self._paper.plain(
            f"checking {bar} {counts}, {self.broken} broken, {self.unknown} unknown"
        )
