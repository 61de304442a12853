"""`twiceshy read`: what a postmortem says, what is wrong with it, and where the minutes went."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, assert_never

import typer

from twiceshy.cli.render.delivery import deliver
from twiceshy.cli.report_files import STDIN, read_bounded, report_paths
from twiceshy.errors import WrongUsage
from twiceshy.model.report import FindingSeverity, Report

EXAMPLES = """Examples:

- `twiceshy read mail-2024.md` shows one report
- `twiceshy read reports/` shows all below a folder, and compares them
- `twiceshy read - --format json < mail-2024.md | jq .actions`
- `twiceshy read reports/ --format sarif -o lint.sarif --fail-on error` for a code review

JSON: one file (or `-`) gives the report as one object. Several arguments, or a folder, give
`{"reports": [...], "comparison": {...}}`, however many reports there are in it.
"""

MET = 1
"""Exit code when a finding is as bad as `--fail-on` says."""
_PROGRESS_FROM = 20


class Format(StrEnum):
    """How the reports are printed."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"
    SARIF = "sarif"


class FailOn(StrEnum):
    """From which severity on a finding makes the command fail."""

    NEVER = "never"
    ERROR = "error"
    WARNING = "warning"


def command(
    reports: Annotated[
        list[str],
        typer.Argument(
            metavar="REPORT...",
            help="Postmortems: files, folders (every .md, .markdown, .mdx, .txt, .html below), or -.",
            show_default=False,
        ),
    ],
    output_format: Annotated[
        Format, typer.Option("--format", "-f", help="How to print what was read.")
    ] = Format.TEXT,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write here instead of the screen."),
    ] = None,
    fail_on: Annotated[
        FailOn, typer.Option("--fail-on", help="Exit 1 when a finding is at least so bad.")
    ] = FailOn.NEVER,
) -> int:
    """Read postmortems: facts, timeline, false leads, actions, and what is wrong with them.

    Nothing is invented: what a report does not say is shown as not said, or null in JSON.
    """
    paths = report_paths(reports)
    if output is not None:
        _refuse_to_overwrite(output, paths)
    read = _read_all(paths)
    alone = len(reports) == 1 and (reports[0] == STDIN or not Path(reports[0]).is_dir())
    if not alone:
        from twiceshy.reports.compare import with_earlier

        read = with_earlier(read)
    match output_format:
        case Format.TEXT:
            written = _text(read, alone=alone, to_file=output is not None)
        case Format.JSON:
            written = _json(read, alone=alone)
        case Format.MARKDOWN:
            written = _markdown(read)
        case Format.SARIF:
            written = _sarif(read)
        case _:
            assert_never(output_format)
    deliver(written, output, for_people=output_format in (Format.TEXT, Format.MARKDOWN))
    return MET if _is_met(read, fail_on) else 0


def _refuse_to_overwrite(output: Path, paths: Iterable[str]) -> None:
    target = os.path.realpath(output)
    if any(os.path.realpath(path) == target for path in paths):
        raise WrongUsage(
            f"{output} is one of the reports to read, and would be overwritten",
            hint="give another name with -o",
        )


def _read_all(paths: Sequence[str]) -> tuple[Report, ...]:
    from twiceshy.reports.read import read_report

    return tuple(read_report(read_bounded(path), path=path) for path in _watched(paths))


def _watched(paths: Sequence[str]) -> Iterator[str]:
    """The paths, with a progress bar on standard error when a person waits for many."""
    if len(paths) <= _PROGRESS_FROM or not sys.stderr.isatty():
        yield from paths
        return
    from rich.console import Console
    from rich.progress import track

    yield from track(paths, "Reading", console=Console(stderr=True), transient=True)


def _text(reports: Sequence[Report], *, alone: bool, to_file: bool) -> str:
    from twiceshy.cli.render.paper import Paper, paper_for
    from twiceshy.cli.render.report_text import report_text

    paper = Paper() if to_file else paper_for(sys.stdout, os.environ)
    rule = "\n" + ("─" if paper.unicode else "-") * paper.columns + "\n\n"
    pieces = [report_text(report, paper) for report in reports]
    real = [report for report in reports if report.is_report]
    if not alone and len(real) > 1:
        from twiceshy.cli.render.report_comparison import comparison_text
        from twiceshy.reports.compare import compare

        pieces.append(comparison_text(compare(reports), paper))
    return rule.join(pieces)


def _json(reports: Sequence[Report], *, alone: bool) -> str:
    import json

    from twiceshy.reports.json import comparison_json, report_json

    value: dict[str, Any]
    if alone:
        value = report_json(reports[0])
    else:
        from twiceshy.reports.compare import compare

        value = {
            "reports": [report_json(report) for report in reports],
            "comparison": comparison_json(compare(reports)),
        }
    return json.dumps(value, indent=2) + "\n"


def _markdown(reports: Sequence[Report]) -> str:
    from twiceshy.reports.write import markdown

    return "\n---\n\n".join(markdown(report) for report in reports)


def _sarif(reports: Sequence[Report]) -> str:
    import json

    from twiceshy.cli.render.report_sarif import report_sarif

    return json.dumps(report_sarif(reports), indent=2) + "\n"


def _is_met(reports: Iterable[Report], fail_on: FailOn) -> bool:
    if fail_on is FailOn.NEVER:
        return False
    bad = {FindingSeverity.ERROR}
    if fail_on is FailOn.WARNING:
        bad.add(FindingSeverity.WARNING)
    return any(finding.severity in bad for report in reports for finding in report.findings)
