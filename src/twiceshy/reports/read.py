"""Bytes to Report: the whole way from a file's text to what a careful reader finds in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from twiceshy.model.ids import ReportId
from twiceshy.model.moment import Moment
from twiceshy.model.report import (
    Action,
    Cause,
    CauseClass,
    Entry,
    EntryKind,
    Finding,
    FindingSeverity,
    Measures,
    Report,
)
from twiceshy.reports.actions import actions_of
from twiceshy.reports.blocks import blocks_of
from twiceshy.reports.cause import class_of, classify
from twiceshy.reports.chronology import Chronology, chronology_of
from twiceshy.reports.detection import detected_by
from twiceshy.reports.entry_context import Known, in_context
from twiceshy.reports.entry_kinds import kind_of
from twiceshy.reports.escalation import escalated_to
from twiceshy.reports.genre import judge_genre
from twiceshy.reports.leads import false_leads
from twiceshy.reports.lint import lint
from twiceshy.reports.outline import Outline, Statement, outline_of
from twiceshy.reports.services import services
from twiceshy.reports.share import affected_percent
from twiceshy.reports.source import Source, open_source
from twiceshy.reports.timeline import read_timeline
from twiceshy.reports.vocabulary import Part
from twiceshy.reports.when.days import days_in, settle

_RESOLVES = re.compile(
    r"^(?:to (?:resolve|fix|address|remedy|solve|mitigate|restore)|the (?:issue|problem|outage|incident|fix|solution|error) (?:was|has been|is) (?:\w+ )?(?:resolved|fixed|solved|addressed|corrected|mitigated)|(?:we|engineers|the \w+ team|team) (?:fixed|resolved|rolled|restarted|renewed|corrected|reverted)|resolution|it was (?:fixed|resolved|solved)|this was (?:fixed|resolved|corrected)|(?:the )?fix\b)",
    re.IGNORECASE,
)  # fmt: skip
_CAUSE_SENTENCE = re.compile(
    r"\b(?:root cause|caused by|the cause|was due to|because|the reason|culprit|turned out (?!to be (?:wrong|false|fine))|(?:found|discovered) that|stemmed from|resulted from|traced (?:back )?to|as a result of)\b", re.IGNORECASE
)  # fmt: skip
_NOTHING = re.compile(r"\W*(?:n/?a|none|tbd|unknown)?\W*", re.IGNORECASE)
_SENTENCES = re.compile(r"(?<=[.!?])\s+")
_NOT_IN_AN_ID = re.compile(r"[\s#]+")
_ENDING = re.compile(r"\.[A-Za-z]{1,8}$")
_TOLERANCE_MINUTES = 5
_ROUGH_SHARE = 0.25


def read_report(data: bytes | str, *, path: str) -> Report:
    """Read one document; never fails, whatever the bytes are.

    A document that is no report comes back with `is_report` False and the reason; what a report
    does not say is None. `findings` holds what the linter says of it alone.
    """
    source = open_source(data)
    outline = outline_of(blocks_of(source.lines))
    raw_timeline = read_timeline(outline.statements)
    chronology = chronology_of(outline, raw_timeline, source.front, path)
    timeline = _entries(chronology)
    cause = _cause(outline, timeline)
    timeline = in_context(
        timeline,
        Known(
            cause.text if cause is not None else "",
            cause.cause_class if cause is not None else None,
            chronology.span.end,
            chronology.detected_at,
        ),
    )
    order = settle([day for s in outline.statements[:400] for day in days_in(s.text[:400])])
    actions = actions_of(outline, order)
    has_span = chronology.span.start is not None or chronology.span.length is not None
    is_report, why_not = judge_genre(outline, timeline, cause, actions, has_span=has_span)
    if not is_report:
        return Report(
            id=_id_of(path),
            path=path,
            title=outline.title or source.front.get("title"),
            is_report=False,
            why_not_report=why_not,
            findings=_unread(source),
        )
    report = _filled(
        outline, chronology, timeline, cause, source=source, path=path, actions=actions
    )
    return replace(report, findings=(*_unread(source), *lint(report)))


def _id_of(path: str) -> ReportId:
    """The file's name without its ending; the estate file names reports the same way."""
    name = _ENDING.sub("", path.replace("\\", "/").rsplit("/", 1)[-1])
    return ReportId(_NOT_IN_AN_ID.sub("-", name).strip("-") or "report")


