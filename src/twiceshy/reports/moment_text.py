"""Moments and lengths in words, always with the zone the report states."""

from __future__ import annotations

from twiceshy.model.moment import Moment

_HOUR = 60
_DAY = 24 * _HOUR


def zone_text(offset_minutes: int | None) -> str:
    """`UTC`, `UTC+3`, `UTC-4:30`; empty when the report names no zone."""
    if offset_minutes is None:
        return ""
    if offset_minutes == 0:
        return "UTC"
    hours, minutes = divmod(abs(offset_minutes), _HOUR)
    sign = "+" if offset_minutes > 0 else "-"
    return f"UTC{sign}{hours}" + (f":{minutes:02}" if minutes else "")


def clock_text(moment: Moment) -> str:
    """The clock alone: `13:20`, `13:20:05`; the day for a moment without a clock."""
    if moment.clock is None:
        assert moment.day is not None
        return moment.day.isoformat()
    return moment.clock.isoformat("seconds" if moment.clock.second else "minutes")


def time_text(moment: Moment) -> str:
    """The clock with its zone: `13:20 UTC`."""
    return f"{clock_text(moment)} {zone_text(moment.offset_minutes)}".rstrip()


def stamp_text(moment: Moment) -> str:
    """Day, clock and zone, as far as the report gives them: `2024-06-07 13:20 UTC`."""
    if moment.day is None or moment.clock is None:
        return time_text(moment)
    return f"{moment.day.isoformat()} {time_text(moment)}"


def span_text(start: Moment | None, end: Moment | None) -> str:
    """From start to end, saying day and zone once where they are the same; empty without either."""
    if start is None or end is None:
        present = start or end
        if present is None:
            return ""
        return f"{'from' if start is not None else 'until'} {stamp_text(present)}"
    if start.clock is None or end.clock is None:
        return f"{stamp_text(start)} to {stamp_text(end)}"
    day = "" if start.day is None else f"{start.day.isoformat()} "
    left = clock_text(start) if start.offset_minutes == end.offset_minutes else time_text(start)
    right = time_text(end) if start.day == end.day else stamp_text(end)
    return f"{day}{left} to {right}"


def length_text(minutes: float) -> str:
    """A length in words: `45 minutes`, `2 hours 5 minutes`, `3 days 1 hour`."""
    whole = round(minutes)
    parts = (
        (whole // _DAY, "day"),
        (whole % _DAY // _HOUR, "hour"),
        (whole % _HOUR, "minute"),
    )
    said = [f"{n} {unit}{'' if n == 1 else 's'}" for n, unit in parts if n]
    return " ".join(said) or "0 minutes"
