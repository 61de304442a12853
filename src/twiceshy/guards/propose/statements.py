"""What the numbers in an action's words set in a check, and how often they want it made."""

from __future__ import annotations

import re
from collections.abc import Iterable

from twiceshy.guards.propose.checks import TEMPLATES, Check
from twiceshy.guards.propose.checks.slot import EVERY, Stated, stated
from twiceshy.guards.propose.intents import PEOPLE, Intent
from twiceshy.guards.propose.mentions import Mention, mentions
from twiceshy.guards.propose.quantities import clock_time, ports, quantities, status_code
from twiceshy.guards.propose.quantity import Bound, Quantity, Unit, as_duration
from twiceshy.guards.propose.readings import Reading
from twiceshy.guards.propose.subjects import Subject

_USED_UP = frozenset(
    {
        Subject.DISK,
        Subject.MEMORY,
        Subject.CPU,
        Subject.OPEN_FILES,
        Subject.DATABASE_POOL,
        Subject.CONNECTIONS,
        Subject.QUEUE,
    }
)
_MEASURED = _USED_UP | {Subject.ERRORS, Subject.TRAFFIC, Subject.CERTIFICATE, Subject.CLOCK}
"""Subjects that numbers are said of; the number beside one of them is not another one's."""

_AS_ONE = (
    {Subject.CONNECTIONS, Subject.DATABASE_POOL},
    {Subject.MAIL, Subject.QUEUE},
    {Subject.LOGIN, Subject.ERRORS},
)
"""Subjects whose numbers are the same ones."""
_LOOKED_FOR = frozenset({Intent.MONITOR, Intent.VALIDATE})
_SHUT = re.compile(
    r"\b(?:block|clos(?:e|es|ed|ing)\b|den(?:y|ies|ied)\b|shut|forbid|disabl|not (?:be "
    r")?(?:open|reachable))"
)
_SHORTEST_CADENCE_SECONDS = 1
_LONGEST_CADENCE_SECONDS = 86400
"""What is to be looked at less often than this is looked at as often as usual."""
_AHEAD = frozenset({Check.CERTIFICATE, Check.DOMAIN, Check.RENEWAL})
_ON_TIME = frozenset({Check.JOBS, Check.BACKUP})
_BY_HTTP = frozenset({Check.ANSWERS, Check.IN_TIME})


def statements(check: Check, reading: Reading, subject: Subject, text: str) -> tuple[Stated, ...]:
    """What `reading`, one of the action `text`, states for a `check` of `subject`."""
    clause = reading.clause.said.lower()
    spoken_of = mentions(clause)

    def mine(quantity: Quantity) -> bool:
        return _belongs(quantity, subject, spoken_of, clause)

    template = TEMPLATES[check]
    found = quantities(clause)
    if reading.intent in PEOPLE:
        # How often people do something is theirs; the machine looks as often as usual.
        found = tuple(one for one in found if one.bound is not Bound.EVERY)
    said = [*stated(template.slots, clause, found, mine), *_without_unit(check, clause)]
    if not said and check in _AHEAD:
        # "Alert on expiry. The alert comes 30 days before": the warning time may stand apart.
        ahead = [one for one in quantities(text.lower()) if one.bound is Bound.AHEAD]
        said += stated(template.slots, text.lower(), ahead, lambda _: True)
    if reading.intent in _LOOKED_FOR and not template.is_event:
        said += _cadence(found)
    return tuple(said)


def _belongs(
    quantity: Quantity, subject: Subject, spoken_of: Iterable[Mention], clause: str
) -> bool:
    """Whether a number is about `subject`: "CPU over 90% or memory over 80%" is two alarms."""
    owner = _owner(quantity, tuple(m for m in spoken_of if m.subject in _MEASURED), clause)
    if owner is None or owner is subject or any({owner, subject} <= pair for pair in _AS_ONE):
        return True
    return subject not in _MEASURED and owner not in _USED_UP


def _owner(quantity: Quantity, spoken_of: tuple[Mention, ...], clause: str) -> Subject | None:
    for mention in spoken_of:
        between = clause[quantity.end : mention.start]
        if mention.start >= quantity.end and between.strip() in {"", "of", "of the", "of all"}:
            return mention.subject
    before = [mention for mention in spoken_of if mention.start < quantity.start]
    after = [mention for mention in spoken_of if mention.start >= quantity.end]
    nearest = before[-1:] or after[:1]
    return nearest[0].subject if nearest else None


def _without_unit(check: Check, clause: str) -> tuple[Stated, ...]:
    """Ports, times of day and status codes, which are numbers by name."""
    if check is Check.LISTENS:
        named = ports(clause)
        setting = "must_not_listen" if _SHUT.search(clause) else "listens"
        return (Stated(setting, named),) if named else ()
    if check in _ON_TIME:
        due = clock_time(clause)
        return (Stated("due_by", due),) if due is not None else ()
    if check in _BY_HTTP:
        status = status_code(clause)
        return (Stated("status", status),) if status is not None else ()
    return ()


def _cadence(found: Iterable[Quantity]) -> tuple[Stated, ...]:
    return tuple(
        Stated(EVERY, as_duration(quantity.amount), quantity.amount)
        for quantity in found
        if quantity.unit is Unit.SECONDS
        and quantity.bound is Bound.EVERY
        and _SHORTEST_CADENCE_SECONDS <= quantity.amount <= _LONGEST_CADENCE_SECONDS
    )


def strictest(said: Iterable[Stated]) -> tuple[Stated, ...]:
    """Of several that state the same setting, the one that promises most."""
    kept: dict[str, Stated] = {}
    for one in said:
        known = kept.get(one.setting)
        if known is None or one.slack < known.slack:
            kept[one.setting] = one
    return tuple(kept.values())
