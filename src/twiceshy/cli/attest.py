"""The verb that records somebody's word that a practice was done, and where the record is."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType
from typing import Annotated

import typer

from twiceshy.cli.estate_file import the_estate
from twiceshy.cli.options import DatabaseUrl, EstateOption
from twiceshy.errors import WrongUsage
from twiceshy.model.estate import Estate
from twiceshy.model.fact import Attestation
from twiceshy.model.guard import Guard
from twiceshy.model.ids import GuardId, KindId
from twiceshy.model.verdict import Broken, Holds, Unknown, Verdict

EXAMPLES = """Examples:

- `twiceshy attest renewal-training --by ops --evidence https://wiki.example.org/training/7`
- `twiceshy attest firewall-audit --by ops --evidence audit.pdf --at 2026-10-01`

GUARD is the id of a practice in twiceshy.yaml; `twiceshy check --only kind:practice` lists them.
Exit codes: 0 recorded, 3 wrong usage or configuration, 4 the journal could not be written.
"""

PRACTICE = KindId("practice")
LONGEST_TEXT = 2000
EARLIEST_ZONE = timedelta(hours=14)
"""Where a day begins so much before it does in UTC, "today" may still be tomorrow in UTC."""


_WHAT_FOR = MappingProxyType(
    {
        "--by": "name the person or the team who answers for it",
        "--evidence": "say where the record is: a link, a file, a ticket",
    }
)


def command(
    guard: Annotated[
        str, typer.Argument(metavar="GUARD", help="The practice guard that was kept.")
    ],
    *,
    by: Annotated[str, typer.Option("--by", help="Who says so: a person or a team.")],
    evidence: Annotated[
        str,
        typer.Option(
            "--evidence",
            metavar="LINK_OR_FILE",
            help="Where the record is: a link, a file, a ticket.",
        ),
    ],
    at: Annotated[
        str | None,
        typer.Option(
            "--at",
            metavar="TIME",
            help="When it was done: a date, or a time with its zone; now when left out.",
        ),
    ] = None,
    estate: EstateOption = None,
    database: DatabaseUrl = None,
) -> None:
    """Record that a practice was done (trained, rehearsed, audited, ...), and where the record is."""
    now = datetime.now(UTC)  # noqa: TID251 - the command line is where the clock comes from
    attestation = Attestation(
        by=_words("--by", by), at=read_time(at, now), evidence=_record(evidence)
    )
    path, loaded = the_estate(estate)
    found = practice_of(loaded, guard)
    _write(database, path, found, attestation, now)
    typer.echo(f"recorded: {found.id}: {_in_words(found, attestation, now)}")


def practice_of(estate: Estate, wanted: str) -> Guard:
    """The practice guard of that id; raises WrongUsage, naming near ones."""
    found = estate.guards.get(GuardId(wanted))
    if found is None:
        practices = [guard.id for guard in estate.guards.values() if guard.kind == PRACTICE]
        near = get_close_matches(wanted, practices, n=3)
        if near:
            hint = f"did you mean {' or '.join(near)}?"
        elif practices:
            hint = f"the practices are {', '.join(practices[:10])}"
        else:
            hint = "this estate has no guard of the kind practice"
        raise WrongUsage(f"there is no guard {wanted!r} in {estate.path}", hint=hint)
    if found.kind != PRACTICE:
        raise WrongUsage(
            f"the guard {wanted!r} is of the kind {found.kind}: it is looked at, not attested",
            hint=f"twiceshy check --only {wanted}",
        )
    return found


def read_time(text: str | None, now: datetime) -> datetime:
    """When it was done, in UTC; a date stands for its first minute, so that it expires no later.

    Raises WrongUsage for anything else, and for the future.
    """
    if text is None:
        return now
    hint = "write a date (2026-10-01) or a time with its zone (2026-10-01T14:00+02:00)"
    try:
        done = datetime.combine(date.fromisoformat(text), time(), UTC)
        if done <= now + EARLIEST_ZONE:
            done = min(done, now)
    except ValueError:
        try:
            done = datetime.fromisoformat(text)
            if done.tzinfo is None:
                raise WrongUsage(f"--at {text!r} has no zone", hint=hint)
            done = done.astimezone(UTC)
        except (ValueError, OverflowError):
            raise WrongUsage(f"--at {text!r} is not a time", hint=hint) from None
    if done > now:
        raise WrongUsage(
            f"--at {text!r} is in the future", hint="only what has been done can be attested"
        )
    return done


def _words(option: str, text: str) -> str:
    words = " ".join(text.split())
    if not words:
        raise WrongUsage(f"{option} must not be empty", hint=_WHAT_FOR[option])
    if len(words) > LONGEST_TEXT or not words.isprintable():
        raise WrongUsage(f"{option} must be printable, and {LONGEST_TEXT} characters at most")
    return words


def _record(evidence: str) -> str:
    """As written, but a file by its whole path: the next reader stands in another folder."""
    words = _words("--evidence", evidence)
    try:
        path = Path(words).expanduser()
        return str(path.resolve()) if path.is_file() else words
    except (OSError, RuntimeError):
        return words


def _write(
    database: str | None, estate: Path, guard: Guard, attestation: Attestation, now: datetime
) -> None:
    from twiceshy.store.location import beside, located
    from twiceshy.store.opening import open_journal

    location = beside(str(estate)) if database is None else located(database)
    with open_journal(location) as journal:
        journal.attest(guard.id, attestation, recorded_at=now)


def _in_words(guard: Guard, attestation: Attestation, now: datetime) -> str:
    from twiceshy.kinds.practice import KIND
    from twiceshy.kinds.practice.facts import PracticeFact

    fact = PracticeFact(at=now, vantage="journal", attestation=attestation)
    verdict: Verdict = KIND.judge(guard.promise, fact, now)
    match verdict:
        case Holds(summary=summary):
            return summary
        case Broken(why=why) | Unknown(why=why):
            return why
