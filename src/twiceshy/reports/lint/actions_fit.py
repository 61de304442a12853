"""AC: promises that miss the cause, say the same twice, or are not there at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from twiceshy.model.report import Action, EntryKind, FindingSeverity, Report
from twiceshy.reports.lint.promises import open_promises
from twiceshy.reports.lint.rule import Found, rule
from twiceshy.reports.lint.subjects import FAMILY, may_remedy
from twiceshy.reports.lint.wording import evidence_words, quoted, same_promise


@rule("AC004", "cause-without-action", FindingSeverity.WARNING)
def cause_without_action(report: Report, _: Sequence[Report]) -> Iterator[Found]:
    """No action has anything to do with the cause.

    ## What it does
    Looks in all actions for a word that sets the cause or its repair apart, or one that a remedy for
    this class of causes would contain. Causes of no class are let pass.

    ## Why it matters
    The outage can happen again as it did, however many other things are improved.

    ## Example
    ```markdown
    # Mail outage

    ## Issue Summary
    - Duration: June 7, 2024, 13:00 - June 7, 2024, 15:00 (UTC)
    - Impact: Mail was down for 70% of users.

    ## Root Cause
    The SSL certificate of the mail server had expired.

    ## Action Items
    - Write a communication plan for customers
    - Hire another engineer for the night shift
    ```

    ```markdown
    # Mail outage

    ## Issue Summary
    - Duration: June 7, 2024, 13:00 - June 7, 2024, 15:00 (UTC)
    - Impact: Mail was down for 70% of users.

    ## Root Cause
    The SSL certificate of the mail server had expired.

    ## Action Items
    - Alert 21 days before the SSL certificate expires
    - Write a communication plan for customers
    ```

    ## How to mend
    Add the action that would have prevented this outage, or that would have told of it in time.
    """
    if report.cause is None or not report.actions:
        return
    family = FAMILY.get(report.cause.cause_class)
    if family is None:
        return
    texts = [action.text for action in report.actions]
    if any(may_remedy(family, text) for text in texts):
        return
    found = [entry.text for entry in report.timeline if entry.kind is EntryKind.CAUSE_FOUND]
    wanted = evidence_words(" ".join([report.cause.text, report.resolution or "", *found]))
    if any(wanted & evidence_words(text) for text in texts):
        return
    yield (
        report.actions[0].line,
        (
            f"no action answers the cause (line {report.cause.line}: {quoted(report.cause.text)}); add "
            "what would have prevented it or told of it in time"
        ),
    )


_WORDS_TOLD = 5


def _dated(report: Report) -> str:
    day = report.start.day if report.start is not None else None
    return f" ({day.isoformat()})" if day is not None else ""


@rule("AC005", "repeated-action", FindingSeverity.WARNING)
def repeated_action(report: Report, earlier: Sequence[Report]) -> Iterator[Found]:
    """An earlier report promised the same.

    ## What it does
    Compares each action with those of the reports known to be earlier, by the words that say
    something. It needs several reports at once.

    ## Why it matters
    Either the promise was not kept, or it was and did not help. Both are worth more than writing it
    down a second time.

    ## Example
    ```markdown
    # Web outage

    ## Issue Summary
    - Duration: September 2, 2024, 13:00 - September 2, 2024, 15:00 (UTC)
    - Impact: The website was down for 70% of users.

    ## Root Cause
    The SSL certificate of the web server had expired.

    ## Action Items
    - Alert 21 days before any SSL certificate expires
    ```

    ```markdown
    # Web outage

    ## Issue Summary
    - Duration: September 2, 2024, 13:00 - September 2, 2024, 15:00 (UTC)
    - Impact: The website was down for 70% of users.

    ## Root Cause
    The SSL certificate of the web server had expired.

    ## Action Items
    - Rehearse the automatic renewal against a staging authority each month
    ```

    ## How to mend
    Find out what became of the earlier action, link it, and promise what is different this time.
    """
    for group in open_promises(report):
        action = group[0]
        match = _promised_before(action, earlier)
        if match is not None:
            before, its, shared = match
            yield (
                action.line,
                (
                    f"{quoted(action.text)} was promised before, as {before.id}#{its.id}"
                    f"{_dated(before)}: say what became of that one and what is different now "
                    f"(both speak of {', '.join(shared[:_WORDS_TOLD])})"
                ),
            )


def _promised_before(
    action: Action, earlier: Iterable[Report]
) -> tuple[Report, Action, tuple[str, ...]] | None:
    best: tuple[float, Report, Action, tuple[str, ...]] | None = None
    for report in earlier:
        for candidate in report.actions:
            alike = same_promise(action.text, candidate.text)
            if alike is not None and (best is None or alike.score > best[0]):
                best = (alike.score, report, candidate, alike.shared)
    return None if best is None else best[1:]


@rule("AC006", "reworded-action", FindingSeverity.NOTE)
def reworded_action(report: Report, _: Sequence[Report]) -> Iterator[Found]:
    """An action only says another one again.

    ## What it does
    Finds actions of the same report that promise the same in other words, such as a list of tasks
    that repeats the list of measures. One finding names all of them.

    ## Why it matters
    The list looks longer than it is, and of two wordings each gets half of the care.

    ## Example
    ```markdown
    # Mail outage

    ## Issue Summary
    - Duration: June 7, 2024, 13:00 - June 7, 2024, 15:00 (UTC)
    - Impact: Mail was down for 70% of users.

    ## Root Cause
    The certificate of the mail server had expired.

    ## Corrective and Preventative Measures
    - Improvements:
      - Implement automated configuration auditing for firewalls.
    - Tasks:
      - Implement automated configuration auditing of all firewalls.
    ```

    ```markdown
    # Mail outage

    ## Issue Summary
    - Duration: June 7, 2024, 13:00 - June 7, 2024, 15:00 (UTC)
    - Impact: Mail was down for 70% of users.

    ## Root Cause
    The certificate of the mail server had expired.

    ## Corrective and Preventative Measures
    - Audit the configuration of all firewalls automatically, every night.
    - Test outgoing mail every five minutes.
    ```

    ## How to mend
    Keep the more exact one, with its owner and its date.
    """
    again = [action for action in report.actions if action.same_as is not None]
    if again:
        pairs = ", ".join(f"{action.id} = {action.same_as}" for action in again)
        subject = (
            "1 action only rewords" if len(again) == 1 else f"{len(again)} actions only reword"
        )
        yield (
            again[0].line,
            (
                f"{subject} another ({pairs}), which leaves {len(report.actions) - len(again)} of "
                f"{len(report.actions)}; keep the more exact one of each"
            ),
        )


@rule("AC007", "no-actions", FindingSeverity.WARNING)
def no_actions(report: Report, _: Sequence[Report]) -> Iterator[Found]:
    """The report promises nothing.

    ## What it does
    Finds a report without a single corrective or preventive action.

    ## Why it matters
    Nothing changes, so nothing keeps the outage from coming back.

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

    ## Root Cause
    The certificate of the mail server had expired.

    ## Action Items
    - Alert 21 days before a certificate expires
    ```

    ## How to mend
    Write at least one action that would have prevented the outage, and one that would have shortened
    it.
    """
    if not report.actions:
        line = report.cause.line if report.cause is not None else report.span_line
        yield (
            report.resolution_line or line or 1,
            (
                "no action is promised; write what would have prevented this outage, and what would "
                "have shortened it"
            ),
        )


@rule("AC008", "due-before-the-outage", FindingSeverity.ERROR)
def due_before_the_outage(report: Report, _: Sequence[Report]) -> Iterator[Found]:
    """An action is due before the outage began.

    ## What it does
    Compares each open action's due date with the day of the outage.

    ## Why it matters
    The date is a typing error (the old year, day and month swapped), and every reminder built on it
    is wrong.

    ## Example
    ```markdown
    # Mail outage

    ## Issue Summary
    - Duration: January 7, 2024, 13:00 - January 7, 2024, 15:00 (UTC)
    - Impact: Mail was down for 70% of users.

    ## Root Cause
    The certificate of the mail server had expired.

    ## Action Items

    | Action | Owner | Due |
    | --- | --- | --- |
    | Alert 21 days before a certificate expires | Mail team | 2023-01-21 |
    ```

    ```markdown
    # Mail outage

    ## Issue Summary
    - Duration: January 7, 2024, 13:00 - January 7, 2024, 15:00 (UTC)
    - Impact: Mail was down for 70% of users.

    ## Root Cause
    The certificate of the mail server had expired.

    ## Action Items

    | Action | Owner | Due |
    | --- | --- | --- |
    | Alert 21 days before a certificate expires | Mail team | 2024-01-21 |
    ```

    ## How to mend
    Correct the date.
    """
    began = report.start.day if report.start is not None else None
    if began is None:
        return
    for action in report.actions:
        if action.due is not None and action.due < began and not action.done:
            yield (
                action.line,
                (
                    f"{action.id} is due on {action.due.isoformat()}, before the outage "
                    f"({began.isoformat()}); correct the date"
                ),
            )
