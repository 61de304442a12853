"""TL: entries out of order, silent for too long, or at a time no clock shows."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from twiceshy.model.moment import Moment
from twiceshy.model.report import Entry, FindingSeverity, Report
from twiceshy.reports.lint.rule import Found, rule
from twiceshy.reports.moment_text import clock_text, length_text, stamp_text, time_text

_NOON = 12
_DAY_MINUTES = 24 * 60
_FALLING_TOLD = 3
_SILENCE_MINUTES = 30
"""A gap up to this long is never worth a word."""
_SILENCE_SHARE = 0.25
"""A gap is told when it is this share of the outage."""
_SILENCE_WITHOUT_LENGTH_MINUTES = 60


class _Step(NamedTuple):
    """Two timed entries that follow each other, and the minutes from one to the next."""

    before: Entry
    left: Moment
    after: Entry
    right: Moment
    minutes: float
    stated: float
    """Without the midnight between, where only clocks are given."""


def _steps(report: Report) -> Iterator[_Step]:
    """Each step between timed entries; a clock that falls by over half a day crossed midnight."""
    timed = [(entry, entry.at) for entry in report.timeline if entry.at is not None]
    for (before, left), (after, right) in itertools.pairwise(timed):
        minutes = left.minutes_until(right)
        if minutes is None:
            continue
        crosses = left.day is None and minutes < -_DAY_MINUTES / 2
        yield _Step(
            before, left, after, right, minutes + _DAY_MINUTES if crosses else minutes, minutes
        )


_MORNING = re.compile(r"\d\s*a\.?m?\b", re.IGNORECASE)


def _mend(step: _Step) -> str:
    """What to do about a falling clock: AM may stand for PM."""
    clock = step.right.clock
    said_morning = clock is not None and (
        clock.hour == 0 or _MORNING.search(step.after.written or "") is not None
    )
    in_order_at_night = step.minutes + _DAY_MINUTES / 2 >= 0
    if clock is not None and clock.hour < _NOON and said_morning and in_order_at_night:
        return f"; if {clock.hour or _NOON}:{clock:%M} PM is meant, write that"
    return "; sort the entries or correct the time"


@rule("TL001", "unsorted-timeline", FindingSeverity.WARNING)
def unsorted_timeline(report: Report, _: Sequence[Report]) -> Iterator[Found]:
    """An entry of the timeline is earlier than the one above it.

    ## What it does
    Finds entries that stand below a later one, and timelines that run backwards. A clock that falls by more than twelve hours
    without a date is read as the next day.

    ## Why it matters
    Either the order is wrong or the time is (AM for PM, a typing error), and a reader takes the
    effect for the cause.

    ## Example
    ```markdown
    # Search outage

    ## Issue Summary
    - Duration: March 4, 2024, 10:00 - March 4, 2024, 11:00 (UTC)
    - Impact: Search failed for 40% of users.

    ## Timeline
    - 10:00 UTC: Monitoring alerted on failed searches.
    - 10:40 UTC: The wrong index setting was identified as the cause.
    - 10:20 UTC: Engineers began investigating the index.
    - 11:00 UTC: Search was restored.
    ```

    ```markdown
    # Search outage

    ## Issue Summary
    - Duration: March 4, 2024, 10:00 - March 4, 2024, 11:00 (UTC)
    - Impact: Search failed for 40% of users.

    ## Timeline
    - 10:00 UTC: Monitoring alerted on failed searches.
    - 10:20 UTC: Engineers began investigating the index.
    - 10:40 UTC: The wrong index setting was identified as the cause.
    - 11:00 UTC: Search was restored.
    ```

    ## How to mend
    Sort by time. When the order is right, the time is wrong: look it up in the logs or the chat.
    """
    steps = list(_steps(report))
    falling = [step for step in steps if step.minutes < 0]
    if len(falling) == len(steps) > _FALLING_TOLD:
        yield falling[0].after.line, "the timeline runs backwards, newest first; turn it round"
        return
    for number, step in enumerate(falling[:_FALLING_TOLD], start=1):
        show = time_text if step.left.day == step.right.day else stamp_text
        more = len(falling) - number if number == _FALLING_TOLD else 0
        yield (
            step.after.line,
            (
                f"{show(step.right)} stands below {show(step.left)} (line "
                f"{step.before.line}){_mend(step)}" + (f"; {more} more below" if more else "")
            ),
        )


def _within(report: Report, moment: Moment) -> bool:
    """Not surely before the start, nor surely after the end."""
    from_start = None if report.start is None else report.start.minutes_until(moment)
    to_end = None if report.end is None else moment.minutes_until(report.end)
    return (from_start is None or from_start >= 0) and (to_end is None or to_end >= 0)


def _from_to(left: Moment, right: Moment) -> str:
    if left.day == right.day:
        return f"{clock_text(left)} to {clock_text(right)}"
    return f"{stamp_text(left)} to {stamp_text(right)}"


@rule("TL002", "silent-gap", FindingSeverity.NOTE)
def silent_gap(report: Report, _: Sequence[Report]) -> Iterator[Found]:
    """Nothing is told of a large part of the outage.

    ## What it does
    Finds gaps between two entries of more than 30 minutes that are at least a quarter of the outage
    (more than an hour when the outage has no length). One finding names all of them.

    ## Why it matters
    What was tried in that time, and why it failed, is what the next team could have been spared.

    ## Example
    ```markdown
    # Mail outage

    ## Issue Summary
    - Duration: August 10, 2023, 14:00 - August 10, 2023, 16:00 (UTC)
    - Impact: Mail was down for 65% of users.

    ## Timeline
    - 14:00: Users reported missing mail.
    - 15:30: The firewall rule was identified as the cause.
    - 15:45: The rule was rolled back.
    - 16:00: Mail was restored.
    ```

    ```markdown
    # Mail outage

    ## Issue Summary
    - Duration: August 10, 2023, 14:00 - August 10, 2023, 16:00 (UTC)
    - Impact: Mail was down for 65% of users.

    ## Timeline
    - 14:00: Users reported missing mail.
    - 14:20: Engineers suspected the database because of its error rate.
    - 14:50: The database was ruled out: queries from another host answered.
    - 15:10: Outgoing connections were tested from the mail server and timed out.
    - 15:30: The firewall rule was identified as the cause.
    - 15:45: The rule was rolled back.
    - 16:00: Mail was restored.
    ```

    ## How to mend
    Write what was looked at and what was seen, also when it led nowhere. The chat of the incident
    usually still has it.
    """
    outage = report.measures.minutes_to_restore or report.duration_minutes
    longest = (
        _SILENCE_WITHOUT_LENGTH_MINUTES
        if not outage
        else max(_SILENCE_MINUTES, outage * _SILENCE_SHARE - 1)
    )
    gaps = []
    for step in _steps(report):
        until = step.before.until
        minutes = step.stated if until is None else until.minutes_until(step.right)
        if (
            minutes is not None
            and minutes > longest
            and _within(report, step.left)
            and _within(report, step.right)
        ):
            gaps.append((minutes, step))
    if not gaps:
        return
    told = ", ".join(
        f"{_from_to(step.before.until or step.left, step.right)} ({length_text(minutes)})"
        for minutes, step in gaps
    )
    whole = f" of an outage of {length_text(outage)}" if outage else ""
    yield (
        gaps[0][1].before.line,
        f"nothing is told of {told}{whole}; write what was tried and seen in that time",
    )


_IMPOSSIBLE = re.compile(
    r"(?<![\d:.])(?:(?P<hour>1[3-9]|2[0-4]|00)[:.](?P<minute>[0-5]\d)(?::[0-5]\d)?"
    r"\s?(?P<half>[ap])\.?m\b)",
    re.IGNORECASE,
)


@rule("TL007", "impossible-clock", FindingSeverity.WARNING)
def impossible_clock(report: Report, _: Sequence[Report]) -> Iterator[Found]:
    """A clock time that no clock shows, such as 13:06 PM.

    ## What it does
    Finds 24-hour times with AM or PM behind them.

    ## Why it matters
    13:06 PM was probably 13:06, but 00:30 PM may be half past noon or half past midnight.

    ## Example
    ```markdown
    # Mail outage

    ## Issue Summary
    - Duration: June 7, 2024, 13:00 - June 7, 2024, 15:00 (UTC)
    - Impact: Mail was down for 70% of users.

    ## Timeline
    - 13:06 PM UTC: Users reported missing mail.
    - 15:00 PM UTC: Mail was restored.
    ```

    ```markdown
    # Mail outage

    ## Issue Summary
    - Duration: June 7, 2024, 13:00 - June 7, 2024, 15:00 (UTC)
    - Impact: Mail was down for 70% of users.

    ## Timeline
    - 13:06 UTC: Users reported missing mail.
    - 15:00 UTC: Mail was restored.
    ```

    ## How to mend
    Use the 24-hour clock and leave AM and PM out.
    """
    wrong = [
        (entry, match)
        for entry in report.timeline
        if "m" in (entry.written or entry.text).lower()
        and (match := _IMPOSSIBLE.search(entry.written or entry.text))
        and (match["hour"] != "00" or match["half"].lower() == "p")
    ]
    if wrong:
        entry, match = wrong[0]
        hour, minute = match["hour"], match["minute"]
        better = f"12:{minute} or 00:{minute}" if hour == "00" else f"{hour}:{minute}"
        others = f" (and {len(wrong) - 1} more like it)" if len(wrong) > 1 else ""
        yield entry.line, f'no clock shows "{match[0]}"{others}; write {better}'
