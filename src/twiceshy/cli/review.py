"""The verb that judges a change of configuration before it is applied."""

from __future__ import annotations

import json
import os
import socket
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, assert_never

import typer

from twiceshy.changes.outcome import Recalled, Review
from twiceshy.cli.deadline import Deadline
from twiceshy.cli.estate_file import the_estate
from twiceshy.cli.options import DatabaseUrl, EstateOption, OutputFile
from twiceshy.cli.render.delivery import deliver, refuse_no_place
from twiceshy.cli.render.paper import Paper, paper_for
from twiceshy.cli.reviewed_sides import Sides, sides_of
from twiceshy.errors import JournalUnavailable
from twiceshy.model.configuration import Configuration
from twiceshy.model.estate import Estate
from twiceshy.model.ids import ActionRef
from twiceshy.store.location import Location, beside, located

EXAMPLES = """Examples:

- `twiceshy review --before /etc/nginx --after nginx-new --at /etc/nginx` compares two folders
- `twiceshy review --git origin/main..HEAD --format markdown` judges a merge request
- `twiceshy review --git origin/main..HEAD --format sarif -o review.sarif` for a code review tool
- `twiceshy review --staged` judges what the next commit would change
- `twiceshy review --live mail-1 --after nftables.conf --at /etc/nftables.conf` against what runs
- `twiceshy review --before old.rules --after new.rules --try` also loads it in a sandbox and connects

Exit codes: 0 every guard would hold, 1 one would be broken, 2 nothing broken but something unknown,
3 wrong usage or configuration, 4 a disk, a database or git stood in the way, 130 interrupted.
"""


class Format(StrEnum):
    """How the review is told."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    MARKDOWN = "markdown"


@dataclass(frozen=True, slots=True)
class _Reviewed:
    review: Review
    before: Mapping[str, Configuration]
    after: Mapping[str, Configuration]


def command(
    *,
    before: Annotated[
        Path | None,
        typer.Option(
            "--before", metavar="PATH", help="The configuration as it is: file or folder."
        ),
    ] = None,
    after: Annotated[
        Path | None,
        typer.Option("--after", metavar="PATH", help="The configuration as it would be."),
    ] = None,
    git: Annotated[
        str | None,
        typer.Option("--git", metavar="BASE..HEAD", help="Two commits of this repository."),
    ] = None,
    staged: Annotated[
        bool, typer.Option("--staged", help="HEAD, and what the next commit would hold.")
    ] = False,
    live: Annotated[
        str | None,
        typer.Option(
            "--live", metavar="HOST", help="What a host of the estate has now, as before."
        ),
    ] = None,
    at: Annotated[
        str | None,
        typer.Option(
            "--at", metavar="PATH", help="Where the files stand on their host, such as /etc/nginx."
        ),
    ] = None,
    estate: EstateOption = None,
    rehearse: Annotated[
        bool,
        typer.Option("--try", help="Load a firewall change in a sandbox and connect for real."),
    ] = False,
    output_format: Annotated[
        Format, typer.Option("--format", "-f", help="How the review is told.")
    ] = Format.TEXT,
    output: OutputFile = None,
    database: DatabaseUrl = None,
    no_journal: Annotated[
        bool, typer.Option("--no-journal", help="Keep nothing; it cannot be approved then.")
    ] = False,
) -> int:
    """Judge a change before it is applied: what would it break, mend, or leave unknown?"""
    refuse_no_place(output)
    began_seconds = time.monotonic()
    path, loaded = the_estate(estate)
    asked = Sides(before, after, git, live, at, staged=staged)
    reviewed = _reviewed(asked, loaded, rehearse=rehearse)
    took_seconds = time.monotonic() - began_seconds
    text = _rendered(reviewed.review, output_format, output, took_seconds)
    trouble = None
    if not no_journal and reviewed.review.files:
        location = beside(str(path)) if database is None else located(database)
        trouble = _kept(location, reviewed.review)
    deliver(text, output, for_people=output_format is Format.TEXT)
    if trouble is not None:
        raise trouble
    return reviewed.review.exit_code


def _reviewed(asked: Sides, estate: Estate, *, rehearse: bool) -> _Reviewed:
    from twiceshy.changes.review import review_of_hosts

    now = datetime.now(UTC)  # noqa: TID251 - the command line is where the clock comes from
    sides = sides_of(asked, estate, now=_now, vantage=socket.gethostname())
    before, after = sides.before, sides.after
    review = review_of_hosts(
        before,
        after,
        estate,
        now,
        origins=sides.origins,
        at_rest=sides.at_rest,
        patience=Deadline(),
    )
    review = replace(review, recalled=_recalled(review, estate))
    if rehearse:
        from twiceshy.cli.rehearsed import rehearsed

        review = rehearsed(review, before, after, estate)
    return _Reviewed(review, before, after)


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the command line is where the clock comes from


def _recalled(review: Review, estate: Estate) -> Mapping[ActionRef, Recalled]:
    """What the actions promised that this change would undo; reports are read only for those."""
    from twiceshy.changes.recall import recall, undone

    refs = undone(review)
    if not refs:
        return MappingProxyType({})
    from twiceshy.cli.report_files import read_bounded
    from twiceshy.errors import UnreadableInput
    from twiceshy.reports.read import read_report

    wanted = {ref.report for ref in refs}
    reports = []
    for source in estate.reports:
        if source.id not in wanted:
            continue
        try:
            data = read_bounded(source.path)
        except UnreadableInput:
            continue  # the review says then that the report could not be read
        reports.append(replace(read_report(data, path=source.path), id=source.id))
    return recall(refs, reports)


def _kept(location: Location, review: Review) -> JournalUnavailable | None:
    """What the journal could not do is told after the review, which matters more."""
    from twiceshy.cli.render.review_json import review_shape
    from twiceshy.store.change_records import KeptReview
    from twiceshy.store.opening import open_journal

    try:
        with open_journal(location) as journal:
            journal.changes.keep_review(
                KeptReview(review.hash, review.at, review.exit_code, review_shape(review))
            )
    except JournalUnavailable as error:
        return error
    return None


def _rendered(
    review: Review, output_format: Format, output: Path | None, took_seconds: float
) -> str:
    match output_format:
        case Format.TEXT:
            from twiceshy.cli.render.review_text import review_text

            paper = Paper() if output else paper_for(sys.stdout, os.environ)
            return review_text(review, paper, took_seconds)
        case Format.JSON:
            from twiceshy.cli.render.review_json import review_json

            return review_json(review)
        case Format.SARIF:
            from twiceshy.cli.render.review_sarif import review_sarif

            return json.dumps(review_sarif(review), indent=2) + "\n"
        case Format.MARKDOWN:
            from twiceshy.cli.render.review_markdown import review_markdown

            return review_markdown(review)
        case _:
            assert_never(output_format)
