"""Where the minutes of an outage went, as one proportional bar with a legend."""

from __future__ import annotations

from collections.abc import Iterator

from twiceshy.cli.render.paper import Paper
from twiceshy.cli.render.report_look import PHASE_STYLE, fill, minutes_short
from twiceshy.cli.render.report_page import Cell, Line, Piece, Raw, paint, table
from twiceshy.model.report import Report
from twiceshy.reports.moment_text import clock_text
from twiceshy.reports.spent import Phase, Spent, Uncountable, minutes_spent

_INDENT = 2


def bar_runs(spent: Spent, width: int, paper: Paper) -> list[Raw]:
    """The bar alone, `width` columns for the whole outage; no told stretch is invisible."""
    sizes = _sizes([stretch.minutes for stretch in spent.stretches], width)
    return [
        Raw(fill(stretch.phase, paper) * size, PHASE_STYLE[stretch.phase])
        for stretch, size in zip(spent.stretches, sizes, strict=True)
    ]


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
        wide = [i for i, size in enumerate(sizes) if size > 1]
        sizes[max(wide, key=lambda i: sizes[i] - exact[i])] -= 1
    return sizes


def bar(report: Report, paper: Paper) -> Iterator[str]:
    """The bar, the clock times of its ends and the legend; a sentence when none can be drawn."""
    spent = minutes_spent(report)
    if isinstance(spent, Uncountable):
        yield paint([("  ", ""), (f"cannot be counted: {spent.why}", "yellow")], paper)
        return
    width = paper.columns - 2 * _INDENT
    assert report.start is not None
    left = clock_text(report.start)
    right = "" if report.end is None else clock_text(report.end)
    drawn: Line = [("  ", ""), *((raw.text, raw.style) for raw in bar_runs(spent, width, paper))]
    yield paint(drawn, paper)
    blank = " " * max(1, width - len(left) - len(right))
    yield paint([("  ", ""), (left + blank + right, "dim")], paper)
    if any(stretch.phase is not Phase.UNTOLD for stretch in spent.stretches):
        yield from table(_legend(spent, paper), (2, 19, -11, -4), paper)
    if spent.missing:
        missing = Piece(f"The report does not tell {'; '.join(spent.missing)}.", "yellow")
        yield from table([(missing,)], (None,), paper)


def _legend(spent: Spent, paper: Paper) -> Iterator[tuple[Cell, ...]]:
    for phase in Phase:
        minutes = spent.minutes_on(phase)
        if not minutes and phase is Phase.UNTOLD:
            continue
        told = minutes or _is_told(phase, spent)
        share = f"{100 * minutes / spent.total_minutes:.0f}%"
        yield (
            Raw(fill(phase, paper) * 2, PHASE_STYLE[phase] if minutes else "dim"),
            Piece(phase.value, "" if minutes else "dim"),
            Piece(minutes_short(minutes) if told else "not told", "bold" if minutes else "dim"),
            Piece(share if told else "", "dim"),
        )


_NEEDED = {
    Phase.UNDETECTED: "noticed",
    Phase.FALSE_LEAD: "cause",
    Phase.INVESTIGATION: "cause",
    Phase.CAUSE_TO_FIX: "fix",
    Phase.FIX_TO_RESTORE: "fix",
    Phase.UNTOLD: "",
}


def _is_told(phase: Phase, spent: Spent) -> bool:
    """Whether zero minutes of a phase is a fact and not a gap of the report."""
    return not any(_NEEDED[phase] in what for what in spent.missing)
