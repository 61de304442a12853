"""Reading an action: which intents it has, each with the subjects it is about."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from twiceshy.guards.propose.clauses import Clause, Wording, read
from twiceshy.guards.propose.intents import PEOPLE, Intent
from twiceshy.guards.propose.mentions import GENERIC, subjects_of
from twiceshy.guards.propose.quantities import quantities
from twiceshy.guards.propose.quantity import Bound
from twiceshy.guards.propose.subjects import Subject
from twiceshy.guards.propose.wishes import Wish, wishes

MOST_CLAUSES = 12
MOST_WISHES = 4
"""An action that promises more than this is a whole plan; what comes later is detail."""

_JOINED = re.compile(
    r"[\s,/&]*(?:(?:and|or|as well as|plus|then|also|regular|periodic|provide|better|"
    r"thoroughly|be|thorough|"
    r"enhance|improve|update|revise|maintain|create|conduct|further|ongoing|frequent|security|"
    r"code|system|peer|team|staff)[\s,/&]*)*"
)
_CHANNEL = re.compile(
    r"\b(?:by|via|through|over|send\w*|using) (?:an? |automated |out )?(?:e-?mails?|sms|slack|"
    r"phone)"
    r"(?:(?: and | or |/|, )(?:e-?mails?|sms|slack|phone))*|\b(?:e-?)?mails? (?:the|us|our|"
    r"every(?:body|one)|people|an engineer)\b|\be-?mails? (?=alerts?\b|reminders?\b|"
    r"warnings?\b)",
    re.IGNORECASE,
)
_REFERS_BACK = frozenset({Subject.CONFIG, Subject.CHANGE, Subject.CODE})
"""Named alone, these speak of what the sentence before was about."""
_WEAK = frozenset({Intent.CHANGE, Intent.AUTOMATE})
_FOLLOWED_BY_ITS_NOUN = frozenset(
    {Intent.TRAIN, Intent.DOCUMENT, Intent.PROCESS, Intent.REHEARSE, Intent.LOAD_TEST, Intent.AUDIT}
)
_OWN_WORD = {
    Intent.TEST: frozenset({Subject.CODE, Subject.DEPLOY}),
    Intent.LOAD_TEST: frozenset({Subject.CAPACITY, Subject.CODE}),
    Intent.COMMUNICATE: frozenset({Subject.COMMUNICATION, Subject.INCIDENT}),
    Intent.DOCUMENT: frozenset({Subject.INCIDENT}),
    Intent.STAND_BY: frozenset({Subject.INCIDENT}),
    Intent.REHEARSE: frozenset({Subject.INCIDENT}),
}
"""Subjects that the words of an intent name by themselves; they tell nothing about its object."""

_TELLERS = frozenset({Subject.WEB_SERVER, Subject.LOAD_BALANCER, *GENERIC})
_TOLD_BY = frozenset({Subject.ERRORS, Subject.LATENCY})
"""What is watched where a web server tells it: "alert on Apache 500 errors"."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One promise: an intent, its subjects in the action's order, and the clause that says it."""

    intent: Intent
    subjects: tuple[Subject, ...]
    clause: Clause
    assured: tuple[Subject, ...] = ()
    """Subjects of what it is to make sure of."""
    is_only_named: bool = False
    """Whether the clause says nothing that is to be done about its subjects."""


def _governing(text: str) -> tuple[Wish, ...]:
    """The wishes of a clause without those that are only the object of another.

    1. What follows people's work ("training on monitoring") is its object, unless joined by "and".
    2. A review of documents or of a plan is about the document.
    3. "monitoring documentation", "deployment training": the last noun says what is made.
    4. Mending and automating are how, not what, beside anything more definite.
    """
    kept: list[Wish] = []
    for wish in wishes(text):
        last = next((one for one in reversed(kept) if one.intent not in _WEAK), None)
        if last is not None:
            between = text[last.end : wish.start]
            joined = _JOINED.fullmatch(between) is not None
            beside = joined and any(char not in " -" for char in between)
            if last.intent is Intent.DOCUMENT and wish.intent is Intent.PROCESS:
                continue
            is_noun = wish.intent in _FOLLOWED_BY_ITS_NOUN and " to " not in between
            follows = joined and not beside and last.intent is not Intent.REHEARSE
            if is_noun and not beside and (follows or last.intent is Intent.REVIEW):
                kept.remove(last)
            elif last.intent in PEOPLE and not beside and wish.intent is not Intent.REMIND:
                continue
        kept.append(wish)
    strong = [wish for wish in kept if wish.intent not in _WEAK]
    if any(wish.intent is Intent.AUDIT for wish in strong):
        strong = [wish for wish in strong if wish.intent is not Intent.REVIEW]
    if strong:
        return tuple(strong)
    automated = [wish for wish in kept if wish.intent is Intent.AUTOMATE]
    return tuple(automated[:1] or kept[:1])


