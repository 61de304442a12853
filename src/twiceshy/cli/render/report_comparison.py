"""Several reports side by side, for a terminal: bars on one scale, what recurs, what it cost."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from twiceshy.cli.render.paper import Paper, clean
from twiceshy.cli.render.report_bar import cells
from twiceshy.cli.render.report_look import PHASE_STYLE, fill, minutes_short
from twiceshy.cli.render.report_text import columns, heading, indented, render
from twiceshy.model.ids import ReportId
from twiceshy.reports.compare import Comparison, LostMinutes, action_name
from twiceshy.reports.spent import Phase, Spent

_NAME_WIDTH = 26
_MINUTES_WIDTH = 10
_MOST_BARS = 40
_MOST_REPEATED = 12


def comparison_text(comparison: Comparison, paper: Paper) -> str:
    """What several reports tell together."""
    return render(Group(*_parts(comparison, paper)), paper)


def _parts(comparison: Comparison, paper: Paper) -> Iterator[RenderableType]:
    yield Text(f"{len(comparison.reports)} reports compared", "bold")
    yield heading("Where the minutes went", "all bars on one scale")
    yield indented(_bars(comparison, paper))
    yield heading("Recurring causes", None if comparison.recurring else "none")
    if comparison.recurring:
        yield indented(_recurring(comparison))
    yield heading("Minutes lost on false leads", None if comparison.lost else "none told")
    if comparison.lost:
        yield indented(_lost(comparison, paper))
    yield heading("Promised more than once", None if comparison.repeated else "nothing")
    if comparison.repeated:
        yield indented(_repeated(comparison))
    yield Text()


def _name(report: ReportId) -> str:
    name = clean(report)
    return name if len(name) <= _NAME_WIDTH else name[: _NAME_WIDTH - 3] + "..."


def _bars(comparison: Comparison, paper: Paper) -> RenderableType:
    counted = [(report, spent) for report, spent in comparison.spent if isinstance(spent, Spent)]
    longest = max((spent.total_minutes for _, spent in counted), default=0)
    room = paper.columns - _NAME_WIDTH - _MINUTES_WIDTH - 8
    table = columns(_NAME_WIDTH, room, _MINUTES_WIDTH)
    for report, spent in counted[:_MOST_BARS]:
        width = max(1, round(room * spent.total_minutes / longest))
        table.add_row(
            Text(_name(report)),
            cells(spent, width, paper),
            Text(minutes_short(spent.total_minutes), "bold"),
        )
    notes = [_key(counted, paper)] if counted else []
    if len(counted) > _MOST_BARS:
        notes.append(Text(f"and {len(counted) - _MOST_BARS} more", "dim"))
    left = len(comparison.spent) - len(counted)
    if left:
        notes.append(Text(f"{left} without start or length, so without a bar", "yellow"))
    return Group(*([table] if counted else []), *notes)


def _key(counted: list[tuple[ReportId, Spent]], paper: Paper) -> Text:
    text = Text()
    for phase in Phase:
        if any(spent.minutes_on(phase) for _, spent in counted):
            text.append(fill(phase, paper) * 2, PHASE_STYLE[phase])
            text.append(f" {phase.value}   ", "dim")
    return text


def _recurring(comparison: Comparison) -> Table:
    table = columns(18, 4, None)
    for recurring in comparison.recurring:
        table.add_row(
            Text(recurring.family, "bold magenta"),
            Text(f"{len(recurring.causes)} x", "bold"),
            Text("\n").join(
                Text.assemble(clean(report), (f"  {cause_class.value}", "dim"))
                for report, cause_class in recurring.causes
            ),
        )
    return table


def _lost(comparison: Comparison, paper: Paper) -> Table:
    longest = max(lost.minutes for lost in comparison.lost)
    table = columns(18, 20, 11, None)
    for lost in comparison.lost:
        width = round(20 * lost.minutes / longest) if longest else 0
        size = max(1, width) if lost.minutes else 0
        table.add_row(
            Text(lost.subject),
            Text(fill(Phase.FALSE_LEAD, paper) * size, PHASE_STYLE[Phase.FALSE_LEAD]),
            Text(_minutes(lost), "bold", justify="right"),
            Text(_leads(lost), "dim"),
        )
    return table


def _minutes(lost: LostMinutes) -> str:
    if lost.uncounted == len(lost.leads):
        return "not told"
    return minutes_short(lost.minutes)


def _leads(lost: LostMinutes) -> str:
    told = ", ".join(
        _name(report) + (f" {lead.minutes}" if lead.minutes is not None else " not told")
        for report, lead in lost.leads[:4]
    )
    return told + (f" and {len(lost.leads) - 4} more" if len(lost.leads) > 4 else "")  # noqa: PLR2004 - as above


def _repeated(comparison: Comparison) -> RenderableType:
    table = columns(4, None)
    for repeated in comparison.repeated[:_MOST_REPEATED]:
        first = repeated.actions[0][1]
        where = ", ".join(action_name(report, action.id) for report, action in repeated.actions)
        table.add_row(
            Text(f"{len(repeated.actions)} x", "bold yellow"),
            Text.assemble(
                clean(first.text),
                (f"\n{clean(where)}", "cyan"),
                (f"\nheld for the same by: {', '.join(repeated.shared)}", "dim"),
            ),
        )
    left = len(comparison.repeated) - _MOST_REPEATED
    return Group(table, Text(f"and {left} more", "dim")) if left > 0 else table
