"""One action into picks: the checks and practices that keep what it promises."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from twiceshy.guards.propose.cause import SUBJECT_OF_CAUSE
from twiceshy.guards.propose.checks import Check
from twiceshy.guards.propose.checks.slot import Stated
from twiceshy.guards.propose.clauses import Clause, read
from twiceshy.guards.propose.intents import PEOPLE, Intent
from twiceshy.guards.propose.openness import is_open
from twiceshy.guards.propose.phrases import bare, noun_phrase, shortened
from twiceshy.guards.propose.practices import (
    RESTORED,
    Practice,
    practice_of,
    restore_of,
    subject_of,
)
from twiceshy.guards.propose.readings import Reading, readings
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
        Subject.CONNECTIONS,
        Subject.PAGE,
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
_BOUGHT = re.compile(
    r"\b(?:buy|purchase|procure|acquire)\b|\border(?: an?| more| new)\b|\bspare (?:part|server|disk|drive|switch|router)"
)
_ROOM = re.compile(
    r"\b(?:upgrad\w*|\d+ ?[gt]b|spaces?|storage|rotat\w*|bigger|larger|expand\w*|increas\w+|resiz\w+|grow\w*|sizes?|clean\w*|full|quotas?|"
    r"volumes?|logs?|delet\w+|inodes?|retention|limit\w*|free|capacity|file ?systems?|partitions?|more)\b"
)
"""What makes a change of a disk a matter of room."""
_KEPT_BY_DRIFT = re.compile(
    r"\bupgrad\w+|\b(?:latest|newer|current|recent) (?:stable )?(?:versions?|releases?)\b|\bup[\s-]to[\s-]date\b"
    r"|\bfreez\w+|\b(?:remov|retir|decommission|disabl|uninstall)\w*"
)
"""A version that was put in, or a thing that was taken out: what runs tells whether it stays so."""
_KEPT_AS_REVIEWED = frozenset(
    {
        Subject.WEB_SERVER,
        Subject.LOAD_BALANCER,
        Subject.FIREWALL,
        Subject.NETWORK_DEVICES,
        Subject.DNS,
        Subject.CACHE,
        Subject.DATABASE,
        Subject.MAIL,
        Subject.QUEUE,
        Subject.UPDATES,
    }
)
_PROBED = re.compile(r"\bprob(?:e|es|ing)\b|\bsynthetic\b")
_ATTACKED = re.compile(r"\battack (?:sample|canary|payload|string|pattern|request)s?\b")
_LIFETIMES = re.compile(r"\bttls?\b|\btime[\s-]to[\s-]live\b")
_INSIDE_DNS = re.compile(r"\bserial\b|\bage\b|\bttls?\b|\bquer(?:y|ies)\b|\bdnssec\b")
"""What the names' addresses tell nothing of."""
_SET_IN_FILES = frozenset({Subject.CACHE, Subject.QUEUE, Subject.MAIL, Subject.WEB_SERVER})
_FILES = re.compile(r"\bconfig\w*|\bsettings?\b|\bparameters?\b")
_WEAK = frozenset({Intent.CHANGE, Intent.AUTOMATE})
_BY_CODE = frozenset({CauseClass.TYPO_IN_CODE, CauseClass.APPLICATION_BUG, CauseClass.DEPLOYMENT})
"""Causes after which a mended line of code shows in what users get."""
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
        "No machine can tell whether this was done, so somebody shows every {days} days that it holds: "
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
        picks += _looked(_checks_for(reading, subject, asked.cause), reading, subject, asked)
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
        if not subjects and _speaks_of(asked.service, reading.clause.said):
            return (Subject.AVAILABILITY,)
    return subjects


def _speaks_of(service: str, said: str) -> bool:
    """Whether "check the platform" names what the report is about."""
    words = [word for word in re.findall(r"[a-z]{4,}", service.lower()) if word != "service"]
    return any(re.search(rf"\b(?:the|our) (?:\w+ )?{word}\b", said.lower()) for word in words)


