"""One action into picks: the checks and practices that keep what it promises."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from twiceshy.guards.propose.cadence import days_ahead
from twiceshy.guards.propose.cause import SUBJECT_OF_CAUSE
from twiceshy.guards.propose.checks import Check
from twiceshy.guards.propose.clauses import Clause, plain_text
from twiceshy.guards.propose.intents import PEOPLE, Intent
from twiceshy.guards.propose.openness import is_open
from twiceshy.guards.propose.practices import (
    RESTORED,
    Practice,
    practice_of,
    restore_of,
    shortened,
    subject_of,
)
from twiceshy.guards.propose.readings import Reading, readings
from twiceshy.guards.propose.rules import (
    AS_REVIEWED,
    OPEN_SUBJECT,
    checks_beside,
    live_checks,
)
from twiceshy.guards.propose.subjects import Subject
from twiceshy.model.report import CauseClass

_OPENING = {
    Intent.REMIND: "It is the reminder, and one that nobody can overlook: ",
    Intent.AUDIT: "It repeats the audit at every look: ",
    Intent.VALIDATE: "It validates without being asked: ",
    Intent.AUTOMATE: "It notices when the automation no longer does its work: ",
    Intent.CHANGE: "It shows whether what was mended stays mended: ",
    Intent.REVIEW: "It shows between two reviews what they would find: ",
    Intent.PROCESS: "It shows whether the process is followed: ",
    Intent.TEST: "It sees what a test before the change did not: ",
    Intent.STAND_BY: "It shows whether the stand-by is fit to take over: ",
    Intent.LOAD_TEST: "It measures every day what a load test measures once: ",
}
_NOT_BY_CHANGE = frozenset(
    {
        Subject.DEPLOY,
        Subject.ERRORS,
        Subject.LOGS,
        Subject.THIRD_PARTY,
        Subject.TRAFFIC,
        Subject.NETWORK,
        Subject.HARDWARE,
        Subject.POWER,
    }
)
"""Changing these leaves nothing that looking at them again would show."""
_MENDED_CODE = re.compile(r"\b(?:fix|bug|typo|correct|patch|syntax)\w*")
_FAILED_LOGINS = re.compile(r"\bfail\w*|\battempts?\b|\berrors?\b|\bspikes?\b|\bsuccess rate")
MOST_READINGS = 16

_CHANGES = re.compile(r"\bchang")
_REVIEWED_CHANGES = re.compile(
    r"\bchange (?:\w+ )?(?:management|control|review|process|approval|polic)"
    r"|(?:review|approv|pull requests?)[^.;]{0,60}\bchang|\bchang[^.;]{0,60}(?:review|approv)"
    r"|before (?:being )?appl"
)
_BOUGHT = re.compile(r"\b(?:buy|purchase|order|procure|acquire|spare)\b")
_ASSURED = frozenset({Subject.WAF, Subject.RENEWAL, Subject.CERTIFICATE})
"""What "to ensure that ..." adds as a promise of its own."""
_BY_PEOPLE = PEOPLE | {Intent.TEST, Intent.LOAD_TEST, Intent.STAND_BY}


@dataclass(frozen=True, slots=True)
class Looked:
    """A check that a machine makes."""

    check: Check
    opening: str
    topic: str = ""
    """What a check of the action's own words follows."""
    days: int | None = None
    """The warning time that the action asks for, if it does."""


@dataclass(frozen=True, slots=True)
class Done:
    """A practice that people do."""

    practice: Practice
    fallback: bool = False
    """No rule understood the action; its own words became the subject."""


Pick = Looked | Done


@dataclass(frozen=True, slots=True)
class Asked:
    """An action, and what its report adds where the action's words leave something open."""

    text: str
    cause: CauseClass
    service: str
    """Whom the report is about, in its words."""


def picks_for(asked: Asked) -> tuple[Pick, ...]:
    """What keeps an action; never empty."""
    found: list[Pick] = []
    unchecked: list[tuple[Reading, str]] = []
    answered: set[Clause] = set()
    earlier = ""
    for reading in readings(asked.text)[:MOST_READINGS]:
        by_people = reading.intent in _BY_PEOPLE
        picks = _by_people(reading, asked, earlier) if by_people else _by_machine(reading, asked)
        found += picks
        if picks:
            answered.add(reading.clause)
        elif reading.clause.head:
            unchecked.append((reading, earlier))
        earlier = subject_of(reading, asked.service)
    for reading, before in unchecked:
        # What no machine can look at is attested, unless its clause is kept in another way.
        if reading.clause not in answered:
            found.append(Done(practice_of(reading, asked.text, asked.service, before)))
            answered.add(reading.clause)
    return tuple(dict.fromkeys(found)) or (_fallback(asked.text),)


