"""The one judge: what a fact means for a guard, whoever supplied the fact."""

from __future__ import annotations

from datetime import datetime

from twiceshy.errors import BugInTwiceshy
from twiceshy.kinds import KINDS
from twiceshy.kinds.planned import PLANNED_KINDS
from twiceshy.model.fact import Fact, Unseen
from twiceshy.model.guard import Guard
from twiceshy.model.verdict import Unknown, Verdict


def judge(guard: Guard, seen: Fact | Unseen, now: datetime) -> Verdict:
    """The verdict on `guard` at `now` (aware, UTC); the same three values always give the same.

    What could not be seen is Unknown, and so is a guard of a kind that is only planned. Raises
    BugInTwiceshy for a fact of another kind than the guard's, or a kind nobody knows: neither can
    come from a valid estate.
    """
    kind = KINDS.get(guard.kind)
    if kind is None and guard.kind in PLANNED_KINDS:
        return Unknown(
            f"{guard.kind} guards are not checked by this version of Twiceshy",
            next_step="Until they are, look for yourself, or add a practice guard"
            " that says who does and when.",
        )
    if kind is None:
        raise BugInTwiceshy(f"the guard {guard.id} is of no known kind: {guard.kind!r}")
    if isinstance(seen, Unseen):
        return Unknown(seen.why, next_step=seen.next_step)
    if not isinstance(seen, kind.fact):
        raise BugInTwiceshy(
            f"the guard {guard.id} of kind {kind.id} was handed a {type(seen).__name__}"
        )
    return kind.judge(guard.promise, seen, now)
