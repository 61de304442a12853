"""Where the minutes of an outage went: its length cut into phases, as far as the report lets one count.

The cuts are the moments the report tells: start, detection, the end of each false lead, the cause
named, the fix, the end. What no two of them enclose is UNTOLD, and `missing` says which moment was
wanted; nothing is estimated.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from twiceshy.model.moment import Moment
from twiceshy.model.report import EntryKind, Report


class Phase(StrEnum):
    """What a stretch of the outage was spent on; the value is how it is called."""

    UNDETECTED = "undetected"
    FALSE_LEAD = "false leads"
    INVESTIGATION = "other investigation"
    CAUSE_TO_FIX = "cause to fix"
    FIX_TO_RESTORE = "fix to restore"
    UNTOLD = "not told"


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of the outage, in minutes from its start."""

    phase: Phase
    start_minute: float
    end_minute: float
    what: str | None = None
    """For a false lead: what was suspected."""

    @property
    def minutes(self) -> float:
        """How long it was."""
        return self.end_minute - self.start_minute


@dataclass(frozen=True, slots=True)
class Spent:
    """An outage cut into stretches that follow each other without gaps, from 0 to `total_minutes`."""

    total_minutes: int
    stretches: tuple[Stretch, ...]
    missing: tuple[str, ...] = ()
    """What the report does not tell, so that a cut could not be made."""

    def minutes_on(self, phase: Phase) -> int:
        """All minutes of a phase."""
        return round(sum(s.minutes for s in self.stretches if s.phase is phase))


@dataclass(frozen=True, slots=True)
class Uncountable:
    """No bar can be drawn at all, and why."""

    why: str


def _minute(report: Report, moment: Moment | None, total: int) -> float | None:
    """Minutes from the start, when the moment lies within the outage."""
    if moment is None or report.start is None:
        return None
    minutes = report.start.minutes_until(moment)
    if minutes is not None and minutes < 0 and moment.day is None:
        minutes += 24 * 60
    return minutes if minutes is not None and 0 <= minutes <= total else None


def _last_fix_minute(report: Report, cause: float, total: int) -> float | None:
    minutes = (
        _minute(report, entry.until or entry.at, total)
        for entry in report.timeline
        if entry.kind is EntryKind.FIX
    )
    return max(
        (minute for minute in minutes if minute is not None and minute >= cause), default=None
    )


def _search(report: Report, begin: float, end: float, total: int) -> list[Stretch]:
    """The time from detection to the cause: false leads where told, investigation elsewhere."""
    leads = []
    for lead in report.false_leads:
        left, right = _minute(report, lead.start, total), _minute(report, lead.end, total)
        if left is None or right is None:
            continue
        left, right = max(left, begin), min(right, end)
        if left < right:
            leads.append((left, right, lead.text))
    cut: list[Stretch] = []
    at = begin
    for left, right, text in sorted(leads):
        if right <= at:
            continue
        if left > at:
            cut.append(Stretch(Phase.INVESTIGATION, at, left))
        cut.append(Stretch(Phase.FALSE_LEAD, max(left, at), right, text))
        at = right
    if at < end:
        cut.append(Stretch(Phase.INVESTIGATION, at, end))
    return cut


def minutes_spent(report: Report) -> Spent | Uncountable:
    """Cut a report's outage into phases."""
    total = report.measures.minutes_to_restore or report.duration_minutes
    if not total or total < 0:
        return Uncountable("the report gives neither a length nor a start and an end")
    if report.start is None or report.start.clock is None:
        return Uncountable("the report does not say at what time the outage began")
    if report.zone_conflict:
        whole = Stretch(Phase.UNTOLD, 0, total)
        return Spent(total, (whole,), ("which of its time zones is right",))
    detected = _inside(report.measures.minutes_to_detect, total)
    cause = _inside(report.measures.minutes_to_cause, total)
    fix = None if cause is None else _last_fix_minute(report, cause, total)
    stretches: list[Stretch] = []
    if detected:
        stretches.append(Stretch(Phase.UNDETECTED, 0, detected))
    if cause is None:
        stretches += _told_leads(report, detected or 0, total)
    else:
        stretches += _search(report, detected or 0, cause, total)
        stretches += _repair(max(cause, detected or 0), fix, total)
    at = stretches[-1].end_minute if stretches else 0
    if at < total:
        stretches.append(Stretch(Phase.UNTOLD, at, total))
    wanted = (
        (detected, "when it was noticed"),
        (cause, "when the cause was found"),
        (fix, "when it was fixed"),
    )
    missing = tuple(what for minute, what in wanted if minute is None)
    return Spent(total, tuple(stretches), missing)


def _inside(minutes: int | None, total: int) -> int | None:
    return minutes if minutes is not None and 0 <= minutes <= total else None


def _repair(cause: float, fix: float | None, total: int) -> list[Stretch]:
    """From the cause to the fix, and from there to the end; nothing without a fix."""
    if fix is None:
        return []
    cut = (
        Stretch(Phase.CAUSE_TO_FIX, cause, max(cause, fix)),
        Stretch(Phase.FIX_TO_RESTORE, max(cause, fix), total),
    )
    return [stretch for stretch in cut if stretch.minutes > 0]


def _told_leads(report: Report, begin: float, total: int) -> list[Stretch]:
    """The false leads of a report that never says when the cause was found; the rest is untold."""
    cut = _search(report, begin, total, total)
    while cut and cut[-1].phase is Phase.INVESTIGATION:
        cut.pop()
    return [
        Stretch(Phase.UNTOLD, piece.start_minute, piece.end_minute)
        if piece.phase is Phase.INVESTIGATION
        else piece
        for piece in cut
    ]