def _fallback(text: str) -> Done:
    subject = shortened(plain_text(text).strip(" .;:!,")) or "what the action promises"
    why = (
        "No machine can tell whether this was done, so somebody shows every {days} days that it holds: "
        f"{subject}."
    )
    return Done(Practice("reviewed", subject, 90, why), fallback=True)


def _by_people(reading: Reading, asked: Asked, earlier: str) -> list[Pick]:
    picks: list[Pick] = [Done(practice_of(reading, asked.text, asked.service, earlier))]
    beside = [c for subject in reading.subjects for c in checks_beside(reading.intent, subject)]
    if reading.intent in {Intent.REVIEW, Intent.PROCESS} and _of_changes(reading):
        reviewed = [AS_REVIEWED[s] for s in reading.subjects if s in AS_REVIEWED]
        beside += [check for check in reviewed if check is not Check.DRIFT] or reviewed
    if reading.intent is Intent.REVIEW:
        assured = [s for s in reading.assured if s in _ASSURED]
        beside += [c for s in assured for c in live_checks(Intent.VALIDATE, s)[-1:]]
    if reading.intent is Intent.LOAD_TEST:
        beside.append(Check.IN_TIME)
    picks += _looked(dict.fromkeys(beside), reading, asked)
    if reading.intent is Intent.PROCESS and RESTORED & set(reading.subjects):
        picks.append(Done(restore_of(asked.service)))
    return picks


def _of_changes(reading: Reading) -> bool:
    return bool(_REVIEWED_CHANGES.search(reading.clause.said.lower()))


def _by_machine(reading: Reading, asked: Asked) -> list[Pick]:
    picks: list[Pick] = []
    for subject in _subjects_for(reading, asked.cause):
        picks += _looked(_checks_for(reading, subject), reading, asked)
        if subject in RESTORED:
            picks.append(Done(restore_of(asked.service)))
    if not picks and reading.intent is Intent.MONITOR:
        picks.append(Looked(Check.NAMED, "", subject_of(reading, asked.service)))
    return picks


def _subjects_for(reading: Reading, cause: CauseClass) -> tuple[Subject, ...]:
    """The reading's subjects, and what it makes sure of; the cause where it leaves them open."""
    sure = tuple(s for s in reading.assured if s in _ASSURED)
    subjects = tuple(dict.fromkeys((*reading.subjects, *sure)))
    if any(live_checks(reading.intent, subject) for subject in subjects):
        return subjects
    if reading.intent in OPEN_SUBJECT and is_open(reading.clause.head):
        return (SUBJECT_OF_CAUSE[cause],)
    return subjects


def _checks_for(reading: Reading, subject: Subject) -> tuple[Check, ...]:
    said = reading.clause.said.lower()
    checks = live_checks(reading.intent, subject)
    if reading.intent is Intent.MONITOR:
        if subject is Subject.TRAFFIC and Subject.MAIL in reading.subjects:
            return (Check.MAIL_TRAFFIC,)
        if subject is Subject.LOGIN and _FAILED_LOGINS.search(said):
            return (Check.LOGIN, Check.LOGIN_FAILURES)
        if subject is Subject.FIREWALL and _CHANGES.search(said):
            return (Check.FIREWALL, Check.FIREWALL_DRIFT)
    if reading.intent in {Intent.CHANGE, Intent.AUTOMATE}:
        return _after_a_change(checks, reading, subject)
    return checks


def _after_a_change(
    checks: tuple[Check, ...], reading: Reading, subject: Subject
) -> tuple[Check, ...]:
    """What shows that a mended or automated thing stays so."""
    said = reading.clause.said.lower()
    if _BOUGHT.search(said) or (Subject.DELETION in reading.subjects and subject not in RESTORED):
        return ()
    if subject is Subject.NETWORK_DEVICES:
        return (Check.NETWORK_DRIFT,)
    if subject is Subject.CODE:
        return (Check.ANSWERS,) if _MENDED_CODE.search(said) else ()
    if subject in _NOT_BY_CHANGE:
        return ()
    return checks[:1] if subject is Subject.DATABASE else checks


def _looked(checks: Iterable[Check], reading: Reading, asked: Asked) -> list[Pick]:
    ahead = days_ahead(asked.text.lower())
    opening = _OPENING.get(reading.intent, "")
    return [
        Looked(check, opening, days=ahead if check is Check.CERTIFICATE else None)
        for check in checks
    ]
