"""The one page as Markdown, for a wiki, a chat or a pull request."""

from __future__ import annotations

import re
from collections.abc import Iterator

from twiceshy.cli.render.paper import clean
from twiceshy.cli.render.status_text import MARKS, date_text, since_text
from twiceshy.guards.page import ActionLine, Page, ReportPart

_SPECIAL = re.compile(r"([\\`*_\[\]<>|#~])")


def status_markdown(page: Page) -> str:
    """The page with a table of actions for every report, ending in a line feed."""
    return "".join(f"{line}\n" for line in _lines(page))


def _lines(page: Page) -> Iterator[str]:
    yield "# Could it happen again?"
    yield ""
    yield f"{_escaped(page.headline)} (as of {page.at:%Y-%m-%d %H:%M} UTC)"
    for part in page.parts:
        yield ""
        yield from _part(part)
    if page.without_action:
        yield ""
        yield "## Guards that no report asked for"
        yield ""
        for standing in page.without_action:
            told = f"{standing.verdict}: {standing.why}" if standing.verdict else "never checked"
            yield f"- `{standing.guard_id}` {_escaped(told)}"
    if page.mistakes:
        yield ""
        yield "## Warnings"
        yield ""
        yield from (f"- {_escaped(mistake)}" for mistake in page.mistakes)


def _part(part: ReportPart) -> Iterator[str]:
    report = part.report
    title = _escaped(report.title or report.id)
    yield f"## {title} ({date_text(report)})"
    yield ""
    if report.is_report:
        cause = report.cause.text if report.cause else "the report does not say"
        yield f"Cause: {_escaped(cause)}"
        yield ""
    yield f"**{_escaped(part.sentence)}**"
    if part.lines:
        yield ""
        yield "| | state | action | guards | since |"
        yield "| --- | --- | --- | --- | --- |"
        yield from (_row(line) for line in part.lines)


def _row(line: ActionLine) -> str:
    mark, _ = MARKS[line.progress.state]
    ids = " = ".join((line.action.id, *line.also))
    guards = ", ".join(
        f"`{standing.guard_id}` {standing.verdict or 'never checked'}"
        for standing in line.standings
    )
    return (
        f"| {mark} | {line.progress.state.value} | {ids}: {_escaped(line.action.text)}"
        f" | {guards} | {since_text(line.progress)} |"
    )


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", clean(text))
