"""Days, clocks and zones of a whole report settled into moments.

A timeline that gives clocks only takes its day from the span, the span from the title, the file
name or the front matter; past midnight the day moves on. A zone named once for the report, its
span or its timeline holds for the clocks that name none. What none of these give stays open.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from twiceshy.model.moment import Moment
from twiceshy.model.report import ZoneMention
from twiceshy.reports.outline import Outline, Statement
from twiceshy.reports.timeline import RawEntry, RawTimeline
from twiceshy.reports.vocabulary import Part
from twiceshy.reports.when.days import Day, Order, days_in, settle
from twiceshy.reports.when.lengths import Length, lengths_in
from twiceshy.reports.when.scan import Mark, is_range, marks_in
from twiceshy.reports.when.zones import Zone, zones_in

_SPAN_PARTS = (Part.DURATION, Part.WHEN, Part.DAY)
_PUBLISHED = re.compile(
    r"publish|written|updated|modified|created|report date|post-?mortem date", re.IGNORECASE
)
_FRONT_DAYS = (
    "incident_date",
    "incident-date",
    "outage_date",
    "date",
    "day",
    "incident",
    "started",
    "start",
    "title",
)
_BETWEEN = re.compile(r"\bbetween\b[^.]{0,60}$", re.IGNORECASE)
_HALF_DAY = timedelta(hours=12)
_NOON = 12
_BEGAN = re.compile(
    r"\b(?:start(?:ed|s)?|began|begin(?:s|ning)?|since|onset|occurred|happened|first)\b",
    re.IGNORECASE,
)
_ENDED = re.compile(
    r"\b(?:end(?:ed|s)?|until|till|resolved|restored|recovered|fixed|finished|back)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Span:
    """Start, end and stated length, before the timeline is consulted."""

    start: Moment | None = None
    end: Moment | None = None
    length: Length | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class TimedEntry:
    """A raw entry with its moments."""

    raw: RawEntry
    at: Moment | None
    until: Moment | None


@dataclass(frozen=True, slots=True)
class Chronology:
    """Every time of a report, settled."""

    span: Span
    entries: tuple[TimedEntry, ...]
    mentions: tuple[ZoneMention, ...]
    zone_conflict: bool
    detected_at: Moment | None = None
    """When the outage was noticed, as stated outside the timeline."""


@dataclass(frozen=True, slots=True)
class _SpanMarks:
    """What the span's statements give, still with unsettled days."""

    start: Mark | None
    end: Mark | None
    day: Day | None
    length: Length | None
    line: int | None
    zones: tuple[tuple[Zone, int], ...]


def chronology_of(
    outline: Outline, timeline: RawTimeline, front: Mapping[str, str], path: str
) -> Chronology:
    """Settle everything."""
    marks = _span_marks(outline, timeline)
    days = _all_days(outline, timeline, front, path)
    order = settle(days)
    zones = [*marks.zones, *timeline.zones]
    zones += [
        (e.mark.zone, e.line)
        for e in timeline.entries
        if e.mark is not None and e.mark.zone is not None
    ]
    report_day = _report_day(marks, outline, timeline, front, path, order)
    span_zone = marks.zones[0][0] if marks.zones else None
    timeline_zone = timeline.zones[0][0] if timeline.zones else None
    entry_zones = {
        z.name: z for e in timeline.entries if e.mark is not None and (z := e.mark.zone) is not None
    }
    one_entry_zone = next(iter(entry_zones.values())) if len(entry_zones) == 1 else None
    for_span = span_zone or timeline_zone or one_entry_zone
    for_entries = timeline_zone or (one_entry_zone or span_zone)
    span = _settle_span(marks, report_day, for_span, order)
    first_day = (
        span.start.day if span.start is not None and span.start.day is not None else report_day
    )
    entries = _settle_entries(timeline.entries, first_day, for_entries, order, span)
    mentions = _mentions(zones, first_day)
    detected_at = _stated_detection(outline, first_day, for_span or for_entries, order)
    return Chronology(span, entries, mentions, _conflict(span, entries, mentions), detected_at)


def _stated_detection(
    outline: Outline, day: date | None, zone: Zone | None, order: Order
) -> Moment | None:
    """The one time that the report gives for the detection, beside its timeline."""
    for statement in outline.of(Part.DETECTION):
        timed = [mark for mark in marks_in(statement.text[:200]) if mark.clock is not None]
        if statement.section is not Part.TIMELINE and len(timed) == 1:
            return _moment(timed[0], day, zone, order)
    return None


def _all_days(
    outline: Outline, timeline: RawTimeline, front: Mapping[str, str], path: str
) -> list[Day]:
    texts = [s.text for s in outline.statements if s.part not in (Part.ACTIONS, Part.LESSONS)][:400]
    found = [day for text in texts for day in days_in(text[:400])]
    found += [e.day for e in timeline.entries if e.day is not None]
    elsewhere = [
        outline.title or "",
        *front.values(),
        path.replace("\\", "/").rsplit("/", 1)[-1].replace("_", " "),
    ]
    return found + [day for text in elsewhere for day in days_in(text[:400])]


