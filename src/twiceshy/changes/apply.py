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
ROLLED_BACK = "rolled back"
NOT_TAKEN_BACK = "taking it back failed"
"""How the words begin that say so; why follows."""

_NOT_AS_REVIEWED = 3
_UNDER_WAY = 9
_ANOTHER_UNDER_WAY = 10
_NOT_PUT_BACK = 12

# Changes lie on the host in $TWICESHY_STATE, else /var/lib/twiceshy, else below $HOME.
_BASES = '"${TWICESHY_STATE:-/var/lib/twiceshy}" ${HOME:+"$HOME/.local/state/twiceshy"}'
_FIND = (
    f"found=; for base in {_BASES}; do"
    ' cd "$base/changes/$1" 2>/dev/null && found=1 && break; done;'
    ' [ "$found" ] && [ -O on_host.sh ] || { echo "no such change here"; exit 2; };'
)
_UNPACK = (
    "umask 077; found=;"
    f" for base in {_BASES}; do"
    ' mkdir -p "$base/changes" 2>/dev/null && [ -w "$base/changes" ] && found=1 && break; done;'
    ' [ "$found" ] || { echo "no folder for it can be made: set TWICESHY_STATE" >&2; exit 1; };'
    ' cd "$base/changes" || exit 1;'
    ' if [ -e "$1" ]; then'
    f' if [ -e "$1/decided/how" ]; then [ ! -e "$1/old" ] || {{ pwd; exit {_NOT_PUT_BACK}; }};'
    f' elif [ -e "$1/decided" ] || sh "$1/{SCRIPT}" under-way 2>/dev/null; then exit {_UNDER_WAY};'
    " fi;"
    ' rm -rf -- "$1"; fi;'
    ' mkdir -- "$1" && cd -- "$1" && tar -xf -'
)


@dataclass(frozen=True, slots=True)
class Applied:
    """It is in place, and rolls back by itself unless it is confirmed."""


@dataclass(frozen=True, slots=True)
class Lost:
    """The host was lost while it was put in place: it may be, and rolls back by itself."""

    why: str


@dataclass(frozen=True, slots=True)
class NotApplied:
    """Nothing was changed, or it was undone at once."""

    why: str
    hint: str | None = None
    is_as_reviewed: bool = True
    """Whether the host has what was reviewed, as far as was looked."""


async def begin(
    host: Host, plan: Plan, confirm_within_seconds: int, view: View
) -> Applied | Lost | NotApplied:
    """Put the change in place on the host; it is undone there after that time, unless confirmed."""
    sent = await run(host, ("sh", "-c", _UNPACK, "sh", plan.id), view, given=packed(plan))
    if isinstance(sent, Unseen):
        return NotApplied(sent.why, sent.next_step)
    if sent.exit_code != 0:
        return _not_stored(host, plan, sent)
    ran = await _script(host, plan.id, view, "begin", str(confirm_within_seconds))
    if isinstance(ran, Unseen):
        return Lost(ran.why)
    return Applied() if ran.exit_code == 0 else _not_begun(host, plan, ran)


def _not_begun(host: Host, plan: Plan, ran: Ran) -> NotApplied:
    if ran.exit_code in {_UNDER_WAY, _ANOTHER_UNDER_WAY}:
        return _under_way(host, plan.id if ran.exit_code == _UNDER_WAY else _said(ran))
    why = f"{host.id}: {_said(ran).removeprefix('failed: ')}"
    if ran.exit_code == _NOT_AS_REVIEWED:
        again = f"review it again: twiceshy review --live {host.id} --after PATH"
        return NotApplied(why, again, is_as_reviewed=False)
    return NotApplied(why)


def _not_stored(host: Host, plan: Plan, sent: Ran) -> NotApplied:
    if sent.exit_code == _UNDER_WAY:
        return _under_way(host, plan.id)
    if sent.exit_code == _NOT_PUT_BACK:
        kept = f"{_said(sent)}/{plan.id}"
        return NotApplied(
            f"{host.id}: an earlier attempt could not be taken back; what was there is in {kept}/old",
            f"put it back by hand, then remove {kept}",
        )
    return NotApplied(f"{host.id}: the change could not be stored: {sent.complaint}")


def _under_way(host: Host, id_: str) -> NotApplied:
    return NotApplied(
        f"the change {id_} was begun on {host.id}, and it is not decided whether it stays",
        f"wait until it rolls back, or: twiceshy confirm {id_} --host {host.id}"
        " (with --no it is taken back)",
    )


async def confirm(host: Host, id_: str, view: View) -> str | Unseen:
    """Keep it; what became of it in words: `confirmed`, or that it was too late and why."""
    ran = await _script(host, id_, view, "confirm")
    if isinstance(ran, Unseen):
        return ran
    return CONFIRMED if ran.exit_code == 0 else _said(ran)


async def roll_back(host: Host, id_: str, why: str, view: View) -> str | Unseen:
    """Undo it now; what became of it in words."""
    ran = await _script(host, id_, view, "rollback", why)
    return ran if isinstance(ran, Unseen) else _said(ran)


async def state(host: Host, id_: str, view: View) -> str | Unseen:
    """`pending`, `confirmed`, `rolled back: WHY`, or in words how else it ended."""
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
    """What a host said last, on one line and without what could steer a terminal."""
    lines = ran.stdout.decode("utf-8", "replace").strip().splitlines()
    said = lines[-1] if lines else ran.complaint
    return "".join(one if one.isprintable() else " " for one in said)[:300]
