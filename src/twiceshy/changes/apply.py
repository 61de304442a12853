"""Carrying an approved change to a host, confirming it there, and undoing it.

The host does it by itself with `on_host.sh`: it checks that what is there is what was reviewed,
keeps it, starts the watcher that rolls back unless somebody confirms in time, and only then puts
the files in place and activates them. So a change that cuts us off is undone all the same.
"""

from __future__ import annotations

from dataclasses import dataclass

from twiceshy.changes.plan import SCRIPT, Plan, packed
from twiceshy.model.estate import Host
from twiceshy.model.fact import Unseen
from twiceshy.probes.reach import run
from twiceshy.probes.reach_outcome import Ran
from twiceshy.probes.view import View

PENDING = "pending"
CONFIRMED = "confirmed"

_NOT_AS_REVIEWED = 3
_UNDER_WAY = 9

# Changes lie on the host in $TWICESHY_STATE, else /var/lib/twiceshy, else below $HOME.
_FIND = (
    'for base in "${TWICESHY_STATE:-/var/lib/twiceshy}" "$HOME/.local/state/twiceshy"; do'
    ' cd "$base/changes/$1" 2>/dev/null && break; done;'
    ' [ -e on_host.sh ] && [ -O on_host.sh ] || { echo "no such change here"; exit 2; };'
)
_UNPACK = (
    "umask 077;"
    ' for base in "${TWICESHY_STATE:-/var/lib/twiceshy}" "$HOME/.local/state/twiceshy"; do'
    ' mkdir -p "$base/changes" 2>/dev/null && [ -w "$base/changes" ] && break; done;'
    ' cd "$base/changes" || exit 1;'
    ' if [ -e "$1" ]; then [ -e "$1/decided/how" ] || exit 9; rm -rf -- "$1"; fi;'
    ' mkdir -- "$1" && cd -- "$1" && tar -xf -'
)


@dataclass(frozen=True, slots=True)
class Applied:
    """It is in place, and rolls back by itself unless it is confirmed."""


@dataclass(frozen=True, slots=True)
class NotApplied:
    """Nothing was changed, or it was undone at once."""

    why: str
    hint: str | None = None


async def begin(
    host: Host, plan: Plan, confirm_within_seconds: int, view: View
) -> Applied | NotApplied:
    """Put the change in place on the host; it is undone there after that time, unless confirmed."""
    sent = await run(host, ("sh", "-c", _UNPACK, "sh", plan.id), view, given=packed(plan))
    if isinstance(sent, Unseen):
        return NotApplied(sent.why, sent.next_step)
    if sent.exit_code != 0:
        return _not_stored(host, plan, sent)
    ran = await _script(host, plan.id, view, "begin", str(confirm_within_seconds))
    if isinstance(ran, Unseen):
        return NotApplied(
            f"{ran.why}; what was begun rolls back by itself within {confirm_within_seconds} s"
        )
    if ran.exit_code == 0:
        return Applied()
    again = f"review it again: twiceshy review --live {host.id}"
    return NotApplied(
        f"{host.id}: {_said(ran)}", again if ran.exit_code == _NOT_AS_REVIEWED else None
    )


def _not_stored(host: Host, plan: Plan, sent: Ran) -> NotApplied:
    if sent.exit_code == _UNDER_WAY:
        return NotApplied(
            f"{plan.id} is being applied on {host.id} already",
            f"twiceshy confirm {plan.id} --host {host.id}, or wait until it rolls back",
        )
    return NotApplied(f"{host.id}: the change could not be stored: {sent.complaint}")


async def confirm(host: Host, id_: str, view: View) -> str | Unseen:
    """Keep it; what became of it in words: `confirmed`, or that it was too late and why."""
    ran = await _script(host, id_, view, "confirm")
    if isinstance(ran, Unseen):
        return ran
    return CONFIRMED if ran.exit_code == 0 else _said(ran)


async def roll_back(host: Host, id_: str, why: str, view: View) -> str | Unseen:
    """Undo it now; what became of it in words."""
    ran = await _script(host, id_, view, "rollback", why)
    if isinstance(ran, Unseen):
        return ran
    return f"rolled back: {why}" if ran.exit_code == 0 else _said(ran)


async def state(host: Host, id_: str, view: View) -> str | Unseen:
    """`pending`, `confirmed`, `rolled back: WHY` or `failed: WHY`."""
    ran = await _script(host, id_, view, "state")
    if isinstance(ran, Unseen):
        return ran
    if ran.exit_code != 0:
        return Unseen(f"{host.id}: {_said(ran)}", view.now(), view.vantage)
    return _said(ran)


async def _script(host: Host, id_: str, view: View, *argv: str) -> Ran | Unseen:
    command = f'{_FIND} shift; exec sh ./{SCRIPT} "$@"'
    return await run(host, ("sh", "-c", command, "sh", id_, *argv), view)


def _said(ran: Ran) -> str:
    lines = ran.stdout.decode("utf-8", "replace").strip().splitlines()
    return lines[-1][:300] if lines else ran.complaint
