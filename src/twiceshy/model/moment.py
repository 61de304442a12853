"""A point in time as a report gives it, where day, clock or zone may be missing.

Nothing is invented: a report that writes "14:00" and no date yields a moment with no day, and
comparing it with one that has a day yields None instead of a guess.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone


@dataclass(frozen=True, slots=True)
class Moment:
    """A day, a clock time, both, each with the zone offset the report states, if it states one."""

    day: date | None = None
    clock: time | None = None
    offset_minutes: int | None = None
    """Minutes east of UTC; None when the report names no zone."""

    def __post_init__(self) -> None:
        if self.day is None and self.clock is None:
            raise ValueError("a moment needs a day or a clock time")

    @property
    def zone(self) -> timezone | None:
        """The stated offset as a fixed zone, or None."""
        if self.offset_minutes is None:
            return None
        return timezone(timedelta(minutes=self.offset_minutes))

    def iso(self) -> str:
        """ISO 8601: `2024-06-07T13:00:00+00:00`, `T14:00:00` without a day, or `2024-06-07`."""
        if self.clock is None:
            assert self.day is not None
            return self.day.isoformat()
        if self.day is None:
            return f"T{self.clock.replace(tzinfo=self.zone).isoformat(timespec='seconds')}"
        return datetime.combine(self.day, self.clock, self.zone).isoformat(timespec="seconds")

    def minutes_until(self, later: Moment) -> float | None:
        """Minutes from here to `later`, or None when the two cannot be compared.

        With only one of the zones stated both are taken to be in that zone; with a day on one
        side only, or no clock, there is no answer. Clock-only pairs are on the same day.
        """
        if self.clock is None or later.clock is None or (self.day is None) != (later.day is None):
            return None
        some_day = date(2000, 1, 1)
        mine = datetime.combine(self.day or some_day, self.clock)
        theirs = datetime.combine(later.day or some_day, later.clock)
        if self.offset_minutes is not None and later.offset_minutes is not None:
            shift_minutes = self.offset_minutes - later.offset_minutes
        else:
            shift_minutes = 0
        return (theirs - mine).total_seconds() / 60 + shift_minutes
