"""A report as a person reads it in a terminal: where the minutes went, then what happened."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from twiceshy.cli.render.paper import Paper, cells, clean
from twiceshy.cli.render.report_bar import bar
from twiceshy.cli.render.report_look import (
    ENTRY_STYLE,
    SEVERITY_STYLE,
    lane,
    minutes_short,
    same,
)
from twiceshy.cli.render.report_page import Cell, Piece, Raw, heading, page, paint, table
from twiceshy.model.report import Action, DetectedBy, Entry, FalseLead, Finding, Report
from twiceshy.reports.moment_text import clock_text, span_text, zone_text

_DETECTED_BY = {
    DetectedBy.MONITORING: "monitoring",
    DetectedBy.USERS: "users",
    DetectedBy.ENGINEER: "an engineer",
    DetectedBy.UNKNOWN: "",
}
_NOT_SAID = Piece("not said", "yellow")
_CAUSE_WORDS = 2


def report_text(report: Report, paper: Paper) -> str:
    """One report, in full."""
    return page(_lines(report, paper), paper)


def _lines(report: Report, paper: Paper) -> Iterator[str]:
    yield from _title(report, paper)
    if not report.is_report:
        why = f"not a postmortem: {report.why_not_report or 'nothing to read'}"
        yield from table([(Piece(why, "yellow"),)], (None,), paper)
        return
    yield from table(_facts(report), (12, None), paper, indent=0)
    yield from heading("Where the minutes went", paper)
    yield from bar(report, paper)
    if report.timeline:
        yield from heading("Timeline", paper, _timeline_note(report))
        yield from _timeline(report, paper)
    if report.false_leads:
        yield from heading("False leads", paper)
        yield from table(map(_lead, report.false_leads), (-10, 14, None), paper)
    if report.actions:
        yield from heading("Actions", paper, _actions_note(report))
        yield from _actions(report.actions, paper)
    yield from heading("Findings", paper, None if report.findings else "none")
    yield from table(map(_finding, report.findings), (5, 7, 9, None), paper)


def _title(report: Report, paper: Paper) -> Iterator[str]:
    title, path = clean(report.title or "(no title)"), clean(report.path)
    gap = paper.columns - cells(title) - cells(path)
    if gap > 1:
        yield paint([(title, "bold"), (" " * gap, ""), (path, "dim")], paper)
        return
    yield from table([(Piece(title, "bold"),), (Piece(path, "dim"),)], (None,), paper, indent=0)


def _facts(report: Report) -> Iterator[tuple[Cell, Cell]]:
    yield Piece("when", "dim"), _when(report)
    yield Piece("affected", "dim"), _affected(report)
    noticed = _DETECTED_BY[report.detected_by]
    yield Piece("noticed by", "dim"), Piece(noticed) if noticed else _NOT_SAID
    yield Piece("cause", "dim"), _cause(report)
    if report.escalated_to:
        yield Piece("escalated to", "dim"), Piece(", ".join(report.escalated_to))


def _when(report: Report) -> list[Piece | Raw]:
    span = span_text(report.start, report.end)
    said: list[Piece | Raw] = [Piece(span) if span else _NOT_SAID]
    if report.duration_minutes:
        said += [Raw("  "), Piece(minutes_short(report.duration_minutes), "bold")]
    between = report.measures.minutes_to_restore
    if report.duration_consistent is False and between is not None:
        said.append(Piece(f"(but from start to end it is {minutes_short(between)})", "red"))
    if report.zone_conflict:
        said += [Raw("  "), Piece(f"zones mixed: {', '.join(report.zones)}", "red")]
    return said


def _affected(report: Report) -> list[Piece | Raw]:
    said: list[Piece | Raw] = []
    if report.affected_percent is not None:
        said.append(Piece(f"{report.affected_percent:g}% of users", "bold"))
    if report.services:
        said += [Raw("  ")] * bool(said)
        said.append(Piece(", ".join(report.services)))
    return said or [_NOT_SAID]


def _cause(report: Report) -> list[Piece | Raw]:
    if report.cause is None:
        return [_NOT_SAID]
    said: list[Piece | Raw] = [Piece(report.cause.cause_class.value, "bold")]
    if report.cause.words:
        words = ", ".join(f'"{word}"' for word in report.cause.words[:_CAUSE_WORDS])
        said += [Raw("  "), Piece(f"because it says {words}", "dim")]
    return said


def _timeline_note(report: Report) -> str | None:
    offsets = {entry.at.offset_minutes for entry in report.timeline if entry.at is not None}
    if len(offsets) == 1:
        return zone_text(offsets.pop()) or "no zone named"
    return None


def _timeline(report: Report, paper: Paper) -> Iterator[str]:
    timed = [entry.at for entry in report.timeline if entry.at is not None]
    several_days = len({moment.day for moment in timed}) > 1
    several_zones = len({moment.offset_minutes for moment in timed}) > 1

    def at(entry: Entry) -> str:
        if entry.at is None:
            return "-"
        day = entry.at.day.isoformat() if several_days and entry.at.day is not None else ""
        zone = zone_text(entry.at.offset_minutes) if several_zones else ""
        return f"{day} {clock_text(entry.at)} {zone}".strip()

    times = [at(entry) for entry in report.timeline]
    rows = [
        (
            Piece(time, "bold" if entry.at else "dim"),
            Raw(mark, "yellow"),
            Piece(entry.kind.value.replace("_", " "), ENTRY_STYLE[entry.kind]),
            Piece(entry.text),
        )
        for time, entry, mark in zip(times, report.timeline, _lanes(report, paper), strict=True)
    ]
    return table(rows, (max(map(len, times)), 1, 13, None), paper)


def _lanes(report: Report, paper: Paper) -> list[str]:
    """One mark per entry: where a false lead begins, goes on and ends."""
    begin, middle, end, both = lane(paper)
    lanes = [" "] * len(report.timeline)
    for lead in report.false_leads:
        inside = [n for n, entry in enumerate(report.timeline) if _during(entry, lead)]
        if len(inside) < 2:  # noqa: PLR2004 - an interval has two ends
            continue
        for number in inside[1:-1]:
            lanes[number] = middle
        lanes[inside[0]] = begin if lanes[inside[0]] == " " else both
        lanes[inside[-1]] = end
    return lanes


def _during(entry: Entry, lead: FalseLead) -> bool:
    if entry.at is None or lead.start is None or lead.end is None:
        return False
    since, left = lead.start.minutes_until(entry.at), entry.at.minutes_until(lead.end)
    return since is not None and left is not None and since >= 0 and left >= 0


def _lead(lead: FalseLead) -> tuple[Cell, ...]:
    minutes = "not told" if lead.minutes is None else minutes_short(lead.minutes)
    between = "" if lead.start is None else clock_text(lead.start)
    if lead.end is not None:
        between += f" to {clock_text(lead.end)}"
    return Piece(minutes, "bold yellow"), Piece(between, "dim"), Piece(lead.text)


def _actions_note(report: Report) -> str:
    distinct = sum(action.same_as is None for action in report.actions)
    total = len(report.actions)
    return f"{total}" if distinct == total else f"{total} listed, {distinct} distinct"


def _actions(actions: Sequence[Action], paper: Paper) -> Iterator[str]:
    owned = any(action.owner for action in actions)
    due = any(action.due for action in actions)

    def row(action: Action) -> list[Cell]:
        text: list[Piece | Raw] = [Piece(action.text, "dim" if action.same_as else "")]
        if action.same_as is not None:
            text.append(Piece(f"{same(paper)} {action.same_as}", "cyan"))
        if action.done:
            text.append(Piece("(done)", "green"))
        cells: list[Cell] = [Piece(action.id, "dim"), Piece(action.kind.value, "cyan"), text]
        if owned:
            cells.append(Piece(action.owner or "-"))
        if due:
            cells.append(Piece(action.due.isoformat() if action.due else "-"))
        return cells

    widths = (4, 8, None, *([18] if owned else []), *([10] if due else []))
    return table(map(row, actions), widths, paper)


def _finding(finding: Finding) -> tuple[Cell, ...]:
    return (
        Piece(finding.rule, "bold"),
        Piece(finding.severity.value, SEVERITY_STYLE[finding.severity]),
        Piece(f"line {finding.line}", "dim"),
        Piece(finding.message),
    )
