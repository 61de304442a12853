"""systemd timers and the services they start, as jobs; after systemd.timer(5)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import PurePosixPath
from types import MappingProxyType

from twiceshy.languages.schedules.calendar import NotACalendar, read_calendar
from twiceshy.languages.schedules.job import Job
from twiceshy.languages.schedules.recurrence import longest_gap
from twiceshy.languages.schedules.unit import Assignment, Unit, read_assignments
from twiceshy.model.configuration import Configuration

FOLDERS = (
    "/etc/systemd/system",
    "/run/systemd/system",
    "/usr/local/lib/systemd/system",
    "/usr/lib/systemd/system",
    "/lib/systemd/system",
)
"""Where units are looked for, the first one wins (systemd.unit(5))."""
_SPAN = re.compile(r"(\d{1,12}(?:\.\d{1,6})?)\s*([a-zA-Z]*)")
_SECONDS = MappingProxyType(
    {
        **dict.fromkeys(("usec", "us"), 1e-6),
        **dict.fromkeys(("msec", "ms"), 1e-3),
        **dict.fromkeys(("", "seconds", "second", "sec", "s"), 1.0),
        **dict.fromkeys(("minutes", "minute", "min", "m"), 60.0),
        **dict.fromkeys(("hours", "hour", "hr", "h"), 3600.0),
        **dict.fromkeys(("days", "day", "d"), 86400.0),
        **dict.fromkeys(("weeks", "week", "w"), 604800.0),
        **dict.fromkeys(("months", "month", "M"), 2629800.0),
        **dict.fromkeys(("years", "year", "y"), 31557600.0),
    }
)
_AGAIN = ("OnUnitActiveSec", "OnUnitInactiveSec")
_ONCE = ("OnBootSec", "OnStartupSec", "OnActiveSec")


def timer_jobs(configuration: Configuration, start: date) -> Iterator[Job]:
    """Each timer in the configuration with the commands of its service."""
    names = {
        PurePosixPath(path).name
        for path in (*configuration.files, *configuration.unseen)
        if path.endswith(".timer") and str(PurePosixPath(path).parent) in FOLDERS
    }
    names |= {
        PurePosixPath(path).parent.name.removesuffix(".d")
        for path in configuration.files
        if path.endswith(".conf") and "/systemd/" in path and ".timer.d/" in path
    }
    for name in sorted(names):
        timer = load_unit(configuration, name)
        if timer is not None:
            yield from _jobs_of(timer, configuration, start)


def load_unit(configuration: Configuration, name: str) -> Unit | None:
    """The unit with its drop-ins, as far as it is in the configuration; None when nothing is."""
    place, masked = None, False
    assignments: list[Assignment] = []
    for folder in FOLDERS:
        path = f"{folder}/{name}"
        if path in configuration.files:
            data = configuration.files[path]
            place, masked = path, not data.strip() or data.strip() == b"/dev/null"
            assignments = list(read_assignments(path, data))
            break
        if "/dev/null" in configuration.unseen.get(path, ""):
            place, masked = path, True
            break
    drop_ins = {
        PurePosixPath(path).name: path
        for folder in reversed(FOLDERS)
        for path in configuration.under(f"{folder}/{name}.d")
        if path.endswith(".conf")
    }
    for _, path in sorted(drop_ins.items()):
        assignments.extend(read_assignments(path, configuration.files[path]))
        place = place or path
    if place is None:
        return None
    return Unit(name, place, tuple(assignments), masked)


def _jobs_of(timer: Unit, configuration: Configuration, start: date) -> Iterator[Job]:
    wanted = timer.last("Timer", "Unit")
    service_name = wanted.value if wanted else timer.name.removesuffix(".timer") + ".service"
    service = load_unit(configuration, service_name)
    commands = () if service is None else service.all("Service", "ExecStart")
    gap, line, fault = _when(timer, start)
    if timer.is_masked:
        gap, fault = None, "the timer is masked (it leads to /dev/null)"
    elif service is not None and service.is_masked:
        fault = f"{service_name} is masked (it leads to /dev/null)"
    enabled = True if _is_wanted(configuration, timer.name) else None
    for command in commands or (None,):
        yield Job(
            "timer",
            timer.name,
            timer.path if line is None else line.path,
            1 if line is None else line.line,
            "" if command is None else command.value.lstrip("@-:+!"),
            gap=gap,
            fault=fault,
            is_enabled=enabled,
            command_path=None if command is None else command.path,
            command_line=1 if command is None else command.line,
        )


def _when(timer: Unit, start: date) -> tuple[timedelta | None, Assignment | None, str | None]:
    """The longest gap, the line that says so, and why it never comes."""
    calendars = timer.all("Timer", "OnCalendar")
    gaps, wrong = _calendar_gaps(calendars, start)
    for key in _AGAIN:
        again = timer.last("Timer", key)
        span = read_time_span(again.value) if again else None
        if again is not None and span:
            gaps.append((span, again))
    once = next((one for key in _ONCE for one in timer.all("Timer", key)), None)
    gap, line, fault = None, None, None
    if gaps:
        delay = timer.last("Timer", "RandomizedDelaySec")
        gap, line = min(gaps, key=lambda pair: pair[0])
        gap += (read_time_span(delay.value) if delay else None) or timedelta()
    elif wrong is not None:
        line, fault = wrong[0], f"systemd ignores its OnCalendar: {wrong[1]}"
    elif once is not None:
        line, fault = once, f"{once.key} runs it once after each start, never again"
    elif calendars:
        line, fault = calendars[0], "it never comes round again"
    elif timer.assignments and not timer.path.endswith(".conf"):
        line, fault = timer.assignments[0], "the timer says no time"
    return gap, line, fault


def _calendar_gaps(
    calendars: tuple[Assignment, ...], start: date
) -> tuple[list[tuple[timedelta, Assignment]], tuple[Assignment, str] | None]:
    """The gap of all OnCalendar lines together, and the last line that is none."""
    recurrences = []
    wrong = None
    for one in calendars:
        try:
            recurrences.append(read_calendar(one.value))
        except NotACalendar as error:
            wrong = (one, str(error))
    gap = longest_gap(tuple(recurrences), start)
    return ([] if gap is None else [(gap, calendars[0])]), wrong


def _is_wanted(configuration: Configuration, name: str) -> bool:
    end = f".wants/{name}"
    return any(
        path.endswith(end)
        and path.startswith(("/etc/systemd/", "/run/systemd/", "/usr/lib/systemd/"))
        for path in (*configuration.files, *configuration.unseen)
    )


def read_time_span(text: str) -> timedelta | None:
    """`12h`, `1h 30min`, or a bare number of seconds; None when it is none of these."""
    seconds, at, rest = 0.0, 0, text.strip()
    for found in _SPAN.finditer(rest):
        if rest[at : found.start()].strip() or found[2] not in _SECONDS:
            return None
        seconds += float(found[1]) * _SECONDS[found[2]]
        at = found.end()
    if at == 0 or rest[at:].strip() or seconds > 10**9:
        return None
    return timedelta(seconds=seconds)
