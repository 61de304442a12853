"""Was the burst that a live look sent answered as promised?"""

from __future__ import annotations

from twiceshy.kinds.finding import Finding
from twiceshy.kinds.ratelimit.facts import BurstSeen, Promise
from twiceshy.model.verdict import Evidence, Severity


def judge_burst(promise: Promise, seen: BurstSeen) -> Finding:
    """One endpoint's burst."""
    what = f"burst of {seen.sent} requests to {seen.url}"
    counted = ", ".join(f"{count} x {status}" for status, count in seen.statuses) or "no answer"
    found = f"{counted} in {seen.took_ms:.0f} ms"
    if seen.answered_at is not None:
        text = f"request {seen.answered_at} was answered {promise.burst_answer} ({found})"
        return Finding("", Evidence(what, text))
    if seen.why_not is not None:
        text = f"{seen.why_not} ({found})" if seen.sent else seen.why_not
        return Finding(
            f"the {what} is not decided: {seen.why_not}",
            Evidence(what, text),
            unknown=True,
            next_step="Look at the endpoint, or promise no `burst_answer`.",
        )
    return Finding(
        f"the {what} was never answered {promise.burst_answer}: {found}",
        Evidence(what, found),
        severity=Severity.SERIOUS,
        next_step="See whether the limit is in force where this endpoint leads, and raise "
        "`burst_requests` when the promised rate allows more than that.",
    )
