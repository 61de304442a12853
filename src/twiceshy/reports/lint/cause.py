"""RC: causes that are missing, say nothing, or end at a person."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from twiceshy.model.report import (
    CauseClass,
    FindingSeverity,
    Report,
)
from twiceshy.reports.lint.rule import Found, rule
from twiceshy.reports.lint.wording import evidence_words, quoted
from twiceshy.reports.phrases import any_in, lower


@rule("RC003", "no-root-cause", FindingSeverity.WARNING)
def no_root_cause(report: Report, _: Sequence[Report]) -> Iterator[Found]:
    """The report names no cause.

    ## What it does
    Finds a report without a root cause, neither in a section of its own nor in the summary.

    ## Why it matters
    Without a cause there is nothing to guard against. "Not known yet" is an honest answer, and one
    that can be followed up; silence is neither.

    ## Example
    ```markdown
    # Search outage

    ## Issue Summary
    - Duration: March 4, 2024, 10:00 - March 4, 2024, 11:00 (UTC)
    - Impact: Search failed for 40% of users.

    ## Timeline
    - 10:00 UTC: Monitoring alerted on failed searches.
    - 11:00 UTC: Search was restored.
    ```

    ```markdown
    # Search outage

    ## Issue Summary
    - Duration: March 4, 2024, 10:00 - March 4, 2024, 11:00 (UTC)
    - Impact: Search failed for 40% of users.

    ## Timeline
    - 10:00 UTC: Monitoring alerted on failed searches.
    - 11:00 UTC: Search was restored.

    ## Root Cause
    The nightly job had filled the disk of the index server.
    ```

    ## How to mend
    Add a section "Root Cause". If it is not known, write what is excluded and what would tell.
    """
    if report.cause is None:
        yield (
            report.resolution_line or report.span_line or 1,
            (
                "no root cause; add the section, and if it is not known, write what is excluded and "
                "what would tell"
            ),
        )


@rule("RC004", "circular-cause", FindingSeverity.WARNING)
def circular_cause(report: Report, _: Sequence[Report]) -> Iterator[Found]:
    """The cause only says again that there was an outage.

    ## What it does
    Takes from the cause all words that any outage has, and those of the impact; finds causes of
    which nothing is left, such as "the outage was caused by an outage of the service".

    ## Why it matters
    It answers "what happened", not "why". No action follows from it.

    ## Example
    ```markdown
    # Search outage

    ## Issue Summary
    - Duration: March 4, 2024, 10:00 - March 4, 2024, 11:00 (UTC)
    - Impact: The search service was down for 40% of users.

    ## Timeline
    - 10:00 UTC: Monitoring alerted on failed searches.
    - 11:00 UTC: Search was restored.

    ## Root Cause
    The outage was caused by the search service being down.
    ```

    ```markdown
    # Search outage

    ## Issue Summary
    - Duration: March 4, 2024, 10:00 - March 4, 2024, 11:00 (UTC)
    - Impact: The search service was down for 40% of users.

    ## Timeline
    - 10:00 UTC: Monitoring alerted on failed searches.
    - 11:00 UTC: Search was restored.

    ## Root Cause
    The nightly job had filled the disk of the index server.
    ```

    ## How to mend
    Ask "why?" of the cause as it stands, and write the answer; go on until something can be changed.
    """
    if report.cause is None:
        return
    rest = evidence_words(report.cause.text) - evidence_words(" ".join(report.services))
    if report.cause.cause_class is CauseClass.OTHER:
        rest -= evidence_words(f"{report.title or ''} {report.impact or ''}")
    if not rest:
        yield (
            report.cause.line,
            (
                f"{quoted(report.cause.text)} says that it failed, not why; ask why once more and write "
                "the answer"
            ),
        )


_SLIPS = (
    "error",
    "mistake",
    "negl",
    "careless",
    "forgot",
    "failed to",
    "accident",
    "inadvertent",
    "bother",
)
"""One of them is in every cause that ends at a person, in lower case."""
_BLAME = re.compile(
    r"\b(?:human|operator|user|engineer|developer|admin(?:istrator)?|personnel|manual)['’s]{0,2} "
    r"(?:error|mistake|negligence|carelessness)"
    r"|\b(?:an?|the|one of our|our|new|junior) (?:\w+ )?(?:engineer|developer|admin(?:istrator)?"
    r"|intern|operator|employee|colleague|programmer|technician|someone|person)s? "
    r"(?:had )?(?:forgot|failed to|mistakenly|accidentally|carelessly|inadvertently|did not bother"
    r"|made an? (?:error|mistake)|neglected)"
    r"|\bsomeone (?:had )?(?:forgot|mistakenly|accidentally)",
    re.IGNORECASE,
)


_BEHIND_IT = re.compile(
    r"\b(?:scripts?|tool(?:s|ing)?|default|missing|lack(?:s|ed|ing)?|without|allowed|permissions?"
    r"|process|pipeline|nothing|not? (?:checks?|reviews?|tests?|confirm\w*|validat\w*))\b",
    re.IGNORECASE,
)
"""What a cause speaks of when it goes on asking after the slip."""


@rule("RC005", "person-blamed", FindingSeverity.NOTE)
def person_blamed(report: Report, _: Sequence[Report]) -> Iterator[Found]:
    """The cause stops at a person: "human error", "a developer forgot".

    ## What it does
    Finds wording in the cause that ends at someone's mistake, when the cause says nothing of the tool,
    check or permission behind it.

    ## Why it matters
    People will err again. What can be changed is what let one slip reach users: a missing check, a
    dangerous default, a tool without a preview. Blame also teaches people to tell less next time.

    ## Example
    ```markdown
    # Account outage

    ## Issue Summary
    - Duration: March 4, 2024, 10:00 - March 4, 2024, 11:00 (UTC)
    - Impact: Login failed for 40% of users.

    ## Timeline
    - 10:00 UTC: Monitoring alerted on failed logins.
    - 11:00 UTC: Login was restored.

    ## Root Cause
    Human error: an engineer accidentally deleted the accounts table.
    ```

    ```markdown
    # Account outage

    ## Issue Summary
    - Duration: March 4, 2024, 10:00 - March 4, 2024, 11:00 (UTC)
    - Impact: Login failed for 40% of users.

    ## Timeline
    - 10:00 UTC: Monitoring alerted on failed logins.
    - 11:00 UTC: Login was restored.

    ## Root Cause
    The clean-up script dropped the accounts table: it ran with the owner's rights on production and
    asked for no confirmation.
    ```

    ## How to mend
    Ask what would have caught the slip: which review, test, permission or question was missing?
    """
    if report.cause is None or not any_in(_SLIPS, lower(report.cause.text)):
        return
    match = _BLAME.search(report.cause.text)
    if match is not None and not _BEHIND_IT.search(report.cause.text):
        yield (
            report.cause.line,
            (
                f'"{match[0]}" ends at a person; say what let the slip reach users (a missing check, '
                "test, permission or preview)"
            ),
        )
