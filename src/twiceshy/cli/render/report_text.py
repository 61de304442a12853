"""A report as a person reads it in a terminal: where the minutes went, then what happened.

Pure text building: the paper says how wide, whether in colour and whether beyond ASCII; what comes
back is a string, escape codes included. Text from reports is cleaned of control characters, so a
hostile report cannot steer the terminal.
"""

from __future__ import annotations

import io
from collections.abc import Iterator

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from twiceshy.cli.render.paper import Paper, cells, clean
from twiceshy.cli.render.report_bar import bar, legend
from twiceshy.cli.render.report_look import (
    ENTRY_STYLE,
    SEVERITY_STYLE,
    lane,
    minutes_short,
    same,
)
from twiceshy.model.report import (
    Action,
    DetectedBy,
    Entry,
    FalseLead,
    Finding,
    Report,
)
from twiceshy.reports.moment_text import clock_text, span_text, stamp_text, zone_text

_DETECTED_BY = {
    DetectedBy.MONITORING: "monitoring",
    DetectedBy.USERS: "users",
    DetectedBy.ENGINEER: "an engineer",
    DetectedBy.UNKNOWN: "not said",
}

_CAUSE_WORDS = 2


def render(what: RenderableType, paper: Paper) -> str:
    """Anything Rich can draw, as a string."""
    out = io.StringIO()
    console = Console(
        file=out,
        width=paper.columns,
        force_terminal=paper.colour,
        color_system="256" if paper.colour else None,
        no_color=not paper.colour,
        legacy_windows=False,
        highlight=False,
        markup=False,
        emoji=False,
        safe_box=True,
    )
    console.print(what)
    lines = (line.rstrip() for line in out.getvalue().split("\n"))
    return paper.plain("\n".join(lines))


def report_text(report: Report, paper: Paper) -> str:
    """One report, in full."""
    return render(Group(*_parts(report, paper)), paper)


def _parts(report: Report, paper: Paper) -> Iterator[RenderableType]:
    yield _title(report, paper)
    if not report.is_report:
        yield Text(
            f"  not a postmortem: {clean(report.why_not_report or 'nothing to read')}", "yellow"
        )
        yield Text()
        return
    yield _facts(report)
    yield heading("Where the minutes went")
    yield indented(bar(report, paper))
    yield indented(legend(report, paper))
    if report.timeline:
        yield heading("Timeline", _timeline_note(report))
        yield indented(_timeline(report, paper))
    if report.false_leads:
        yield heading("False leads")
        yield indented(_leads(report.false_leads))
    if report.actions:
        yield heading("Actions", _actions_note(report))
        yield indented(_actions(report.actions, paper))
    yield heading("Findings", None if report.findings else "none")
    if report.findings:
        yield indented(_findings(report.findings))
    yield Text()


def heading(name: str, note: str | None = None) -> Text:
    """The line above a section, with an empty line before it."""
    text = Text("\n")
    text.append(name.upper(), "bold")
    if note:
        text.append(f"  {note}", "dim")
    return text


def indented(what: RenderableType) -> Padding:
    """A section's content, two columns in."""
    return Padding(what, (0, 0, 0, 2))


def columns(*widths: int | None) -> Table:
    """A table without lines; a width of None takes what is left."""
    table = Table.grid(padding=(0, 2, 0, 0))
    for width in widths:
        table.add_column(width=width, ratio=None if width else 1, overflow="fold")
    table.expand = any(width is None for width in widths)
    return table


def _title(report: Report, paper: Paper) -> RenderableType:
    title = clean(report.title or "(no title)")
    path = clean(report.path)
    line = Text(title, "bold")
    gap = paper.columns - cells(title) - cells(path)
    if gap > 1:
        return Text.assemble(line, " " * gap, (path, "dim"))
    return Group(line, Text(path, "dim"))


def _facts(report: Report) -> Table:
    table = columns(12, None)
    for name, said in _said(report):
        table.add_row(Text(name, "dim"), said)
    return table


def _said(report: Report) -> Iterator[tuple[str, Text]]:
    yield "when", _when(report)
    yield "affected", _affected(report)
    yield (
        "noticed by",
        _or_not_said(
            None if report.detected_by is DetectedBy.UNKNOWN else _DETECTED_BY[report.detected_by]
        ),
    )
    yield "cause", _cause(report)
    if report.escalated_to:
        yield "escalated to", Text(clean(", ".join(report.escalated_to)))


