"""One thing that was judged: kept, broken, not known or left out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from twiceshy.model.verdict import Evidence, Severity


@dataclass(frozen=True, slots=True)
class Finding:
    """What one part of a promise comes to: a listener, a location, a setting, a record, a gap."""

    why: str
    """In one sentence; empty when it is kept."""
    evidence: Evidence
    severity: Severity | None = None
    """None unless it is broken."""
    unknown: bool = False
    left_out: bool = False
    """Only a look at the host tells, and nobody has looked."""
    next_step: str | None = None
    hurts_at: datetime | None = None

    @property
    def kept(self) -> bool:
        """Whether it was seen, and is as promised."""
        return self.severity is None and not self.unknown and not self.left_out
