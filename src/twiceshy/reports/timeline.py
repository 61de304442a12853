"""The timeline: entries with their times, from bullets, tables, headings, code blocks or prose."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from twiceshy.reports.blocks import Shape
from twiceshy.reports.outline import Statement
from twiceshy.reports.phrases import any_in, lower
from twiceshy.reports.timeline_reader import HEADER, RawEntry, TimelineReader, is_no_entry
from twiceshy.reports.vocabulary import Part
from twiceshy.reports.when.clocks import Clock
from twiceshy.reports.when.scan import is_range, marks_in
from twiceshy.reports.when.zones import Zone, zones_in

_FOR_ALL_SIGNS = ("time", "clock", "zone")
_FOR_ALL = re.compile(
    r"\b(?:all (?:the )?(?:times|clocks)|times (?:are|in|given)|time ?zone|timestamps?)\b|\b(?:time )?zone\s?:",
    re.IGNORECASE,
)
_LABEL_TIME = re.compile(r"(?P<label>[A-Z][^:\d]{2,60}?)\s*[:(–—-]\s*$")


@dataclass(frozen=True, slots=True)
class RawTimeline:
    """All entries in source order, and the zones named for the whole of it."""

    entries: tuple[RawEntry, ...]
    zones: tuple[tuple[Zone, int], ...]
    """Zone and source line, from the section's heading, a table header or a sentence such as `all times in GMT`."""


def read_timeline(statements: Sequence[Statement]) -> RawTimeline:
    """The timeline of a document's statements.

    Without a timeline section the statements of the whole document that open with a clock time
    are taken, and in pure prose its timed sentences.
    """
    section = [statement for statement in statements if statement.section is Part.TIMELINE]
    general = [
        (zone, s.block.line)
        for s in statements
        if s.section is not Part.TIMELINE
        and s.section is not Part.ACTIONS
        and any_in(_FOR_ALL_SIGNS, lower(head := s.text[:200]))
        and _FOR_ALL.search(head)
        for zone in zones_in(s.text)[:1]
    ]
    if section:
        section = _first_section(section)
        zones = [(zone, section[0].block.line) for zone in zones_in(section[0].heading or "")]
        entries = TimelineReader(strict=False).read(section)
        if any(entry.mark for entry in entries) or not _timed_elsewhere(statements):
            zones += [
                (zone, s.block.line)
                for s in section
                if is_no_entry(s.text)
                or (s.block.shape is Shape.ROW and HEADER.search(s.text) and not _clock_of(s.text))
                for zone in zones_in(s.text)
            ]
            return RawTimeline(tuple(entries), (*zones, *general))
    return RawTimeline(tuple(_whole_document(statements)), tuple(general))


def _first_section(section: Sequence[Statement]) -> list[Statement]:
    """The timeline that has timed entries first; a later list of its own heading only when it follows on."""
    groups: dict[str | None, list[Statement]] = {}
    for statement in section:
        groups.setdefault(statement.heading, []).append(statement)
    timed = [g for g in groups.values() if any(_clock_of(s.text) for s in g)]
    return [s for g in timed for s in g] if timed else list(section)


def _clock_of(text: str) -> Clock | None:
    return next((mark.clock for mark in marks_in(text) if mark.clock is not None), None)


def _timed_elsewhere(statements: Sequence[Statement]) -> bool:
    return len(_whole_document(statements)) > 1


_NEVER_ENTRIES = frozenset({Part.DURATION, Part.START, Part.END, Part.DAY, Part.WHEN, Part.ACTIONS, Part.ASIDE, Part.LESSONS, Part.CONCLUSION, Part.IMPACT})  # fmt: skip


def _whole_document(statements: Sequence[Statement]) -> list[RawEntry]:
    candidates = [
        s for s in statements if s.part not in _NEVER_ENTRIES and s.section is not Part.ACTIONS
    ]
    told = [s for s in candidates if not (s.part is Part.SUMMARY and _tells_span(s.text))]
    entries = [e for e in TimelineReader(strict=True).read(told) if e.mark or e.until]
    return entries if len(entries) > 1 else []


def _tells_span(text: str) -> bool:
    """`From 9:05 AM to 12:20 PM notifications were late` tells the span, not an entry."""
    timed = [mark for mark in marks_in(text[:160]) if mark.clock is not None]
    return len(timed) > 1 and is_range(text, timed[0], timed[1])
