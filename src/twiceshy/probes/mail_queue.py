"""What waits in the queue of a Postfix: `postqueue -j`, one JSON object on each line."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from twiceshy.kinds.mail.facts import QueueSeen, Waiting
from twiceshy.model.estate import Host
from twiceshy.model.fact import Unseen
from twiceshy.probes.reach import run
from twiceshy.probes.reach_outcome import Ran
from twiceshy.probes.view import View

LIMIT_BYTES = 32 * 1024 * 1024
UNAVAILABLE = 69
"""EX_UNAVAILABLE: postqueue found no mail system that runs."""
_NOT_FOUND = 127
_PLACES = ("", "/usr/sbin/", "/sbin/")


async def queue_of(host: Host, config_dir: str, view: View) -> QueueSeen:
    """The oldest message in the queue, and how many there are."""
    ran = await _asked(host, config_dir, view)
    name = str(host.id)
    if isinstance(ran, Unseen):
        return QueueSeen(name, why_not=ran.why.removeprefix(f"{host.id}: "))
    if ran.exit_code == UNAVAILABLE:
        return QueueSeen(name, why_not=ran.complaint, is_down=True)
    if ran.exit_code != 0:
        return QueueSeen(name, why_not=f"postqueue: {ran.complaint}")
    waiting: list[Waiting] = []
    for line in ran.stdout.splitlines():
        try:
            one = _waiting(json.loads(line))
        except (ValueError, KeyError, TypeError, OverflowError, OSError):
            return QueueSeen(name, why_not="postqueue printed what is not read here")
        waiting.append(one)
    oldest = min(waiting, key=lambda one: one.since, default=None)
    return QueueSeen(name, len(waiting), oldest)


async def _asked(host: Host, config_dir: str, view: View) -> Ran | Unseen:
    ran: Ran | Unseen | None = None
    for place in _PLACES:
        argv = (f"{place}postqueue", "-c", config_dir, "-j")
        ran = await run(host, argv, view, limit_bytes=LIMIT_BYTES)
        missing = (isinstance(ran, Unseen) and "not installed" in ran.why) or (
            isinstance(ran, Ran) and ran.exit_code == _NOT_FOUND
        )
        if not missing:
            break
    assert ran is not None, "there is a place to look in"
    return ran


def _waiting(told: Any) -> Waiting:
    recipients = told.get("recipients") or [{}]
    late = next((one for one in recipients if one.get("delay_reason")), recipients[0])
    return Waiting(
        str(told["queue_id"])[:40],
        str(told["queue_name"])[:20],
        datetime.fromtimestamp(int(told["arrival_time"]), UTC),
        str(late.get("address", ""))[:200],
        " ".join(str(late.get("delay_reason", "")).split())[:200],
    )
