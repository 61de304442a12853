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
from typing import NamedTuple

from twiceshy.model.moment import Moment
from twiceshy.model.report import ZoneMention
from twiceshy.reports.outline import Outline
from twiceshy.reports.span import SpanMarks, span_marks
from twiceshy.reports.timeline import RawTimeline
from twiceshy.reports.timeline_reader import RawEntry
from twiceshy.reports.vocabulary import Part
from twiceshy.reports.when.days import Day, Order, days_in, settle
from twiceshy.reports.when.lengths import Length
from twiceshy.reports.when.scan import Mark, marks_in
from twiceshy.reports.when.zones import Zone

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
_HALF_DAY = timedelta(hours=12)
_NOON = 12


@dataclass(frozen=True, slots=True)
class Span:
    """Start, end and stated length, before the timeline is consulted."""

    start: Moment | None = None
    end: Moment | None = None
    length: Length | None = None
    line: int | None = None


class TimedEntry(NamedTuple):
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


def chronology_of(
    outline: Outline, timeline: RawTimeline, front: Mapping[str, str], path: str
) -> Chronology:
    """Settle everything."""
    marks = span_marks(outline)
    days = _all_days(outline, timeline, front, path)
    order = settle(days)
    zones = [*marks.zones, *timeline.zones]
    zones += [
        (e.mark.zone, e.line)
        for e in timeline.entries
        if e.mark is not None and e.mark.zone is not None
    ]
    report_day = _report_day(marks, outline, front, path, order)
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
    marks: SpanMarks,
    outline: Outline,
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


def _moment(mark: Mark, fallback: date | None, zone: Zone | None, order: Order) -> Moment | None:
    return _on(mark.day.settled(order) if mark.day is not None else fallback, mark, zone)


def _on(day: date | None, mark: Mark, zone: Zone | None) -> Moment | None:
    """A mark's clock on a day that is settled already."""
    own = mark.zone or zone
    if mark.clock is None:
        return Moment(day=day) if day is not None else None
    return Moment(day, mark.clock.at, own.offset_minutes(day) if own is not None else None)


def _settle_span(marks: SpanMarks, day: date | None, zone: Zone | None, order: Order) -> Span:
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
            return start._replace(clock=start.clock._replace(at=later, stated_half=True))
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
                mark = mark._replace(clock=mark.clock._replace(at=clock))
            elif back > _HALF_DAY or (
                spills
                and back > timedelta(hours=3)
                and span.end is not None
                and span.end.day is not None
                and day < span.end.day
            ):
                day += timedelta(days=1)
        at = _on(day, mark, zone)
        until = None
        if raw.until is not None:
            until_zone = raw.until.zone or mark.zone or zone
            until = _moment(raw.until, day, until_zone, order)
            if at is not None and mark.zone is None and raw.until.zone is not None:
                at = _on(day, mark, raw.until.zone)
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
        return mark._replace(clock=clock._replace(at=later, stated_half=True))
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
