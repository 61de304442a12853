"""What a practice is about, as a noun phrase in the action's words."""

from __future__ import annotations

import re

from twiceshy.guards.propose.gerunds import gerund
from twiceshy.guards.propose.intents import Intent
from twiceshy.guards.propose.phrases import (
    bare,
    noun_phrase,
    purposeless,
    shortened,
    uncapitalised,
)
from twiceshy.guards.propose.readings import Reading
from twiceshy.guards.propose.subjects import Subject

_TOPIC = re.compile(
    r"\b(?:on|about|regarding|around|how to|in|familiar with)\s+(?P<topic>\S.*)$", re.IGNORECASE
)
_TAUGHT_TO = re.compile(
    (
        r"\b(?:train|teach|educate|"
        r"coach)\w*\s+(?P<who>[^,;]{2,50}?)\s+to\s+(?P<verb>[a-z]+)\b(?P<rest>.*)$"
    ),
    re.IGNORECASE,
)
_IMPORTANCE = re.compile(
    r"^the (?:importance|significance|basics|use) of\s+(?:the\s+)?", re.IGNORECASE
)
_PRONOUNS = frozenset({"it", "them", "this", "these", "that"})
_IT = re.compile(r"^(?:test|try|practi[cs]e|exercise|review)\s+(?:it|them|this)\b", re.IGNORECASE)
_BARE = re.compile(
    r"(?:(?:an?|our|the|internal|system|existing|current|team)\s+)*(?:documentation|documents|"
    r"processe?s?|"
    r"procedures|practices|reviews?|audits?|code reviews?|configurations?|policies|guidelines|"
    r"playbooks?|runbooks?|security|testing|tests)",
    re.IGNORECASE,
)
_NO_TOPIC = frozenset(
    {Subject.INCIDENT, Subject.COMMUNICATION, Subject.CODE, Subject.SECURITY, Subject.PAGE}
)
_AUDIENCE = re.compile(r"\bfor\s+(?P<who>\S.*)$", re.IGNORECASE)
LOOKED_AT = re.compile(
    (
        r"^(?:(?:double[\s-])?check|verify|inspect|confirm|audit|examine)\s+(?!that\b|if\b|"
        r"whether\b|after\b|before\b)"
    ),
    re.IGNORECASE,
)
_TRIED = re.compile(
    r"^(?:run|try|test|exercise|drill|rehearse|practi[sc]e|simulate|repeat|hold|do)\s+"
    r"(?=(?:an?|the|our|all|each|every|restor\w*|recover\w*|fail-?over|back-?ups?|switching)\b)",
    re.IGNORECASE,
)
_TEST_OF = re.compile(
    (
        r"^(?:test|try)\s+(?!suites?\b|environments?\b|coverage\b|cases?\b|plans?\b|data\b|"
        r"systems?\b|servers?\b|networks?\b)"
    ),
    re.IGNORECASE,
)
_TAKES_OVER = re.compile(r"\bfail-?over\b|\bswitch\w* over\b|\bby itself\b", re.IGNORECASE)
_ANOTHER = re.compile(
    r"^(?:an?\s+|the\s+)?(?:\w+\s+)?(?:second|secondary|redundant|stand-?by|backup|back-up|"
    r"alternat\w+|fallback|"
    r"replica|spare|additional|another)\b",
    re.IGNORECASE,
)
_LOAD_TEST = re.compile(
    (
        r"^(?P<sort>load|stress|performance)[\s-]test(?=\s+(?:before|after|with|every|the|each|"
        r"all|our|for)\b)"
    ),
    re.IGNORECASE,
)


def subject_of(reading: Reading, service: str, earlier: str = "", what: str = "") -> str:
    """What a practice of `service` is about: a noun phrase in the action's words.

    `earlier` is what "it" stands for, `what` the practice it is said for.
    """
    said = bare(reading.clause.said)
    short = purposeless(said)
    if reading.intent is Intent.TRAIN:
        return _taught(short, reading, earlier)
    if earlier and _IT.match(short):
        return earlier
    if reading.intent is Intent.REHEARSE:
        short = _TRIED.sub("", short) or short
    if reading.intent is Intent.TEST and _TEST_OF.match(short):
        return shortened(re.sub(r"^\w+", lambda m: gerund(m[0].lower()), short))
    if reading.intent is Intent.LOAD_TEST:
        short = _TRIED.sub("", short) or short
        short = _LOAD_TEST.sub(r"\g<sort> testing", short)
    if what == "audited":
        short = LOOKED_AT.sub("", short) or short
    core = noun_phrase(short)
    if reading.intent is Intent.AUDIT:
        core = re.sub(r"\s+audits?$", "", core, flags=re.IGNORECASE)
    if _BARE.fullmatch(core):
        is_empty = reading.intent is Intent.REVIEW and earlier and "review" in core
        core = earlier if is_empty else _with_topic(core, reading, service)
    return shortened(core or short or "what the action promises")


def _with_topic(core: str, reading: Reading, service: str) -> str:
    topics = [s.value for s in reading.subjects if s not in _NO_TOPIC][:2]
    if topics:
        return f"{core} on {' and '.join(topics)}"
    return f"{core} of {service}" if service else core


def _taught(said: str, reading: Reading, earlier: str) -> str:
    to_do = _TAUGHT_TO.search(said)
    if to_do is not None:
        return shortened(f"{gerund(to_do['verb'].lower())}{to_do['rest']} ({to_do['who']})")
    topic = _TOPIC.search(said)
    if topic is not None and topic["topic"].lower() in _PRONOUNS:
        return shortened(uncapitalised(earlier or said))
    if topic is not None:
        how = "how to " if topic[0].lower().startswith("how to") else ""
        return shortened(uncapitalised(how + _IMPORTANCE.sub("", topic["topic"])))
    audience = _AUDIENCE.search(said)
    core = audience["who"] if audience is not None else _trained(said)
    return shortened(_with_topic(uncapitalised(core or said or "the team"), reading, ""))


_TRAINING = re.compile(
    r"^(?:re-?)?(?:train|teach|educate|coach|mentor)(?:ing)?\s+|^(?:more|regular|further)\s+",
    re.IGNORECASE,
)


def _trained(said: str) -> str:
    core = _TRAINING.sub("", said)
    return core if core != said else noun_phrase(said)


def switched_to(subject: str) -> str:
    """What a stand-by is rehearsed by."""
    if _TAKES_OVER.search(subject):
        return subject
    joint = " to" if _ANOTHER.match(subject) else ":"
    return shortened(f"switching over{joint} {subject}")
