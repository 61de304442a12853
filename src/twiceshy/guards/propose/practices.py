"""What only people can do: which practice an intent is, about what, how often, and why."""

from __future__ import annotations

import re
from dataclasses import dataclass

from twiceshy.guards.propose.cadence import repeats_every_days
from twiceshy.guards.propose.clauses import plain_text
from twiceshy.guards.propose.intents import Intent
from twiceshy.guards.propose.readings import Reading
from twiceshy.guards.propose.subjects import Subject

LONGEST_SUBJECT = 80


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
    Intent.PROCESS: "A way of working lives only as long as it is followed, so somebody shows by recent cases "
    "every {days} days that it is",
    Intent.STAFF: "Duties drift when people move on, so somebody confirms every {days} days that this still "
    "stands",
    Intent.COMMUNICATE: "Who tells whom has to be settled before the next outage, so somebody confirms every "
    "{days} days that it is written down and known",
}
"""Followed by the subject."""

_VERB = (
    r"(?:set up|carry out|put in place|make sure(?: that)?|ensur\w+(?: that)?|follow up on|work on|look into|bring in|"
    r"conduct\w*|implement\w*|creat\w+|develop\w*|perform\w*|schedul(?:e|ing)|provid\w+|improv\w+|enhanc\w+|establish\w*|"
    r"updat\w+|introduc\w+|organi[sz]\w+|hold\w*|maintain\w*|revis\w+|write|writing|writ\w+ down|add|adding|start\w*|do|"
    r"run|plan|enforc\w+|strengthen\w*|review\w*|refin\w+|document|documenting|train|training|teach\w*|educat\w+|audit|"
    r"auditing|adopt\w*|defin\w+|prepar\w+|publish\w*|rehears\w+|test|hav(?:e|ing)|expand\w*|requir\w+|use|using|automat(?:e|ing)|"
    r"integrat\w+|set|put|enabl\w+|assess|evaluat\w+|investigat\w+|analy[sz]e|we (?:will|should|must|need to)|please)"
)
_ADJECTIVE = (
    r"(?:a|an|the|our|all|regular|regularly|periodic(?:ally)?|thorough(?:ly)?|comprehensive|more|robust|better|rigorous|stricter|"
    r"bi-?monthly|bi-?weekly|quarterly|monthly|weekly|annual|yearly|frequent(?:ly)?|detailed|clear|proper(?:ly)?|of|"
    r"additional|new|ongoing|continuous|automatic(?:ally)?)"
)
_LEADING = re.compile(
    rf"^(?:\w+ly\s+)?(?:{_VERB}(?:\s*(?:,|and|&)\s*{_VERB})*\s+)?(?:{_ADJECTIVE}\s+)*",
    re.IGNORECASE,
)
_MEETING_WORDS = re.compile(
    r"^(?:training|review|audit|documentation|reviews|audits|documents?|assessment|training sessions?|training programs?|training programmes?|"
    r"trainings?|workshops?|sessions?|session|sessions|program|programme)(?:\s+(?:and\s+\w+|sessions?|programs?|programmes?|meetings?))?\s+(?:of|on|for|about|to|in|regarding|around)\s+(?:the\s+)?",
    re.IGNORECASE,
)
_TOPIC = re.compile(
    r"\b(?:on|about|regarding|around|how to|in|familiar with)\s+(?P<topic>\S.*)$", re.IGNORECASE
)
_IMPORTANCE = re.compile(
    r"^the (?:importance|significance|basics|use) of\s+(?:the\s+)?", re.IGNORECASE
)
_TO_INCLUDE = re.compile(
    r"\s+to (?:include|cover|reflect|contain|outline|describe)\s+(?:more |additional |any |the )*",
    re.IGNORECASE,
)
_INCLUDING = re.compile(r"^(?:include|including|cover|contain)\s+", re.IGNORECASE)
_PASSIVE = re.compile(
    r"^(?:ensure (?:that )?)?(?P<who>[^,]{3,60}?) (?:should|must|shall|will|need to|have to) (?:always )?be (?P<done>.+)$",
    re.IGNORECASE,
)
_IT = re.compile(r"^(?:test|try|practi[cs]e|exercise|review)\s+(?:it|them|this)\b", re.IGNORECASE)
_DETAILS = re.compile(
    r",?\s+(?:outlining|detailing|describing|covering|that (?:outlines|details|describes|covers)) .*$",
    re.IGNORECASE,
)
_BARE = re.compile(
    r"(?:(?:our|the|internal|system|existing|current|team)\s+)*(?:documentation|documents|processes|process|procedures|practices|reviews?|audits?|"
    r"code reviews?|configurations?|policies|guidelines|playbooks?|runbooks?|security|testing|tests)",
    re.IGNORECASE,
)
_NO_TOPIC = frozenset({Subject.INCIDENT, Subject.COMMUNICATION, Subject.CODE, Subject.SECURITY})
_AUDIENCE = re.compile(r"\bfor\s+(?P<who>\S.*)$", re.IGNORECASE)
_TAIL = re.compile(
    r"(?:,\s*)?\b(?:(?:in order )?to (?:prevent|avoid|ensure|reduce|minimi[sz]e|mitigate|improve|increase|enhance|help|better|raise|keep|make|"
    r"identify|catch|detect|discuss|refine|involve|understand|guarantee|address|maintain|verify|confirm|facilitate|quickly|allow|protect)\b"
    r"|so (?:that|we|the|future|no|our|it|as to)\b|which (?:will|would)\b|this will\b|ensuring\b|allowing\b|in the future\b|going forward\b|moving forward\b|emphasi[sz]ing\b).*$",
    re.IGNORECASE | re.DOTALL,
)


