"""What a check came to: the value every format is made from."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from twiceshy.model.verdict import Broken, Holds, Unknown, Verdict, word
from twiceshy.store.records import Turn
from twiceshy.watch.sweep import Result

ALL_HOLD = 0
SOMETHING_BROKEN = 1
SOMETHING_UNKNOWN = 2
"""Nothing broken, but not everything could be seen; also when there was nothing to look at."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One check of an estate."""

    estate_path: str
    version: str
    started: datetime
    vantage: str
    took_seconds: float
    results: tuple[Result, ...]
    turns: tuple[Turn, ...] = ()
    """What is different from the check before; empty without a journal."""

    @property
    def counts(self) -> dict[str, int]:
        """How many of each verdict: `holds`, `broken`, `unknown`."""
        counted = Counter(word(result.verdict) for result in self.results)
        return {name: counted[name] for name in ("holds", "broken", "unknown")}

    @property
    def exit_code(self) -> int:
        """0 all hold, 1 something broken, 2 something unknown or nothing there to hold."""
        counts = self.counts
        if counts["broken"]:
            return SOMETHING_BROKEN
        return SOMETHING_UNKNOWN if counts["unknown"] or not self.results else ALL_HOLD

    @property
    def worst_first(self) -> tuple[Result, ...]:
        """Broken by severity, then unknown, then holding; within these in the estate's order."""
        return tuple(sorted(self.results, key=lambda result: _badness(result.verdict)))


def _badness(verdict: Verdict) -> int:
    match verdict:
        case Broken(severity=severity):
            return -1 - severity.rank
        case Unknown():
            return 0
        case Holds():
            return 1