def _filled(
    outline: Outline,
    chronology: Chronology,
    timeline: tuple[Entry, ...],
    cause: Cause | None,
    *,
    source: Source,
    path: str,
    actions: tuple[Action, ...],
) -> Report:
    """The report with all that is read of it, before anything is found wrong with it."""
    span = chronology.span
    start, end = _start(span.start, timeline), _end(span.end, timeline)
    computed = _whole_minutes(start, end)
    stated = span.length.minutes if span.length is not None else None
    named_at = _cause_named_at(timeline)
    leads = false_leads(
        timeline,
        outline,
        class_of(cause.text) if cause is not None else CauseClass.OTHER,
        cause.text if cause is not None else "",
    )
    impact = [
        s
        for s in outline.of(Part.IMPACT, Part.AFFECTED, Part.SHARE)
        if s.section is not Part.TIMELINE
    ]
    resolution = _resolution(outline)
    return Report(
        id=_id_of(path),
        path=path,
        title=outline.title or source.front.get("title"),
        start=start,
        end=end,
        span_line=span.line,
        duration_minutes=stated if stated is not None else computed,
        stated_minutes=stated,
        duration_consistent=_consistent(
            stated, computed, rough=span.length is not None and span.length.rough
        ),
        zone_conflict=chronology.zone_conflict,
        zone_mentions=chronology.mentions,
        affected_percent=affected_percent(outline),
        impact=_joined(impact),
        impact_line=impact[0].block.line if impact else None,
        services=services(outline),
        detected_by=detected_by(outline, timeline),
        timeline=timeline,
        actions=actions,
        false_leads=leads,
        escalated_to=escalated_to(timeline, outline),
        cause=cause,
        cause_named_at=named_at,
        resolution=_joined(resolution),
        resolution_line=resolution[0].block.line if resolution else None,
        measures=_measures(
            start,
            end,
            named_at,
            timeline,
            [lead.minutes for lead in leads],
            count=_in_one_zone if chronology.zone_conflict else _whole_minutes,
        ),
    )


def _unread(source: Source) -> tuple[Finding, ...]:
    if source.unread_from is None:
        return ()
    message = (
        f"the file is too long for a report; from line {source.unread_from} on it was not read"
    )
    return (Finding("RD001", FindingSeverity.WARNING, message, source.unread_from),)


def _entries(chronology: Chronology) -> tuple[Entry, ...]:
    """The timeline with every entry's kind as its own words have it."""
    return tuple(
        Entry(
            t.at,
            t.raw.text,
            kind_of(t.raw.text, t.raw.label, first=index == 0),
            t.raw.line,
            t.until,
            t.raw.mark.clock.written if t.raw.mark is not None and t.raw.mark.clock else None,
        )
        for index, t in enumerate(chronology.entries)
    )


def _cause_named_at(timeline: Sequence[Entry]) -> Moment | None:
    found = [entry for entry in timeline if entry.kind is EntryKind.CAUSE_FOUND]
    return found[0].at if found else None


def _cause(outline: Outline, timeline: Sequence[Entry]) -> Cause | None:
    own = [s for s in outline.of(Part.CAUSE) if s.section is not Part.ACTIONS]
    both = outline.of(Part.CAUSE_AND_RESOLUTION)
    main = [s for s in own if s.section in (Part.CAUSE, Part.CAUSE_AND_RESOLUTION)]
    statements = main or _before_resolution(both)[:6] or own or _first_of_two_resolutions(outline)
    statements = [s for s in statements if not _NOTHING.fullmatch(s.text)] or _cause_in_prose(
        outline
    )
    if not statements:
        return _cause_in_timeline(timeline)
    text = _joined(statements[:8]) or ""
    others = " ".join(s.text for s in own if s not in statements)[:600]
    named = " ".join(e.text for e in timeline if e.kind is EntryKind.CAUSE_FOUND)[:600]
    resolution = " ".join(s.text for s in outline.of(Part.RESOLUTION))[:400]
    classified = classify(
        [(text, 1.0), (others, 0.5), (named, 0.5), (outline.title or "", 0.3), (resolution, 0.15)]
    )
    return Cause(text, classified.cause_class, classified.words, statements[0].block.line)


