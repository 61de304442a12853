"""The verb that applies an approved change, and takes it back unless somebody confirms it."""

from __future__ import annotations

import asyncio
import os
import select
import socket
import sys
import termios
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from twiceshy.changes import apply as on_host
from twiceshy.changes.live import running
from twiceshy.changes.plan import Plan, plan_of
from twiceshy.cli.approve import the_review, troubles
from twiceshy.cli.changed_host import Where, the_host
from twiceshy.cli.estate_file import the_estate
from twiceshy.cli.options import DatabaseUrl, EstateOption
from twiceshy.cli.render.paper import clean
from twiceshy.cli.reviewed_sides import Sides, after_of
from twiceshy.errors import TheWorld, WrongUsage
from twiceshy.model.configuration import Configuration
from twiceshy.model.estate import Host
from twiceshy.model.fact import Unseen
from twiceshy.probes.view import View
from twiceshy.store.change_records import Application, ChangeRecords, KeptReview, Step
from twiceshy.store.location import beside, located
from twiceshy.store.opening import open_journal

EXAMPLES = """Examples:

- `twiceshy apply 3fa91c07b2d4 --after nginx-new --at /etc/nginx --host web-1`
- `twiceshy apply 3fa91c07b2d4 --git origin/main..HEAD --host web-1 --confirm-within 120`
- `twiceshy apply 3fa91c07b2d4 --after app.env --at /srv/app/.env --host app-1 --activate
  'systemctl restart app'`

It asks whether to keep the change; without an answer in time, or without a way to answer, the host
takes it back by itself. `twiceshy confirm` answers from somewhere else.
Exit codes: 0 confirmed, 1 rolled back, 3 wrong usage, not approved, or not as reviewed,
4 the host, its software or the journal stood in the way, 130 interrupted (it rolls back by itself).
"""

COMMAND_SECONDS = 60.0
"""For what is done on the host, from the first byte to the activation."""
ASKING_SECONDS = 10.0
"""For one question to the host, which may be cut off until it has rolled back."""
POLL_SECONDS = 0.5
LATE_SECONDS = 10
"""How much later than promised a roll-back may be seen."""


@dataclass(frozen=True, slots=True)
class _Change:
    kept: KeptReview
    plan: Plan
    host: Host
    records: ChangeRecords
    confirm_within_seconds: int


def command(
    review: Annotated[str, typer.Argument(metavar="REVIEW", help="An approved review's id.")],
    *,
    after: Annotated[
        Path | None,
        typer.Option("--after", metavar="PATH", help="The reviewed files, as they would be."),
    ] = None,
    git: Annotated[
        str | None,
        typer.Option("--git", metavar="BASE..HEAD", help="The reviewed commits."),
    ] = None,
    at: Annotated[
        str | None,
        typer.Option("--at", metavar="PATH", help="Where the files stand on their host."),
    ] = None,
    host: Annotated[
        str | None,
        typer.Option(
            "--host", metavar="HOST", help="Which host of the estate; asked for if unclear."
        ),
    ] = None,
    confirm_within: Annotated[
        int,
        typer.Option(
            "--confirm-within", metavar="SECONDS", min=2, max=86400, help="Then it is taken back."
        ),
    ] = 60,
    check: Annotated[
        str | None,
        typer.Option("--check", metavar="COMMAND", help="Instead of the software's own check."),
    ] = None,
    activate: Annotated[
        str | None,
        typer.Option("--activate", metavar="COMMAND", help="Instead of the usual reload."),
    ] = None,
    estate: EstateOption = None,
    database: DatabaseUrl = None,
) -> int:
    """Apply an approved change on its host; it is taken back unless confirmed in time."""
    path, loaded = the_estate(estate)
    location = beside(str(path)) if database is None else located(database)
    view = View(socket.gethostname(), COMMAND_SECONDS, _now)
    with open_journal(location) as journal:
        kept = the_review(journal.changes, review, _now())
        _refuse_unapproved(journal.changes, kept)
        where = the_host(kept, host, loaded)
        side, links = after_of(Sides(None, after, git, None, at), where.name)
        plan = plan_of(
            kept.hash[:12],
            where.files,
            side.files,
            links=links,
            activate=activate,
            check=check,
        )
        change = _Change(kept, plan, where.host, journal.changes, confirm_within)
        _refuse_other_state(kept, where, side, view)
        return _applied(change, view)


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the command line is where the clock comes from


def _refuse_unapproved(records: ChangeRecords, kept: KeptReview) -> None:
    approvals = records.approvals(kept.hash)
    if not approvals:
        raise WrongUsage(
            f"the change {kept.hash[:12]} is not approved",
            hint=f"twiceshy approve {kept.hash[:12]} --by WHO",
        )
    if kept.exit_code == 0:
        return
    newest = approvals[-1]
    known = records.review_at(kept.hash, newest.at)
    if newest.despite is None or known is None or troubles(kept.shape) - troubles(known.shape):
        raise WrongUsage(
            f"the change {kept.hash[:12]} was reviewed again after its approval, and something"
            " would not hold",
            hint=f'twiceshy approve {kept.hash[:12]} --by WHO --despite "..."',
        )


