"""What only people can do: which practice an intent is, about what, how often, and why."""

from __future__ import annotations

import re
from dataclasses import dataclass

from twiceshy.guards.propose.cadence import repeats_every_days
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


@dataclass(frozen=True, slots=True)
class Practice:
    """A practice guard's promise, and the sentence that explains it."""

    what: str
    subject: str
    within_days: int
    why: str
    """With `{days}` where the number of days goes."""
    stated: bool = False
    """Whether the action itself says how often."""


_WHAT = {
    Intent.TRAIN: ("trained", 180),
    Intent.REHEARSE: ("rehearsed", 180),
    Intent.LOAD_TEST: ("rehearsed", 180),
    Intent.STAND_BY: ("rehearsed", 180),
    Intent.DOCUMENT: ("documented", 180),
    Intent.COMMUNICATE: ("documented", 180),
    Intent.AUDIT: ("audited", 90),
}
_NOT_YET_A_PRACTICE = frozenset({Intent.CHANGE, Intent.VALIDATE})
"""What a machine would do, where there is no check for it: people look at it themselves."""
_LASTS_LONGER = re.compile(r"\bannual|\byearly")
_WRITTEN_DOWN = re.compile(
    r"\b(?:polic(?:y|ies)|procedures?|protocols?|standards?|guidelines?|planning|best practices?)\b"
)
_REVIEWED_ALL_THE_SAME = re.compile(r"\b(?:review|change|approval|code)\b")

_WHY = {
    "trained": "Knowing fades and people change, so the record of a training counts for {days} days",
    "rehearsed": "What is not tried does not work on the day, so a rehearsal counts for {days} days",
    "documented": "A page goes stale in silence, so somebody confirms every {days} days that it is still "
    "right",
    "audited": "An audit counts only until the next change, so it is due again every {days} days, with its "
    "findings on record",
    "reviewed": "Only people can judge this, so it is gone over again every {days} days, with the record",
}
_WHY_OF = {
    Intent.TEST: "No look at the running service can tell what was tested before, so somebody shows every "
    "{days} days that this is done",
    Intent.STAND_BY: "A stand-by that never took over is only a hope, so it is tried every {days} days",
    Intent.LOAD_TEST: "Capacity is known only when it was tried, so the test is repeated every {days} days, "
    "with its figures",
    Intent.TIMING: "When something is done is in people's hands, so somebody shows by recent cases every "
    "{days} days that this is kept to",
    Intent.PROCESS: "A way of working lives only as long as it is followed, so somebody shows by recent cases "
    "every {days} days that it is",
    Intent.STAFF: "Duties drift when people move on, so somebody confirms every {days} days that this still "
    "stands",
    Intent.COMMUNICATE: "Who tells whom has to be settled before the next outage, so somebody confirms every "
    "{days} days that it is written down and known",
}
"""Followed by the subject."""

_TOPIC = re.compile(
    r"\b(?:on|about|regarding|around|how to|in|familiar with)\s+(?P<topic>\S.*)$", re.IGNORECASE
)
_TAUGHT_TO = re.compile(
    r"\b(?:train|teach|educate|coach)\w*\s+(?P<who>[^,;]{2,50}?)\s+to\s+(?P<verb>[a-z]+)\b(?P<rest>.*)$",
    re.IGNORECASE,
)
_IMPORTANCE = re.compile(
    r"^the (?:importance|significance|basics|use) of\s+(?:the\s+)?", re.IGNORECASE
)
_PRONOUNS = frozenset({"it", "them", "this", "these", "that"})
_IT = re.compile(r"^(?:test|try|practi[cs]e|exercise|review)\s+(?:it|them|this)\b", re.IGNORECASE)
_BARE = re.compile(
    r"(?:(?:an?|our|the|internal|system|existing|current|team)\s+)*(?:documentation|documents|processe?s?|"
    r"procedures|practices|reviews?|audits?|code reviews?|configurations?|policies|guidelines|"
    r"playbooks?|runbooks?|security|testing|tests)",
    re.IGNORECASE,
)
_NO_TOPIC = frozenset(
    {Subject.INCIDENT, Subject.COMMUNICATION, Subject.CODE, Subject.SECURITY, Subject.PAGE}
)
_AUDIENCE = re.compile(r"\bfor\s+(?P<who>\S.*)$", re.IGNORECASE)
_LOOKED_AT = re.compile(
    r"^(?:(?:double[\s-])?check|verify|inspect|confirm|audit|examine)\s+(?!that\b|if\b|whether\b|after\b|before\b)",
    re.IGNORECASE,
)
_TRIED = re.compile(
    r"^(?:run|try|test|exercise|drill|rehearse|practi[sc]e|simulate|repeat|hold|do)\s+"
    r"(?=(?:an?|the|our|all|each|every|restor\w*|recover\w*|fail-?over|back-?ups?|switching)\b)",
    re.IGNORECASE,
)
_TEST_OF = re.compile(
    r"^(?:test|try)\s+(?!suites?\b|environments?\b|coverage\b|cases?\b|plans?\b|data\b|systems?\b|servers?\b|networks?\b)",
    re.IGNORECASE,
)
_TAKES_OVER = re.compile(r"\bfail-?over\b|\bswitch\w* over\b|\bby itself\b", re.IGNORECASE)
_ANOTHER = re.compile(
    r"^(?:an?\s+|the\s+)?(?:\w+\s+)?(?:second|secondary|redundant|stand-?by|backup|back-up|alternat\w+|fallback|"
    r"replica|spare|additional|another)\b",
    re.IGNORECASE,
)
_LOAD_TEST = re.compile(
    r"^(?P<sort>load|stress|performance)[\s-]test(?=\s+(?:before|after|with|every|the|each|all|our|for)\b)",
    re.IGNORECASE,
)


