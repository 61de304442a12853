"""RC: causes that the timeline does not support, and suspicions it leaves open."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from twiceshy.model.report import (
    Cause,
    Entry,
    EntryKind,
    FalseLead,
    FindingSeverity,
    Report,
)
from twiceshy.reports.lint.rule import Found, rule
from twiceshy.reports.lint.subjects import FAMILY, speaks_of
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
    return bool(shared) or speaks_of(family or "", text)


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
        if not _within(entry, lead):
            continue
        if entry.kind in (EntryKind.RULED_OUT, EntryKind.CAUSE_FOUND):
            return True
        if entry.line != lead.line and about & evidence_words(entry.text):
            return True
        if _EXCLUDES.search(entry.text):
            return True
    return False


def _within(entry: Entry, lead: FalseLead) -> bool:
    if entry.at is None or lead.end is None:
        return False
    since = None if lead.start is None else lead.start.minutes_until(entry.at)
    left = entry.at.minutes_until(lead.end)
    return left is not None and left >= 0 and (since is None or since >= 0)


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