def _before_resolution(statements: Sequence[Statement]) -> list[Statement]:
    return [s for s in statements if not _RESOLVES.match(s.text)]


def _first_of_two_resolutions(outline: Outline) -> list[Statement]:
    """Some reports have two sections called Resolution, and tell the cause in the first."""
    own = [s for s in outline.of(Part.RESOLUTION) if s.section is Part.RESOLUTION]
    later = next(
        (i for i, s in enumerate(own) if i and s.block.line - own[i - 1].block.line > 2), None
    )
    return own[:later] if later is not None else []


def _cause_in_timeline(timeline: Sequence[Entry]) -> Cause | None:
    named = next((e for e in timeline if e.kind is EntryKind.CAUSE_FOUND), None)
    if named is None:
        return None
    classified = classify([(named.text, 1.0)])
    return Cause(named.text, classified.cause_class, classified.words, named.line)


def _cause_in_prose(outline: Outline) -> list[Statement]:
    """Without a section of its own: the sentences that say `because` or `the cause was`."""
    for parts in (
        (Part.SUMMARY, Part.RESOLUTION, Part.DETECTION),
        (None,),
        (Part.TIMELINE, Part.LESSONS, Part.CONCLUSION),
    ):
        found = [
            s._replace(
                text=" ".join(x for x in _SENTENCES.split(s.text) if _CAUSE_SENTENCE.search(x))
            )
            for s in outline.statements
            if s.part in parts and _CAUSE_SENTENCE.search(s.text)
        ]
        if found:
            return found[:3]
    return []


def _resolution(outline: Outline) -> list[Statement]:
    own = [s for s in outline.of(Part.RESOLUTION) if s.section not in (Part.TIMELINE, Part.ACTIONS)]
    if own:
        return own
    both = outline.of(Part.CAUSE_AND_RESOLUTION)
    first = next((i for i, s in enumerate(both) if _RESOLVES.match(s.text)), None)
    return both[first : first + 4] if first is not None else []


def _joined(statements: Sequence[Statement]) -> str | None:
    text = " ".join(
        s.text if s.text.endswith((".", "!", "?", ":", ";")) else s.text + "."
        for s in statements[:30]
    )
    return text[:4000].strip() or None


def _start(stated: Moment | None, timeline: Sequence[Entry]) -> Moment | None:
    if stated is not None:
        return stated
    return next((entry.at for entry in timeline if entry.at is not None), None)


def _end(stated: Moment | None, timeline: Sequence[Entry]) -> Moment | None:
    if stated is not None:
        return stated
    restored = [
        entry.at for entry in timeline if entry.kind is EntryKind.RESTORED and entry.at is not None
    ]
    return restored[-1] if restored else None


def _whole_minutes(start: Moment | None, end: Moment | None) -> int | None:
    if start is None or end is None:
        return None
    minutes = start.minutes_until(end)
    return round(minutes) if minutes is not None and minutes >= 0 else None


def _in_one_zone(start: Moment | None, later: Moment | None) -> int | None:
    """Minutes between times that are given in the same zone: mixed zones let nobody count."""
    if start is None or later is None or start.offset_minutes != later.offset_minutes:
        return None
    return _whole_minutes(start, later)


def _consistent(stated: int | None, computed: int | None, *, rough: bool) -> bool | None:
    if stated is None or computed is None:
        return None
    slack = max(_TOLERANCE_MINUTES, round(computed * _ROUGH_SHARE)) if rough else _TOLERANCE_MINUTES
    return abs(stated - computed) <= slack


def _measures(
    start: Moment | None,
    end: Moment | None,
    named_at: Moment | None,
    timeline: Sequence[Entry],
    lead_minutes: Sequence[int | None],
    *,
    count: Callable[[Moment | None, Moment | None], int | None],
) -> Measures:
    detected = next(
        (e.at for e in timeline if e.kind is EntryKind.DETECTED and e.at is not None), None
    )
    counted = [minutes for minutes in lead_minutes if minutes is not None]
    return Measures(
        minutes_to_detect=count(start, detected),
        minutes_to_cause=count(start, named_at),
        minutes_to_restore=count(start, end),
        minutes_on_false_leads=sum(counted)
        if counted
        else (0 if timeline and not lead_minutes else None),
    )
