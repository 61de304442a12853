"""What only the running host can tell of a renewal: test files, timers, cron, logs, rehearsal."""

from __future__ import annotations

import asyncio
import re
import shlex
from collections.abc import Mapping
from datetime import UTC, datetime

from twiceshy.kinds.renewal.conf_rules import wanted
from twiceshy.kinds.renewal.facts import ClientSeen, CommandSeen, LiveSeen, LogLine, TimerSeen
from twiceshy.kinds.renewal.promise import Promise
from twiceshy.kinds.renewal.wording import shortened
from twiceshy.model.endpoint_url import parse_endpoint
from twiceshy.model.estate import Estate, Host
from twiceshy.model.fact import Unseen
from twiceshy.probes.reach import run
from twiceshy.probes.renewal_challenge import Tested, test_files
from twiceshy.probes.view import View

LOG_BYTES = 256 * 1024
"""Of the end of the client's log."""
LEAST_REHEARSAL_SECONDS = 30.0
"""With less time left a rehearsal is not begun: one that is cut off leaves its challenge behind."""
_RUN_BEGINS = re.compile(r":DEBUG:certbot\._internal\.main:certbot version: ")
_REHEARSES = re.compile(r":DEBUG:certbot\._internal\.main:Arguments: .*'--dry-run'")
_TELLS = re.compile(
    r"Hook '[^']*' reported error code|[\w-]+-hook command .* returned error code"
    r"|Failed to renew certificate |Renewal configuration file .* (?:is broken|produced)"
    r"|urn:ietf:params:acme:error:rateLimited|too many (?:certificates|failed)|rateLimited"
    r"|(?:account|domain|hostname)s? (?:is|are|has been|have been) paused",
)
_MOST_LINES = 5
_TIMER_PROPERTIES = (
    "Id,LoadState,ActiveState,UnitFileState,LastTriggerUSec,NextElapseUSecRealtime,Result"
)


async def live_look(
    promise: Promise, host: Host, seen: ClientSeen, estate: Estate, view: View
) -> LiveSeen:
    """All of it; what could not be seen says so in its own words."""
    tested, timers, cron, log, tests = await asyncio.gather(
        _tested(promise, host, seen, estate, view),
        _timers(host, seen, view),
        _cron_runs(host, view),
        _log(promise, host, view),
        _server_tests(promise, host, seen, view),
    )
    rehearsed = await _rehearsed(promise, host, seen, view)
    return LiveSeen(
        challenges=None if tested is None else tested.seen,
        missing_webroots=() if tested is None else tested.missing,
        timers=timers,
        cron_runs=cron,
        log=log,
        tests=tests,
        rehearsals=rehearsed,
    )


async def _tested(
    promise: Promise, host: Host, seen: ClientSeen, estate: Estate, view: View
) -> Tested | None:
    webroots = _webroots(promise, seen)
    if not promise.self_test or not webroots:
        return None
    known = _addresses(estate)
    # Only names that the estate or the promise names are asked for.
    mine = {
        name: folder
        for name, folder in webroots.items()
        if name in known or name in promise.names or name in promise.webroots
    }
    return await test_files(host, mine, known, promise.challenge_port, view) if mine else None


def _webroots(promise: Promise, seen: ClientSeen) -> Mapping[str, str]:
    """Host name to the folder the challenge is put into, as the client is configured."""
    if seen.installation is None:
        return promise.webroots
    return {
        name: setting.text
        for lineage in wanted(promise, seen.installation.lineages)
        if lineage.authenticator == "webroot" and not lineage.faults
        for name in lineage.names
        if (setting := lineage.webroot_of(name)) is not None and setting.text.startswith("/")
    }


def _addresses(estate: Estate) -> Mapping[str, tuple[str, ...]]:
    """Every host name of an endpoint, with the addresses the estate gives for it."""
    found: dict[str, tuple[str, ...]] = {}
    for service in estate.services.values():
        for endpoint in service.endpoints:
            name = parse_endpoint(endpoint.url).host
            found[name] = tuple(dict.fromkeys((*found.get(name, ()), *endpoint.addresses)))
    return found


async def _timers(host: Host, seen: ClientSeen, view: View) -> tuple[TimerSeen, ...] | None:
    """What systemd says of the timers; None when there is no systemd to ask."""
    units = sorted({job.name for job in seen.jobs if job.origin == "timer"})
    if not units:
        return ()
    services = [unit.removesuffix(".timer") + ".service" for unit in units]
    argv = (
        "systemctl",
        "show",
        "--timestamp=unix",
        "-p",
        _TIMER_PROPERTIES,
        "--",
        *units,
        *services,
    )
    ran = await run(host, argv, view)
    if isinstance(ran, Unseen) or ran.exit_code != 0 or not ran.stdout.strip():
        return None
    shown = {}
    for block in ran.stdout.decode("utf-8", "replace").split("\n\n"):
        values = dict(line.partition("=")[::2] for line in block.splitlines() if "=" in line)
        shown[values.get("Id", "")] = values
    found = []
    for unit in units:
        values = shown.get(unit, {})
        if values.get("LoadState") in {"loaded", "masked"}:
            service = shown.get(unit.removesuffix(".timer") + ".service", {})
            found.append(
                TimerSeen(
                    unit,
                    values.get("ActiveState") == "active",
                    values.get("UnitFileState", ""),
                    _instant(values.get("LastTriggerUSec", "")),
                    _instant(values.get("NextElapseUSecRealtime", "")),
                    service.get("Result", ""),
                )
            )
    return tuple(found)


def _instant(text: str) -> datetime | None:
    if not re.fullmatch(r"@\d{1,11}(?:\.\d+)?", text):
        return None
    return datetime.fromtimestamp(float(text[1:]), UTC)


