"""OnCalendar= expressions of systemd timers, after systemd.time(7) of version 252."""

from __future__ import annotations

import re
from dataclasses import replace
from types import MappingProxyType

from twiceshy.languages.schedules.recurrence import Days, Recurrence

_SHORTHANDS = MappingProxyType(
    {
        "minutely": "*-*-* *:*:00",
        "hourly": "*-*-* *:00:00",
        "daily": "*-*-* 00:00:00",
        "monthly": "*-*-01 00:00:00",
        "weekly": "Mon *-*-* 00:00:00",
        "yearly": "*-01-01 00:00:00",
        "annually": "*-01-01 00:00:00",
        "quarterly": "*-01,04,07,10-01 00:00:00",
        "semiannually": "*-01,07-01 00:00:00",
        "biannually": "*-01,07-01 00:00:00",
        "semi-annually": "*-01,07-01 00:00:00",
        "bi-annually": "*-01,07-01 00:00:00",
    }
)
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MOST_TEXT = 400
_ZONE = re.compile(r"\s+(?:UTC|[A-Z][A-Za-z_+-]+/[A-Za-z_+/-]+|[A-Z]{3,5})$")
_PART = re.compile(r"(\d{1,4})(?:\.\.(\d{1,4}))?(?:/(\d{1,4}))?")
_CENTURY = 100
_HALF = 70


class NotACalendar(ValueError):
    """The text is no calendar expression; systemd ignores such a line and warns in its log."""


def read_calendar(text: str) -> Recurrence:
    """Read one expression; raises NotACalendar with one clause."""
    if len(text) > _MOST_TEXT:
        raise NotACalendar("it is longer than any calendar expression")
    words = _ZONE.sub("", text.strip())
    words = _SHORTHANDS.get(words.lower(), words)
    fields = words.split()
    days = Days()
    if fields and re.match(r"[A-Za-z]", fields[0]):
        days = replace(days, weekdays=_weekdays(fields.pop(0).strip(",")))
    has_date = bool(fields) and ":" not in fields[0] and re.search(r"[-~]", fields[0]) is not None
    if has_date:
        days = _date(fields.pop(0), days)
    if len(fields) > 1 or (not fields and not has_date and days.weekdays is None):
        raise NotACalendar(f"{text.strip()!r} is no calendar expression")
    return Recurrence(days, _minutes(fields[0] if fields else "00:00"))


def _weekdays(text: str) -> frozenset[int]:
    found: set[int] = set()
    for part in text.split(","):
        first, _, last = part.replace("-", "..", 1).partition("..")
        start, end = _weekday(first), _weekday(last or first)
        if end < start:
            raise NotACalendar(f"{part!r} goes backwards")
        found.update(range(start, end + 1))
    return frozenset(found)


def _weekday(text: str) -> int:
    short = text.lower()
    for number, name in enumerate(_WEEKDAYS):
        if short in {name, name[:3]}:
            return number
    raise NotACalendar(f"{text!r} is no day of the week")


def _date(text: str, days: Days) -> Days:
    from_end = "~" in text
    parts = re.split(r"[-~]", text)
    if text.count("~") > 1 or (from_end and text.rfind("-") > text.index("~")):
        raise NotACalendar(f"{text!r} is no date")
    if len(parts) == 2:  # noqa: PLR2004 - month and day
        parts.insert(0, "*")
    if len(parts) != 3:  # noqa: PLR2004 - year, month and day
        raise NotACalendar(f"{text!r} is no date")
    years = _numbers(parts[0], 0, 9999)
    if years is not None:
        years = frozenset(
            year if year >= _CENTURY else year + (2000 if year < _HALF else 1900) for year in years
        )
    months = _numbers(parts[1], 1, 12)
    of_month = _from_end(parts[2]) if from_end else _numbers(parts[2], 1, 31)
    return replace(days, years=years, months=months, of_month=of_month, from_end=from_end)


def _from_end(text: str) -> frozenset[int] | None:
    """Days counted from the end of the month: `07/1` is the seventh last and those after it."""
    first, slash, step = text.partition("/")
    if not slash:
        return _numbers(text, 1, 31)
    if not (first.isdigit() and step.isdigit() and int(step[:4]) > 0):
        raise NotACalendar(f"{text!r} is no number")
    return frozenset(range(min(int(first[:4]), 31), 0, -int(step[:4])))


def _minutes(text: str) -> tuple[int, ...]:
    parts = text.split(":")
    if len(parts) not in {2, 3}:
        raise NotACalendar(f"{text!r} is no time")
    if len(parts) == 3:  # noqa: PLR2004 - with seconds
        _numbers(re.sub(r"\.\d+", "", parts[2]), 0, 59)
    hours, minutes = _numbers(parts[0], 0, 23), _numbers(parts[1], 0, 59)
    return tuple(
        hour * 60 + minute
        for hour in sorted(hours if hours is not None else range(24))
        for minute in sorted(minutes if minutes is not None else range(60))
    )


def _numbers(text: str, least: int, most: int) -> frozenset[int] | None:
    """The numbers of one component; None for `*`, which is any."""
    found: set[int] = set()
    for part in text.split(","):
        if part == "*":
            return None
        match = _PART.fullmatch(part)
        if match is None:
            raise NotACalendar(f"{part!r} is no number")
        first = int(match[1])
        last = int(match[2]) if match[2] else (most if match[3] else first)
        step = int(match[3]) if match[3] else 1
        if not (least <= first <= most and least <= last <= most) or step == 0 or last < first:
            raise NotACalendar(f"{part!r} is not between {least} and {most}")
        found.update(range(first, last + 1, step))
    return frozenset(found)
