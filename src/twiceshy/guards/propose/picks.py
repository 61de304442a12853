"""One action into picks: the checks and practices that keep what it promises."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from twiceshy.guards.propose.cause import SUBJECT_OF_CAUSE
from twiceshy.guards.propose.checks import Check
from twiceshy.guards.propose.checks.slot import Stated
from twiceshy.guards.propose.chosen import checks_for
from twiceshy.guards.propose.clauses import Clause, read
from twiceshy.guards.propose.intents import PEOPLE, Intent
from twiceshy.guards.propose.openness import is_open
from twiceshy.guards.propose.phrases import bare, noun_phrase, shortened
from twiceshy.guards.propose.practice_subjects import subject_of
from twiceshy.guards.propose.practices import Practice, practice_of
from twiceshy.guards.propose.readings import Reading, readings
from twiceshy.guards.propose.restores import RESTORED, restore_of
from twiceshy.guards.propose.rules import (
    AS_REVIEWED,
    OPEN_SUBJECT,
    checks_beside,
    live_checks,
)
from twiceshy.guards.propose.statements import statements
from twiceshy.guards.propose.subjects import Subject
from twiceshy.guards.propose.topics import directions_of, topic_of
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
MOST_READINGS = 16
_REVIEWED_CHANGES = re.compile(
    r"\bchange (?:\w+ )?(?:management|control|review|process|approval|polic)"
    r"|(?:review|approv|pull requests?)[^.;]{0,60}\bchang|\bchang[^.;]{0,60}(?:review|approv)"
    r"|before (?:being )?appl"
)
_PROBED = re.compile(r"\bprob(?:e|es|ing)\b|\bsynthetic\b")
_OF_CERTIFICATES = frozenset(
    {
        CauseClass.CERTIFICATE_EXPIRED,
        CauseClass.CERTIFICATE_RENEWAL_FAILED,
        CauseClass.CERTIFICATE_OTHER,
    }
)
_ENDS = re.compile(r"\bexpir\w*|\brenew\w*|\bend dates?\b")
_OF_DATABASES = frozenset(
    {
        CauseClass.DATABASE_CAPACITY,
        CauseClass.DATABASE_SETTINGS,
        CauseClass.DATABASE_FAILURE,
        CauseClass.DATABASE_QUERY_OR_SCHEMA,
    }
)
_ASSURED = frozenset({Subject.WAF, Subject.RENEWAL, Subject.CERTIFICATE})
"""What "to ensure that ..." adds as a promise of its own."""
_BY_PEOPLE = PEOPLE | {Intent.TEST, Intent.LOAD_TEST, Intent.STAND_BY}
_WEAK = frozenset({Intent.CHANGE, Intent.AUTOMATE})


@dataclass(frozen=True, slots=True)
class Looked:
    """A check that a machine makes."""

    check: Check
    opening: str
    topic: str = ""
    """What a check of the action's own words follows."""
    directions: tuple[str, ...] = ()
    """What is abnormal for it, where it is held against no number."""
    stated: tuple[Stated, ...] = ()
    """Settings that the action states."""


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
    clauses = read(text).clauses
    said = clauses[0].said if clauses else text
    subject = shortened(noun_phrase(bare(said)) or "what the action promises")
    why = (
        "No machine can tell whether this was done, so somebody shows every {days} days that "
        "it holds: "
        f"{subject}."
    )
    return Done(Practice("reviewed", subject, 90, why), fallback=True)


def _by_people(reading: Reading, asked: Asked, earlier: str) -> list[Pick]:
    practice = practice_of(reading, asked.text, asked.service, earlier)
    picks: list[Pick] = [Done(practice)]
    if reading.intent is Intent.LOAD_TEST:
        picks += _looked((Check.IN_TIME,), reading, Subject.LATENCY, asked)
    for subject in reading.subjects:
        picks += _looked(_beside(reading, subject), reading, subject, asked)
    if reading.intent is Intent.REVIEW:
        for subject in reading.assured:
            if subject in _ASSURED:
                checks = live_checks(Intent.VALIDATE, subject)[-1:]
                picks += _looked(checks, reading, subject, asked)
    if reading.intent is Intent.PROCESS and RESTORED & set(reading.subjects):
        picks.append(Done(restore_of(asked.service, asked.text.lower())))
    return picks


