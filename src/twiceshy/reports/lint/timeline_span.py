"""TL: what the summary says of start, end and length, against itself and the timeline."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from twiceshy.model.report import EntryKind, FindingSeverity, Report
from twiceshy.reports.lint.noticing import tells_of_noticing
from twiceshy.reports.lint.rule import Found, rule
from twiceshy.reports.moment_text import length_text, span_text, stamp_text

_HALF_DAY_MINUTES = 12 * 60
_SLACK_MINUTES = 5
"""Entries and summaries are rounded; so much difference is no contradiction."""


@rule("TL003", "wrong-duration", FindingSeverity.ERROR)
def wrong_duration(report: Report, _: Sequence[Report]) -> Iterator[Found]:
    """The stated length is not end minus start.

    ## What it does
    Compares the length in words ("2.5 hours") with the stated start and end.

    ## Why it matters
    One of the three is wrong, and every figure made from them (availability, cost, minutes to
    recover) is wrong with it.

    ## Example
    ```markdown
    # Mail outage

    ## Issue Summary
    - Duration: 2 hours, from June 7, 2024, 13:00 to June 7, 2024, 16:30 (UTC)
    - Impact: Mail was down for 70% of users.

    ## Timeline
    - 13:00 UTC: Users reported missing mail.
    - 16:30 UTC: Mail was restored.
    ```

    ```markdown
    # Mail outage

    ## Issue Summary
    - Duration: 3.5 hours, from June 7, 2024, 13:00 to June 7, 2024, 16:30 (UTC)
    - Impact: Mail was down for 70% of users.

    ## Timeline
    - 13:00 UTC: Users reported missing mail.
    - 16:30 UTC: Mail was restored.
    ```

    ## How to mend
    Find out which of start, end and length is wrong, and let the length follow from the other two.
    """
    if report.duration_consistent is not False or report.stated_minutes is None:
        return
    if report.start is None or report.end is None:
        return
    between = report.start.minutes_until(report.end)
    if between is None or between < 0:
        return
    yield (
        report.span_line or 1,
        (
            f"the report says {length_text(report.stated_minutes)}, but "
            f"{span_text(report.start, report.end)} is {length_text(between)}; correct the one that "
            "is wrong"
        ),
    )


@rule("TL004", "outside-the-outage", FindingSeverity.WARNING)
def outside_the_outage(report: Report, _: Sequence[Report]) -> Iterator[Found]:
    """The timeline detects before the stated start, or restores at another time than the end.

    ## What it does
    Compares the first detection with the start, and the last restoration with the end. Up to five
    minutes are taken as rounding. Work before the start and after the end is no contradiction.

    ## Why it matters
    The summary and the timeline tell of two different outages, and people quote the summary.

    ## Example
    ```markdown
    # Web outage

    ## Issue Summary
    - Duration: June 5, 2024, 08:00 - June 5, 2024, 10:00 (UTC)
    - Impact: The website was down for 75% of users.

    ## Timeline
    - 08:00 UTC: Monitoring alerted on failed requests.
    - 09:30 UTC: The new certificate was deployed.
    - 11:15 UTC: The website was fully restored.
    ```

    ```markdown
    # Web outage

    ## Issue Summary
    - Duration: June 5, 2024, 08:00 - June 5, 2024, 11:15 (UTC)
    - Impact: The website was down for 75% of users.

    ## Timeline
    - 08:00 UTC: Monitoring alerted on failed requests.
    - 09:30 UTC: The new certificate was deployed.
    - 11:15 UTC: The website was fully restored.
    ```

    ## How to mend
    The outage starts when users are first hurt, which is before anyone notices, and ends when the
    last of them is served again. Bring summary and timeline in line.
    """
    if report.zone_conflict:
        return
    yield from _detected_too_early(report)
    yield from _restored_elsewhere(report)


def _detected_too_early(report: Report) -> Iterator[Found]:
    if report.start is None:
        return
    for entry in report.timeline:
        if entry.kind is not EntryKind.DETECTED or entry.at is None:
            continue
        if not tells_of_noticing(entry.text):
            continue
        late = entry.at.minutes_until(report.start)
        if late is not None and _SLACK_MINUTES < late < _HALF_DAY_MINUTES:
            yield (
                entry.line,
                (
                    f"detected at {stamp_text(entry.at)}, {length_text(late)} before the outage starts "
                    f"({stamp_text(report.start)}); move the start to when users were first hurt"
                ),
            )
        return


def _restored_elsewhere(report: Report) -> Iterator[Found]:
    timed = [entry for entry in report.timeline if entry.at is not None]
    restored = [entry for entry in timed if entry.kind is EntryKind.RESTORED]
    if report.end is None or not restored:
        return
    last = restored[-1]
    ended = last.until or last.at
    assert ended is not None
    late = report.end.minutes_until(ended)
    if late is None or abs(late) <= _SLACK_MINUTES:
        return
    if late > 0:
        yield (
            last.line,
            (
                f"restored at {stamp_text(ended)}, {length_text(late)} after the outage is said to end "
                f"({stamp_text(report.end)}); correct the end in the summary or this entry"
            ),
        )
    elif last is timed[-1]:
        yield (
            last.line,
            (
                f"restored at {stamp_text(ended)}, but the outage is said to last until "
                f"{stamp_text(report.end)}; say what kept users out for the last {length_text(-late)}"
            ),
        )


@rule("TL009", "ends-before-it-starts", FindingSeverity.ERROR)
def ends_before_it_starts(report: Report, _: Sequence[Report]) -> Iterator[Found]:
    """The stated end lies before the stated start.

    ## What it does
    Compares start and end where both have a date. Clock times without a date may cross midnight and
    are let pass.

    ## Why it matters
    A date or a clock time is wrong, and nothing can be counted from it.

    ## Example
    ```markdown
    # Mail outage

    ## Issue Summary
    - Start: 2024-06-07 23:00 UTC
    - End: 2024-06-07 01:30 UTC
    - Impact: Mail was down for 70% of users.

    ## Timeline
    - 2024-06-07 23:00 UTC: Users reported missing mail.
    - 2024-06-08 01:30 UTC: Mail was restored.
    ```

    ```markdown
    # Mail outage

    ## Issue Summary
    - Start: 2024-06-07 23:00 UTC
    - End: 2024-06-08 01:30 UTC
    - Impact: Mail was down for 70% of users.

    ## Timeline
    - 2024-06-07 23:00 UTC: Users reported missing mail.
    - 2024-06-08 01:30 UTC: Mail was restored.
    ```

    ## How to mend
    Correct the date: an outage over midnight ends on the next day.
    """
    start, end = report.start, report.end
    if start is None or end is None or start.day is None or end.day is None:
        return
    between = start.minutes_until(end)
    backwards = end.day < start.day if between is None else between < 0
    if backwards:
        yield (
            report.span_line or 1,
            (
                f"the end ({stamp_text(end)}) lies before the start ({stamp_text(start)}); correct the "
                "date or the clock"
            ),
        )