async def _cron_runs(host: Host, view: View) -> bool | None:
    ran = await run(host, ("pgrep", "-x", "cron|crond|cronie|fcron|busybox"), view)
    if isinstance(ran, Unseen) or ran.exit_code not in {0, 1}:
        return None
    return ran.exit_code == 0


async def _log(promise: Promise, host: Host, view: View) -> tuple[LogLine, ...] | None:
    """Lines of the last run that tell of a failure; None when there is no log."""
    path = f"{promise.logs_dir.rstrip('/')}/letsencrypt.log"
    ran = await run(
        host, ("tail", "-c", str(LOG_BYTES), "--", path), view, limit_bytes=2 * LOG_BYTES
    )
    if isinstance(ran, Unseen) or ran.exit_code != 0:
        return None
    return failures_in(path, ran.stdout.decode("utf-8", "replace"))


def failures_in(path: str, text: str) -> tuple[LogLine, ...]:
    """The lines of the last run in a log of certbot's that tell of a failure.

    Rehearsals are passed over: that they fail is no failure of the renewal.
    """
    runs: list[list[tuple[int, str]]] = [[]]
    for number, line in enumerate(text.splitlines(), 1):
        if _RUN_BEGINS.search(line):
            runs.append([])
        runs[-1].append((number, line))
    real = [run for run in runs if run and not any(_REHEARSES.search(line) for _, line in run[:5])]
    found = [
        LogLine(path, number, shortened(line))
        for number, line in (real[-1] if real else ())
        if _TELLS.search(line)
    ]
    return tuple(found[:_MOST_LINES])


async def _server_tests(
    promise: Promise, host: Host, seen: ClientSeen, view: View
) -> tuple[CommandSeen, ...]:
    commands = promise.server_tests
    if commands is None:
        commands = ("nginx -t",) if any(use.service == "nginx" for use in seen.uses) else ()
    return tuple(await asyncio.gather(*(_run(host, command, view) for command in commands)))


async def _rehearsed(
    promise: Promise, host: Host, seen: ClientSeen, view: View
) -> tuple[CommandSeen, ...]:
    """The dry runs that were asked for; none with hooks that may stop a server unless allowed."""
    if promise.rehearsal == "none":
        return ()
    commands = rehearsals(promise, seen)
    if not commands:
        return (CommandSeen("rehearsal", None, "there is no rehearsal_command"),)
    hooks = _stopping_hooks(seen)
    if hooks and promise.rehearsal != "configured-with-hooks":
        said = f"not run: it would run the hook {hooks[0]} (allow it: configured-with-hooks)"
        return (CommandSeen(commands[0], None, said),)
    if view.timeout_seconds < LEAST_REHEARSAL_SECONDS:
        said = f"not begun with only {view.timeout_seconds:.0f} s left (give it --timeout 300)"
        return (CommandSeen(commands[0], None, said),)
    # One after the other: certbot lets nobody else in while it works.
    return tuple([await _run(host, command, view) for command in commands])


def rehearsals(promise: Promise, seen: ClientSeen) -> tuple[str, ...]:
    """The commands that rehearse: one for each authority.

    An authority of one's own must be named: certbot before 3.0 rehearses with Let's Encrypt's
    staging otherwise, whatever the certificate's configuration says.
    """
    if promise.rehearsal_command:
        return (promise.rehearsal_command,)
    if seen.installation is None:
        return ()
    mine = [one for one in wanted(promise, seen.installation.lineages) if not one.faults]
    found = []
    for server in dict.fromkeys(one.server for one in mine):
        theirs = [one for one in mine if one.server == server]
        # The random delay is for crowds of hosts; it would outlast the look.
        words = ["certbot", "renew", "--dry-run", "--no-random-sleep-on-renew", "--non-interactive"]
        words += ["--config-dir", promise.config_dir, "--logs-dir", promise.logs_dir]
        work = theirs[0].param("work_dir")
        words += [] if work is None else ["--work-dir", work]
        words += [] if "letsencrypt.org" in server else ["--server", server]
        whole = len(mine) == len(theirs) == len(seen.installation.lineages)
        if whole:
            found.append(shlex.join(words))
        else:
            found.extend(shlex.join([*words, "--cert-name", one.name]) for one in theirs)
    return tuple(found)


def _stopping_hooks(seen: ClientSeen) -> list[str]:
    """Hooks that a dry run runs too: those before and after, not the deploy hooks."""
    installation = seen.installation
    if installation is None:
        return []
    named = [
        text
        for one in installation.lineages
        for key in ("pre_hook", "post_hook")
        if (text := one.param(key))
    ]
    return [
        *named,
        *(one.path for one in installation.hooks if one.stage != "deploy" and one.is_run),
    ]


async def _run(host: Host, command: str, view: View) -> CommandSeen:
    try:
        argv = shlex.split(command)
    except ValueError as error:
        return CommandSeen(command, None, str(error))
    ran = await run(host, argv, view)
    if isinstance(ran, Unseen):
        return CommandSeen(command, None, ran.why)
    text = (ran.stderr + b"\n" + ran.stdout).decode("utf-8", "replace")
    said = "passed" if ran.exit_code == 0 else _most_telling(text) or ran.complaint
    return CommandSeen(shortened(command), ran.exit_code, shortened(said))


def _most_telling(text: str) -> str:
    lines = text.splitlines()
    for pattern in (r"\[emerg\]", r"^\s*Detail: ", r"[Ee]rror|[Ff]ail"):
        found = next((line for line in lines if re.search(pattern, line)), None)
        if found is not None:
            return found
    return ""
