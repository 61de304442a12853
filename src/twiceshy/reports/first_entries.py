"""Which entry of a timeline tells of the detection, judged by its place."""

from __future__ import annotations

import re
from dataclasses import replace

from twiceshy.model.moment import Moment
from twiceshy.model.report import Entry, EntryKind
from twiceshy.reports.entry_words import DETECTED, told_in

_LOOKS = re.compile(r"\b(?:start\w*|beg[ai]n\w*|look\w*|investigat\w*)\b", re.IGNORECASE)


def detections(entries: list[Entry], stated: Moment | None) -> list[Entry]:
    """Without a detection so far, the first entry that speaks of an alert or a report is one."""
    if stated is not None and any(is_at(e, stated) for e in entries):
        return _stated_detection(entries, stated)
    ends = (EntryKind.SUSPECTED, EntryKind.CAUSE_FOUND, EntryKind.ESCALATED, EntryKind.RULED_OUT)
    opening = list(entries[:4])
    for index, entry in enumerate(opening):
        if entry.kind is EntryKind.DETECTED:
            return _unfixed_before(entries, index)
        if entry.kind in ends and index:
            break
        speaks = DETECTED in told_in(entry.text)
        if (
            speaks
            and (entry.kind not in ends)
            and not (
                index and entry.kind is EntryKind.INVESTIGATING and _starts_looking(entry.text)
            )
        ):
            return _unfixed_before(
                [*entries[:index], replace(entry, kind=EntryKind.DETECTED), *entries[index + 1 :]],
                index,
            )
    first = entries[0] if entries else None
    if first is not None and first.kind is EntryKind.NOTE:
        return [replace(first, kind=EntryKind.DETECTED), *entries[1:]]
    return entries


def _unfixed_before(entries: list[Entry], index: int) -> list[Entry]:
    """What was changed before anybody noticed repaired nothing."""
    return [
        replace(e, kind=EntryKind.NOTE) if e.kind is EntryKind.FIX and i < index else e
        for i, e in enumerate(entries)
    ]


def is_at(entry: Entry, moment: Moment) -> bool:
    """Whether an entry is at a moment."""
    return entry.at is not None and entry.at.minutes_until(moment) == 0


def _stated_detection(entries: list[Entry], stated: Moment) -> list[Entry]:
    """The entry at the time that the report gives for the detection is the detection."""
    index = next(i for i, e in enumerate(entries) if is_at(e, stated))
    before = [
        replace(e, kind=EntryKind.NOTE) if e.kind is EntryKind.DETECTED else e
        for e in entries[:index]
    ]
    found = entries[index]
    if found.kind in (
        EntryKind.NOTE,
        EntryKind.INVESTIGATING,
        EntryKind.CAUSE_FOUND,
        EntryKind.FIX,
    ):
        found = replace(found, kind=EntryKind.DETECTED)
    return [*before, found, *entries[index + 1 :]]


def _starts_looking(text: str) -> bool:
    return _LOOKS.search(text) is not None
