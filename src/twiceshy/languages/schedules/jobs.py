"""Every command that a host runs by itself, and how often, read from its configuration."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache
from pathlib import PurePosixPath

from twiceshy.languages.schedules.cron import CronLine, read_crontab
from twiceshy.languages.schedules.job import Job
from twiceshy.languages.schedules.recurrence import longest_gap
from twiceshy.languages.schedules.timers import timer_jobs
from twiceshy.model.configuration import Configuration

_FOLDERS = {
    "hourly": timedelta(hours=1),
    "daily": timedelta(days=1),
    "weekly": timedelta(days=7),
    "monthly": timedelta(days=31),
}
_SPOOLS = ("/var/spool/cron/crontabs/", "/var/spool/cron/")
_RUN_PARTS = re.compile(r"[A-Za-z0-9_-]+")
_OTHERS_WRITE = 0o022


# Several guards look at one configuration, which is equal to itself only.
@lru_cache(maxsize=8)
def jobs_in(configuration: Configuration, start: date) -> tuple[Job, ...]:
    """The jobs of timers, crontabs and cron's folders; gaps are counted from `start` on."""
    jobs = [*timer_jobs(configuration, start)]
    for path in sorted(configuration.files):
        found = re.fullmatch(r"/etc/cron\.(hourly|daily|weekly|monthly)/([^/]+)", path)
        if found is not None:
            jobs.append(_of_folder(configuration, path, found[1]))
        elif path == "/etc/crontab" or path.startswith("/etc/cron.d/"):
            jobs.extend(_of_crontab(configuration, path, start, has_users=True))
        elif any(path.startswith(spool) for spool in _SPOOLS):
            jobs.extend(_of_crontab(configuration, path, start, has_users=False))
    return tuple(jobs)


def _of_folder(configuration: Configuration, path: str, folder: str) -> Job:
    name = PurePosixPath(path).name
    mode = configuration.modes.get(path)
    fault = None
    if mode is not None and not mode & 0o111:
        fault = "it is not executable, so run-parts passes it over"
    elif _RUN_PARTS.fullmatch(name) is None:
        fault = f"run-parts passes over a name such as {name} (only letters, digits, - and _)"
    text = configuration.files[path][: 256 * 1024].decode("utf-8", "replace")
    return Job("folder", path, path, 1, text, gap=_FOLDERS[folder], fault=fault)


def _of_crontab(
    configuration: Configuration, path: str, start: date, *, has_users: bool
) -> list[Job]:
    data = configuration.files[path]
    fault = _fault_of_crontab(configuration, path, data)
    lines = read_crontab(data, has_users=has_users)
    # One line that cron cannot read makes it drop the whole file.
    unread = next((one for one in lines if one.fault is not None), None)
    if fault is None and unread is not None:
        fault = f"line {unread.line}: {unread.fault}"
    return [_of_line(line, path, fault, start) for line in lines]


def _fault_of_crontab(configuration: Configuration, path: str, data: bytes) -> str | None:
    mode = configuration.modes.get(path)
    if path.startswith("/etc/cron.d/"):
        name = PurePosixPath(path).name
        if _RUN_PARTS.fullmatch(name) is None:
            return f"cron passes over a file name such as {name} (only letters, digits, - and _)"
        if mode is not None and mode & _OTHERS_WRITE:
            return "others than its owner may write it, so cron does not trust it"
    if data and not data.endswith(b"\n"):
        return "its last line has no newline, so cron ignores the file"
    return None


def _of_line(line: CronLine, path: str, fault: str | None, start: date) -> Job:
    gap = None if line.recurrence is None else longest_gap((line.recurrence,), start)
    job = Job("crontab", f"{path}:{line.line}", path, line.line, line.command, gap=gap, fault=fault)
    if line.fault is None and line.recurrence is None:
        job = replace(job, fault=fault or "@reboot runs it once after each start, never again")
    return job