def _definite(subjects: tuple[Subject, ...]) -> tuple[Subject, ...]:
    definite = tuple(subject for subject in subjects if subject not in GENERIC)
    return definite or subjects


def _about(intent: Intent, text: str) -> tuple[Subject, ...]:
    own = _OWN_WORD.get(intent, frozenset())
    found = tuple(subject for subject in subjects_of(text) if subject not in own)
    told = tuple(subject for subject in found if subject in _TOLD_BY)
    if intent is Intent.MONITOR and told and set(found) <= {*_TOLD_BY, *_TELLERS}:
        return told
    return _definite(found)


def readings(text: str) -> tuple[Reading, ...]:
    """Every promise in an action's `text`; one without a known intent counts as a change."""
    wording = read(_CHANNEL.sub(" alert ", text))
    found: list[Reading] = []
    for clause in wording.clauses[:MOST_CLAUSES]:
        for wish in _wished(clause)[:MOST_WISHES]:
            about = _about(wish.intent, clause.head)
            assured = _about(wish.intent, clause.assurance)
            found.append(Reading(wish.intent, about, clause, assured, wish.start == wish.end))
    return _completed(_without_echoes(found, wording), wording)


def _wished(clause: Clause) -> tuple[Wish, ...]:
    """What a clause wants; one that only names a thing wants the thing."""
    found = _governing(clause.head) or _governing(f"{clause.assurance} {clause.purpose}")
    subjects = subjects_of(clause.head)
    if not found and subjects and _is_held_against_a_number(clause.head):
        return (Wish(Intent.MONITOR, 0, 0),)
    named = any(subject not in GENERIC for subject in subjects)
    return found or ((Wish(Intent.CHANGE, 0, 0),) if named else ())


def _is_held_against_a_number(text: str) -> bool:
    """Whether a promise such as "answers within 3 seconds" can be watched as it stands."""
    held = {Bound.ABOVE, Bound.BELOW, Bound.AT}
    return any(quantity.bound in held for quantity in quantities(text))


def _without_echoes(found: list[Reading], wording: Wording) -> list[Reading]:
    """A change beside something more definite is only how that is done; the label may say more."""
    strong = [reading for reading in found if reading.intent not in _WEAK]
    if any(wish.intent is Intent.AUDIT for wish in wishes(wording.label)):
        found = [replace(r, intent=Intent.AUDIT) if r.intent is Intent.REVIEW else r for r in found]
        strong = [reading for reading in found if reading.intent not in _WEAK]
    if strong:
        concrete = [r for r in found if r.intent in _WEAK and _concrete(r)]
        return [r for r in found if r in strong or r in concrete]
    labelled = [wish for wish in _governing(wording.label) if wish.intent not in _WEAK]
    if labelled and wording.clauses:
        clause = wording.clauses[0]
        return [
            *(r for r in found if _concrete(r)),
            *(
                Reading(w.intent, _about(w.intent, f"{wording.label} {clause.head}"), clause)
                for w in labelled
            ),
        ]
    return found


def _concrete(reading: Reading) -> bool:
    return any(subject not in GENERIC for subject in reading.subjects)


def _completed(found: list[Reading], wording: Wording) -> tuple[Reading, ...]:
    """Subjects that a clause leaves open come from its assurance, its label, its neighbours."""
    label = subjects_of(wording.label)
    everywhere = tuple(dict.fromkeys(s for reading in found for s in reading.subjects))
    done: list[Reading] = []
    for reading in found:
        own = _OWN_WORD.get(reading.intent, frozenset())
        subjects = reading.subjects
        if reading.intent is Intent.CHANGE:
            subjects = tuple(dict.fromkeys((*subjects, *label)))
        if set(subjects) <= _REFERS_BACK:
            definite = tuple(s for s in (*label, *everywhere) if s not in GENERIC)
            subjects = tuple(dict.fromkeys(definite)) or subjects
        purpose = subjects_of(reading.clause.purpose)
        for spare in (reading.assured, label, everywhere, purpose):
            subjects = subjects or tuple(subject for subject in spare if subject not in own)
        done.append(replace(reading, subjects=_definite(subjects)))
    return tuple(dict.fromkeys(done))
