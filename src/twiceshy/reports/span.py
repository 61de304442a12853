"""Start, end and length of an outage, as the statements of a report give them."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from twiceshy.reports.outline import Outline, Statement
from twiceshy.reports.phrases import Phrases
from twiceshy.reports.vocabulary import Part
from twiceshy.reports.when.days import Day
from twiceshy.reports.when.lengths import Length, lengths_in
from twiceshy.reports.when.scan import Mark, is_range, marks_in
from twiceshy.reports.when.zones import Zone, zones_in

_SPAN_PARTS = (Part.DURATION, Part.WHEN, Part.DAY)
_BETWEEN = re.compile(r"\bbetween\b[^.]{0,60}$", re.IGNORECASE)
_BEGAN = re.compile(
    r"\b(?:start(?:ed|s)?|began|begin(?:s|ning)?|since|onset|occurred|happened|first)\b",
    re.IGNORECASE,
)
_ENDED = re.compile(
    r"\b(?:end(?:ed|s)?|until|till|resolved|restored|recovered|fixed|finished|back)\b",
    re.IGNORECASE,
)

_LEADS_TO_END = re.compile(
    r"\b(?:to|until|till|through|end(?:ed|s|ing)?|resolved|restored|lasted until)\b|[-–—→]",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class SpanMarks:
    """What the span's statements give, still with unsettled days."""

    start: Mark | None
    end: Mark | None
    day: Day | None
    length: Length | None
    line: int | None
    zones: tuple[tuple[Zone, int], ...]


def span_marks(outline: Outline) -> SpanMarks:  # noqa: C901, PLR0912 - one case after the other, as a reader meets them
    """Start, end, day and length from the statements that give them."""
    start = end = None
    day: Day | None = None
    length: Length | None = None
    line: int | None = None
    zones: list[tuple[Zone, int]] = []
    for statement in outline.of(Part.START):
        start, day, line, zones = _first_mark(statement, start, day, line, zones)
    for statement in outline.of(Part.END):
        if end is None and (marks := marks_in(statement.text)):
            end = marks[0]
            zones += [(m.zone, statement.block.line) for m in marks[:1] if m.zone is not None]
            line = line or statement.block.line
    for statement in [*outline.of(*_SPAN_PARTS), *_span_sentences(outline, start)]:
        text = statement.text
        found = marks_in(text)
        if start is None or (end is None and statement.part in _SPAN_PARTS):
            begin, finish = _interval(text, found)
            if (
                statement.part not in _SPAN_PARTS
                and finish is None
                and begin is not None
                and not _BEGAN.search(text[: begin.start])
            ):
                begin = None
            if start is None and begin is not None:
                start, end = begin, finish if finish is not None else end
                line = line or statement.block.line
            elif end is None and finish is not None:
                end = finish
        if statement.part in _SPAN_PARTS or start in found:
            named = [(m.zone, statement.block.line) for m in found if m.zone is not None]
            zones += named or [(z, statement.block.line) for z in zones_in(text)]
        if day is None:
            day = next((m.day for m in found if m.day is not None and m.day.choices), None)
            if day is not None and statement.part in _SPAN_PARTS:
                line = line or statement.block.line
        if length is None and statement.part is Part.DURATION:
            stated = [x for x in lengths_in(text) if not _is_clock_like(text, x)]
            if stated:
                length = stated[0]
                line = line or statement.block.line
    if length is None:
        length = _length_elsewhere(outline)
    return SpanMarks(start, end, day, length, line, tuple(zones))


def _first_mark(
    statement: Statement,
    start: Mark | None,
    day: Day | None,
    line: int | None,
    zones: list[tuple[Zone, int]],
) -> tuple[Mark | None, Day | None, int | None, list[tuple[Zone, int]]]:
    marks = marks_in(statement.text)
    if start is None and marks:
        start = marks[0]
        day = day or start.day
        line = line or statement.block.line
        zones = zones + [(m.zone, statement.block.line) for m in marks[:1] if m.zone is not None]
        if not zones:
            zones = [(z, statement.block.line) for z in zones_in(statement.text)[:1]]
    return start, day, line, zones


def _span_sentences(outline: Outline, start: Mark | None) -> list[Statement]:
    """Statements that may tell the span in a sentence, when no label does."""
    candidates = outline.of(Part.SUMMARY, Part.IMPACT)
    if start is None and not outline.of(*_SPAN_PARTS, Part.START):
        candidates += [s for s in outline.statements[:12] if s.part is None]
    return candidates


def _interval(text: str, marks: Sequence[Mark]) -> tuple[Mark | None, Mark | None]:
    """The two marks that a text gives as from and to, or the one it gives as from."""
    timed = [mark for mark in marks if mark.clock is not None]
    if not timed:
        dated = [mark for mark in marks if mark.day is not None]
        if len(dated) == 2 and is_range(text, dated[0], dated[1]):
            return dated[0], dated[1]
        return None, None
    for first, second in itertools.pairwise(timed):
        between = text[first.stop : second.start]
        joined = is_range(text, first, second) and (
            "and" not in between.lower() or _BETWEEN.search(text[: first.start])
        )
        if joined or (len(between) < 60 and ". " not in between and _LEADS_TO_END.search(between)):
            return first, second
    only = timed[0]
    before = text[: only.start]
    if _ENDED.search(before) and not _BEGAN.search(before):
        return None, only
    return only, None


def _is_clock_like(text: str, length: Length) -> bool:
    return (
        re.search(
            r"\b(?:every|within|per|after|each|last|past|next)\s*$",
            text[: length.start],
            re.IGNORECASE,
        )
        is not None
    )


_SPEAKS_OF_IT = Phrases.of(
    r"outage|downtime|down|unavailable|incident|disruption|offline|unreachable|inaccessible|interruption|off|broken|failed|could not|unable|gone|stopped|lasted|dead|slow|delayed|wrong|minutes? without",
    end=r"\b",
)
_LEADS_TO_LENGTH = re.compile(
    r"\b(?:for|lasted|lasting|total of|totall?ing|of|took|duration|down|a|an|nearly|almost)\W*(?:about|approximately|around|a total of|nearly|almost|over|roughly|the)?\s*$",
    re.IGNORECASE,
)


def _length_elsewhere(outline: Outline) -> Length | None:
    """A stated length in a sentence that speaks of the outage as a whole."""
    for statement in [
        s
        for s in outline.statements
        if s.part in (None, Part.SUMMARY, Part.IMPACT, Part.CONCLUSION)
    ][:40]:
        if statement.section in (Part.ACTIONS, Part.TIMELINE):
            continue
        for length in lengths_in(statement.text):
            before = statement.text[: length.start]
            if _after_interval(before):
                return length
            if (
                _SPEAKS_OF_IT.search(statement.text)
                and _LEADS_TO_LENGTH.search(before)
                and not _is_clock_like(statement.text, length)
            ):
                return length
    return None


def _after_interval(before: str) -> bool:
    """`started at 10:00 and ended at 10:30, `: what follows is how long that is."""
    marks = [mark for mark in marks_in(before[-160:]) if mark.clock is not None]
    return len(marks) > 1 and re.fullmatch(r"\W*", before[-160:][marks[-1].stop :]) is not None
