"""Dates as reports write them, in two dozen forms.

A numeric date such as 07/09/2023 may be July or September. It stays unread unless another date
of the same report settles the order; a date without a year is no date.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import Enum
from functools import lru_cache

from twiceshy.reports.phrases import lower

_MONTHS = {
    name: number
    for number, names in enumerate(
        ("jan january", "feb february", "mar march", "apr april", "may", "jun june", "jul july",
         "aug august", "sep sept september", "oct october", "nov november", "dec december"),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    r"sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_ORDINAL = r"(?:st|nd|rd|th)?"
_YEAR = r"(?:'\d\d|(?:19|20)\d\d)"
_SHORT_CENTURY = 70

DAY = (
    r"(?:"
    r"(?P<iso>(?:19|20)\d\d[-/.](?:0?[1-9]|1[0-2])[-/.](?:3[01]|[12]\d|0?[1-9])(?!\d))|"
    r"(?P<mdy>\b" + _MONTH + r"\.?\s*\d{1,2}" + _ORDINAL + r"\b(?:\s*,?\s*(?:of\s+)?" + _YEAR + r"\b)?)|"
    r"(?P<dmy>(?<![\d:.])\d{1,2}" + _ORDINAL + r"(?:\s+of)?[\s/.-]*" + _MONTH
    + r"\b\.?(?:[\s/,.-]*(?:" + _YEAR + r"|\d\d(?![\d:]))\b)?)|"
    r"(?P<compact>(?<![\d:])\d{1,2}" + _MONTH + r"\d{2,4}\b)|"
    r"(?P<spaced>(?<![\d:])\d{1,2}\s?,\s?\d{1,2}\s?,\s?(?:19|20)\d\d\b)|"
    r"(?P<numeric>(?<![\d:/.-])\d{1,2}(?P<sep>[/.-])\d{1,2}(?P=sep)(?:(?:19|20)\d\d|\d\d)(?![\d:/.-]\d))"
    r")"
)  # fmt: skip
"""Pattern text of a date in lower case, with one named group per form."""

_DAY = re.compile(DAY)
_OPENING = re.compile(r"\d+|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)")
_MONTH_NAME = re.compile(
    r"[adfjmnos](?<![a-z_][a-z])(?:an(?:uary)?|eb(?:ruary)?|ar(?:ch)?|pr(?:il)?|ay|une?|uly?"
    r"|ug(?:ust)?|ept?(?:ember)?|ct(?:ober)?|ov(?:ember)?|ec(?:ember)?)(?![a-z])"
)
"""A month's name, or nearly; a set of letters in front lets a search skip to them."""
_NUMBER_OPENING = re.compile(r"\d\d*(?=[-/.]\d|\s?,\s?\d)")
"""A number that may open a date without a month's name."""
_WORDS = re.compile(r"[a-z]+|'?\d+")
_REMEMBERED = 2048


class Order(Enum):
    """Which comes first in a report's numeric dates."""

    DAY_FIRST = "day first"
    MONTH_FIRST = "month first"
    UNSETTLED = "unsettled"


@dataclass(frozen=True, slots=True)
class Day:
    """A date found in a text: where, and which calendar days it can mean."""

    start: int
    stop: int
    choices: tuple[date, ...]
    """One date; two (day first, month first) for an ambiguous one; none without a year."""
    month_day: tuple[int, int] | None = None
    """Month and day of a date that names no year."""
    order: Order | None = None
    """The order this numeric date proves, when only one reading of it is a date."""

    @property
    def ambiguous(self) -> bool:
        """Whether it can be read day first and month first, as different days."""
        return len(self.choices) > 1

    def settled(self, order: Order) -> date | None:
        """The one date this means under an order, or None."""
        if self.ambiguous:
            if order is Order.UNSETTLED:
                return None
            return self.choices[0 if order is Order.DAY_FIRST else 1]
        return self.choices[0] if self.choices else None


def _date(year: int, month: int, day: int) -> tuple[date, ...]:
    try:
        return (date(year, month, day),)
    except ValueError:
        return ()


def _full_year(text: str) -> int:
    year = int(text.lstrip("'"))
    if year >= 100:
        return year
    return year + (2000 if year < _SHORT_CENTURY else 1900)


def _worded(text: str, start: int, stop: int) -> Day | None:
    month = 0
    numbers: list[str] = []
    for word in _WORDS.findall(text):
        lower = word.lower()
        if lower in _MONTHS:
            month = _MONTHS[lower]
        elif lower.lstrip("'").isdigit():
            numbers.append(word)
    if not month or not numbers:
        return None
    day = int(numbers[0].lstrip("'"))
    if len(numbers) == 1:
        return Day(start, stop, (), (month, day))
    return Day(start, stop, _date(_full_year(numbers[1]), month, day))


def _numeric(text: str, start: int, stop: int) -> Day | None:
    first, second, last = re.findall(r"\d+", text)
    year = _full_year(last)
    day_first = _date(year, int(second), int(first))
    month_first = _date(year, int(first), int(second))
    if day_first and month_first and day_first != month_first:
        return Day(start, stop, day_first + month_first)
    if day_first:
        return Day(start, stop, day_first, order=None if month_first else Order.DAY_FIRST)
    return Day(start, stop, month_first, order=Order.MONTH_FIRST) if month_first else None


def _read(match: re.Match[str]) -> Day | None:
    text, start, stop = match[0], match.start(), match.end()
    if match["iso"]:
        year, month, day = (int(number) for number in re.findall(r"\d+", text))
        return Day(start, stop, _date(year, month, day))
    if match["numeric"] or match["spaced"]:
        return _numeric(text, start, stop)
    return _worded(text, start, stop)


@lru_cache(maxsize=_REMEMBERED)
def days_in(text: str) -> tuple[Day, ...]:
    """Every date in a text, in order."""
    low = lower(text)
    found: list[Day] = []
    stop = 0
    # A date opens with a number or a month's name; looking only there is six times as fast, and
    # without any month's name only few numbers are left.
    openings = _OPENING if _MONTH_NAME.search(low) else _NUMBER_OPENING
    for opening in openings.finditer(low):
        if opening.start() < stop or (match := _DAY.match(low, opening.start())) is None:
            continue
        stop = match.end()
        if (day := _read(match)) is not None:
            found.append(day)
    return tuple(found)


def settle(days: Iterable[Day]) -> Order:
    """Which order a report's ambiguous dates are in, from its other dates.

    A numeric date with a number above twelve settles it for all of them; so does an unambiguous
    date that equals one reading of an ambiguous one.
    """
    found = list(days)
    for day in found:
        if day.order is not None:
            return day.order
    sure = {day.choices[0] for day in found if len(day.choices) == 1}
    for day in found:
        if day.ambiguous:
            for order, choice in zip(
                (Order.DAY_FIRST, Order.MONTH_FIRST), day.choices, strict=True
            ):
                if choice in sure:
                    return order
    return Order.UNSETTLED
