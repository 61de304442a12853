"""The verb that records who approved a reviewed change."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from twiceshy.changes.identity import identity
from twiceshy.cli.changed_host import reviewed_files
from twiceshy.cli.estate_file import the_estate
from twiceshy.cli.options import DatabaseUrl, EstateOption
from twiceshy.cli.report_files import read_bounded
from twiceshy.errors import WrongUsage
from twiceshy.store.change_records import Approval, ChangeRecords, KeptReview
from twiceshy.store.location import beside, located
from twiceshy.store.opening import open_journal

EXAMPLES = """Examples:

- `twiceshy approve 3fa91c07b2d4 --by network-team`
- `twiceshy approve review.json --by network-team` where the review was made on another machine
- `twiceshy approve 3fa91c07b2d4 --by ops --despite "the relay moves tonight, see CHG-1234"`

REVIEW is the id that `twiceshy review` shows, or the file of `twiceshy review --format json`.
Exit codes: 0 recorded, 3 wrong usage or configuration, 4 the journal could not be written.
"""

SHORTEST_ID = 6
LONGEST_TEXT = 2000
HOLDS = "holds"
_ID = re.compile(r"[0-9a-f]{6,64}")


def command(
    review: Annotated[
        str, typer.Argument(metavar="REVIEW", help="A review's id, or its JSON file.")
    ],
    *,
    by: Annotated[str, typer.Option("--by", help="Who approves it: a person or a team.")],
    despite: Annotated[
        str | None,
        typer.Option(
            "--despite", metavar="WHY", help="Why, although something would not hold afterwards."
        ),
    ] = None,
    estate: EstateOption = None,
    database: DatabaseUrl = None,
) -> None:
    """Record who approved a reviewed change; only an approved change can be applied."""
    now = datetime.now(UTC)  # noqa: TID251 - the command line is where the clock comes from
    who = _words("--by", by)
    reason = None if despite is None else _words("--despite", despite)
    path, _ = the_estate(estate)
    location = beside(str(path)) if database is None else located(database)
    with open_journal(location) as journal:
        kept = the_review(journal.changes, review, now)
        if kept.exit_code != 0 and reason is None:
            raise WrongUsage(
                f"the review {kept.hash[:12]} says that {_trouble(kept.shape)}",
                hint='change it and review it again, or say why: --despite "..."',
            )
        journal.changes.keep_approval(Approval(kept.hash, who, now, reason))
    files = len(kept.shape.get("files", ()))
    counted = "1 file" if files == 1 else f"{files} files"
    typer.echo(f"approved by {who}: {kept.hash[:12]} ({counted}, {now:%Y-%m-%d %H:%M} UTC)")
    typer.echo(f"apply it: twiceshy apply {kept.hash[:12]} --after PATH --host HOST")


def the_review(records: ChangeRecords, named: str, now: datetime) -> KeptReview:
    """The one review of that id, or in that file; raises WrongUsage."""
    if not _ID.fullmatch(named):
        kept = _from_file(named, now)
        records.keep_review(kept)
        named = kept.hash
    found = records.reviews(named)
    if not found:
        raise WrongUsage(
            f"the journal has no review {named}",
            hint="`twiceshy review` shows a review's id; with --no-journal none is kept",
        )
    if len(found) > 1:
        ids = ", ".join(one.hash[:12] for one in found[:5])
        raise WrongUsage(f"several reviews begin with {named}", hint=f"write more of it: {ids}")
    return found[0]


def _from_file(named: str, now: datetime) -> KeptReview:
    hint = f"write a review's id ({SHORTEST_ID} digits or more), or the file of --format json"
    if not Path(named).is_file():
        raise WrongUsage(f"there is no review {named!r}", hint=hint)
    try:
        shape: Any = json.loads(read_bounded(named))
        hash_, code = str(shape["hash"]), int(shape["exit_code"])
        at = datetime.fromisoformat(shape["at"]).astimezone(UTC)
        files, running = shape["files"], shape.get("running") or {}
    except (ValueError, KeyError, TypeError, RecursionError):
        raise WrongUsage(f"{named} is no review", hint=hint) from None
    if not isinstance(files, list) or not isinstance(running, dict):
        raise WrongUsage(f"{named} is no review", hint=hint)
    if identity(reviewed_files(shape), running) != hash_ or (code == 0 and troubles(shape)):
        raise WrongUsage(
            f"{named} was altered: it is not what a review wrote", hint="review it again"
        )
    return KeptReview(hash_, min(at, now), code, shape)


def troubles(shape: Mapping[str, Any]) -> frozenset[str]:
    """What a review found that would not hold, each in words that another review has as well."""
    guards = {
        f"{guard.get('id')} {guard.get('verdict')}{' on ' if guard.get('host') else ''}{guard.get('host')}"
        for guard in shape.get("guards", ())
        if guard.get("verdict") != HOLDS
    }
    tried = {
        f"the rehearsal on {one.get('host')} went {one.get('went_well')}"
        for one in shape.get("rehearsed", ())
        if one.get("went_well") is not True
    }
    return frozenset(guards | tried | {f"{path} unread" for path in shape.get("unread", ())})


def _trouble(shape: Any) -> str:
    summary = shape.get("summary", {})
    broken = summary.get("breaks", 0) + summary.get("stays_broken", 0)
    unknown = summary.get("blinds", 0) + summary.get("stays_unknown", 0)
    if broken:
        return f"{broken} {'guard' if broken == 1 else 'guards'} would be broken"
    if unknown:
        return (
            f"nobody can say whether {unknown} {'guard' if unknown == 1 else 'guards'} would hold"
        )
    if shape.get("unread"):
        return f"{shape['unread'][0]} could not be read"
    return "no guard looks at what it changes"


def _words(option: str, text: str) -> str:
    words = " ".join(text.split())
    if not words or len(words) > LONGEST_TEXT or not words.isprintable():
        raise WrongUsage(f"{option} must be printable words, {LONGEST_TEXT} characters at most")
    return words
