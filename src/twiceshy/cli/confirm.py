"""The verb that keeps an applied change, from wherever its host can still be reached."""

from __future__ import annotations

import asyncio
import re
import socket
from datetime import UTC, datetime
from typing import Annotated

import typer

from twiceshy.changes import apply as on_host
from twiceshy.cli.estate_file import the_estate
from twiceshy.cli.options import DatabaseUrl, EstateOption
from twiceshy.cli.render.paper import clean
from twiceshy.errors import TheWorld, WrongUsage
from twiceshy.model.estate import Host
from twiceshy.model.fact import Unseen
from twiceshy.model.ids import HostId
from twiceshy.probes.view import View
from twiceshy.store.change_records import Application, Step
from twiceshy.store.location import Location, beside, located
from twiceshy.store.opening import open_journal

EXAMPLES = """Examples:

- `twiceshy confirm 3fa91c07b2d4 --host web-1` keeps what was applied there
- `twiceshy confirm 3fa91c07b2d4 --host web-1 --no` takes it back at once

Exit codes: 0 kept (with --no: taken back), 1 it was too late, 3 wrong usage or configuration,
4 the host could not be reached: it takes the change back by itself.
"""

COMMAND_SECONDS = 30.0


def command(
    review: Annotated[str, typer.Argument(metavar="REVIEW", help="The id that was applied.")],
    *,
    host: Annotated[str, typer.Option("--host", metavar="HOST", help="On which host.")],
    no: Annotated[bool, typer.Option("--no", help="Take it back instead, at once.")] = False,
    estate: EstateOption = None,
    database: DatabaseUrl = None,
) -> int:
    """Keep an applied change, or take it back, before its time is up."""
    path, loaded = the_estate(estate)
    found = loaded.hosts.get(HostId(host))
    if found is None:
        raise WrongUsage(
            f"there is no host {host!r} in {loaded.path}",
            hint=f"its hosts are: {', '.join(loaded.hosts) or 'none'}",
        )
    if not re.fullmatch("[0-9a-f]{12,64}", review):
        raise WrongUsage(
            f"{review!r} is no review's id", hint="`twiceshy apply` shows its 12 digits"
        )
    view = View(socket.gethostname(), COMMAND_SECONDS, _now)
    if no:
        became = asyncio.run(on_host.roll_back(found, review[:12], "somebody said no", view))
    else:
        became = asyncio.run(on_host.confirm(found, review[:12], view))
    if isinstance(became, Unseen):
        raise TheWorld(f"not answered: {became.why}", hint=became.next_step)
    typer.echo(f"{found.id}: {clean(became)}")
    if became.startswith(on_host.NOT_TAKEN_BACK):
        raise TheWorld("it was not taken back", hint="put it back by hand, there")
    wanted = "rolled back: somebody said no" if no else on_host.CONFIRMED
    if became != wanted:
        return 1
    location = beside(str(path)) if database is None else located(database)
    if database is not None or not location.is_absent:
        _record(location, review, found, no=no)
    return 0


def _record(location: Location, review: str, host: Host, *, no: bool) -> None:
    """In the journal that knows the change, where there is one here.

    Whoever applied it may have gone, and then nobody else would write down how it ended.
    """
    step = Step.ROLLED_BACK if no else Step.CONFIRMED
    with open_journal(location) as journal:
        for kept in journal.changes.reviews(review):
            before = [
                one.step
                for one in journal.changes.applications(kept.hash)
                if one.host == str(host.id)
            ]
            if before and before[-1] is not step:
                why = "somebody said no" if no else None
                journal.changes.keep_application(
                    Application(kept.hash, str(host.id), _now(), step, why)
                )


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the command line is where the clock comes from