def _report_day(
    marks: _SpanMarks,
    outline: Outline,
    timeline: RawTimeline,
    front: Mapping[str, str],
    path: str,
    order: Order,
) -> date | None:
    """The day of the incident as far as anything says it, most certain source first."""
    if marks.day is not None and (day := marks.day.settled(order)) is not None:
        return day
    sources: list[str] = [outline.title or ""]
    sources += [s.text for s in outline.of(Part.SUMMARY, Part.IMPACT)[:6]]
    sources += [s.heading for s in outline.of(Part.TIMELINE)[:1] if s.heading]
    sources += [
        s.text for s in outline.statements[:8] if s.part is None and not _PUBLISHED.search(s.text)
    ]
    sources += [front[key] for key in _FRONT_DAYS if key in front]
    sources.append(path.replace("\\", "/").rsplit("/", 1)[-1].replace("_", " "))
    sources += [s.text for s in outline.of(Part.CAUSE, Part.CONCLUSION)[:6]]
    sources += outline.headings[:6]
    for text in sources:
        for found in days_in(text):
            if (settled := found.settled(order)) is not None:
                return settled
    return None


def _span_marks(outline: Outline, timeline: RawTimeline) -> _SpanMarks:
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
    return _SpanMarks(start, end, day, length, line, tuple(zones))


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
        if joined or (
            len(between) < 60
            and ". " not in between
            and re.search(
                r"\b(?:to|until|till|through|end(?:ed|s|ing)?|resolved|restored|lasted until)\b|[-–—→]",
                between,
                re.IGNORECASE,
            )
        ):
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


def _length_elsewhere(outline: Outline) -> Length | None:
    """A stated length in a sentence that speaks of the outage as a whole."""
    speaks = re.compile(
        r"\b(?:outage|downtime|down|unavailable|incident|disruption|offline|unreachable|inaccessible|interruption|off|broken|failed|could not|unable|gone|stopped|lasted|dead|slow|delayed|wrong|minutes? without)\b",
        re.IGNORECASE,
    )
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
                speaks.search(statement.text)
                and re.search(
                    r"\b(?:for|lasted|lasting|total of|totall?ing|of|took|duration|down|a|an|nearly|almost)\W*(?:about|approximately|around|a total of|nearly|almost|over|roughly|the)?\s*$",
                    before,
                    re.IGNORECASE,
                )
                and not _is_clock_like(statement.text, length)
            ):
                return length
    return None


def _after_interval(before: str) -> bool:
    """`started at 10:00 and ended at 10:30, `: what follows is how long that is."""
    marks = [mark for mark in marks_in(before[-160:]) if mark.clock is not None]
    return len(marks) > 1 and re.fullmatch(r"\W*", before[-160:][marks[-1].stop :]) is not None


def _moment(mark: Mark, fallback: date | None, zone: Zone | None, order: Order) -> Moment | None:
    day = mark.day.settled(order) if mark.day is not None else fallback
    own = mark.zone or zone
    if mark.clock is None:
        return Moment(day=day) if day is not None else None
    return Moment(day, mark.clock.at, own.offset_minutes(day) if own is not None else None)


def _settle_span(marks: _SpanMarks, day: date | None, zone: Zone | None, order: Order) -> Span:
    start_mark, end_mark = marks.start, marks.end
    start = end = None
    if start_mark is not None:
        start_mark = _same_half(start_mark, end_mark)
        shared = day
        if start_mark.day is None and end_mark is not None and end_mark.day is not None:
            shared = end_mark.day.settled(order) or day
        start_zone = zone if end_mark is None or end_mark.zone is None else end_mark.zone
        start = _moment(start_mark, shared, start_zone, order)
    if end_mark is not None:
        known = start.day if start is not None and start.day is not None else day
        end_zone = (
            start_mark.zone if start_mark is not None and start_mark.zone is not None else zone
        )
        end = _moment(end_mark, known, end_zone, order)
        if start is not None and end is not None and end_mark.day is None:
            end = _after(start, end)
    elif start is None and marks.day is not None and marks.start is None and day is not None:
        start = None
    return Span(start, end, marks.length, marks.line)


def _same_half(start: Mark, end: Mark | None) -> Mark:
    """`1:00 - 3:00 PM`: the start shares the end's half of the day when it says none."""
    if start.clock is None or end is None or end.clock is None or start.clock.stated_half:
        return start
    if end.clock.stated_half and end.clock.at.hour >= _NOON > start.clock.at.hour:
        later = time(start.clock.at.hour + _NOON, start.clock.at.minute)
        if later <= end.clock.at:
            return replace(start, clock=replace(start.clock, at=later, stated_half=True))
    return start


