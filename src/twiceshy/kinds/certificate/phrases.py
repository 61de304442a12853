"""Instants and spans of time as people read them, always with the zone."""

from __future__ import annotations

from datetime import datetime, timedelta

_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)
_MINUTE = timedelta(minutes=1)


def instant(at: datetime) -> str:
    """`2024-06-07 13:00 UTC`."""
    return f"{at.isoformat(' ', 'minutes')[:16]} UTC"


def span(length: timedelta) -> str:
    """The length in its largest sensible unit, rounded down: `9 days`, `5 hours`, `1 minute`."""
    length = abs(length)
    for unit, word in ((_DAY, "day"), (_HOUR, "hour"), (_MINUTE, "minute")):
        if length >= 2 * unit or (length >= unit and unit is not _DAY):
            count = length // unit
            return f"{count} {word}" if count == 1 else f"{count} {word}s"
    return "less than a minute"


def relative(at: datetime, now: datetime) -> str:
    """`in 9 days` or `2 days ago`."""
    return f"in {span(at - now)}" if at > now else f"{span(now - at)} ago"


def instant_and_relative(at: datetime, now: datetime) -> str:
    """`2024-06-07 13:00 UTC (2 days ago)`."""
    return f"{instant(at)} ({relative(at, now)})"


def shortened(text: str, most: int = 60) -> str:
    """One line of printable text, cut where it gets too long: names in certificates are hostile."""
    printable = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
    return printable if len(printable) <= most else f"{printable[: most - 1]}…"
