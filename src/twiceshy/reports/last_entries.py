"""What the entries behind the named cause tell: repairs, and the end of the outage."""

from __future__ import annotations

import re
from dataclasses import replace

from twiceshy.model.moment import Moment
from twiceshy.model.report import Entry, EntryKind
from twiceshy.reports.entry_words import CAUSE_FOUND, FIX, RULED_OUT, SUSPECTED, told_in
from twiceshy.reports.first_entries import is_at

_WORKS_AGAIN = re.compile(
    r"\b(?:back|again|recover\w*|normal\w*|stable|healthy|online|reachable|resolved|restored|resum\w*|all (?:mails|jobs|tiles|names|queued|checks|logged)|queue (?:is )?empty|"
    r"running|ok|okay|fine|in order|usual|as before|accepted|usable|available|available|closed|confirm\w*|verified|happy|flow\w*|loads?|works? (?:for|again)|working|open\b|online|success\w*|empty|go through|right|fast|served|green|reached|cheers?|done)\b",
    re.IGNORECASE,
)  # fmt: skip


def stated_end(entries: list[Entry], end: Moment | None) -> list[Entry]:
    """An entry at the end that the report states tells the restoration, later ones only follow."""
    if end is None or end.clock is None or any(e.kind is EntryKind.RESTORED for e in entries):
        return entries
    return [
        replace(e, kind=EntryKind.RESTORED)
        if is_at(e, end) and index and e.kind in (EntryKind.NOTE, EntryKind.FIX, EntryKind.DETECTED)
        else e
        for index, e in enumerate(entries)
    ]


def after_end(entries: list[Entry], end: Moment | None) -> list[Entry]:
    """Notes behind the stated end stay notes: they repair nothing any more."""
    if end is None:
        return entries
    return [
        replace(e, kind=EntryKind.NOTE)
        if e.kind is EntryKind.FIX and _later(e, end) and FIX not in told_in(e.text)
        else e
        for e in entries
    ]


def _later(entry: Entry, moment: Moment) -> bool:
    minutes = moment.minutes_until(entry.at) if entry.at is not None else None
    return minutes is not None and minutes > 0


_DONE = re.compile(
    r"\b(?:was|were|is|are|been|got|gets)\s(?:\w+\s)?\w{2,}(?:ed|en|wn|ut|pt|ld|nt|de)\b|\b\w{3,}ed (?:off|on|back|up|down|in|out|away|by hand)\b|\b(?:moved|changed|switched|compressed|raised|lowered|turned|extended|enlarged|emptied|cleaned|shortened)\b",
    re.IGNORECASE,
)
_LOOKING = re.compile(
    r"\b(?:investigat\w*|analy[sz]\w*|look(?:ed|ing|s)? (?:at|into|for|through)|debug\w*|diagnos\w*|examin\w*|test(?:ed|ing)|monitor(?:ed|ing)|verif\w*|confirm\w*|review(?:ed|ing)|acknowledged|informed|notified|called)\b",
    re.IGNORECASE,
)
_PREDICATE = re.compile(
    r"^(?:the |our |all )?[\w' -]{2,50}?\b(?:is |are |was |were )?(?:now |all |again |fully )*(?:reachable|available|accessible|online|usable|back|up|works?|working|open|loads?|normal|green)(?: again| normally)?[.!]?$",
    re.IGNORECASE,
)


def _is_done(text: str) -> bool:
    """Whether something was done to something, and not only looked at: `path was changed`."""
    return _DONE.search(text) is not None and _LOOKING.search(text) is None


def _comes_back(text: str) -> bool:
    return (
        re.search(
            r"\b(?:right|loads?|reached|flow\w*|go through|works?|working|online|reachable|green|complete)\b",
            text,
            re.IGNORECASE,
        )
        is not None
    )


def fixes_and_end(entries: list[Entry], end: Moment | None) -> list[Entry]:  # noqa: C901 - one case after the other, as a reader meets them
    """After the cause: acts are fixes, and the last entry tells the end."""
    named = next((i for i, e in enumerate(entries) if e.kind is EntryKind.CAUSE_FOUND), None)
    if named is None:
        named = max(
            (
                i
                for i, e in enumerate(entries)
                if e.kind in (EntryKind.RULED_OUT, EntryKind.SUSPECTED)
            ),
            default=None,
        )
    if named is None:
        return entries
    out = list(entries)
    last = len(out) - 1
    for index in range(named + 1, len(out)):
        entry = out[index]
        if entry.kind in (
            EntryKind.NOTE,
            EntryKind.INVESTIGATING,
            EntryKind.DETECTED,
            EntryKind.RULED_OUT,
        ) and SUSPECTED not in told_in(entry.text):
            ended = any(e.kind is EntryKind.RESTORED for e in out[:index])
            ends = (
                index == last
                and not ended
                and not (end is not None and _later(entry, end))
                and (entry.kind is EntryKind.NOTE or _WORKS_AGAIN.search(entry.text) is not None)
            )
            acts = (
                entry.kind is EntryKind.NOTE or FIX in told_in(entry.text) or _is_done(entry.text)
            )
            if ends:
                out[index] = replace(entry, kind=EntryKind.RESTORED)
            elif acts and not ended and RULED_OUT not in told_in(entry.text):
                out[index] = replace(entry, kind=EntryKind.FIX)
        elif (
            entry.kind is EntryKind.FIX and index == last and _WORKS_AGAIN.search(entry.text)
        ) or (
            entry.kind is EntryKind.CAUSE_FOUND
            and index == last
            and CAUSE_FOUND not in told_in(entry.text)
        ):
            out[index] = replace(entry, kind=EntryKind.RESTORED)
    ending = out[-1]
    if (
        ending.kind is EntryKind.NOTE
        and _WORKS_AGAIN.search(ending.text)
        and _comes_back(ending.text)
    ):
        out[-1] = replace(ending, kind=EntryKind.RESTORED)
    if not any(e.kind is EntryKind.RESTORED for e in out):
        backs = [i for i in range(named + 1, len(out)) if _PREDICATE.search(out[i].text)]
        usable = [i for i in backs if out[i].kind in (EntryKind.NOTE, EntryKind.FIX)]
        if usable:
            out[usable[0]] = replace(out[usable[0]], kind=EntryKind.RESTORED)
    restored = [i for i, e in enumerate(out) if e.kind is EntryKind.RESTORED]
    for index in restored[:-1]:
        if FIX in told_in(out[index].text):
            out[index] = replace(out[index], kind=EntryKind.FIX)
    return out
