"""The verb that keeps an applied change, from wherever its host can still be reached."""

from __future__ import annotations

import asyncio
import socket
from datetime import UTC, datetime
from typing import Annotated

import typer

from twiceshy.changes import apply as on_host
from twiceshy.cli.estate_file import the_estate
from twiceshy.cli.options import EstateOption
from twiceshy.errors import TheWorld, WrongUsage
from twiceshy.model.fact import Unseen
from twiceshy.model.ids import HostId
from twiceshy.probes.view import View

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
) -> int:
    """Keep an applied change, or take it back, before its time is up."""
    _, loaded = the_estate(estate)
    found = loaded.hosts.get(HostId(host))
    if found is None:
        raise WrongUsage(
            f"there is no host {host!r} in {loaded.path}",
            hint=f"its hosts are: {', '.join(loaded.hosts) or 'none'}",
        )
    if not review.isalnum():
        raise WrongUsage(f"{review!r} is no review's id", hint="`twiceshy apply` shows it")
    view = View(socket.gethostname(), COMMAND_SECONDS, _now)
    if no:
        became = asyncio.run(on_host.roll_back(found, review[:12], "somebody said no", view))
    else:
        became = asyncio.run(on_host.confirm(found, review[:12], view))
    if isinstance(became, Unseen):
        raise TheWorld(f"not answered: {became.why}", hint=became.next_step)
    typer.echo(f"{found.id}: {became}")
    wanted = "rolled back: somebody said no" if no else on_host.CONFIRMED
    return 0 if became == wanted else 1


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the command line is where the clock comes from
