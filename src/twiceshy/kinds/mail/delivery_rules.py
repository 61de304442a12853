"""Did the message come out in time, and does anything wait too long in a queue?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from twiceshy.kinds.finding import Finding
from twiceshy.kinds.mail.facts import DeliverySeen, Promise, QueueSeen, Way
from twiceshy.model.verdict import Evidence, Severity

_MINUTE = 60


def judge_delivery(promise: Promise, seen: DeliverySeen) -> Iterator[Finding]:
    """One message from end to end, and the one before it."""
    assert promise.arrives_within_minutes is not None, "asked only when it is promised"
    most = promise.arrives_within_minutes * _MINUTE
    what = f"message from {seen.submit} to {seen.arrives_at}"
    if seen.lost is not None:
        sent = f"{seen.lost.sent_at:%Y-%m-%d %H:%M:%S} UTC"
        found = f"handed in at {sent}, not there {span(seen.lost.waited_seconds)} later"
        yield Finding(
            f"a message {found}, promised {span(most)}",
            Evidence(what, found),
            severity=Severity.CRITICAL,
            next_step="Look at the queue (postqueue -p) and the log of the mail server.",
        )
    took = seen.took_seconds or 0.0
    match seen.way:
        case Way.ARRIVED if took <= most:
            yield Finding("", Evidence(what, f"arrived after {span(took)}"))
        case Way.ARRIVED:
            yield Finding(
                f"the message took {span(took)}, promised {span(most)}",
                Evidence(what, f"arrived after {span(took)}"),
                severity=Severity.SERIOUS,
                next_step="Look at the Received lines of the message: where did it wait?",
            )
        case Way.UNDER_WAY:
            yield from _under_way(seen, what, took, most)
        case Way.REFUSED:
            yield Finding(
                f"{seen.submit} does not take the message: {seen.why}",
                Evidence(what, seen.why),
                severity=Severity.CRITICAL,
                next_step=seen.next_step or "Look at the log of the mail server.",
            )
        case Way.NOT_SENT:
            yield Finding(
                f"no message was sent: {seen.why}",
                Evidence(what, seen.why),
                unknown=True,
                next_step=seen.next_step,
            )


def _under_way(seen: DeliverySeen, what: str, took: float, most: float) -> Iterator[Finding]:
    if seen.mailbox_why_not is not None:
        found = f"the mailbox could not be read: {seen.mailbox_why_not}"
        broken = seen.mailbox_is_broken
        yield Finding(
            found,
            Evidence(what, found),
            severity=Severity.CRITICAL if broken else None,
            unknown=not broken,
            next_step=seen.next_step or "Check `arrives_at` and `arrives_credentials`.",
        )
        return
    found = f"accepted, and not there after {span(took)}"
    if took > most:
        yield Finding(
            f"the message was {found}, promised {span(most)}",
            Evidence(what, found),
            severity=Severity.CRITICAL,
            next_step="Look at the queue (postqueue -p) and the log of the mail server.",
        )
        return
    yield Finding(
        f"the message is still under way after {span(took)}, promised {span(most)}",
        Evidence(what, found),
        unknown=True,
        next_step="The next look of the same process follows it; or give a look more time.",
    )


def judge_queue(promise: Promise, seen: QueueSeen, now: datetime) -> Finding:
    """The queue of one host."""
    assert promise.oldest_in_queue_minutes is not None, "asked only when it is promised"
    what = f"queue of {seen.host}"
    if seen.is_down:
        return Finding(
            f"the mail system of {seen.host} is down: {seen.why_not}",
            Evidence(what, seen.why_not or "down"),
            severity=Severity.CRITICAL,
            next_step=f"Start Postfix on {seen.host}, and read its log.",
        )
    if seen.why_not is not None:
        return Finding(
            f"{what} could not be seen: {seen.why_not}",
            Evidence(what, seen.why_not),
            unknown=True,
            next_step="Let twiceshy reach the host as a user that may run postqueue.",
        )
    if seen.oldest is None:
        return Finding("", Evidence(what, "empty"))
    one = seen.oldest
    age = max((now - one.since).total_seconds(), 0.0)
    most = promise.oldest_in_queue_minutes * _MINUTE
    reason = f": {one.why}" if one.why else ""
    found = (
        f"{seen.count} message{'s' * (seen.count != 1)}, the oldest ({one.queue_id}, {one.queue}) "
        f"waits for {span(age)}{reason}"
    )
    if age <= most:
        return Finding("", Evidence(what, found))
    return Finding(
        f"{what}: a message waits for {span(age)}, promised {span(most)}{reason}",
        Evidence(what, found),
        severity=Severity.SERIOUS,
        next_step="Mend what the reason names; then `postqueue -f` tries all again.",
    )


def span(seconds: float) -> str:
    """Seconds as people say them."""
    if seconds < 2 * _MINUTE:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"  # noqa: PLR2004
    minutes = seconds / _MINUTE
    if minutes < 120:  # noqa: PLR2004 - two hours
        return f"{minutes:.0f} min"
    return f"{minutes / 60:.0f} h"
