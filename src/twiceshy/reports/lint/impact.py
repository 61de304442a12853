"""IM: who was hurt, how many, and who noticed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from twiceshy.model.report import DetectedBy, EntryKind, FindingSeverity, Report
from twiceshy.reports.lint.noticing import tells_of_noticing
from twiceshy.reports.lint.rule import Found, rule
from twiceshy.reports.lint.wording import evidence_words

_FIGURE = re.compile(
    r"\d\s*(?:%|percent|per ?cent)"
    r"|\d[\d,. ]*(?:k|m|million|thousand)?\s*(?:\w+\s){0,2}(?:users?|customers?|clients?|requests?"
    r"|visitors?|subscribers?|accounts?|orders?|transactions?|messages?|e?mails?|people|merchants?"
    r"|students?|sites?|tenants?|calls?|queries|payments?|players?|sessions?)\b"
    r"|\d[\d,.]*\s+(?!minutes?|mins?|hours?|hrs?|seconds?|secs?|days?|[ap]\.?m\b|utc|gmt)[a-z]{3}"
    r"|\b(?:everyone|everybody|nobody|no one)\b"
    r"|\b(?:all|every|no|each|entire|whole|half|most|complete(?:ly)?|total(?:ly)?) (?:of )?"
    r"(?:\w+\s){0,2}(?:users?|customers?|clients?|visitors?|subscribers?|base|team|staff|requests?"
    r"|outage)\b|[$€£]\s?\d",
    re.IGNORECASE,
)


@rule("IM001", "no-impact-figure", FindingSeverity.WARNING)
def no_impact_figure(report: Report, _: Sequence[Report]) -> Iterator[Found]:
    """The report does not say how many were hurt.

    ## What it does
    Looks for a share ("70% of users", "all customers") or a number ("943 of 2000 requests") in the
    impact.

    ## Why it matters
    How much care an action deserves depends on how many it spares. "Some users" can be five or all.

    ## Example
    ```markdown
    # Mail outage

    ## Issue Summary
    - Duration: June 7, 2024, 13:00 - June 7, 2024, 15:00 (UTC)
    - Impact: Mail was slow and some users complained.

    ## Timeline
    - 13:00 UTC: Users reported missing mail.
    - 15:00 UTC: Mail was restored.
    ```

    ```markdown
    # Mail outage

    ## Issue Summary
    - Duration: June 7, 2024, 13:00 - June 7, 2024, 15:00 (UTC)
    - Impact: Mail was down for approximately 70% of users.

    ## Timeline
    - 13:00 UTC: Users reported missing mail.
    - 15:00 UTC: Mail was restored.
    ```

    ## How to mend
    Count from logs or metrics: failed requests, delayed messages, users who could not log in. An
    estimate with its basis is better than none.
    """
    if report.affected_percent is not None:
        return
    if report.impact is None:
        yield (
            report.span_line or 1,
            (
                'no line or section names the impact; write "Impact:" with who could not do what, '
                "and how many they were"
            ),
        )
    elif not _FIGURE.search(report.impact):
        yield (
            report.impact_line or report.span_line or 1,
            (
                "how many were hurt is not said; write a share of users, requests or messages, and "
                "where the figure is from"
            ),
        )


@rule("IM002", "nothing-named-as-hurt", FindingSeverity.NOTE)
def nothing_named_as_hurt(report: Report, _: Sequence[Report]) -> Iterator[Found]:
    """The impact names no service.

    ## What it does
    Finds an impact in which no service, site or system is named.

    ## Why it matters
    A guard needs something to look at, and a reader a year later does not know what "the system"
    was.

    ## Example
    ```markdown
    # Postmortem

    ## Issue Summary
    - Duration: June 7, 2024, 13:00 - June 7, 2024, 15:00 (UTC)
    - Impact: 70% of users were affected.

    ## Timeline
    - 13:00 UTC: Users complained.
    - 15:00 UTC: Everything was back to normal.
    ```

    ```markdown
    # Postmortem

    ## Issue Summary
    - Duration: June 7, 2024, 13:00 - June 7, 2024, 15:00 (UTC)
    - Impact: The email service was down. 70% of users were affected.

    ## Timeline
    - 13:00 UTC: Users complained.
    - 15:00 UTC: Everything was back to normal.
    ```

    ## How to mend
    Name the service as your users know it, and the one behind it that failed.
    """
    if report.impact is not None and not report.services:
        yield (
            report.impact_line or report.span_line or 1,
            "no service is named; write which one users could not use, by its name",
        )


_NOTICING = evidence_words("detected noticed discovered observed began begin started first time")
"""Words with which a detection is told without saying whose it was."""


@rule("IM003", "no-detection-source", FindingSeverity.NOTE)
def no_detection_source(report: Report, _: Sequence[Report]) -> Iterator[Found]:
    """The report does not say who noticed: monitoring, users or an engineer.

    ## What it does
    Finds a report from which the source of detection cannot be told.

    ## Why it matters
    An outage that users report is a gap in monitoring, and that gap deserves an action of its own.

    ## Example
    ```markdown
    # Mail outage

    ## Issue Summary
    - Duration: June 7, 2024, 13:00 - June 7, 2024, 15:00 (UTC)
    - Impact: Mail was down for 70% of users.

    ## Timeline
    - 13:00 UTC: The issue began.
    - 15:00 UTC: Mail was restored.
    ```

    ```markdown
    # Mail outage

    ## Issue Summary
    - Duration: June 7, 2024, 13:00 - June 7, 2024, 15:00 (UTC)
    - Impact: Mail was down for 70% of users.

    ## Timeline
    - 13:00 UTC: Users reported missing mail to the help desk.
    - 15:00 UTC: Mail was restored.
    ```

    ## How to mend
    Name the alert, the customer channel or the person, in the first entry of the timeline.
    """
    noticed = [entry.text for entry in report.timeline if entry.kind is EntryKind.DETECTED]
    noticed += [entry.text for entry in report.timeline[:1] if tells_of_noticing(entry.text)]
    told = any(evidence_words(text) - _NOTICING for text in noticed)
    if report.detected_by is DetectedBy.UNKNOWN and report.timeline and not told:
        yield (
            report.timeline[0].line,
            "who noticed first (monitoring, users, an engineer)? Name the alert or the channel",
        )