def _or_not_said(text: str | None) -> Text:
    return Text("not said", "yellow") if not text else Text(clean(text))


def _when(report: Report) -> Text:
    text = _or_not_said(span_text(report.start, report.end) or None)
    if report.duration_minutes:
        text.append(f"   {minutes_short(report.duration_minutes)}", "bold")
    if report.duration_consistent is False and report.stated_minutes is not None:
        text.append(f"   but it says {minutes_short(report.stated_minutes)}", "red")
    if report.zone_conflict:
        text.append(f"   zones mixed: {clean(', '.join(report.zones))}", "red")
    return text


def _affected(report: Report) -> Text:
    share = None if report.affected_percent is None else f"{report.affected_percent:g}% of users"
    services = ", ".join(report.services) or None
    if share and services:
        return Text.assemble((share, "bold"), "   ", clean(services))
    return _or_not_said(share or services)


def _cause(report: Report) -> Text:
    if report.cause is None:
        return _or_not_said(None)
    text = Text(report.cause.cause_class.value, "bold")
    if report.cause.words:
        words = ", ".join(f'"{clean(word)}"' for word in report.cause.words[:_CAUSE_WORDS])
        text.append(f"   because it says {words}", "dim")
    return text


def _timeline_note(report: Report) -> str | None:
    offsets = {entry.at.offset_minutes for entry in report.timeline if entry.at is not None}
    if len(offsets) == 1:
        return zone_text(offsets.pop()) or "no zone named"
    return None


def _timeline(report: Report, paper: Paper) -> Table:
    timed = [entry.at for entry in report.timeline if entry.at is not None]
    several_days = len({moment.day for moment in timed}) > 1
    several_zones = len({moment.offset_minutes for moment in timed}) > 1

    def at(entry: Entry) -> str:
        if entry.at is None:
            return "-"
        text = stamp_text(entry.at) if several_days else clock_text(entry.at)
        if not several_zones:
            return text.removesuffix(zone_text(entry.at.offset_minutes)).rstrip()
        zone = zone_text(entry.at.offset_minutes)
        return text if text.endswith(zone) else f"{text} {zone}"

    shown = [(at(entry), entry) for entry in report.timeline]
    table = columns(max(len(text) for text, _ in shown), 1, 13, None)
    lanes = _lanes(report, paper)
    for (text, entry), mark in zip(shown, lanes, strict=True):
        style = ENTRY_STYLE[entry.kind]
        table.add_row(
            Text(text, "bold" if entry.at else "dim"),
            Text(mark, "yellow"),
            Text(entry.kind.value.replace("_", " "), style),
            Text(clean(entry.text)),
        )
    return table


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


def _leads(leads: tuple[FalseLead, ...]) -> Table:
    table = columns(12, 14, None)
    for lead in leads:
        minutes = "not told" if lead.minutes is None else minutes_short(lead.minutes)
        between = "" if lead.start is None else clock_text(lead.start)
        if lead.end is not None:
            between += f" to {clock_text(lead.end)}"
        table.add_row(
            Text(minutes, "bold yellow", justify="right"),
            Text(between or "", "dim"),
            Text(clean(lead.text)),
        )
    return table


def _actions_note(report: Report) -> str:
    distinct = sum(action.same_as is None for action in report.actions)
    total = len(report.actions)
    return f"{total}" if distinct == total else f"{total} listed, {distinct} distinct"


def _actions(actions: tuple[Action, ...], paper: Paper) -> Table:
    owned = any(action.owner for action in actions)
    due = any(action.due for action in actions)
    table = columns(4, 8, None, *([18] if owned else []), *([10] if due else []))
    for action in actions:
        text = Text(clean(action.text))
        if action.same_as is not None:
            text.stylize("dim")
            text.append(f"  {same(paper)} {action.same_as}", "cyan")
        if action.done:
            text.append("  (done)", "green")
        row = [Text(action.id, "dim"), Text(action.kind.value, "cyan"), text]
        if owned:
            row.append(Text(clean(action.owner or "-")))
        if due:
            row.append(Text(action.due.isoformat() if action.due else "-"))
        table.add_row(*row)
    return table


def _findings(findings: tuple[Finding, ...]) -> Table:
    table = columns(5, 7, 8, None)
    for finding in findings:
        table.add_row(
            Text(finding.rule, "bold"),
            Text(finding.severity.value, SEVERITY_STYLE[finding.severity]),
            Text(f"line {finding.line}", "dim"),
            Text(clean(finding.message)),
        )
    return table
