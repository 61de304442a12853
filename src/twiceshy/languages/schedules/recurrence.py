"""How often something comes round: which days, and which minutes of these days."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

_HORIZON_DAYS = 1500
"""More than four years, so that the 29th of February comes round."""
_DAY_MINUTES = 1440


@dataclass(frozen=True, slots=True)
class Days:
    """Which days; None stands for any."""

    months: frozenset[int] | None = None
    of_month: frozenset[int] | None = None
    """1 to 31; counted from the end of the month when `from_end`: 1 is its last day."""
    weekdays: frozenset[int] | None = None
    """0 is Monday."""
    years: frozenset[int] | None = None
    from_end: bool = False
    either: bool = False
    """A day of the month or a weekday is enough, as in a crontab that restricts both."""

    def __contains__(self, day: date) -> bool:
        if self.months is not None and day.month not in self.months:
            return False
        if self.years is not None and day.year not in self.years:
            return False
        number = day.day
        if self.from_end:
            number = monthrange(day.year, day.month)[1] - day.day + 1
        by_number = self.of_month is None or number in self.of_month
        by_weekday = self.weekdays is None or day.weekday() in self.weekdays
        if self.either and self.of_month is not None and self.weekdays is not None:
            return by_number or by_weekday
        return by_number and by_weekday


@dataclass(frozen=True, slots=True)
class Recurrence:
    """Days, and the minutes of the day at which it happens on each of them."""

    days: Days
    minutes: tuple[int, ...]
    """Sorted, each from 0 to 1439."""

    def longest_gap(self, start: date) -> timedelta | None:
        """The longest time from one occurrence to the next from `start` on.

        None when it does not come round at least twice in four years. Daylight saving is left out.
        """
        return longest_gap((self,), start)


def longest_gap(recurrences: tuple[Recurrence, ...], start: date) -> timedelta | None:
    """The longest time without an occurrence of any of them; see `Recurrence.longest_gap`."""
    longest = 0
    previous: int | None = None
    inner: dict[frozenset[int], tuple[int, int, int]] = {}
    for offset in range(_HORIZON_DAYS):
        try:
            day = start + timedelta(days=offset)
        except OverflowError:
            break
        active = frozenset(
            n for n, one in enumerate(recurrences) if one.minutes and day in one.days
        )
        if not active:
            continue
        if active not in inner:
            minutes = sorted({minute for n in active for minute in recurrences[n].minutes})
            steps = [later - sooner for sooner, later in pairwise(minutes)]
            inner[active] = (minutes[0], minutes[-1], max(steps, default=0))
        first, last, step = inner[active]
        longest = max(longest, step)
        if previous is not None:
            longest = max(longest, offset * _DAY_MINUTES + first - previous)
        previous = offset * _DAY_MINUTES + last
    return timedelta(minutes=longest) if longest else None
