"""Which guards are due: each has its own cadence, counted from when it was last looked at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from twiceshy.model.guard import Guard
from twiceshy.model.ids import GuardId


def due(
    guards: Iterable[Guard], last_seen: Mapping[GuardId, datetime], now: datetime
) -> tuple[Guard, ...]:
    """The guards to check at `now`, those that have waited longest beyond their cadence first.

    A guard never seen is due at once, before all others; so is one last seen in the future: a
    clock was turned back, and waiting for it to catch up would leave the guard unchecked.
    """
    waiting = [(_overdue(guard, last_seen.get(guard.id), now), guard) for guard in guards]
    waiting = [(by, guard) for by, guard in waiting if by >= timedelta(0)]
    return tuple(guard for _, guard in sorted(waiting, key=lambda pair: pair[0], reverse=True))


def next_due(
    guards: Iterable[Guard], last_seen: Mapping[GuardId, datetime], now: datetime
) -> datetime | None:
    """When the next guard is due: `now` if one is already, None when there are no guards."""
    longest = max((_overdue(guard, last_seen.get(guard.id), now) for guard in guards), default=None)
    if longest is None:
        return None
    return now if longest >= timedelta(0) else now - longest


def _overdue(guard: Guard, last: datetime | None, now: datetime) -> timedelta:
    if last is None or last > now:
        return timedelta.max
    return now - last - guard.every
