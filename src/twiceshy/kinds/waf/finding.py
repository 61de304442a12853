"""One thing that was judged: kept, broken or not known."""

from __future__ import annotations

from dataclasses import dataclass

from twiceshy.model.verdict import Evidence, Severity


@dataclass(frozen=True, slots=True)
class Finding:
    """What one place, one set of rules, one canary or one gap comes to."""

    why: str
    """In one sentence; empty when it is kept."""
    evidence: tuple[Evidence, ...]
    severity: Severity | None = None
    """None unless it is broken."""
    unknown: bool = False
    next_step: str | None = None
