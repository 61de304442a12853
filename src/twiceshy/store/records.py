"""What goes into the journal and what comes out of it, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from twiceshy.model.guard import Guard
from twiceshy.model.ids import GuardId
from twiceshy.model.verdict import Evidence, Severity, Verdict


@dataclass(frozen=True, slots=True)
class Run:
    """One pass over an estate's guards."""

    started: datetime
    ended: datetime
    vantage: str
    """Which host looked."""
    version: str
    """Of Twiceshy."""
    whole: bool = True
    """False when it was interrupted before every guard had its turn."""


@dataclass(frozen=True, slots=True)
class Observation:
    """What one look at one guard came to."""

    guard: Guard
    verdict: Verdict
    at: datetime
    """When it was seen, or could not be seen."""
    vantage: str
    took_seconds: float


@dataclass(frozen=True, slots=True)
class Turn:
    """A guard's verdict becoming another one."""

    guard_id: GuardId
    before: str | None
    """The verdict word until then; None when the guard had never been checked."""
    after: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Latest:
    """What the journal last saw of a guard, and since when it has been so."""

    guard_id: GuardId
    verdict: str
    """`holds`, `broken` or `unknown`."""
    why: str
    at: datetime
    vantage: str
    since: datetime
    """When the present verdict word began."""
    ever_held: bool
    """Whether the guard was seen holding at any time."""
    severity: Severity | None = None
    evidence: tuple[Evidence, ...] = ()
    next_step: str | None = None
    hurts_at: datetime | None = None