def shortened(text: str, longest: int = LONGEST_SUBJECT) -> str:
    """`text` cut at a word, with an ellipsis when something is left out."""
    if len(text) <= longest:
        return text
    cut = text[: longest - 2].rsplit(" ", 1)[0].rstrip(" ,;:-")
    return f"{cut or text[: longest - 2]} ..."


def _uncapitalised(text: str) -> str:
    first = text.split(" ", 1)[0]
    return text if not first[1:].islower() and len(first) > 1 else text[:1].lower() + text[1:]


def subject_of(reading: Reading, service: str, earlier: str = "") -> str:
    """What a practice of `service` is about, in the action's words.

    `earlier` is what "it" stands for.
    """
    said = plain_text(reading.clause.said).strip(" .;:!,")
    bare = _TAIL.sub("", said).strip(" ,;") or said
    if reading.intent is Intent.TRAIN:
        return _taught(bare, reading, earlier)
    if earlier and _IT.match(bare):
        return earlier
    passive = _PASSIVE.match(bare)
    if passive is not None:
        return shortened(f"that {_uncapitalised(passive['who'])} are {passive['done']}")
    core = _LEADING.sub("", bare).strip()
    core = _INCLUDING.sub("", _MEETING_WORDS.sub("", core)).strip() or core
    core = _TO_INCLUDE.sub(": ", _DETAILS.sub("", core).strip() or core, count=1)
    if reading.intent is Intent.AUDIT:
        core = re.sub(r"\s+audits?$", "", core, flags=re.IGNORECASE)
    if _BARE.fullmatch(core):
        core = _with_topic(core, reading, service)
    return shortened(_uncapitalised(core or bare or "what the action promises"))


def _with_topic(core: str, reading: Reading, service: str) -> str:
    topics = [s.value for s in reading.subjects if s not in _NO_TOPIC][:2]
    if topics:
        return f"{core} on {' and '.join(topics)}"
    return f"{core} of {service}" if service else core


def _taught(said: str, reading: Reading, earlier: str) -> str:
    topic = _TOPIC.search(said)
    if topic is not None and topic["topic"].lower() in {"it", "them", "this", "these"}:
        return shortened(_uncapitalised(earlier or said))
    if topic is not None:
        how = "how to " if topic[0].lower().startswith("how to") else ""
        return shortened(_uncapitalised(how + _IMPORTANCE.sub("", topic["topic"])))
    audience = _AUDIENCE.search(said)
    core = audience["who"] if audience is not None else _LEADING.sub("", said).strip()
    return shortened(_with_topic(_uncapitalised(core or said or "the team"), reading, ""))


def _what_of(reading: Reading) -> tuple[str, int]:
    known = _WHAT.get(reading.intent)
    if known is not None:
        return known
    said = reading.clause.said.lower()
    if (
        reading.intent is Intent.PROCESS
        and _WRITTEN_DOWN.search(said)
        and not _REVIEWED_ALL_THE_SAME.search(said)
    ):
        return "documented", 180
    return "reviewed", 90


def practice_of(reading: Reading, action_text: str, service: str, earlier: str = "") -> Practice:
    """The practice that keeps a promise which people make."""
    what, default_days = _what_of(reading)
    subject = subject_of(reading, service, earlier)
    if reading.intent is Intent.STAND_BY:
        subject = shortened(f"switching over: {subject}")
    days = repeats_every_days(reading.clause.said.lower()) or repeats_every_days(
        action_text.lower()
    )
    within = days or (365 if _LASTS_LONGER.search(action_text.lower()) else default_days)
    is_page = what == "documented" and reading.intent is not Intent.COMMUNICATE
    why = _WHY[what] if is_page else _WHY_OF.get(reading.intent, _WHY[what])
    end = "" if subject.endswith("...") else "."
    return Practice(what, subject, within, f"{why}: {subject}{end}", days is not None)


def restore_of(service: str) -> Practice:
    """Restoring from a backup, which is what backups are for."""
    subject = f"restoring {service} from a backup"
    return Practice(
        "rehearsed",
        subject,
        180,
        f"A backup is worth what can be restored from it, so this is tried every {{days}} days: {subject}.",
    )


RESTORED = frozenset({Subject.BACKUP})
"""Subjects whose promise is kept only when a restore was rehearsed too."""