def _checks_for(reading: Reading, subject: Subject, cause: CauseClass) -> tuple[Check, ...]:
    checks = live_checks(reading.intent, subject)
    match reading.intent:
        case Intent.MONITOR:
            return _monitored(checks, reading, subject)
        case Intent.VALIDATE:
            return _validated(checks, reading, subject)
        case Intent.CHANGE | Intent.AUTOMATE:
            return _after_a_change(checks, reading, subject, cause)
        case _:
            return checks


def _validated(checks: tuple[Check, ...], reading: Reading, subject: Subject) -> tuple[Check, ...]:
    """What validates a subject: the files where it is set, or what comes of them."""
    said = reading.clause.said.lower()
    if subject in _SET_IN_FILES and _FILES.search(said):
        return (AS_REVIEWED.get(subject, Check.DRIFT),)
    if subject is Subject.WAF and _ATTACKED.search(said):
        return (Check.WAF,)
    return checks


def _monitored(checks: tuple[Check, ...], reading: Reading, subject: Subject) -> tuple[Check, ...]:
    """What watches a subject, where a word beside it tells which side of it is meant."""
    said = reading.clause.said.lower()
    beside = reading.subjects
    sides: dict[Subject, tuple[tuple[bool, tuple[Check, ...]], ...]] = {
        Subject.TRAFFIC: ((Subject.MAIL in beside, (Check.MAIL_TRAFFIC,)),),
        Subject.LOGIN: ((_says(_FAILED_LOGINS, said), (Check.LOGIN, Check.LOGIN_FAILURES)),),
        Subject.FIREWALL: ((_says(_CHANGES, said), (Check.FIREWALL, Check.FIREWALL_DRIFT)),),
        Subject.DNS: (
            (_says(_CHANGES, said), (Check.DNS_DRIFT,)),
            (_says(_INSIDE_DNS, said), ()),
        ),
    }
    return next((side for is_meant, side in sides.get(subject, ()) if is_meant), checks)


def _says(pattern: re.Pattern[str], said: str) -> bool:
    return pattern.search(said) is not None


def _after_a_change(
    checks: tuple[Check, ...], reading: Reading, subject: Subject, cause: CauseClass
) -> tuple[Check, ...]:
    """What shows that a mended or automated thing stays so."""
    said = reading.clause.said.lower()
    if _leaves_nothing_to_see(reading, subject, cause):
        return ()
    if subject in _KEPT_AS_REVIEWED and _KEPT_BY_DRIFT.search(said):
        return (AS_REVIEWED.get(subject, Check.DRIFT),)
    if subject is Subject.DNS and _LIFETIMES.search(said):
        return (Check.DNS_DRIFT,)
    left: dict[Subject, tuple[Check, ...]] = {
        Subject.NETWORK_DEVICES: (Check.NETWORK_DRIFT,),
        Subject.CODE: (Check.ANSWERS,),
        Subject.DATABASE: checks[:1],
    }
    return left.get(subject, checks)


def _leaves_nothing_to_see(reading: Reading, subject: Subject, cause: CauseClass) -> bool:
    """Whether looking at the subject again would not tell if the change was made."""
    said = reading.clause.said.lower()
    match subject:
        case Subject.CODE:
            shows = _says(_MENDED_CODE, said) and cause in _BY_CODE
        case Subject.DISK:
            shows = _says(_ROOM, said)
        case Subject.MAIL | Subject.LOGIN | Subject.DATABASE:
            # A sentence that only mentions where a service is promises nothing about it.
            shows = not reading.is_only_named
        case _:
            shows = subject not in _NOT_BY_CHANGE
    is_deletion = Subject.DELETION in reading.subjects and subject not in RESTORED
    return not shows or is_deletion or _says(_BOUGHT, said)


def _looked(
    checks: Iterable[Check], reading: Reading, subject: Subject, asked: Asked
) -> list[Pick]:
    opening = _OPENING.get(reading.intent, "")
    return [
        Looked(check, opening, stated=statements(check, reading, subject, asked.text))
        for check in checks
    ]