def _refuse_other_state(kept: KeptReview, where: Where, side: Configuration, view: View) -> None:
    """What is loaded in a kernel is no file: it is compared here, by what it means."""
    reviewed: Mapping[str, Any] = kept.shape.get("running") or {}
    if not reviewed:
        return
    from twiceshy.changes.identity import running_hashes

    seen = asyncio.run(running(where.host, side, view)).configuration
    if running_hashes(seen) != reviewed:
        raise WrongUsage(
            f"what is loaded on {where.host.id} is not what was reviewed",
            hint=f"review it again: twiceshy review --live {where.host.id} --after PATH",
        )


def _applied(change: _Change, view: View) -> int:
    _record(change, Step.BEGUN, None)
    try:
        begun = _begun(change, view)
        became = _awaited(change, replace(view, timeout_seconds=ASKING_SECONDS), begun)
    except KeyboardInterrupt:
        typer.echo(
            f"\ninterrupted: {change.host.id} takes it back by itself, within"
            f" {change.confirm_within_seconds} s of its beginning",
            err=True,
        )
        raise
    step = _step(became)
    if step is None:
        raise TheWorld(f"{change.host.id}: {became}", hint=_by_hand(change))
    _record(change, step, None if step is Step.CONFIRMED else became)
    if step is Step.CONFIRMED:
        typer.echo("confirmed: it stays")
        return 0
    if step is Step.NOT_ROLLED_BACK:
        raise TheWorld(f"{change.host.id}: {became}", hint="put it back by hand, there")
    typer.echo(became)
    return 1


def _begun(change: _Change, view: View) -> on_host.Applied | on_host.Lost:
    """It is in place, or may be; raises when it is not."""
    try:
        begun = asyncio.run(
            on_host.begin(change.host, change.plan, change.confirm_within_seconds, view)
        )
    except KeyboardInterrupt:
        _record(change, Step.APPLIED, "interrupted: nobody waited until it was in place")
        raise
    if isinstance(begun, on_host.NotApplied):
        _record(change, _step(begun.why.partition(": ")[2]) or Step.FAILED, begun.why)
        if not begun.is_as_reviewed:
            raise WrongUsage(f"not applied: {begun.why}", hint=begun.hint)
        raise TheWorld(f"not applied: {begun.why}", hint=begun.hint)
    if isinstance(begun, on_host.Lost):
        _record(change, Step.APPLIED, begun.why)
        typer.echo(f"{begun.why}; waiting for it to take the change back", err=True)
        return begun
    _record(change, Step.APPLIED, None)
    files = ", ".join(clean(file.stands_at) for file in change.plan.files)
    typer.echo(f"applied on {change.host.id}: {files}")
    for path in change.plan.unheeded:
        typer.echo(f"note: nothing makes its software take up {clean(path)}: --activate COMMAND")
    typer.echo(_by_hand(change))
    return begun


def _by_hand(change: _Change) -> str:
    return (
        f"to keep it, here or elsewhere: twiceshy confirm {change.plan.id} --host {change.host.id}"
    )


def _step(became: str) -> Step | None:
    """Which step the words of the host tell; None for none that ends it."""
    if became == on_host.CONFIRMED:
        return Step.CONFIRMED
    if became.startswith(on_host.ROLLED_BACK):
        return Step.ROLLED_BACK
    if became.startswith(on_host.NOT_TAKEN_BACK):
        return Step.NOT_ROLLED_BACK
    return Step.FAILED if became.startswith("failed: ") else None


def _awaited(change: _Change, view: View, begun: on_host.Applied | on_host.Lost) -> str:
    """What became of the change: by an answer here, by another's, or by time."""
    deadline = time.monotonic() + change.confirm_within_seconds
    asks = sys.stdin.isatty() and sys.stdout.isatty() and isinstance(begun, on_host.Applied)
    if asks:
        # What was typed before there was a question is no answer to it.
        termios.tcflush(sys.stdin, termios.TCIFLUSH)
    became: str | Unseen = on_host.PENDING
    asked_at = 0.0
    while asked_at < deadline + LATE_SECONDS:
        if asks and time.monotonic() < deadline:
            answer = _answer(deadline - time.monotonic())
            if answer in {"y", "yes"}:
                became = asyncio.run(on_host.confirm(change.host, change.plan.id, view))
            elif answer:
                asked = "somebody answered no"
                became = asyncio.run(on_host.roll_back(change.host, change.plan.id, asked, view))
        else:
            time.sleep(POLL_SECONDS)
        if not isinstance(became, str) or became == on_host.PENDING:
            asked_at = time.monotonic()
            became = asyncio.run(on_host.state(change.host, change.plan.id, view))
        if isinstance(became, str) and became != on_host.PENDING:
            if asks:
                typer.echo()
            return became
    why = became.why if isinstance(became, Unseen) else "it did not say so"
    raise TheWorld(
        f"nobody can say whether {change.host.id} has rolled back: {why}",
        hint="look at the host by another way; it rolls back by itself even when it is cut off",
    )


def _answer(left_seconds: float) -> str:
    """What was typed, in lower case; empty when nothing was within a few seconds."""
    sys.stdout.write(f"\rkeep it? rolls back in {left_seconds:3.0f} s [yes/no] ")
    sys.stdout.flush()
    ready, _, _ = select.select((sys.stdin,), (), (), max(0, min(POLL_SECONDS, left_seconds)))
    if not ready:
        return ""
    line = os.read(sys.stdin.fileno(), 64).decode("utf-8", "replace")
    return line.strip().lower() or ("no" if not line else "")


def _record(change: _Change, step: Step, why: str | None) -> None:
    change.records.keep_application(
        Application(change.kept.hash, str(change.host.id), _now(), step, why)
    )
