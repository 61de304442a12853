"""What only people can do: which practice an intent is, about what, how often, and why."""

from __future__ import annotations

import re
from dataclasses import dataclass

from twiceshy.guards.propose.cadence import repeats_every_days
from twiceshy.guards.propose.intents import Intent
from twiceshy.guards.propose.phrases import bare
from twiceshy.guards.propose.practice_subjects import LOOKED_AT, subject_of, switched_to
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
    advice: str | None = None
    """What a machine could look at beside, once a person says where."""


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
    "trained": (
        "Knowing fades and people change, so the record of a training counts for {days} days"
    ),
    "rehearsed": (
        "What is not tried does not work on the day, so a rehearsal counts for {days} days"
    ),
    "documented": "A page goes stale in silence, so somebody confirms every {days} days that "
    "it is still "
    "right",
    "audited": "An audit counts only until the next change, so it is due again every {days} "
    "days, with its "
    "findings on record",
    "reviewed": (
        "Only people can judge this, so it is gone over again every {days} days, with the record"
    ),
}
_WHY_OF = {
    Intent.TEST: "No look at the running service can tell what was tested before, so somebody "
    "shows every "
    "{days} days that this is done",
    Intent.STAND_BY: (
        "A stand-by that never took over is only a hope, so it is tried every {days} days"
    ),
    Intent.LOAD_TEST: "Capacity is known only when it was tried, so the test is repeated "
    "every {days} days, "
    "with its figures",
    Intent.TIMING: "When something is done is in people's hands, so somebody shows by recent "
    "cases every "
    "{days} days that this is kept to",
    Intent.PROCESS: "A way of working lives only as long as it is followed, so somebody shows "
    "by recent cases "
    "every {days} days that it is",
    Intent.STAFF: "Duties drift when people move on, so somebody confirms every {days} days "
    "that this still "
    "stands",
    Intent.COMMUNICATE: "Who tells whom has to be settled before the next outage, so somebody "
    "confirms every "
    "{days} days that it is written down and known",
}
"""Followed by the subject."""


def _what_of(reading: Reading) -> tuple[str, int]:
    known = _WHAT.get(reading.intent)
    if known is not None:
        return known
    said = reading.clause.said.lower()
    if LOOKED_AT.match(bare(reading.clause.said)) and reading.intent in _NOT_YET_A_PRACTICE:
        return "audited", 90
    if (
        reading.intent is Intent.PROCESS
        and _WRITTEN_DOWN.search(said)
        and not _REVIEWED_ALL_THE_SAME.search(said)
    ):
        return "documented", 180
    return "reviewed", 90


_ADVICE = {
    (Intent.STAND_BY, Subject.DNS): "A machine can ask all of them: add a `host` guard that lists "
    "the name servers of each provider under `nameservers:`.",
}
_SHORTEST_CYCLE_DAYS = 7
_BY_MACHINE = frozenset({Intent.CHANGE, Intent.VALIDATE, Intent.AUTOMATE, Intent.MONITOR})
"""What a machine does every night is not attested every night."""


def practice_of(reading: Reading, action_text: str, service: str, earlier: str = "") -> Practice:
    """The practice that keeps a promise which people make."""
    what, default_days = _what_of(reading)
    subject = subject_of(reading, service, earlier, what)
    if reading.intent is Intent.STAND_BY:
        subject = switched_to(subject)
    days = repeats_every_days(reading.clause.said.lower()) or repeats_every_days(
        action_text.lower()
    )
    if days is not None and days < _SHORTEST_CYCLE_DAYS and reading.intent in _BY_MACHINE:
        days = None
    within = days or (365 if _LASTS_LONGER.search(action_text.lower()) else default_days)
    is_page = what == "documented" and reading.intent is not Intent.COMMUNICATE
    why = _WHY[what] if is_page else _WHY_OF.get(reading.intent, _WHY[what])
    end = "" if subject.endswith("...") else "."
    advice = _ADVICE.get((reading.intent, reading.subjects[0])) if reading.subjects else None
    return Practice(what, subject, within, f"{why}: {subject}{end}", days is not None, advice)
