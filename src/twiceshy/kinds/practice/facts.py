"""What a practice promises, and what is known of it: somebody's word, with the record behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from twiceshy.model.fact import Attestation, Fact
from twiceshy.model.ids import GuardId

Done = Literal["trained", "rehearsed", "documented", "audited", "reviewed"]
"""What no machine can check, in one word."""

LONGEST_DAYS = 3660
"""Ten years: a promise that comes up again later than this is not a promise."""


@dataclass(frozen=True, slots=True)
class Promise:
    """Somebody does this again within so many days, and leaves a record."""

    what: Done
    """What is done: trained, rehearsed, documented, audited or reviewed."""
    subject: str
    """Who is trained or what is rehearsed, documented, audited, reviewed: free text."""
    within_days: int = 90
    """How long one record counts, in days; after that the practice is due again."""

    def __post_init__(self) -> None:
        if not self.subject.strip():
            raise ValueError("subject must not be empty")
        if not 1 <= self.within_days <= LONGEST_DAYS:
            raise ValueError(f"within_days must be between 1 and {LONGEST_DAYS}")


NAMELESS = GuardId("GUARD")
"""What the next step calls a guard whose id was not handed on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PracticeFact(Fact):
    """The newest attestation the journal holds for the guard, or none."""

    attestation: Attestation | None
    guard_id: GuardId = NAMELESS
    """The guard as the next record names it."""
