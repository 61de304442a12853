"""Is a practice done again in time, with a record to show for it?

What it promises:
    People are trained, steps rehearsed, things documented, audited or reviewed, again and again:
    each time somebody attests it and names the record (a link, a document, a ticket). The
    attestation counts for `within_days` and then expires by itself.

The outage behind it:
    Reports promise "train the team", "review the firewall every quarter", "document the renewal".
    Such actions are closed once as a ticket and never done again; a year later the people have
    changed and the outage returns.

What it looks at:
    The newest attestation in the journal, recorded by `twiceshy attest`: who says so, when it was
    done, and where the record is. A record older than `within_days` breaks the promise: a warning
    at first, serious once it is overdue by as much again.

When it cannot know:
    Nobody has attested it yet, or the attestation lies in the future: a record nobody has seen is
    not taken for a broken promise, and never for a kept one.

Example:
    - id: renewal-training
      kind: practice
      promise: {what: trained, subject: on-call on certificate renewal, within_days: 180}
      every: 1d
      because: mail-2024#a3
"""

from __future__ import annotations

from datetime import datetime, timedelta

from twiceshy.kinds.practice.facts import Done, PracticeFact, Promise
from twiceshy.model.verdict import Broken, Evidence, Holds, Severity, Unknown, Verdict

_NOUN: dict[Done, str] = {
    "trained": "training:",
    "rehearsed": "a rehearsal of",
    "documented": "documentation of",
    "audited": "an audit of",
    "reviewed": "a review of",
}

CLOCK_SLACK = timedelta(minutes=5)
"""Two machines' clocks may differ by this much before a record counts as from the future."""


def judge(promise: Promise, fact: PracticeFact, now: datetime) -> Verdict:
    """Was it done within `promise.within_days` of `now` (aware, UTC)?"""
    record = fact.attestation
    attest = f"twiceshy attest {fact.guard_id} --by WHO --evidence LINK_OR_FILE"
    if record is None:
        return Unknown(
            f"nobody has attested {_NOUN[promise.what]} {promise.subject}",
            next_step=f"When it is done, record it: {attest}",
        )
    evidence = (
        Evidence(
            f"attested by {record.by} for {record.at:%Y-%m-%d %H:%M} UTC",
            f"record: {record.evidence}",
        ),
    )
    age = now - record.at
    if age < -CLOCK_SLACK:
        return Unknown(
            f"the attestation is from the future ({record.at:%Y-%m-%d %H:%M} UTC)",
            evidence,
            next_step=f"Check the clocks, then record it again: {attest}",
        )
    allowed = timedelta(days=promise.within_days)
    due = record.at + allowed
    if age <= allowed:
        left = f" (in {_days(due - now)})" if due - now <= allowed / 5 else ""
        return Holds(
            f"{promise.what} {_ago(age)} by {record.by}, due again {due:%Y-%m-%d}{left}", evidence
        )
    return Broken(
        Severity.WARNING if age <= 2 * allowed else Severity.SERIOUS,
        f"last {promise.what} {_ago(age)}, promised within {promise.within_days} days: "
        f"overdue since {due:%Y-%m-%d}",
        evidence,
        next_step=f"Do it again and record it: {attest}",
    )


def _days(span: timedelta) -> str:
    days = max(span.days, 0)
    return "1 day" if days == 1 else f"{days} days"


def _ago(age: timedelta) -> str:
    return "today" if age < timedelta(days=1) else f"{_days(age)} ago"
