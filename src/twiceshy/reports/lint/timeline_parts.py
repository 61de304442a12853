"""TL: what a timeline leaves out: times, detection, restoration, or itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from twiceshy.model.report import DetectedBy, EntryKind, FindingSeverity, Report
from twiceshy.reports.lint.noticing import tells_of_noticing
from twiceshy.reports.lint.rule import Found, rule
from twiceshy.reports.moment_text import stamp_text

_SLACK_MINUTES = 5
"""An entry this close to the stated end tells of the end."""
_LINES_TOLD = 8


@rule("TL005", "untimed-entries", FindingSeverity.WARNING)
def untimed_entries(report: Report, _: Sequence[Report]) -> Iterator[Found]:
    """A third or more of the timeline has no time.

    ## What it does
    Counts the entries without a time, of those that tell of the outage.

    ## Why it matters
    Without times nobody can see where the minutes went, which is what the report is for.

    ## Example
    ```markdown
    # Shop outage

    ## Issue Summary
    - Duration: June 5, 2024, 02:00 - June 5, 2024, 06:00 (UTC)
    - Impact: The shop was down for 30% of users.

    ## Timeline
    - Issue Detected: 02:00 UTC
    - Misleading Paths: Time was spent on the network because a DDoS attack was suspected.
    - Escalation: The incident was escalated to the security team.
    - Resolution: The shop was restored at 06:00 UTC.
    ```

    ```markdown
    # Shop outage

    ## Issue Summary
    - Duration: June 5, 2024, 02:00 - June 5, 2024, 06:00 (UTC)
    - Impact: The shop was down for 30% of users.

    ## Timeline
    - 02:00 UTC: Monitoring alerted on server errors.
    - 02:20 UTC: A DDoS attack was suspected, network traffic was analysed.
    - 03:10 UTC: The incident was escalated to the security team.
    - 03:40 UTC: The security team ruled out an attack.
    - 06:00 UTC: The shop was restored.
    ```

    ## How to mend
    Look the times up in the chat, the alerts and the deployment log, and start every entry with one.
    """
    told = [entry for entry in report.timeline if entry.at or entry.kind is not EntryKind.NOTE]
    untimed = [entry for entry in told if entry.at is None]
    if untimed and 3 * len(untimed) >= len(told):
        lines = ", ".join(str(entry.line) for entry in untimed[:_LINES_TOLD])
        left = len(untimed) - _LINES_TOLD
        more = f" and {left} more" if left > 0 else ""
        yield (
            untimed[0].line,
            (
                f"{len(untimed)} of {len(told)} entries have no time (line{'s' * (len(untimed) > 1)} "
                f"{lines}{more}); write when each was"
            ),
        )


@rule("TL006", "no-timeline", FindingSeverity.WARNING)
def no_timeline(report: Report, _: Sequence[Report]) -> Iterator[Found]:
    """The report has no timeline.

    ## What it does
    Finds a report without a single entry of a timeline.

    ## Why it matters
    What was noticed when, what was suspected and what that cost is the part a postmortem can teach.

    ## Example
    ```markdown
    # Mail outage

    ## Issue Summary
    - Duration: June 7, 2024, 13:00 - June 7, 2024, 15:00 (UTC)
    - Impact: Mail was down for 70% of users.

    ## Root Cause
    The certificate of the mail server had expired.
    ```

    ```markdown
    # Mail outage

    ## Issue Summary
    - Duration: June 7, 2024, 13:00 - June 7, 2024, 15:00 (UTC)
    - Impact: Mail was down for 70% of users.

    ## Timeline
    - 13:00 UTC: Users reported missing mail.
    - 14:00 UTC: The expired certificate was identified as the cause.
    - 15:00 UTC: Mail was restored.

    ## Root Cause
    The certificate of the mail server had expired.
    ```

    ## How to mend
    Add a section "Timeline" with an entry for: first harm, detection, each suspicion and what ruled
    it out, the cause found, the fix, service restored.
    """
    if not report.timeline:
        yield (
            report.span_line or 1,
            (
                "no timeline: write when it was noticed, what was suspected and ruled out, when the "
                "cause was found, fixed and service restored"
            ),
        )


_WORKS = re.compile(
    r"\b(?:ok(?:ay)?|back|again|up|works?|working|green|normal|rebuilt|restored|resolved|recovered"
    r"|healthy|online|fine|success\w*)\b",
    re.IGNORECASE,
)


@rule("TL008", "no-detection-or-restoration", FindingSeverity.NOTE)
def no_detection_or_restoration(report: Report, _: Sequence[Report]) -> Iterator[Found]:
    """The timeline does not say when the outage was noticed, or when service was back.

    ## What it does
    Looks for an entry in which somebody or something notices, and for one that tells of restoration;
    an entry at the stated end of the outage counts as restoration.

    ## Why it matters
    Without the first nobody can say how long the outage went unnoticed, without the second how long
    the fix took to reach users.

    ## Example
    ```markdown
    # Mail outage

    ## Issue Summary
    - Duration: June 7, 2024, 13:00 - June 7, 2024, 15:00 (UTC)
    - Impact: Mail was down for 70% of users.

    ## Timeline
    - 13:20 UTC: Engineers began investigating the mail server logs.
    - 14:00 UTC: The expired certificate was identified as the cause.
    ```

    ```markdown
    # Mail outage

    ## Issue Summary
    - Duration: June 7, 2024, 13:00 - June 7, 2024, 15:00 (UTC)
    - Impact: Mail was down for 70% of users.

    ## Timeline
    - 13:10 UTC: Monitoring alerted on a growing mail queue.
    - 13:20 UTC: Engineers began investigating the mail server logs.
    - 14:00 UTC: The expired certificate was identified as the cause.
    - 15:00 UTC: Mail was restored.
    ```

    ## How to mend
    Begin with the first alert or complaint, end with the moment the last user was served again, and
    say how you knew.
    """
    if not report.timeline:
        return
    kinds = {entry.kind for entry in report.timeline}
    noticed = any(tells_of_noticing(entry.text) for entry in report.timeline)
    if EntryKind.DETECTED not in kinds and not noticed:
        by = {
            DetectedBy.UNKNOWN: "",
            DetectedBy.MONITORING: " by monitoring",
            DetectedBy.USERS: " by users",
            DetectedBy.ENGINEER: " by an engineer",
        }[report.detected_by]
        yield (
            report.timeline[0].line,
            f"no entry says when the outage was noticed{by}; begin with the first alert or complaint",
        )
    last = report.timeline[-1]
    ends_in_work = last.kind is not EntryKind.NOTE and not _WORKS.search(last.text)
    if EntryKind.RESTORED not in kinds and ends_in_work and not _something_at_the_end(report):
        end = f" (it ended at {stamp_text(report.end)})" if report.end is not None else ""
        yield (
            report.timeline[-1].line,
            f"no entry says when service was back{end}; end with it, and how you knew",
        )


def _something_at_the_end(report: Report) -> bool:
    for entry in report.timeline:
        if entry.at is not None and report.end is not None:
            apart = entry.at.minutes_until(report.end)
            if apart is not None and abs(apart) <= _SLACK_MINUTES:
                return True
    return False