def _beside(reading: Reading, subject: Subject) -> tuple[Check, ...]:
    """The checks that answer the same question as the people do about this subject."""
    checks = checks_beside(reading.intent, subject)
    if reading.intent in {Intent.REVIEW, Intent.PROCESS} and _of_changes(reading):
        reviewed = [AS_REVIEWED[s] for s in reading.subjects if s in AS_REVIEWED]
        definite = [check for check in reviewed if check is not Check.DRIFT] or reviewed
        mine = AS_REVIEWED.get(subject)
        checks = (*checks, *(check for check in definite if check is mine))
    return tuple(dict.fromkeys(checks))


def _of_changes(reading: Reading) -> bool:
    return bool(_REVIEWED_CHANGES.search(reading.clause.said.lower()))


def _by_machine(reading: Reading, asked: Asked) -> list[Pick]:
    picks: list[Pick] = []
    for subject in _subjects_for(reading, asked):
        picks += _looked(checks_for(reading, subject, asked.cause), reading, subject, asked)
        if subject in RESTORED:
            picks.append(Done(restore_of(asked.service, asked.text.lower())))
    probed = reading.intent is Intent.VALIDATE and _PROBED.search(reading.clause.said.lower())
    if not picks and (reading.intent is Intent.MONITOR or probed):
        picks.append(_named(reading, asked))
    return picks


def _named(reading: Reading, asked: Asked) -> Looked:
    """A series that the action's own words name."""
    topic = topic_of(reading, asked.service)
    said = statements(Check.NAMED, reading, Subject.AVAILABILITY, asked.text)
    return Looked(Check.NAMED, "", topic, directions_of(reading), said)


def _subjects_for(reading: Reading, asked: Asked) -> tuple[Subject, ...]:
    """The reading's subjects, and what it makes sure of; the cause where it leaves them open."""
    sure = tuple(s for s in reading.assured if s in _ASSURED)
    subjects = tuple(dict.fromkeys((*reading.subjects, *sure)))
    if Subject.CONNECTIONS in subjects and asked.cause in _OF_DATABASES:
        subjects = tuple(Subject.DATABASE_POOL if s is Subject.CONNECTIONS else s for s in subjects)
    if Subject.CONFIG_MANAGEMENT in subjects and reading.intent in _WEAK:
        # What is put under version control is looked at as such.
        subjects = (Subject.CONFIG_MANAGEMENT, *sure)
    if any(live_checks(reading.intent, subject) for subject in subjects):
        return subjects
    if reading.intent in OPEN_SUBJECT:
        if is_open(reading.clause.head):
            return (SUBJECT_OF_CAUSE[asked.cause],)
        is_end = asked.cause in _OF_CERTIFICATES and _ENDS.search(reading.clause.said.lower())
        if not subjects and is_end:
            return (SUBJECT_OF_CAUSE[asked.cause],)
        if not subjects and _speaks_of(asked.service, reading.clause.said):
            return (Subject.AVAILABILITY,)
    return subjects


def _speaks_of(service: str, said: str) -> bool:
    """Whether "check the platform" names what the report is about."""
    words = [word for word in re.findall(r"[a-z]{4,}", service.lower()) if word != "service"]
    return any(re.search(rf"\b(?:the|our) (?:\w+ )?{word}\b", said.lower()) for word in words)


def _looked(
    checks: Iterable[Check], reading: Reading, subject: Subject, asked: Asked
) -> list[Pick]:
    opening = _OPENING.get(reading.intent, "")
    return [
        Looked(check, opening, stated=statements(check, reading, subject, asked.text))
        for check in checks
    ]
