"""Where the minutes of an outage went, as one proportional bar with a legend."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from twiceshy.cli.render.paper import Paper
from twiceshy.cli.render.report_look import PHASE_STYLE, fill, minutes_short
from twiceshy.model.report import Report
from twiceshy.reports.moment_text import clock_text
from twiceshy.reports.spent import Phase, Spent, Uncountable, minutes_spent

_MARGIN = 4


def cells(spent: Spent, width: int, paper: Paper) -> Text:
    """The bar alone, `width` columns for the whole outage; no told stretch is ever invisible."""
    sizes = _sizes([stretch.minutes for stretch in spent.stretches], width)
    text = Text()
    for stretch, size in zip(spent.stretches, sizes, strict=True):
        text.append(fill(stretch.phase, paper) * size, PHASE_STYLE[stretch.phase])
    return text


def _sizes(minutes: list[float], width: int) -> list[int]:
    """Whole columns in proportion (largest remainder), at least one each, adding up to `width`."""
    total = sum(minutes)
    if total <= 0 or width < len(minutes):
        return [0 for _ in minutes]
    exact = [part / total * width for part in minutes]
    sizes = [max(1, int(part)) for part in exact]
    while sum(sizes) < width:
        short = max(range(len(sizes)), key=lambda i: exact[i] - sizes[i])
        sizes[short] += 1
    while sum(sizes) > width:
        long = max(
            (i for i, size in enumerate(sizes) if size > 1), key=lambda i: sizes[i] - exact[i]
        )
        sizes[long] -= 1
    return sizes


def bar(report: Report, paper: Paper) -> RenderableType:
    """The bar with the clock times of its ends below; a sentence when none can be drawn."""
    spent = minutes_spent(report)
    match spent:
        case Uncountable(why):
            return Text(f"cannot be counted: {why}", "yellow")
        case Spent():
            width = paper.columns - _MARGIN
            assert report.start is not None
            left = clock_text(report.start)
            right = "" if report.end is None else clock_text(report.end)
            ends = Text(left + " " * max(1, width - len(left) - len(right)) + right, "dim")
            return Group(cells(spent, width, paper), ends)


def legend(report: Report, paper: Paper) -> RenderableType:
    """Each phase with its minutes and share, and what could not be counted."""
    spent = minutes_spent(report)
    if isinstance(spent, Uncountable):
        return Group()
    wanted = Text(f"The report does not tell {'; '.join(spent.missing)}.", "yellow")
    if all(stretch.phase is Phase.UNTOLD for stretch in spent.stretches):
        return wanted
    table = Table.grid(padding=(0, 2, 0, 0))
    for column in ("left", "left", "right", "right"):
        table.add_column(justify="right" if column == "right" else "left")
    for phase in Phase:
        minutes = spent.minutes_on(phase)
        if not minutes and phase is Phase.UNTOLD:
            continue
        told = minutes or _is_told(phase, spent)
        style = PHASE_STYLE[phase] if minutes else "dim"
        table.add_row(
            Text(fill(phase, paper) * 2, style),
            Text(phase.value, "" if minutes else "dim"),
            Text(minutes_short(minutes) if told else "not told", "bold" if minutes else "dim"),
            Text(f"{100 * minutes / spent.total_minutes:.0f}%" if told else "", "dim"),
        )
    return Group(table, wanted) if spent.missing else table


def _is_told(phase: Phase, spent: Spent) -> bool:
    """Whether zero minutes of a phase is a fact and not a gap of the report."""
    needed = {
        Phase.UNDETECTED: "noticed",
        Phase.FALSE_LEAD: "cause",
        Phase.INVESTIGATION: "cause",
        Phase.CAUSE_TO_FIX: "fix",
        Phase.FIX_TO_RESTORE: "fix",
    }.get(phase, "")
    return not any(needed in what or "zone" in what for what in spent.missing)
