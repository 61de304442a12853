"""What a fact means for a guard. Three verdicts, always: what could not be seen is never green."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from twiceshy.model.place import Place


class Severity(StrEnum):
    """How bad a broken promise is, worst last."""

    WARNING = "warning"
    """Nobody is hurt yet and the service works for all: mend it in working hours."""
    SERIOUS = "serious"
    """Some users are hurt, or all will be soon: mend it today."""
    CRITICAL = "critical"
    """Users are hurt now: mend it at once."""

    @property
    def rank(self) -> int:
        """0 for the mildest, for comparing."""
        return tuple(Severity).index(self)


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing seen: what was looked at, and what was found there."""

    what: str
    """Such as `smtp://mail.example.org:25 at 192.0.2.7`."""
    found: str
    """Such as `leaf ends 2024-06-07 13:00 UTC (2 days ago)`."""
    place: Place | None = None
    """The line of a configuration file that decided, where there is one."""


@dataclass(frozen=True, slots=True)
class Holds:
    """The promise is kept, as far as was looked; the summary says what was seen."""

    summary: str
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Broken:
    """The promise is not kept."""

    severity: Severity
    why: str
    evidence: tuple[Evidence, ...] = ()
    hurts_at: datetime | None = None
    """When it hurts users (aware, UTC); None for now or not known."""
    next_step: str | None = None
    """What to do about it, in one sentence."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """Could not be seen or decided; why, and what would make it visible."""

    why: str
    evidence: tuple[Evidence, ...] = ()
    next_step: str | None = None


Verdict = Holds | Broken | Unknown


def word(verdict: Verdict) -> str:
    """The verdict in one word, as JSON and the journal write it."""
    match verdict:
        case Holds():
            return "holds"
        case Broken():
            return "broken"
        case Unknown():
            return "unknown"
