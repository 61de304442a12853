"""False leads that a report tells of beside its timeline, or in one breath."""

from __future__ import annotations

import re

from twiceshy.model.moment import Moment
from twiceshy.model.report import CauseClass, Entry, FalseLead
from twiceshy.reports.cause import class_of
from twiceshy.reports.entry_words import RULED_OUT, SUSPECTED, told_in
from twiceshy.reports.outline import Statement
from twiceshy.reports.suspicions import subjects_of, suspicion_in
from twiceshy.reports.vocabulary import Part, part_named
from twiceshy.reports.when.scan import marks_in

_AFTER_TIMES = re.compile(
    r"^[\d:.\s–—-]*(?:(?:to|until|and|am|pm|utc|gmt)\b[\d:.\s–—-]*)*[:–—-]\s*", re.IGNORECASE
)
MAX_LEADS = 40


def telling_words(text: str) -> frozenset[str]:
    """The words of a text that tell what it is about."""
    stop = {
        "issue",
        "issues",
        "problem",
        "problems",
        "failure",
        "error",
        "errors",
        "server",
        "servers",
        "possible",
        "because",
        "which",
        "there",
        "their",
        "about",
        "being",
        "caused",
        "causing",
        "experiencing",
    }
    return frozenset(w for w in re.findall(r"[a-z]{4,}", text.lower()) if w not in stop)


def suspected_and_refuted(entry: Entry) -> FalseLead | None:
    """`First suspect: the CDN. It was green, so it was not that (06:35)`: a lead in one entry."""
    said = told_in(entry.text)
    suspected, refuted = said.get(SUSPECTED), said.get(RULED_OUT)
    if suspected is None or refuted is None or suspected.start() >= refuted.start():
        return None
    clocks = [mark.clock for mark in marks_in(entry.text) if mark.clock is not None]
    end = None
    if len(clocks) == 1 and entry.at is not None:
        end = Moment(entry.at.day, clocks[0].at, entry.at.offset_minutes)
    start = entry.at if end is not None else None
    return FalseLead(suspicion_in(entry.text), start, end, minutes_between(start, end), entry.line)


def told_with_times(entry: Entry) -> FalseLead | None:
    """`Misleading paths: 14:20 we assumed a bad release, at 15:00 we knew better` is a whole lead."""
    label, colon, value = entry.text.partition(":")
    if not colon or entry.at is None or part_named(label) is not Part.LEADS:
        return None
    clocks = [mark.clock for mark in marks_in(value) if mark.clock is not None]
    if len(clocks) != 1:
        return None
    end = Moment(entry.at.day, clocks[0].at, entry.at.offset_minutes)
    return FalseLead(suspicion_in(value), entry.at, end, minutes_between(entry.at, end), entry.line)


def was_right(lead: str, cause: CauseClass, cause_text: str) -> bool:
    """Whether a suspicion was of the class of the cause, or says the same in words."""
    suspected = class_of(lead)
    if suspected is not CauseClass.OTHER:
        return suspected is cause
    words = telling_words(lead)
    return bool(words) and len(words & telling_words(cause_text)) * 2 > len(words)


def minutes_between(start: Moment | None, end: Moment | None) -> int | None:
    """Whole minutes from start to end; None when the two cannot be compared."""
    if start is None or end is None:
        return None
    minutes = start.minutes_until(end)
    return round(minutes) if minutes is not None and minutes >= 0 else None


def told_in_section(statement: Statement, beside: Moment | None) -> list[FalseLead]:
    """The lead that a statement of its own section tells of; `beside` gives its clocks day and zone."""
    text = statement.text
    if len(text) < 8:
        return []
    clocks = [mark.clock for mark in marks_in(text) if mark.clock is not None]
    start = end = None
    if len(clocks) > 1:
        day, offset = (beside.day, beside.offset_minutes) if beside is not None else (None, None)
        start, end = (Moment(day, clock.at, offset) for clock in clocks[:2])
    label = statement.label
    if (
        label is not None
        and label.value
        and subjects_of(label.name)
        and not SUSPECTED.search(label.name)
    ):
        return [
            FalseLead(label.name, start, end, minutes_between(start, end), statement.block.line)
        ]
    if not (SUSPECTED.search(text) or RULED_OUT.search(text) or subjects_of(text)):
        return []
    told = _AFTER_TIMES.sub("", text)
    return [
        FalseLead(suspicion_in(told), start, end, minutes_between(start, end), statement.block.line)
    ]


_AT_FIRST = re.compile(
    r"\b(?:initial(?:ly)?|at first|first|false lead|wrongly|mistakenly|turned out|but)\b",
    re.IGNORECASE,
)
_BELIEVED = re.compile(
    r"suspect|assum|thought|believ|false lead|blam|misled|mistook|\bchas(?:ed|ing)|hypothes",
    re.IGNORECASE,
)
_REFUTED_WITHIN = 3
"""Sentences, its own included, in which a suspicion told in passing has to be refuted."""


def told_in_passing(statement: Statement, cause: CauseClass) -> list[FalseLead]:
    """Sentences that tell of a suspicion and that it was wrong, outside any timeline."""
    out = []
    sentences = re.split(r"(?<=[.!?])\s+", statement.text)[:MAX_LEADS]
    for index, sentence in enumerate(sentences):
        if not (SUSPECTED.search(sentence) and _BELIEVED.search(sentence)):
            continue
        refuted = any(
            RULED_OUT.search(after) for after in sentences[index : index + _REFUTED_WITHIN]
        )
        if refuted or _AT_FIRST.search(sentence):
            text = suspicion_in(sentence)
            if not was_right(text, cause, ""):
                out.append(FalseLead(text, None, None, None, statement.block.line))
    return out
