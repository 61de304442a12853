"""AC: promises that nobody can be held to: no owner, no date, no end."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from twiceshy.model.report import Action, FindingSeverity, Report
from twiceshy.reports.lint.promises import open_promises
from twiceshy.reports.lint.rule import Found, rule
from twiceshy.reports.lint.wording import quoted
from twiceshy.reports.phrases import Phrasebook, Phrases


def _told(lacking: Sequence[Action], total: int, what: str) -> str:
    if len(lacking) == total:
        if total == 1:
            return f"the one action has no {what}"
        return f"none of the {total} actions has {what}"
    names = ", ".join(f"{action.id} (line {action.line})" for action in lacking)
    verb = "has" if len(lacking) == 1 else "have"
    return f"{len(lacking)} of {total} actions {verb} no {what}: {names}"


def _article(what: str, lacking: Sequence[Action], total: int) -> str:
    text = _told(lacking, total, what)
    article = "an" if what[0] in "aeiou" else "a"
    return text.replace(f"actions has {what}", f"actions has {article} {what}")


@rule("AC001", "no-owner", FindingSeverity.WARNING)
def no_owner(report: Report, _: Sequence[Report]) -> Iterator[Found]:
    """Actions that nobody is named for.

    ## What it does
    Finds open actions without an owner. All of them are told in one finding.

    ## Why it matters
    What belongs to everybody is done by nobody; an action without a name is the first to be
    forgotten.

    ## Example
    ```markdown
    # Mail outage

    ## Issue Summary
    - Duration: June 7, 2024, 13:00 - June 7, 2024, 15:00 (UTC)
    - Impact: Mail was down for 70% of users.

    ## Root Cause
    The certificate of the mail server had expired.

    ## Action Items
    - Alert 21 days before a certificate expires
    - Test the renewal of every certificate each month
    ```

    ```markdown
    # Mail outage

    ## Issue Summary
    - Duration: June 7, 2024, 13:00 - June 7, 2024, 15:00 (UTC)
    - Impact: Mail was down for 70% of users.

    ## Root Cause
    The certificate of the mail server had expired.

    ## Action Items

    | Action | Owner | Due |
    | --- | --- | --- |
    | Alert 21 days before a certificate expires | Mail team | 2024-06-21 |
    | Test the renewal of every certificate each month | Operations team | 2024-06-28 |
    ```

    ## How to mend
    Name one person, or one team with one person in it who answers.
    """
    promises = open_promises(report)
    lacking = [group[0] for group in promises if not any(action.owner for action in group)]
    if lacking:
        yield (
            lacking[0].line,
            f"{_article('owner', lacking, len(promises))}; name one person or team for each",
        )


@rule("AC002", "no-due-date", FindingSeverity.WARNING)
def no_due_date(report: Report, _: Sequence[Report]) -> Iterator[Found]:
    """Actions without a date.

    ## What it does
    Finds open actions without a due date. All of them are told in one finding.

    ## Why it matters
    Without a date nothing is ever late, so nobody asks.

    ## Example
    ```markdown
    # Mail outage

    ## Issue Summary
    - Duration: June 7, 2024, 13:00 - June 7, 2024, 15:00 (UTC)
    - Impact: Mail was down for 70% of users.

    ## Root Cause
    The certificate of the mail server had expired.

    ## Action Items
    - Alert 21 days before a certificate expires
    - Test the renewal of every certificate each month
    ```

    ```markdown
    # Mail outage

    ## Issue Summary
    - Duration: June 7, 2024, 13:00 - June 7, 2024, 15:00 (UTC)
    - Impact: Mail was down for 70% of users.

    ## Root Cause
    The certificate of the mail server had expired.

    ## Action Items

    | Action | Owner | Due |
    | --- | --- | --- |
    | Alert 21 days before a certificate expires | Mail team | 2024-06-21 |
    | Test the renewal of every certificate each month | Operations team | 2024-06-28 |
    ```

    ## How to mend
    Give each a day. Two weeks for what would have prevented the outage and four for the rest is a
    custom to start from.
    """
    promises = open_promises(report)
    lacking = [group[0] for group in promises if not any(action.due for action in group)]
    if lacking:
        yield (
            lacking[0].line,
            f"{_article('due date', lacking, len(promises))}; write a day for each",
        )


_YARDSTICK = re.compile(
    r"\d|such as|\bso\b|\binclud(?:e|es|ing)\b|\bdaily\b|\bhourly\b|weekly|monthly|quarterly|yearly"
    r"|annual|\beach\b|\bevery\b|\balerts?\b|\bwarnings?\b|\bbefore\b|\bautomat|\bwhen(?:ever)?\b"
    r"|\bif\b|\bwithout\b|\bnever\b|\brequire|\bblock|\brefus|\blimit|\bvia\b|\busing\b|\bspecific\b",
    re.IGNORECASE,
)
_CADENCE = re.compile(
    r"\d|\bdaily\b|\bhourly\b|weekly|monthly|quarterly|yearly|annual|\beach\b|\bevery\b|continuous"
    r"|once a\b|twice a\b|nightly",
    re.IGNORECASE,
)
_REGULAR = Phrases.of(
    r"regular(?:ly)?(?! expression)|periodic(?:ally)?|routine(?:ly)?|frequent(?:ly)?",
    end=r"\b",
)
_BETTER = Phrases.of(
    r"improv(?:e|ed|ing)|enhanc(?:e|ed|ing)|strengthen(?:ing)?|better|more (?:robust|rigorous"
    r"|careful|thorough)|optimi[sz]e",
    end=r"\b",
)
_PLATITUDE = Phrases.of(
    r"be more careful|more careful|pay (?:more|close) attention|raise awareness|better practices|due diligence",
    end=r"\b",
)
_BOOK = Phrasebook((phrases, phrases) for phrases in (_REGULAR, _BETTER, _PLATITUDE))
_MAYBE = re.compile(
    r"^\W*(?:\[.?\]\s*)?(?:consider|explore|look (?:in)?to|think about|discuss|try to|possibly|maybe)\b",
    re.IGNORECASE,
)

_ASK = (
    (
        re.compile(r"train|awareness|skill", re.IGNORECASE),
        "who is trained in what, until when, and what shows it",
    ),
    (
        re.compile(r"monitor|alert|observab|visib|logging", re.IGNORECASE),
        "which signal, above which threshold, tells whom",
    ),
    (
        re.compile(r"document|runbook|playbook|guide|wiki", re.IGNORECASE),
        "which page, and which question it must answer",
    ),
    (
        re.compile(r"test|\bqa\b|staging", re.IGNORECASE),
        "which test, run when, fails on what happened here",
    ),
    (
        re.compile(r"review|process|procedure|change|communicat", re.IGNORECASE),
        "which changes, looked at by whom, and what stops one that was not",
    ),
)
_ASK_ANYTHING = "what will be there, or no longer possible, that one can check"


def _question(text: str) -> str:
    return next((ask for pattern, ask in _ASK if pattern.search(text)), _ASK_ANYTHING)


_LABEL = re.compile(r"^\s*(?:task|action|item)\s*\d+\s*[:.)-]", re.IGNORECASE)


def _wordings(group: Sequence[Action]) -> str:
    """All that is said of one promise, without the labels in front."""
    return " ".join(_LABEL.sub("", action.text) for action in group)


def _why_unbounded(group: Sequence[Action]) -> str | None:
    """What leaves open when a promise is finished, in all its wordings; None when one can tell."""
    text = group[0].text
    maybe = _MAYBE.match(text)
    if maybe is not None and len(group) == 1:
        return (
            f'"{maybe[0].strip(" -*[]x").lower()}" promises no result; write what comes out of it'
        )
    said = _BOOK.first_in(text)
    regular = said.get(_REGULAR)
    if regular is not None and not _CADENCE.search(_wordings(group)):
        return f'how often is "{regular[0].lower()}"? Write it, such as "every month"'
    empty = said.get(_PLATITUDE) or said.get(_BETTER)
    if empty is not None and not _YARDSTICK.search(_wordings(group)):
        return f'"{empty[0].lower()}" cannot be measured; write {_question(text)}'
    return None


@rule("AC003", "unbounded-action", FindingSeverity.NOTE)
def unbounded_action(report: Report, _: Sequence[Report]) -> Iterator[Found]:
    """An action of which nobody can tell when it is finished.

    ## What it does
    Finds "improve", "enhance", "better practices" without anything to measure them by, "regularly"
    without a cadence, and "consider". An action that another one says more exactly is let pass.

    ## Why it matters
    An action without an end is closed when people are tired of it, and it can never be checked.

    ## Example
    ```markdown
    # Mail outage

    ## Issue Summary
    - Duration: June 7, 2024, 13:00 - June 7, 2024, 15:00 (UTC)
    - Impact: Mail was down for 70% of users.

    ## Root Cause
    The certificate of the mail server had expired.

    ## Action Items
    - Improve certificate monitoring
    - Conduct regular audits of certificates
    ```

    ```markdown
    # Mail outage

    ## Issue Summary
    - Duration: June 7, 2024, 13:00 - June 7, 2024, 15:00 (UTC)
    - Impact: Mail was down for 70% of users.

    ## Root Cause
    The certificate of the mail server had expired.

    ## Action Items
    - Alert the mail team 21 days before a certificate expires
    - Audit the list of certificates every quarter
    ```

    ## How to mend
    Write what will be there afterwards, with a number: which signal, which threshold, how often,
    which test fails without it.
    """
    for group in open_promises(report):
        why = _why_unbounded(group)
        if why is not None:
            yield group[0].line, f"{quoted(group[0].text)}: {why}"
