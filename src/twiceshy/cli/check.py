"""The verb that looks at every guard's target, judges what it sees, and keeps it in the journal."""

from __future__ import annotations

import json
import math
import os
import socket
import sys
import time
from collections.abc import Sequence
from contextlib import aclosing
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, assert_never

import typer

from twiceshy import __version__
from twiceshy.cli.ending import INTERRUPTED
from twiceshy.cli.estate_file import the_estate
from twiceshy.cli.only import FORMS, chosen
from twiceshy.cli.options import DatabaseUrl, EstateFile, OutputFile
from twiceshy.cli.render.delivery import deliver, refuse_no_place
from twiceshy.cli.render.outcome import Outcome
from twiceshy.cli.render.paper import Paper, paper_for
from twiceshy.cli.render.progress import Progress
from twiceshy.errors import JournalUnavailable, WrongUsage
from twiceshy.model.estate import Estate
from twiceshy.model.guard import Guard
from twiceshy.probes.view import View
from twiceshy.store.location import Location, beside, located
from twiceshy.store.records import Run, Turn
from twiceshy.watch import loop
from twiceshy.watch.record import OpeningJournal, no_journal
from twiceshy.watch.sweep import CONCURRENCY, PRACTICE, Result, sweep

EXAMPLES = """Examples:

- `twiceshy check` looks at everything that twiceshy.yaml promises
- `twiceshy check --only kind:certificate --only service:mail` looks at a part
- `twiceshy check --format prometheus -o /var/lib/node_exporter/twiceshy.prom` for a cron job
- `twiceshy check --timeout 3 --no-journal` for a quick look that leaves no trace

Exit codes: 0 all hold, 1 something is broken, 2 nothing is broken but something is unknown,
3 wrong usage or configuration, 4 the journal or the output could not be written, 130 interrupted.
"""

INTERRUPTED_SECONDS = 2.0
"""How long the journal may take to open before an interrupted check goes unrecorded."""


class Format(StrEnum):
    """How the verdicts are told."""

    TEXT = "text"
    JSON = "json"
    JUNIT = "junit"
    SARIF = "sarif"
    PROMETHEUS = "prometheus"


def command(
    file: EstateFile = None,
    *,
    only: Annotated[
        list[str] | None,
        typer.Option("--only", metavar="WHICH", help=f"{FORMS}; may be given again."),
    ] = None,
    output_format: Annotated[
        Format, typer.Option("--format", "-f", help="How the verdicts are told.")
    ] = Format.TEXT,
    output: OutputFile = None,
    database: DatabaseUrl = None,
    no_journal: Annotated[
        bool, typer.Option("--no-journal", help="Keep nothing of what was seen.")
    ] = False,
    timeout_seconds: Annotated[
        float,
        typer.Option("--timeout", metavar="SECONDS", min=0.1, max=3600, help="For one guard."),
    ] = 10.0,
    concurrency: Annotated[
        int,
        typer.Option("--concurrency", metavar="N", min=1, max=4096, help="Looks at a time."),
    ] = CONCURRENCY,
) -> int:
    """Check the guards: do the promises hold, now, and what is to be done where they do not?"""
    if not math.isfinite(timeout_seconds):
        raise WrongUsage(f"--timeout {timeout_seconds} is no time to wait", hint="write seconds")
    refuse_no_place(output)
    path, estate = the_estate(file)
    guards = chosen(estate, only or ())
    location = None if no_journal or not guards else _location(database, path)
    view = View(socket.gethostname(), timeout_seconds, _now)
    started, began_seconds = _now(), time.monotonic()
    journal = _opening(location, guards, view)
    results, whole = _swept(guards, estate, view, journal, concurrency)
    run = Run(started, _now(), view.vantage, __version__, whole)
    turns, trouble = _recorded(journal, run, results)
    if not whole:
        _tell_interrupted(len(results), len(guards), kept=journal is not None and not trouble)
        return INTERRUPTED
    in_order = {guard.id: number for number, guard in enumerate(guards)}
    outcome = Outcome(
        estate_path=estate.path,
        version=__version__,
        started=started,
        vantage=view.vantage,
        took_seconds=time.monotonic() - began_seconds,
        results=tuple(sorted(results, key=lambda result: in_order[result.guard.id])),
        turns=turns,
    )
    for_people = output_format is Format.TEXT
    deliver(_rendered(outcome, output_format, output), output, for_people=for_people)
    if trouble is not None:
        raise trouble
    return outcome.exit_code


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the command line is where the clock comes from


def _location(database: str | None, path: Path) -> Location:
    return beside(str(path)) if database is None else located(database)


def _opening(
    location: Location | None, guards: Sequence[Guard], view: View
) -> OpeningJournal | None:
    if location is None:
        return None
    practices = [guard.id for guard in guards if guard.kind == PRACTICE]
    return OpeningJournal(location, practices, now=view.now, vantage=view.vantage)


def _swept(
    guards: Sequence[Guard],
    estate: Estate,
    view: View,
    journal: OpeningJournal | None,
    concurrency: int,
) -> tuple[list[Result], bool]:
    """What was seen, and whether it is all there was to see: Ctrl-C ends a sweep early."""
    attested = journal.attested if journal else no_journal(now=view.now, vantage=view.vantage)
    results: list[Result] = []
    progress = Progress(sys.stderr, len(guards), os.environ)

    async def collect() -> None:
        swept = sweep(guards, estate, view=view, attested=attested, concurrency=concurrency)
        async with aclosing(swept):
            async for result in swept:
                results.append(result)
                progress.add(result.verdict)

    progress.begin()
    try:
        loop.run(collect())
    except KeyboardInterrupt:
        return results, False
    finally:
        progress.end()
    return results, True


def _recorded(
    journal: OpeningJournal | None, run: Run, results: Sequence[Result]
) -> tuple[tuple[Turn, ...], JournalUnavailable | None]:
    """The turns; what the journal could not do is told after the verdicts, which matter more."""
    # Who interrupts does not wait for a database that does not answer.
    patience_seconds = None if run.whole else INTERRUPTED_SECONDS
    if journal is None:
        return (), None
    try:
        return journal.record(run, results, within_seconds=patience_seconds), None
    except JournalUnavailable as error:
        return (), error


def _tell_interrupted(checked: int, asked: int, *, kept: bool) -> None:
    is_there = kept and checked
    where = "what they showed is in the journal" if is_there else "nothing was recorded"
    typer.echo(f"interrupted: {checked} of {asked} guards were checked; {where}", err=True)


def _rendered(outcome: Outcome, output_format: Format, output: Path | None) -> str:
    match output_format:
        case Format.TEXT:
            from twiceshy.cli.render.check_text import check_text

            paper = Paper() if output else paper_for(sys.stdout, os.environ)
            return check_text(outcome, paper)
        case Format.JSON:
            from twiceshy.cli.render.check_json import check_json

            return check_json(outcome)
        case Format.JUNIT:
            from twiceshy.cli.render.check_junit import check_junit

            return check_junit(outcome)
        case Format.SARIF:
            from twiceshy.cli.render.check_sarif import check_sarif

            return json.dumps(check_sarif(outcome), indent=2) + "\n"
        case Format.PROMETHEUS:
            from twiceshy.cli.render.check_prometheus import check_prometheus

            return check_prometheus(outcome)
        case _:
            assert_never(output_format)
