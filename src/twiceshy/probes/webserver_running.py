"""Whether a web server runs with its files as they are on disk.

A running server cannot be asked for its configuration. What can be seen: the server's own test of
the files, when each file last changed (content, owner or mode), and when the workers that serve
now were started. A worker reads nothing after its start: a file that changed later is not in force.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from twiceshy.kinds.webserver.facts import Promise, RunningSeen, WebServerFact
from twiceshy.languages.haproxy import read as read_haproxy
from twiceshy.languages.nginx import trees_of
from twiceshy.model.configuration import Configuration
from twiceshy.model.estate import Host
from twiceshy.model.fact import Unseen
from twiceshy.probes.reach import run
from twiceshy.probes.reach_outcome import Ran
from twiceshy.probes.view import View

_PLACES = ("", "/usr/sbin/", "/usr/local/sbin/")
_USUAL_NGINX = re.compile(r"/(?:etc/nginx|usr/local/(?:etc/)?nginx(?:/conf)?)/nginx\.conf")
_NAMES_ITS_FILE = re.compile(r"\s-c\s")
SLACK_SECONDS = 2
"""Ages of processes are whole seconds: a file that changed right after the start counts as read."""


@dataclass(frozen=True, slots=True)
class Process:
    """A line of `ps`."""

    pid: int
    parent: int
    age_seconds: int
    words: str


async def running_on(
    host: Host, configuration: Configuration, promise: Promise, seen: WebServerFact, view: View
) -> tuple[RunningSeen, ...]:
    """Every web server whose main file is in the configuration."""
    files = tuple(path for path in promise.files if path in configuration.files)
    tls = tuple(
        dict.fromkeys(
            one.path
            for listener in seen.listeners
            for pair in listener.pairs
            for one in (pair.certificate, pair.key)
        )
    )
    found: list[RunningSeen] = []
    processes = await _processes(host, view)
    if "nginx" in seen.software:
        of_nginx = tuple(path for path in files if not path.endswith(".cfg"))
        for tree in trees_of(configuration, of_nginx) if of_nginx or not files else ():
            if not tree.within:
                tested = await _tested(("nginx", "-t", "-q", "-c", tree.main), host, view)
                ages = nginx_workers(processes, tree.main)
                held = _Held("nginx", tree.main, (*tree.files, *tls))
                found.append(await held.against(tested, ages, host, view))
    if "HAProxy" in seen.software:
        of_haproxy = tuple(path for path in files if path.endswith(".cfg"))
        main = read_haproxy(configuration, of_haproxy).files
        named = tuple(word for path in main for word in ("-f", path))
        tested = await _tested(("haproxy", "-c", "-q", *named), host, view)
        ages = haproxy_workers(processes, main[0])
        held = _Held("HAProxy", main[0], (*main, *tls))
        found.append(await held.against(tested, ages, host, view))
    return tuple(found)


async def _tested(argv: tuple[str, ...], host: Host, view: View) -> Ran | Unseen:
    ran: Ran | Unseen | None = None
    for place in _PLACES:
        ran = await run(host, (f"{place}{argv[0]}", *argv[1:]), view)
        missing = (isinstance(ran, Unseen) and "not installed" in ran.why) or (
            isinstance(ran, Ran) and ran.exit_code == 127  # noqa: PLR2004 - a shell's "not found"
        )
        if not missing:
            break
    assert ran is not None, "there is a place to look in"
    return ran


async def _processes(host: Host, view: View) -> tuple[Process, ...] | str:
    ran = await run(host, ("ps", "-eww", "-o", "pid=,ppid=,etimes=,args="), view)
    if isinstance(ran, Unseen):
        return ran.why
    if ran.exit_code != 0:
        return f"ps: {ran.complaint}"
    found = []
    for line in ran.stdout.decode("utf-8", "replace").splitlines():
        parts = line.split(None, 3)
        if len(parts) == 4 and all(part.isdigit() for part in parts[:3]):  # noqa: PLR2004 - as asked for
            found.append(Process(int(parts[0]), int(parts[1]), int(parts[2]), parts[3]))
    return tuple(found)


def nginx_workers(processes: tuple[Process, ...] | str, main: str) -> tuple[int, ...] | str:
    """The ages of the workers whose master runs with this main file; or why there are none."""
    if isinstance(processes, str):
        return processes
    masters = {
        one.pid
        for one in processes
        if one.words.startswith("nginx: master process") and _runs_with(one.words, main)
    }
    if not masters:
        return f"no nginx runs with {main}"
    workers = [one for one in processes if one.parent in masters and "worker process" in one.words]
    ages = tuple(one.age_seconds for one in workers if "shutting down" not in one.words)
    return ages or f"the nginx that runs with {main} has no worker"


def _runs_with(words: str, main: str) -> bool:
    if _NAMES_ITS_FILE.search(words):
        return re.search(rf"\s-c\s*{re.escape(main)}(?:\s|$)", words) is not None
    return _USUAL_NGINX.fullmatch(main) is not None


def haproxy_workers(processes: tuple[Process, ...] | str, main: str) -> tuple[int, ...] | str:
    """The age of the youngest process with this main file: a reload starts a new one."""
    if isinstance(processes, str):
        return processes
    ages = [
        one.age_seconds
        for one in processes
        if "haproxy" in one.words.partition(" ")[0] and f" {main}" in one.words
    ]
    return (min(ages),) if ages else f"no haproxy runs with {main}"


@dataclass(frozen=True, slots=True)
class _Held:
    """The files of one server, to be held against what runs."""

    software: str
    main: str
    files: tuple[str, ...]

    async def against(
        self, tested: Ran | Unseen, ages: tuple[int, ...] | str, host: Host, view: View
    ) -> RunningSeen:
        passed = None if isinstance(tested, Unseen) else tested.exit_code == 0
        said = tested.why if isinstance(tested, Unseen) else _said(tested)
        newer: tuple[str, ...] | str = ages if isinstance(ages, str) else ()
        if not isinstance(ages, str):
            # The oldest worker that still serves has read the oldest state of the files.
            newer = await newer_files(self.files, max(ages) - SLACK_SECONDS, host, view)
        if isinstance(newer, str):
            return RunningSeen(self.software, self.main, passed, said, why_not=newer)
        return RunningSeen(self.software, self.main, passed, said, newer_files=newer)


def _said(ran: Ran) -> str:
    """The line of the test that names the mistake; the last one only says that it failed."""
    lines = ran.stderr.decode("utf-8", "replace").strip().splitlines()
    marked = (line for line in lines if "[emerg]" in line or "[ALERT]" in line)
    return next(marked, ran.complaint if ran.exit_code else "passed")[:300]


async def newer_files(
    files: tuple[str, ...], age_seconds: int, host: Host, view: View
) -> tuple[str, ...] | str:
    """The files that changed less than `age_seconds` ago, by the host's own clock; or why not."""
    if age_seconds <= 0:
        return ()
    argv = ("find", "-L", *files, "-maxdepth", "0", "-newerct", f"{age_seconds} seconds ago")
    ran = await run(host, (*argv, "-print0"), view)
    if isinstance(ran, Unseen):
        return ran.why
    if ran.exit_code != 0 and b"No such file" not in ran.stderr:
        return f"find: {ran.complaint}"
    names = ran.stdout.split(b"\0")
    return tuple(name.decode("utf-8", "replace") for name in names if name)
