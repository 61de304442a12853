"""What one rule finds: kept, broken or not known, with its evidence."""

from __future__ import annotations

from dataclasses import dataclass

from twiceshy.model.place import Place
from twiceshy.model.verdict import Evidence, Severity


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found; `severity` when it is broken, `unknown` when it could not be decided."""

    why: str
    evidence: tuple[Evidence, ...]
    severity: Severity | None = None
    unknown: bool = False
    next_step: str | None = None


def broken(
    severity: Severity, why: str, evidence: Evidence, *more: Evidence, next_step: str
) -> Finding:
    """The promise is not kept."""
    return Finding(why, (evidence, *more), severity, next_step=next_step)


def unknown(why: str, what: str, found: str, place: Place | None, next_step: str) -> Finding:
    """It could not be decided."""
    return Finding(why, (Evidence(what, found, place),), unknown=True, next_step=next_step)


def kept(what: str, found: str, place: Place | None = None) -> Finding:
    """What was looked at and is right."""
    return Finding(found, (Evidence(what, found, place),))
