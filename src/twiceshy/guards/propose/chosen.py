"""Which checks a machine makes for a subject, as the words beside it tell."""

from __future__ import annotations

import re

from twiceshy.guards.propose.checks import Check
from twiceshy.guards.propose.intents import Intent
from twiceshy.guards.propose.readings import Reading
from twiceshy.guards.propose.restores import RESTORED
from twiceshy.guards.propose.rules import AS_REVIEWED, live_checks
from twiceshy.guards.propose.subjects import Subject
from twiceshy.model.report import CauseClass

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
_CHANGES = re.compile(r"\bchang")
_BOUGHT = re.compile(
    r"\b(?:buy|purchase|procure|acquire)\b|\border(?: an?| more| new)\b|\bspare (?:part|"
    r"server|disk|drive|switch|router)"
)
_ROOM = re.compile(
    r"\b(?:upgrad\w*|\d+ ?[gt]b|spaces?|storage|rotat\w*|bigger|larger|expand\w*|increas\w+|"
    r"resiz\w+|grow\w*|sizes?|clean\w*|full|quotas?|"
    r"volumes?|logs?|delet\w+|inodes?|retention|limit\w*|free|capacity|file ?systems?|"
    r"partitions?|more)\b"
)
"""What makes a change of a disk a matter of room."""
_KEPT_BY_DRIFT = re.compile(
    r"\bupgrad\w+|\b(?:latest|newer|current|recent) (?:stable )?(?:versions?|releases?)\b|"
    r"\bup[\s-]to[\s-]date\b"
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
_ATTACKED = re.compile(r"\battack (?:sample|canary|payload|string|pattern|request)s?\b")
_LIFETIMES = re.compile(r"\bttls?\b|\btime[\s-]to[\s-]live\b")
_INSIDE_DNS = re.compile(r"\bserial\b|\bage\b|\bttls?\b|\bquer(?:y|ies)\b|\bdnssec\b")
"""What the names' addresses tell nothing of."""
_SET_IN_FILES = frozenset({Subject.CACHE, Subject.QUEUE, Subject.MAIL, Subject.WEB_SERVER})
_FILES = re.compile(r"\bconfig\w*|\bsettings?\b|\bparameters?\b")
_BY_CODE = frozenset({CauseClass.TYPO_IN_CODE, CauseClass.APPLICATION_BUG, CauseClass.DEPLOYMENT})
"""Causes after which a mended line of code shows in what users get."""


def checks_for(reading: Reading, subject: Subject, cause: CauseClass) -> tuple[Check, ...]:
    """The checks that keep what `reading` wants of `subject`; empty when only people can tell."""
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
