"""What has become of an action: told by its guards' verdicts, never by a ticket.

    unguarded   no guard keeps it
    guarded     a guard is there, but not every one of its guards holds: one was never checked,
                could not be seen, or is broken and never held ("not kept yet")
    holding     every one of its guards holds
    regressed   a guard that once held is broken now

A guard that held and can no longer be seen makes its action guarded, not regressed: nobody knows.
One that held when it was last looked at, long ago, is not known to hold either.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from twiceshy.model.guard import Guard
from twiceshy.model.ids import GuardId
from twiceshy.model.verdict import Severity


class ActionState(StrEnum):
    """How far an action has come, least safe first."""

    REGRESSED = "regressed"
    UNGUARDED = "unguarded"
    GUARDED = "guarded"
    HOLDING = "holding"


@dataclass(frozen=True, slots=True)
class Standing:
    """How one guard stands."""

    guard_id: GuardId
    verdict: str | None = None
    """`holds`, `broken` or `unknown`; None when it was never checked."""
    why: str = ""
    since: datetime | None = None
    """When the present verdict began; None when it was never checked."""
    ever_held: bool = False
    severity: Severity | None = None
    next_step: str | None = None
    seen_at: datetime | None = None
    """When it was last looked at."""

    @property
    def has_fallen(self) -> bool:
        """It held once and is broken now."""
        return self.verdict == "broken" and self.ever_held


@dataclass(frozen=True, slots=True)
class Progress:
    """The state of an action, since when, and the guard that decided it."""

    state: ActionState
    since: datetime | None
    """When this state began, as far as the journal tells; None when it never was checked."""
    decided_by: Standing | None
    """The guard that stands worst; None for an action without guards."""


def as_of(standing: Standing, guard: Guard, now: datetime) -> Standing:
    """How the guard stands at `now`: a Holds is worth no more once the next looks were missed.

    It lasts for two of the guard's cadences, or one and a day where that is longer.
    """
    if standing.verdict != "holds" or standing.seen_at is None:
        return standing
    ends = standing.seen_at + guard.every + max(guard.every, timedelta(days=1))
    if now <= ends:
        return standing
    why = f"it held, but was not looked at again since {standing.seen_at:%Y-%m-%d %H:%M} UTC"
    return replace(
        standing, verdict="unknown", why=why, since=ends, next_step="Look now: twiceshy check"
    )


def progress(standings: Sequence[Standing]) -> Progress:
    """What the standings of an action's guards come to."""
    if not standings:
        return Progress(ActionState.UNGUARDED, None, None)
    worst = min(standings, key=_order)
    fallen = [one.since for one in standings if one.has_fallen and one.since]
    if fallen:
        return Progress(ActionState.REGRESSED, min(fallen), worst)
    times = [one.since for one in standings if one.since]
    if all(one.verdict == "holds" for one in standings):
        return Progress(ActionState.HOLDING, max(times, default=None), worst)
    open_since = [one.since for one in standings if one.verdict != "holds" and one.since]
    return Progress(ActionState.GUARDED, min(open_since, default=None), worst)


def _order(standing: Standing) -> tuple[int, int]:
    severity = standing.severity.rank if standing.severity else 0
    match standing.verdict:
        case "broken":
            return (0 if standing.has_fallen else 1, -severity)
        case "unknown":
            return (2, 0)
        case None:
            return (3, 0)
        case _:
            return (4, 0)
