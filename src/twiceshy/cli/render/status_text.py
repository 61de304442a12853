"""The one page in a terminal: each report, could it happen again and why, then its actions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from twiceshy.cli.render.paper import Paper, cells, clean, cut, fold, pad
from twiceshy.guards.page import ActionLine, Page, ReportPart
from twiceshy.guards.state import ActionState, Progress, Standing
from twiceshy.model.report import Report

MARKS = {
    ActionState.HOLDING: ("✓", "green"),
    ActionState.GUARDED: ("?", "yellow"),
    ActionState.UNGUARDED: ("-", "yellow"),
    ActionState.REGRESSED: ("✗", "red"),
}
MOST_CAUSE_LINES = 3
MOST_ACTION_LINES = 2
_STATE_COLUMNS = max(len(state) for state in ActionState)
_SINCE_COLUMNS = len("since 2026-01-01 00:00 UTC")


def status_text(page: Page, paper: Paper) -> str:
    """The page, ending in a line feed."""
    return paper.plain("".join(f"{line}\n" for line in _lines(page, paper)))


def _lines(page: Page, paper: Paper) -> Iterator[str]:
    yield from _ends("Could it happen again?", f"{page.at:%Y-%m-%d %H:%M} UTC", "bold", paper)
    yield from fold(page.headline, paper.columns)
    for part in page.parts:
        yield ""
        yield from _part(part, paper)
    if page.without_action:
        yield ""
        yield from _without_action(page.without_action, paper)
    for mistake in page.mistakes:
        yield ""
        first, *rest = fold(clean(mistake), paper.columns - len("warning: "))
        yield f"{paper.paint('warning', 'yellow')}: {first}"
        yield from (" " * len("warning: ") + line for line in rest)


def _part(part: ReportPart, paper: Paper) -> Iterator[str]:
    report = part.report
    mark, style = _verdict_mark(part)
    title = f"{mark} {clean(report.id)}"
    named = clean(report.title or "")
    if named and named != report.id:
        title += f"  {named}"
    yield from _ends(title, date_text(report), style, paper)
    if report.is_report:
        yield from _cause(report, paper)
    for sentence in fold(clean(part.sentence), paper.columns - 2):
        yield "  " + paper.paint(sentence, style)
    width = max((cells(_ids(line)) for line in part.lines), default=0)
    for line in part.lines:
        yield from _action(line, width, paper)


def _verdict_mark(part: ReportPart) -> tuple[str, str]:
    if not part.report.is_report:
        return "-", "dim"
    return ("✗", "red") if part.reasons else ("✓", "green")


def date_text(report: Report) -> str:
    """The day of the outage, or that the report does not say."""
    day = report.start.day if report.start else None
    return day.isoformat() if day else "undated"


def _cause(report: Report, paper: Paper) -> Iterator[str]:
    told = clean(report.cause.text) if report.cause else "the report does not say"
    yield from (
        f"  {line}" for line in _at_most(MOST_CAUSE_LINES, f"Cause: {told}", paper.columns - 2)
    )


def _at_most(lines: int, text: str, columns: int) -> list[str]:
    """The text in so many lines at most, with an ellipsis where there was more."""
    folded = fold(text, columns)
    if len(folded) <= lines:
        return folded
    return [*folded[: lines - 1], cut(f"{folded[lines - 1]} {folded[lines]}", columns)]


def _action(line: ActionLine, id_columns: int, paper: Paper) -> Iterator[str]:
    broken = any(standing.verdict == "broken" for standing in line.standings)
    # Guarded may mean not seen or not kept yet; the mark tells which.
    mark, style = MARKS[ActionState.REGRESSED if broken else line.progress.state]
    state = paper.paint(f"{mark} {pad(line.progress.state.value, _STATE_COLUMNS)}", style)
    before = 4 + 2 + _STATE_COLUMNS + 2 + id_columns + 2
    text_columns = paper.columns - before - _SINCE_COLUMNS - 2
    first, *rest = _at_most(MOST_ACTION_LINES, clean(line.action.text), text_columns) or [""]
    since = since_text(line.progress)
    since = paper.paint(since, "dim") if since else ""
    yield f"    {state}  {pad(_ids(line), id_columns)}  {pad(first, text_columns)}  {since}".rstrip()
    indent = " " * before
    yield from (indent + more for more in rest)
    for about in _about_guards(line):
        told = fold(about, paper.columns - before - 2)
        yield from (
            indent + paper.paint(("· " if not n else "  ") + one, "dim")
            for n, one in enumerate(told)
        )


def _about_guards(line: ActionLine) -> Iterator[str]:
    if line.progress.state is ActionState.HOLDING:
        yield f"held by {', '.join(standing.guard_id for standing in line.standings)}"
    else:
        yield from (_standing(standing) for standing in line.standings)


def _ids(line: ActionLine) -> str:
    return "=".join((line.action.id, *line.also))


def since_text(progress: Progress) -> str:
    """Since when the state has been so."""
    if progress.since is not None:
        return f"since {progress.since:%Y-%m-%d %H:%M} UTC"
    return "" if progress.state is ActionState.UNGUARDED else "never checked"


def _standing(standing: Standing) -> str:
    if standing.verdict is None:
        return f"{standing.guard_id}: never checked"
    severity = f" ({standing.severity.value})" if standing.severity else ""
    return clean(f"{standing.guard_id} {standing.verdict}{severity}: {standing.why}")


def _without_action(standings: Sequence[Standing], paper: Paper) -> Iterator[str]:
    yield "Guards that no report asked for:"
    for standing in standings:
        first, *rest = fold(_standing(standing), paper.columns - 4)
        yield f"  · {first}"
        yield from (f"    {line}" for line in rest)


def _ends(left: str, right: str, style: str, paper: Paper) -> Iterator[str]:
    """Two texts at both ends of the line; the left one goes on below where it is too long."""
    first, *rest = fold(left, paper.columns - cells(right) - 2) or [""]
    gap = " " * (paper.columns - cells(first) - cells(right))
    yield f"{paper.paint(first, style)}{gap}{paper.paint(right, 'dim')}"
    yield from (paper.paint(f"  {line}", style) for line in rest)
