"""Spans and instants as people read them, and small phrases that findings share."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

_UNITS = (
    (timedelta(days=1), "day"),
    (timedelta(hours=1), "hour"),
    (timedelta(minutes=1), "minute"),
)
MOST = 160


def span(length: timedelta) -> str:
    """The length in its largest sensible unit, rounded down: `9 days`, `36 hours`."""
    length = abs(length)
    for unit, word in _UNITS:
        if length >= 2 * unit or (length >= unit and word != "day"):
            count = length // unit
            return f"{count} {word}" if count == 1 else f"{count} {word}s"
    return "less than a minute"


def instant(at: datetime) -> str:
    """`2024-06-07 13:00 UTC`."""
    return f"{at.isoformat(' ', 'minutes')[:16]} UTC"


def ago(at: datetime, now: datetime) -> str:
    """`2024-06-07 13:00 UTC (2 days ago)`."""
    relative = f"in {span(at - now)}" if at > now else f"{span(now - at)} ago"
    return f"{instant(at)} ({relative})"


def listed(items: Iterable[str], most: int = 5) -> str:
    """`a, b, c`, or the first few and how many more."""
    every = list(dict.fromkeys(items))
    if len(every) <= most:
        return ", ".join(every)
    return f"{', '.join(every[:most])} and {len(every) - most} more"


def shortened(text: str, most: int = MOST) -> str:
    """One line of printable text, cut where it gets too long."""
    line = " ".join(text.split())
    printable = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in line)
    return printable if len(printable) <= most else f"{printable[: most - 1]}…"
