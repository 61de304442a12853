"""Moments in a text: days and clocks that belong together, in order of appearance."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, time
from functools import lru_cache
from typing import NamedTuple

from twiceshy.reports.when.clocks import Clock, clocks_in
from twiceshy.reports.when.days import Day, days_in
from twiceshy.reports.when.zones import Zone

_GLUE = re.compile(
    r"[\s,.;:|T@(\[\])*_–—-]*(?:at|on|around|about|~|,)?[\s,.;:(\[*_–—-]*", re.IGNORECASE
)
_GLUE_LIMIT = 14
_MAY_BE = re.compile(r"\d|(?i:noon|midnight|midday)")
_REMEMBERED = 2048
_TO = re.compile(r"\s*(?:-{1,2}|–|—|to|until|till|through|and|→|->|/)\s*", re.IGNORECASE)


class Mark(NamedTuple):
    """A day, a clock, or both beside each other, with the zone named there."""

    start: int
    stop: int
    day: Day | None = None
    clock: Clock | None = None

    @property
    def at(self) -> time | None:
        """The clock time, if one is given."""
        return None if self.clock is None else self.clock.at

    @property
    def zone(self) -> Zone | None:
        """The zone named beside the clock, if any."""
        return None if self.clock is None else self.clock.zone

    def day_of(self, settled: date | None) -> date | None:
        """The day given here, already settled by the caller, else None."""
        return None if self.day is None else settled


def _pair(text: str, first: Mark, second: Mark) -> Mark | None:
    """The two as one mark when nothing but glue is between a day and a clock."""
    between = text[first.stop : second.start]
    if len(between) > _GLUE_LIMIT or not _GLUE.fullmatch(between):
        return None
    if (
        first.day is not None
        and first.clock is None
        and second.clock is not None
        and second.day is None
    ):
        return Mark(first.start, second.stop, first.day, second.clock)
    if (
        first.clock is not None
        and first.day is None
        and second.day is not None
        and second.clock is None
    ):
        if _TO.fullmatch(between) and "," not in between and between.strip() != "":
            return None
        return Mark(first.start, second.stop, second.day, first.clock)
    return None


@lru_cache(maxsize=_REMEMBERED)
def marks_in(text: str) -> tuple[Mark, ...]:
    """Every day, clock, or day with clock in a text, in order."""
    if _MAY_BE.search(text) is None:
        return ()
    days = days_in(text)
    clocks = [
        clock
        for clock in clocks_in(text)
        if not any(day.start <= clock.start < day.stop for day in days)
    ]
    singles: list[Mark] = [Mark(day.start, day.stop, day=day) for day in days]
    singles += [Mark(clock.start, clock.stop, clock=clock) for clock in clocks]
    singles.sort(key=lambda mark: mark.start)
    return tuple(_joined(text, singles))


def _joined(text: str, singles: Sequence[Mark]) -> list[Mark]:
    marks: list[Mark] = []
    index = 0
    while index < len(singles):
        mark = singles[index]
        following = singles[index + 1] if index + 1 < len(singles) else None
        joined = _pair(text, mark, following) if following is not None else None
        if joined is not None and following is not None:
            after = singles[index + 2] if index + 2 < len(singles) else None
            # "10:00 June 3, 12:00 PM": the day belongs to the clock behind it when a clock follows.
            steals = (
                mark.clock is not None
                and after is not None
                and after.clock is not None
                and _pair(text, following, after) is not None
                and (not marks or marks[-1].clock is None or marks[-1].day is not None)
                and bool(marks)
            )
            if not steals:
                marks.append(joined)
                index += 2
                continue
        marks.append(mark)
        index += 1
    return marks


def is_range(text: str, first: Mark, second: Mark) -> bool:
    """Whether only a dash, `to` or alike stands between two marks."""
    return _TO.fullmatch(text[first.stop : second.start].strip("*_ ()[]")) is not None


def with_zone(mark: Mark, zone: Zone) -> Mark:
    """The same mark in a zone that was named elsewhere."""
    if mark.clock is None or mark.clock.zone is not None:
        return mark
    return mark._replace(clock=mark.clock._replace(zone=zone))
