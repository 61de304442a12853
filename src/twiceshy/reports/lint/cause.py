"""RC: causes that the report does not support, and suspicions it leaves open."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from twiceshy.model.report import (
    Cause,
    CauseClass,
    Entry,
    EntryKind,
    FalseLead,
    FindingSeverity,
    Report,
)
from twiceshy.reports.lint.rule import Found, rule
from twiceshy.reports.lint.subjects import FAMILY, SUBJECTS
from twiceshy.reports.lint.wording import evidence_words, quoted
from twiceshy.reports.moment_text import time_text

_FEW_ENTRIES = 3
"""So short a timeline lacks more than evidence, and other rules say so."""
_REPAIRS = (EntryKind.FIX, EntryKind.RESTORED)


def _tells_of(entry: Entry, cause: Cause) -> bool:
    """Whether an entry knows of the cause: its repair by one telling word, others by two."""
    wanted = evidence_words(cause.text)
    needed = min(len(wanted), 1 if entry.kind in _REPAIRS else 2)
    return len(wanted & evidence_words(entry.text)) >= needed


@rule("RC001", "cause-without-evidence", FindingSeverity.WARNING)
def cause_without_evidence(report: Report, _: Sequence[Report]) -> Iterator[Found]:
    """The timeline knows nothing of the stated cause.

    ## What it does
    Looks for an entry that tells how the cause was found, or at least for one that shares two telling
    words with it (one is enough for the repair).

    ## Why it matters
    A cause that appears in the summary alone was not seen by anybody, as far as the report says.
    If it is wrong, all actions guard against the wrong thing.

    ## Example
    ```markdown
    # Shop outage

    ## Issue Summary
    - Duration: June 5, 2024, 02:00 - June 5, 2024, 06:00 (UTC)
    - Impact: The shop was down for 30% of users.

    ## Timeline
    - 02:00 UTC: Monitoring alerted on server errors.
    - 02:20 UTC: Engineers began investigating.
    - 06:00 UTC: The shop was restored.

    ## Root Cause
    An update had disabled security modules of the web application firewall.
    ```

    ```markdown
    # Shop outage

    ## Issue Summary
    - Duration: June 5, 2024, 02:00 - June 5, 2024, 06:00 (UTC)
    - Impact: The shop was down for 30% of users.

    ## Timeline
    - 02:00 UTC: Monitoring alerted on server errors.
    - 02:20 UTC: Engineers began investigating.
    - 05:10 UTC: The web application firewall was found in detection-only mode since the update.
    - 06:00 UTC: The shop was restored.

    ## Root Cause
    An update had disabled security modules of the web application firewall.
    ```

    ## How to mend
    Add the entry: when was the cause found, by looking at what, and what did it show?
    """
    if report.cause is None or len(report.timeline) < _FEW_ENTRIES:
        return
    if any(entry.kind is EntryKind.CAUSE_FOUND for entry in report.timeline):
        return
    if not any(_tells_of(entry, report.cause) for entry in report.timeline):
        yield (
            report.cause.line,
            (
                "no entry of the timeline says when or how this cause was found; add what was looked at "
                "and what it showed"
            ),
        )


def _is_the_cause(text: str, report: Report) -> bool:
    """Whether a suspicion is about what turned out to be the cause."""
    if report.cause is None:
        return False
    family = FAMILY.get(report.cause.cause_class)
    shared = evidence_words(text) & evidence_words(report.cause.text)
    subject = SUBJECTS.get(family or "")
    return bool(shared) or (subject is not None and subject.search(text) is not None)


_EXCLUDES = re.compile(
    r"\bno(?:t|thing)?\b|n't\b|without|reject|ruled out|exclud|eliminat|dismiss|discard|disprov|false lead"
    r"|red herring|turned out|unrelated|incorrect|mislead|wrong|fine\b|healthy|normal|innocent"
    r"|fail(?:ed|s)? to|persist|still|instead|despite",
    re.IGNORECASE,
)


def _excluded(lead: FalseLead, report: Report) -> bool:
    """Whether an entry of its time says what came of the suspicion, or the cause ended it.

    An entry that speaks of the same thing again counts: "detection gives the right language".
    """
    about = evidence_words(lead.text)
    for entry in report.timeline:
        if entry.line < lead.line or entry.at is None or lead.end is None:
            continue
        left = entry.at.minutes_until(lead.end)
        if left is None or left < 0:
            continue
        if entry.kind in (EntryKind.RULED_OUT, EntryKind.CAUSE_FOUND):
            return True
        if entry.line > lead.line and about & evidence_words(entry.text):
            return True
        if _EXCLUDES.search(entry.text):
            return True
    return False


def _answered(suspicion: Entry, report: Report) -> bool:
    """Something after the suspicion confirms it, rules it out or counts it as a false lead."""
    if any(lead.line == suspicion.line for lead in report.false_leads):
        return True
    later = report.timeline[report.timeline.index(suspicion) + 1 :]
    return any(entry.kind in (EntryKind.RULED_OUT, EntryKind.CAUSE_FOUND) for entry in later)


@rule("RC002", "alternative-not-ruled-out", FindingSeverity.NOTE)
def alternative_not_ruled_out(report: Report, _: Sequence[Report]) -> Iterator[Found]:
    """Something was suspected, and the report does not say what excluded it.

    ## What it does
    Finds false leads without an end, those left without a word on what excluded them, and
    suspicions in the timeline that nothing after them confirms or rules out.

    ## Why it matters
    The minutes of a false lead cannot be counted without its end, and the evidence that ended it is
    what spares the next team the same detour. A suspicion left open may be the true cause.

    ## Example
    ```markdown
    # Shop outage

    ## Issue Summary
    - Duration: June 5, 2024, 02:00 - June 5, 2024, 06:00 (UTC)
    - Impact: The shop was down for 30% of users.

    ## Timeline
    - 02:00 UTC: Monitoring alerted on server errors.
    - 02:20 UTC: A DDoS attack was suspected.
    - 05:30 UTC: The servers were restarted.
    - 06:00 UTC: The shop was restored.
    ```

    ```markdown
    # Shop outage

    ## Issue Summary
    - Duration: June 5, 2024, 02:00 - June 5, 2024, 06:00 (UTC)
    - Impact: The shop was down for 30% of users.

    ## Timeline
    - 02:00 UTC: Monitoring alerted on server errors.
    - 02:20 UTC: A DDoS attack was suspected.
    - 02:50 UTC: The security team ruled out an attack: requests came from known customers.
    - 05:30 UTC: The servers were restarted.
    - 06:00 UTC: The shop was restored.
    ```

    ## How to mend
    Add an entry with the time and the evidence: "02:50 ruled out: requests came from known
    customers". If it was never excluded, say so in the section on the cause.
    """
    for lead in report.false_leads:
        what = f"the false lead {quoted(lead.text)}"
        if lead.end is None:
            yield (
                lead.line,
                (
                    f"{what} has no end, so its minutes cannot be counted; write when it was ruled "
                    "out, and what excluded it"
                ),
            )
        elif not _excluded(lead, report):
            yield (
                lead.line,
                (
                    f"{what} was left at {time_text(lead.end)}, and nothing says what excluded it; "
                    "add what was seen"
                ),
            )
    for entry in report.timeline:
        if entry.kind is not EntryKind.SUSPECTED or entry.at is None:
            continue
        if not _answered(entry, report) and not _is_the_cause(entry.text, report):
            yield (
                entry.line,
                (
                    f"suspected at {time_text(entry.at)}, and nothing after it confirms or rules it out: "
                    f"{quoted(entry.text)}; add what was seen"
                ),
            )


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
    match = _BLAME.search(report.cause.text) if report.cause is not None else None
    if report.cause is not None and match is not None and not _BEHIND_IT.search(report.cause.text):
        yield (
            report.cause.line,
            (
                f'"{match[0]}" ends at a person; say what let the slip reach users (a missing check, '
                "test, permission or preview)"
            ),
        )
