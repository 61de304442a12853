"""One thing about a renewal that is wrong, or that cannot be told."""

from __future__ import annotations

from dataclasses import dataclass, field

from twiceshy.model.verdict import Evidence, Severity


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong, how bad it is, the line or look that shows it, and what to do."""

    code: str
    """Stable and short, such as `webroot-not-served`."""
    severity: Severity | None
    """None when it cannot be told whether the promise is kept."""
    why: str
    """One clause."""
    evidence: Evidence
    next_step: str
    lineages: tuple[str, ...] = field(default=())
    """The certificates it concerns; empty: all."""
    more: tuple[Evidence, ...] = ()
    """What else shows it, such as the line of another file."""


def serious(code: str, why: str, evidence: Evidence, next_step: str, *lineages: str) -> Finding:
    """The certificate will not be renewed, or the new one will not be served."""
    return Finding(code, Severity.SERIOUS, why, evidence, next_step, lineages)


def warning(code: str, why: str, evidence: Evidence, next_step: str, *lineages: str) -> Finding:
    """It works by luck, or will stop working."""
    return Finding(code, Severity.WARNING, why, evidence, next_step, lineages)


def untold(code: str, why: str, evidence: Evidence, next_step: str, *lineages: str) -> Finding:
    """It cannot be told."""
    return Finding(code, None, why, evidence, next_step, lineages)
