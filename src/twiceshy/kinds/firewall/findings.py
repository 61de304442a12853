"""What was found about one part of a promise, and one verdict of all of them."""

from __future__ import annotations

from dataclasses import dataclass

from twiceshy.model.verdict import Broken, Evidence, Holds, Severity, Unknown, Verdict

MOST_SHOWN = 20
"""Pieces of evidence of one verdict."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One part of the promise: broken (`severity`), unknown, or kept."""

    in_short: str
    evidence: tuple[Evidence, ...]
    severity: Severity | None = None
    is_unknown: bool = False
    next_step: str | None = None

    @property
    def is_kept(self) -> bool:
        """Whether this part is kept."""
        return self.severity is None and not self.is_unknown


def verdict_of(findings: list[Finding]) -> Verdict:
    """Broken if anything is, else Unknown if anything is, else Holds."""
    broken = sorted(
        (one for one in findings if one.severity is not None),
        key=lambda one: one.severity.rank if one.severity else -1,
        reverse=True,
    )
    unknown = [one for one in findings if one.is_unknown]
    kept = [one for one in findings if one.is_kept]
    evidence = tuple(piece for one in (*broken, *unknown, *kept) for piece in one.evidence)
    shown = evidence[:MOST_SHOWN]
    if broken:
        worst = broken[0]
        assert worst.severity is not None
        return Broken(worst.severity, _in_short(broken), shown, next_step=worst.next_step)
    if unknown:
        return Unknown(_in_short(unknown), shown, next_step=unknown[0].next_step)
    if len(kept) == 1:
        return Holds(kept[0].in_short, shown)
    return Holds(f"all {len(kept)} parts of the promise are kept", shown)


def _in_short(findings: list[Finding]) -> str:
    more = f" (and {len(findings) - 1} more)" if len(findings) > 1 else ""
    return f"{findings[0].in_short}{more}"