def subject_of(reading: Reading, service: str, earlier: str = "") -> str:
    """What a practice of `service` is about: a noun phrase in the action's words.

    `earlier` is what "it" stands for.
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
    if _what_of(reading)[0] == "audited":
        short = _LOOKED_AT.sub("", short) or short
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


def _switched_to(subject: str) -> str:
    """What a stand-by is rehearsed by."""
    if _TAKES_OVER.search(subject):
        return subject
    joint = " to" if _ANOTHER.match(subject) else ":"
    return shortened(f"switching over{joint} {subject}")


def _what_of(reading: Reading) -> tuple[str, int]:
    known = _WHAT.get(reading.intent)
    if known is not None:
        return known
    said = reading.clause.said.lower()
    if _LOOKED_AT.match(bare(reading.clause.said)) and reading.intent in _NOT_YET_A_PRACTICE:
        return "audited", 90
    if (
        reading.intent is Intent.PROCESS
        and _WRITTEN_DOWN.search(said)
        and not _REVIEWED_ALL_THE_SAME.search(said)
    ):
        return "documented", 180
    return "reviewed", 90


_SHORTEST_CYCLE_DAYS = 7
_BY_MACHINE = frozenset({Intent.CHANGE, Intent.VALIDATE, Intent.AUTOMATE, Intent.MONITOR})
"""What a machine does every night is not attested every night."""


def practice_of(reading: Reading, action_text: str, service: str, earlier: str = "") -> Practice:
    """The practice that keeps a promise which people make."""
    what, default_days = _what_of(reading)
    subject = subject_of(reading, service, earlier)
    if reading.intent is Intent.STAND_BY:
        subject = _switched_to(subject)
    days = repeats_every_days(reading.clause.said.lower()) or repeats_every_days(
        action_text.lower()
    )
    if days is not None and days < _SHORTEST_CYCLE_DAYS and reading.intent in _BY_MACHINE:
        days = None
    within = days or (365 if _LASTS_LONGER.search(action_text.lower()) else default_days)
    is_page = what == "documented" and reading.intent is not Intent.COMMUNICATE
    why = _WHY[what] if is_page else _WHY_OF.get(reading.intent, _WHY[what])
    end = "" if subject.endswith("...") else "."
    return Practice(what, subject, within, f"{why}: {subject}{end}", days is not None)


_BACKUPS_OF = re.compile(
    r"\bback-?ups? of (?:the |our |all |every )*(?P<of>[a-z][a-z0-9-]*(?: [a-z0-9-]+)?)"
    r"|\b(?P<what>[a-z]+) back-?ups?\b"
)
_NOT_BACKED_UP = frozenset(
    re.split(
        r"\s+",
        "a alert all and any automate automated automatic automatically better configure daily data each every from "
        "frequent full have hourly implement improve keep last make monitor monthly more new nightly no of our "
        "periodic proper regular reliable restore robust routine schedule set take test that the up use "
        "verify weekly with working",
    )
)


def restore_of(service: str, said: str) -> Practice:
    """Restoring from a backup, which is what backups are for; `said` is a clause in lower case."""
    backed_up = _backed_up(said)
    subject = shortened(f"restoring {backed_up or service} from a backup")
    return Practice(
        "rehearsed",
        subject,
        180,
        f"A backup is worth what can be restored from it, so this is tried every {{days}} days: {subject}.",
    )


def _backed_up(said: str) -> str | None:
    match = _BACKUPS_OF.search(said)
    if match is None:
        return None
    if match["of"]:
        return f"the {re.sub(r' (?:every|each|to|and|on|in|at|with|is|are|by|for|once)$', '', match['of'])}"
    return None if match["what"] in _NOT_BACKED_UP else f"the {match['what']}"


RESTORED = frozenset({Subject.BACKUP})
"""Subjects whose promise is kept only when a restore was rehearsed too."""
