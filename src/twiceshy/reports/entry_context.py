"""What an entry tells, corrected by the entries around it and by the stated cause.

Terse timelines say "feed was punctual" for a ruling out and "cable plugged in" for a fix. Alone
these words tell nothing; after an open suspicion, or after the cause was named, they do.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from twiceshy.model.moment import Moment
from twiceshy.model.report import CauseClass, Entry, EntryKind
from twiceshy.reports.cause import class_of, tells
from twiceshy.reports.entry_words import DETECTED, FIX, NAMES_CAUSE, RULED_OUT, told_in
from twiceshy.reports.first_entries import detections
from twiceshy.reports.last_entries import after_end, fixes_and_end, stated_end

_NEGATION = re.compile(
    r"\b(?:no|not|nothing|none|neither|never|nobody|isn't|wasn't|aren't|doesn't|didn't|don't|weren't|hasn't|without|fine|healthy|normal\w*|ok|okay|current|fast|works?|working|worked|innocent|"
    r"complete|empty|low|lower|same|bored|flat|clean|valid|intact|up to date|in order|idle|given up|dropped|rejected|dismissed|wrong|refuted|discarded|punctual|"
    r"unaffected|still|quiet|green|answers?|correct|right|everywhere|also|all)\b",
    re.IGNORECASE,
)  # fmt: skip
_SUSPICION_ENDS = re.compile(
    r"\b(?:suspicion|assumption|hypothesis|theory|idea|lead|guess)\b[^.;]{0,40}\b(?:dropped|rejected|given up|not confirmed|wrong|refuted|disproved|dismissed|discarded|false|abandoned|buried|dead)\b",
    re.IGNORECASE,
)  # fmt: skip
_MOVES_ON = re.compile(
    r"\b(?:focus|attention|investigation|suspicion)\b[^.]{0,20}\b(?:shift(?:s|ed)|turn(?:s|ed)|move[sd]|switch(?:es|ed)|goes|went)|red herring|false (?:lead|trail)|given up|off the hook",
    re.IGNORECASE,
)
_OPEN_KINDS = frozenset(
    {
        EntryKind.NOTE,
        EntryKind.FIX,
        EntryKind.INVESTIGATING,
        EntryKind.CAUSE_FOUND,
        EntryKind.RESTORED,
        EntryKind.DETECTED,
    }
)
_STOP_TEXT = """
that this with from were was been have had which their there about into after before when then
than because while being team engineers users service server issue problem found
"""
_STOP = frozenset(_STOP_TEXT.split())
_WORD = re.compile(r"[a-z0-9_]{4,}")


def words_of(text: str) -> frozenset[str]:
    """The telling words of a text, for comparing an entry with the stated cause."""
    return frozenset([w[:7] for w in _WORD.findall(text.lower()) if w not in _STOP])


@dataclass(frozen=True, slots=True)
class Known:
    """What the rest of the report says of the incident."""

    cause_text: str = ""
    cause_class: CauseClass | None = None
    end: Moment | None = None
    """The end that the report states outside the timeline."""
    detected_at: Moment | None = None
    """When the outage was noticed, stated outside the timeline."""


def in_context(entries: Sequence[Entry], known: Known) -> tuple[Entry, ...]:
    """The entries with their kinds settled; a timeline told newest first is judged in time order."""
    backwards = newest_first(entries)
    ordered = list(reversed(entries)) if backwards else list(entries)
    if backwards:
        # The first and the last entry were judged as if they were the other.
        ordered[0] = _detected(ordered[0]) if ordered else ordered[0]
    ordered = _rulings(ordered)
    ordered = _named_cause(ordered, known.cause_text, known.cause_class)
    ordered = detections(ordered, known.detected_at)
    ordered = fixes_and_end(stated_end(ordered, known.end), known.end)
    ordered = after_end(ordered, known.end)
    return tuple(reversed(ordered)) if backwards else tuple(ordered)


def newest_first(entries: Sequence[Entry]) -> bool:
    """Whether a timeline is told backwards."""
    timed = [entry.at for entry in entries if entry.at is not None]
    steps = [a.minutes_until(b) for a, b in itertools.pairwise(timed)]
    known = [step for step in steps if step is not None]
    return len(known) > 2 and all(step <= 0 for step in known)


def _detected(entry: Entry) -> Entry:
    return (
        replace(entry, kind=EntryKind.DETECTED)
        if entry.kind in (EntryKind.NOTE, EntryKind.INVESTIGATING)
        else entry
    )


def _rulings(entries: list[Entry]) -> list[Entry]:
    """Terse rulings out, while a suspicion is open."""
    suspicion: str | None = None
    out: list[Entry] = []
    for entry in entries:
        settled = entry
        denies = suspicion is not None and (
            _speaks_of_others(entry, suspicion)
            or (entry.kind in _OPEN_KINDS and _rules_out(entry, suspicion))
            or _denies_before_moving_on(entry.text)
        )
        if denies or (entry.kind is EntryKind.SUSPECTED and _SUSPICION_ENDS.search(entry.text)):
            settled = replace(entry, kind=EntryKind.RULED_OUT)
        if settled.kind is EntryKind.SUSPECTED:
            suspicion = entry.text
        elif settled.kind in (EntryKind.RULED_OUT, EntryKind.CAUSE_FOUND):
            suspicion = None
        out.append(settled)
    return out


_OTHERS = re.compile(r"\b(?:their|his|her)\b", re.IGNORECASE)


def _speaks_of_others(entry: Entry, suspicion: str) -> bool:
    """`The provider confirmed that their systems are fully operational` restores nothing of ours."""
    return entry.kind is EntryKind.RESTORED and (
        _OTHERS.search(entry.text) is not None and bool(words_of(entry.text) & words_of(suspicion))
    )


def _denies_before_moving_on(text: str) -> bool:
    """Such as `The model is as fast as before. Focus shifted to the network.`."""
    moves = _MOVES_ON.search(text)
    before = text[: moves.start()] if moves is not None else ""
    return len(before) > 12 and (
        _NEGATION.search(before) is not None or RULED_OUT.search(before) is not None
    )


_FINE = re.compile(r"\b(?:no|not|n't|fine|normal|innocent|nothing)\b", re.IGNORECASE)
_FINDS_NOTHING = re.compile(
    r"\b(?:f(?:ou|i)nds?|shows?|showed|saw|sees?|measured|confirmed)\b[^.]{0,30}\b(?:no|not|nothing)\b|\ball \w+ (?:see|have|show)|dropped|not? (?:so|it)\b",
    re.IGNORECASE,
)


def _rules_out(entry: Entry, suspicion: str) -> bool:
    """Whether an entry right after a suspicion denies it rather than naming the cause."""
    if entry.kind is EntryKind.INVESTIGATING and not _FINE.search(entry.text):
        return False
    if entry.kind is EntryKind.CAUSE_FOUND:
        named = told_in(entry.text).get(NAMES_CAUSE)
        denies = _FINDS_NOTHING.search(entry.text)
        return denies is not None and (named is None or named.start() > denies.start())
    if _NEGATION.search(entry.text) is not None:
        return True
    return entry.kind is EntryKind.NOTE and bool(words_of(entry.text) & words_of(suspicion))


def _named_cause(
    entries: list[Entry], cause_text: str, cause_class: CauseClass | None
) -> list[Entry]:
    """One entry names the cause: the one that fits the stated cause best, the first of equals."""
    words = words_of(cause_text)
    scores = [_fit(entry, index, words, cause_class) for index, entry in enumerate(entries)]
    candidates = [i for i, entry in enumerate(entries) if entry.kind is EntryKind.CAUSE_FOUND]
    if not candidates:
        last_doubt = max(
            (
                i
                for i, e in enumerate(entries)
                if e.kind
                in (
                    EntryKind.SUSPECTED,
                    EntryKind.RULED_OUT,
                    EntryKind.ESCALATED,
                    EntryKind.INVESTIGATING,
                )
            ),
            default=0,
        )
        possible = [
            i
            for i, e in enumerate(entries)
            if i > 0
            and i >= min(last_doubt, len(entries) - 1) - 1
            and e.kind
            in (EntryKind.NOTE, EntryKind.RULED_OUT, EntryKind.FIX, EntryKind.INVESTIGATING)
            and scores[i] >= 3
            and not _only_does(e)
            and not _DELAYED.search(e.text)
        ]
        if not possible:
            return entries
        best = max(possible, key=lambda i: (scores[i], -i))
        return [
            replace(e, kind=EntryKind.CAUSE_FOUND) if i == best else e
            for i, e in enumerate(entries)
        ]
    best = max(candidates, key=lambda i: (scores[i], -i))
    return [
        replace(
            e,
            kind=EntryKind.DETECTED
            if not i or (i < 3 and DETECTED in told_in(e.text))
            else EntryKind.INVESTIGATING,
        )
        if e.kind is EntryKind.CAUSE_FOUND
        and i < best
        and scores[i] + 2 <= scores[best]
        and not _same_family(e.text, cause_class)
        else e
        for i, e in enumerate(entries)
    ]


def _same_family(text: str, cause: CauseClass | None) -> bool:
    """Whether an entry names a cause of the same family: an expired certificate, a failed renewal."""
    if cause is None or _SEES_NONE.search(text):
        return False
    own = class_of(text)
    return own is not CauseClass.OTHER and own.split("_")[0] == cause.split("_")[0]


_SEES_NONE = re.compile(r"\b(?:no|not|none|nothing)\b", re.IGNORECASE)


_DELAYED = re.compile(
    r"\b(?:delay\w*|kept \w+ from|instead of|long before|distract\w*)\b[^.]{0,40}\bcause\b",
    re.IGNORECASE,
)


def _only_does(entry: Entry) -> bool:
    """A bare act such as `certificate replaced` repairs the cause, it does not name it."""
    return entry.text.count(" ") <= 4 and FIX in told_in(entry.text)


def _fit(entry: Entry, index: int, words: frozenset[str], cause_class: CauseClass | None) -> float:
    score = 0.0
    if (
        cause_class is not None
        and cause_class is not CauseClass.OTHER
        and tells(entry.text, cause_class)
    ):
        score += 2.5
    score += min(len(words & words_of(entry.text)), 4) * 0.9
    if NAMES_CAUSE in told_in(entry.text):
        score += 2.0
    if entry.kind is EntryKind.CAUSE_FOUND:
        score += 1.0
    return score - (2.0 if index == 0 else 0.0)
