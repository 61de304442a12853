"""Crontabs: /etc/crontab, /etc/cron.d and those of users; after crontab(5) of cron and cronie."""

from __future__ import annotations

import re
from dataclasses import dataclass
from types import MappingProxyType

from twiceshy.languages.schedules.recurrence import Days, Recurrence

_MOST_BYTES = 1024 * 1024
_MOST_LINES = 20_000
_NAMED = MappingProxyType(
    {
        "@yearly": "0 0 1 1 *",
        "@annually": "0 0 1 1 *",
        "@monthly": "0 0 1 * *",
        "@weekly": "0 0 * * 0",
        "@daily": "0 0 * * *",
        "@midnight": "0 0 * * *",
        "@hourly": "0 * * * *",
    }
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_VARIABLE = re.compile(r"\s*([A-Za-z_]\w*|\"[^\"]*\"|'[^']*')\s*=\s*(.*)")
_PART = re.compile(r"(\*|[A-Za-z]{3}|\d{1,2})(?:[-~]([A-Za-z]{3}|\d{1,2}))?(?:/(\d{1,3}))?")


@dataclass(frozen=True, slots=True)
class CronLine:
    """One line that runs a command."""

    line: int
    command: str
    user: str | None
    recurrence: Recurrence | None
    """None for @reboot, and when the times cannot be read."""
    fault: str | None = None
    """Why cron does not run it: then nothing of the file may be run."""
    mailto: str | None = None
    """Who gets what it prints; None when the file does not say: then the owner of the file."""


def read_crontab(data: bytes, *, has_users: bool) -> tuple[CronLine, ...]:
    """The commands of a crontab; `has_users` for /etc/crontab and /etc/cron.d, with a user each."""
    found: list[CronLine] = []
    mailto: str | None = None
    text = data[:_MOST_BYTES].decode("utf-8", "replace")
    for number, line in enumerate(text.splitlines()[:_MOST_LINES], 1):
        bare = line.strip()
        if not bare or bare.startswith("#"):
            continue
        variable = _VARIABLE.fullmatch(line)
        if variable is not None:
            if variable[1].strip("\"'") == "MAILTO":
                mailto = variable[2].strip().strip("\"'")
            continue
        found.append(_read_line(bare, number, mailto, has_users=has_users))
    return tuple(found)


def _read_line(text: str, number: int, mailto: str | None, *, has_users: bool) -> CronLine:
    if text.startswith("@"):
        when, _, rest = text.partition(" ") if " " in text else text.partition("\t")
        times = _NAMED.get(when.lower())
        fault = None if times or when.lower() == "@reboot" else f"{when} is no time"
    else:
        parts = text.split(None, 5)
        times, rest = " ".join(parts[:5]), parts[5] if len(parts) > 5 else ""  # noqa: PLR2004 - five fields and a command
        fault = None
    user = None
    rest = rest.strip()
    if has_users:
        user, _, rest = rest.replace("\t", " ").partition(" ")
    recurrence = None
    if times and fault is None:
        try:
            recurrence = read_times(times)
        except ValueError as error:
            fault = str(error)
    command = re.split(r"(?<!\\)%", rest.strip(), maxsplit=1)[0].replace("\\%", "%")
    if fault is None and not command:
        fault = "it has no command" + (" after the user" if has_users else "")
    if fault is not None:
        # Which word is the command is not known then: all of the line says what it was for.
        command = text
    return CronLine(number, command, user, recurrence, fault, mailto)


def read_times(text: str) -> Recurrence:
    """The five fields of a crontab line; raises ValueError with one clause."""
    fields = text.split()
    if len(fields) != 5:  # noqa: PLR2004 - minute, hour, day, month, weekday
        raise ValueError("it does not begin with five fields of time")
    minutes = _numbers(fields[0], 0, 59)
    hours = _numbers(fields[1], 0, 23)
    of_month = _numbers(fields[2], 1, 31)
    months = _numbers(fields[3], 1, 12, _MONTHS)
    weekdays = _numbers(fields[4], 0, 7, _WEEKDAYS)
    days = Days(
        months=_unless_any(months, fields[3]),
        of_month=_unless_any(of_month, fields[2]),
        weekdays=_unless_any(frozenset((one - 1) % 7 for one in weekdays), fields[4]),
        either=not fields[2].startswith("*") and not fields[4].startswith("*"),
    )
    times = tuple(hour * 60 + minute for hour in sorted(hours) for minute in sorted(minutes))
    return Recurrence(days, times)


def _unless_any(numbers: frozenset[int], text: str) -> frozenset[int] | None:
    return None if text == "*" else numbers


def _numbers(text: str, least: int, most: int, names: tuple[str, ...] = ()) -> frozenset[int]:
    found: set[int] = set()
    for part in text.split(","):
        match = _PART.fullmatch(part)
        if match is None:
            raise ValueError(f"{part[:40]!r} is no time")
        if match[1] == "*":
            first, last = least, most
        else:
            first = _number(match[1], least, names)
            last = _number(match[2], least, names) if match[2] else (most if match[3] else first)
        step = int(match[3]) if match[3] else 1
        if not (least <= first <= most and least <= last <= most) or step == 0 or last < first:
            raise ValueError(f"{part[:40]!r} is not between {least} and {most}")
        if "~" in part:
            # cronie picks one of them at random: the first and the last are the widest apart.
            found.add(first)
            continue
        found.update(range(first, last + 1, step))
    return frozenset(found)


def _number(text: str, least: int, names: tuple[str, ...]) -> int:
    if text.isdigit():
        return int(text)
    if text.lower() in names:
        return names.index(text.lower()) + least
    raise ValueError(f"{text!r} is no time")