def _after(start: Moment, end: Moment) -> Moment:
    """The end on the next day when its clock is before the start's and no day was given for it."""
    if start.day is None or end.day != start.day or start.clock is None or end.clock is None:
        return end
    minutes = start.minutes_until(end)
    if minutes is not None and minutes < 0:
        return replace(end, day=start.day + timedelta(days=1))
    return end


def _settle_entries(
    entries: Sequence[RawEntry], first_day: date | None, zone: Zone | None, order: Order, span: Span
) -> tuple[TimedEntry, ...]:
    day, previous = first_day, None
    out: list[TimedEntry] = []
    spills = span.start is not None and span.end is not None and span.start.day != span.end.day
    base: Day | None = None
    for raw in entries:
        mark = raw.mark
        if mark is None:
            out.append(TimedEntry(raw, None, None))
            continue
        mark = _in_afternoon(mark, span, previous)
        own = raw.day.settled(order) if raw.day is not None else None
        if raw.day is not None and raw.day is not base:
            base, previous = raw.day, None
            day = own if own is not None else (day if raw.day.month_day is not None else own)
        clock = mark.at
        if clock is not None and previous is not None and day is not None and mark.day is None:
            back = datetime.combine(day, previous) - datetime.combine(day, clock)
            if mark.clock is not None and _noon_slip(previous, clock, span):
                # "12:15 AM" after "12:00 PM" is a quarter past noon: the order of the entries says so.
                clock = time(clock.hour + _NOON, clock.minute, clock.second)
                mark = replace(mark, clock=replace(mark.clock, at=clock))
            elif back > _HALF_DAY or (
                spills
                and back > timedelta(hours=3)
                and span.end is not None
                and span.end.day is not None
                and day < span.end.day
            ):
                day += timedelta(days=1)
        at = _moment(replace(mark, day=None), day, zone, order)
        until = None
        if raw.until is not None:
            until_zone = raw.until.zone or mark.zone or zone
            until = _moment(raw.until, day, until_zone, order)
            if at is not None and mark.zone is None and raw.until.zone is not None:
                at = _moment(replace(mark, day=None), day, raw.until.zone, order)
        out.append(TimedEntry(raw, at, until))
        previous = clock if clock is not None else previous
    return tuple(out)


def _noon_slip(previous: time, clock: time, span: Span) -> bool:
    """Whether a time in the first hour of a day was meant to be in the hour after noon."""
    if clock.hour or not _NOON - 1 <= previous.hour <= _NOON:
        return False
    meant = time(_NOON, clock.minute, clock.second)
    ends = span.end.clock if span.end is not None else None
    return meant >= previous and (ends is None or meant <= ends)


def _in_afternoon(mark: Mark, span: Span, previous: time | None) -> Mark:
    """`1:05` in a report that starts at 1 PM is five past one in the afternoon."""
    clock = mark.clock
    if clock is None or clock.stated_half or span.start is None or span.start.clock is None:
        return mark
    begin, finish = span.start.clock, span.end.clock if span.end is not None else None
    later = time((clock.at.hour + _NOON) % 24, clock.at.minute, clock.at.second)
    if (
        clock.at < begin <= later
        and (finish is None or later <= finish)
        and clock.at.hour < _NOON
        and begin.hour >= _NOON - 1
    ):
        if previous is not None and later < previous:
            return mark
        return replace(mark, clock=replace(clock, at=later, stated_half=True))
    return mark


def _mentions(zones: Iterable[tuple[Zone, int]], day: date | None) -> tuple[ZoneMention, ...]:
    seen: dict[tuple[str, int], ZoneMention] = {}
    for zone, line in sorted(zones, key=lambda pair: pair[1]):
        seen.setdefault(
            (zone.name, line), ZoneMention(zone.name, zone.offset_minutes(day), line, day)
        )
    return tuple(seen.values())


def _conflict(span: Span, entries: Sequence[TimedEntry], mentions: Sequence[ZoneMention]) -> bool:
    """Whether times of the same span are given in zones that disagree.

    Different zones are no conflict when every time, put on one clock, still lies in order within
    the span: then the writer converted.
    """
    if len({m.offset_minutes for m in mentions if m.offset_minutes is not None}) < 2:
        return False
    timed = [e.at for e in entries if e.at is not None and e.at.clock is not None]
    for earlier, later in itertools.pairwise(timed):
        minutes = earlier.minutes_until(later)
        if minutes is not None and minutes < 0:
            return True
    if span.start is None or span.end is None or not timed:
        offsets = {m.offset_minutes for m in timed}
        return len(offsets) > 1 or (
            span.start is not None and bool(timed) and span.start.offset_minutes not in offsets
        )
    slack_minutes = 15
    into = span.start.minutes_until(timed[0])
    left = timed[-1].minutes_until(span.end)
    return (
        (into is not None and into < -slack_minutes)
        or (left is not None and left < -slack_minutes)
        or (
            into is not None and left is not None and into > slack_minutes and left < -slack_minutes
        )
    )
