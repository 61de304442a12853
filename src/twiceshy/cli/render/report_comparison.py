"""Several reports side by side, for a terminal: bars on one scale, what recurs, what it cost."""

from __future__ import annotations

from collections.abc import Iterator

from twiceshy.cli.render.paper import Paper, clean, cut
from twiceshy.cli.render.report_bar import bar_runs
from twiceshy.cli.render.report_look import PHASE_STYLE, fill, minutes_short
from twiceshy.cli.render.report_page import Cell, Piece, Raw, heading, page, paint, table
from twiceshy.model.ids import ReportId
from twiceshy.reports.compare import (
    Comparison,
    LostMinutes,
    RecurringCause,
    RepeatedAction,
    action_name,
)
from twiceshy.reports.spent import Phase, Spent

_NAME_WIDTH = 26
_MINUTES_WIDTH = 11
_LOST_WIDTH = 20
_MOST_BARS = 40
_MOST_LEADS = 4
_MOST_REPEATED = 12


def comparison_text(comparison: Comparison, paper: Paper) -> str:
    """What several reports tell together."""
    return page(_lines(comparison, paper), paper)


def _lines(comparison: Comparison, paper: Paper) -> Iterator[str]:
    yield paint([(f"{len(comparison.reports)} reports compared", "bold")], paper)
    yield from heading("Where the minutes went", paper, "all bars on one scale")
    yield from _bars(comparison, paper)
    recurring = comparison.recurring
    yield from heading("Recurring causes", paper, None if recurring else "none")
    for cause in recurring:
        yield from table(_recurring(cause), (18, 4, None), paper)
    lost = comparison.lost
    yield from heading("Minutes lost on false leads", paper, None if lost else "none told")
    longest = max((one.minutes for one in lost), default=0)
    rows = (_lost(one, longest, paper) for one in lost)
    yield from table(rows, (18, _LOST_WIDTH, -_MINUTES_WIDTH, None), paper)
    repeated = comparison.repeated
    yield from heading("Promised more than once", paper, None if repeated else "nothing")
    for one in repeated[:_MOST_REPEATED]:
        yield from table(_repeated(one), (4, None), paper)
    yield from _more(len(repeated) - _MOST_REPEATED, paper)


def _more(count: int, paper: Paper) -> Iterator[str]:
    if count > 0:
        yield paint([(f"  and {count} more", "dim")], paper)


def _name(report: ReportId, paper: Paper) -> str:
    return paper.plain(cut(clean(report), _NAME_WIDTH))


def _bars(comparison: Comparison, paper: Paper) -> Iterator[str]:
    counted = [(report, spent) for report, spent in comparison.spent if isinstance(spent, Spent)]
    longest = max((spent.total_minutes for _, spent in counted), default=1)
    room = paper.columns - _NAME_WIDTH - _MINUTES_WIDTH - 8
    rows = (
        (
            Piece(_name(report, paper)),
            bar_runs(spent, max(1, round(room * spent.total_minutes / longest)), paper),
            Piece(minutes_short(spent.total_minutes), "bold"),
        )
        for report, spent in counted[:_MOST_BARS]
    )
    yield from table(rows, (_NAME_WIDTH, room, -_MINUTES_WIDTH), paper)
    yield from _more(len(counted) - _MOST_BARS, paper)
    key: list[tuple[str, str]] = [("  ", "")]
    for phase in Phase:
        if any(spent.minutes_on(phase) for _, spent in counted):
            key.append((fill(phase, paper) * 2, PHASE_STYLE[phase]))
            key.append((f" {phase.value}   ", "dim"))
    if counted:
        yield paint(key, paper)
    left = len(comparison.spent) - len(counted)
    if left:
        yield paint([(f"  {left} without start or length, so without a bar", "yellow")], paper)


def _recurring(recurring: RecurringCause) -> Iterator[tuple[Cell, ...]]:
    for number, (report, cause_class) in enumerate(recurring.causes):
        first = number == 0
        yield (
            Piece(recurring.family if first else "", "bold magenta"),
            Piece(f"{len(recurring.causes)} x" if first else "", "bold"),
            (Piece(report), Raw("  "), Piece(cause_class.value, "dim")),
        )


def _lost(lost: LostMinutes, longest: int, paper: Paper) -> tuple[Cell, ...]:
    size = max(1, round(_LOST_WIDTH * lost.minutes / longest)) if lost.minutes else 0
    told = lost.uncounted < len(lost.leads)
    return (
        Piece(lost.subject),
        Raw(fill(Phase.FALSE_LEAD, paper) * size, PHASE_STYLE[Phase.FALSE_LEAD]),
        Piece(minutes_short(lost.minutes) if told else "not told", "bold"),
        Piece(_leads(lost, paper), "dim"),
    )


def _leads(lost: LostMinutes, paper: Paper) -> str:
    told = ", ".join(
        f"{_name(report, paper)} {'not told' if lead.minutes is None else lead.minutes}"
        for report, lead in lost.leads[:_MOST_LEADS]
    )
    left = len(lost.leads) - _MOST_LEADS
    return f"{told} and {left} more" if left > 0 else told


def _repeated(repeated: RepeatedAction) -> Iterator[tuple[Cell, ...]]:
    where = ", ".join(action_name(report, action.id) for report, action in repeated.actions)
    yield Piece(f"{len(repeated.actions)} x", "bold yellow"), Piece(repeated.actions[0][1].text)
    yield "", Piece(where, "cyan")
    yield "", Piece(f"held for the same by: {', '.join(repeated.shared)}", "dim")
