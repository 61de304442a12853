"""What was seen of a target, when and from where, or why it could not be seen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Base of every kind's facts: when and from where it was seen."""

    at: datetime
    """When the look was finished (aware, UTC)."""
    vantage: str
    """Which host looked."""


@dataclass(frozen=True, slots=True)
class Unseen:
    """Looking failed: it says nothing about the target except that it was not seen."""

    why: str
    at: datetime
    vantage: str
    next_step: str | None = None


@dataclass(frozen=True, slots=True)
class Attestation:
    """Somebody's word, with its evidence, that a practice was done; it expires by itself."""

    by: str
    at: datetime
    """When it was done (aware, UTC)."""
    evidence: str
    """Where the record is: a link, a document, a ticket."""
