"""The verb that shows the one page: could it happen again?"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, assert_never

import typer

from twiceshy.cli.estate_file import the_estate
from twiceshy.cli.options import DatabaseUrl, EstateFile, OutputFile
from twiceshy.cli.render.delivery import deliver
from twiceshy.cli.render.paper import Paper, paper_for
from twiceshy.cli.report_files import read_bounded
from twiceshy.errors import UnreadableInput
from twiceshy.guards.page import Page, page
from twiceshy.guards.state import Standing
from twiceshy.model.estate import Estate
from twiceshy.model.ids import GuardId
from twiceshy.model.report import Report
from twiceshy.store.location import Location, beside, located

EXAMPLES = """Examples:

- `twiceshy status` shows each report, its actions and what keeps them
- `twiceshy status --format markdown -o status.md` for a wiki or a pull request
- `twiceshy status --format json | jq .headline` for another program

It looks at nothing itself: it shows what `twiceshy check` last saw. The exit code is 0 whatever it
shows; 3 wrong usage or configuration, 4 the journal or the output stood in the way.
"""


class Format(StrEnum):
    """How the page is told."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"


def command(
    file: EstateFile = None,
    *,
    output_format: Annotated[
        Format, typer.Option("--format", "-f", help="How the page is told.")
    ] = Format.TEXT,
    output: OutputFile = None,
    database: DatabaseUrl = None,
) -> None:
    """Show the one page: every report, what became of its actions, and could it happen again?"""
    path, estate = the_estate(file)
    location = beside(str(path)) if database is None else located(database)
    standings = _standings(location, tuple(estate.guards))
    reports, mistakes = _reports(estate)
    if location.is_absent:
        mistakes.append(f"there is no journal {location} yet: `twiceshy check` starts one")
    now = datetime.now(UTC)  # noqa: TID251 - the command line is where the clock comes from
    shown = page(estate, reports, standings, now, mistakes=mistakes)
    text = _rendered(shown, estate, output_format, output)
    deliver(text, output, for_people=output_format is not Format.JSON)


def _standings(location: Location, ids: Iterable[GuardId]) -> Mapping[GuardId, Standing]:
    if location.is_absent:
        return {}
    from twiceshy.store.opening import open_journal

    with open_journal(location, reading=True) as journal:
        latest = journal.latest(tuple(ids))
    return {
        one.guard_id: Standing(
            one.guard_id,
            one.verdict,
            one.why,
            one.since,
            ever_held=one.ever_held,
            severity=one.severity,
            next_step=one.next_step,
            seen_at=one.at,
        )
        for one in latest.values()
    }


def _reports(estate: Estate) -> tuple[list[Report], list[str]]:
    """What could be read; one report that is missing does not hide the others."""
    from twiceshy.reports.read import read_report

    reports: list[Report] = []
    mistakes: list[str] = []
    for source in estate.reports:
        try:
            data = read_bounded(source.path)
        except UnreadableInput as error:
            where = f"{source.place}: " if source.place else ""
            mistakes.append(f"{where}{error.message}")
        else:
            reports.append(replace(read_report(data, path=source.path), id=source.id))
    return reports, mistakes


def _rendered(shown: Page, estate: Estate, output_format: Format, output: Path | None) -> str:
    match output_format:
        case Format.TEXT:
            from twiceshy.cli.render.status_text import status_text

            return status_text(shown, Paper() if output else paper_for(sys.stdout, os.environ))
        case Format.JSON:
            from twiceshy.cli.render.status_json import status_json

            return status_json(shown, estate.path)
        case Format.MARKDOWN:
            from twiceshy.cli.render.status_markdown import status_markdown

            return status_markdown(shown)
        case _:
            assert_never(output_format)
