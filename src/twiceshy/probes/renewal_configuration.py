"""The files of a host that a renewal stands on, read in a few commands and without any private key.

`find` lists certbot's folder with modes and links, `grep` finds the schedules and servers that name
it, and one `tar` brings the text of all of them.
"""

from __future__ import annotations

import io
import re
import tarfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType

from twiceshy.kinds.renewal.promise import Promise
from twiceshy.languages.certbot.shell import calls_in
from twiceshy.model.configuration import Configuration
from twiceshy.model.estate import Host
from twiceshy.model.fact import Unseen
from twiceshy.probes.reach import run
from twiceshy.probes.reach_outcome import Ran
from twiceshy.probes.view import View

LIMIT_BYTES = 16 * 1024 * 1024
MOST_FILES = 3000
_SCHEDULES = (
    "/etc/systemd/system",
    "/usr/local/lib/systemd/system",
    "/usr/lib/systemd/system",
    "/lib/systemd/system",
    "/etc/crontab",
    "/etc/cron.d",
    "/etc/cron.hourly",
    "/etc/cron.daily",
    "/etc/cron.weekly",
    "/etc/cron.monthly",
    "/var/spool/cron",
)
_SERVERS = (
    "/etc/nginx",
    "/etc/apache2",
    "/etc/httpd",
    "/etc/postfix",
    "/etc/dovecot",
    "/etc/haproxy",
    "/etc/exim4",
    "/etc/postgresql",
    "/etc/mysql",
    "/etc/prosody",
    "/etc/lighttpd",
)
_KEY = re.compile(r"(?:^|/)(?:privkey\d*\.pem|.*\.key|.*private_key\.json)$")
_CERTIFICATE = re.compile(r"/(?:live/[^/]+/cert|archive/[^/]+/cert\d+)\.pem$")
_OURS = re.compile(r"/(?:renewal/[^/]+\.conf|renewal-hooks/[^/]+/[^/]+|cli\.ini)$")
_LISTED = re.compile(r"(\w) ([0-7]{1,5}) (\S+) ([^\n]+)")
_ACCOUNT = re.compile(r"/accounts/.+/regr\.json$")


@dataclass(frozen=True, slots=True)
class Collected:
    """The configuration, and what `find` tells that no file says."""

    files: Configuration
    copies: frozenset[str]
    """Files in live/ that are no links."""
    last_run: datetime | None
    """When the newest log was written."""
    denied: str | None
    """The first complaint about what the account may not read; None when it may read all."""


@dataclass(frozen=True, slots=True)
class _Entry:
    type: str
    mode: int
    changed: float


async def collected(promise: Promise, host: Host, view: View) -> Collected | Unseen:
    """Everything on the host that the promise depends on."""
    found = await _listed(host, (promise.config_dir, promise.logs_dir), view)
    if isinstance(found, Unseen):
        return found
    listed, denied = found
    named = await _naming(promise, host, view)
    if isinstance(named, Unseen):
        return named
    wanted = {
        path
        for path, one in listed.items()
        if one.type in "fl" and (_CERTIFICATE.search(path) or _OURS.search(path))
    }
    wanted |= {*named, *promise.certificates, *promise.hooks}
    files, modes = await _read(host, wanted, view)
    more = _scripts_in(files) - wanted
    for _ in range(2):
        if not more:
            break
        theirs, their_modes = await _read(host, more, view)
        files, modes = {**files, **theirs}, {**modes, **their_modes}
        wanted |= more
        more = _scripts_in(theirs) - wanted
    modes |= {path: one.mode for path, one in listed.items() if path not in modes}
    unseen = dict.fromkeys(wanted - files.keys(), "no such file, or not permitted")
    unseen |= {path: "not read: only that it is there counts" for path in listed if _is_kept(path)}
    return Collected(
        Configuration(
            files=MappingProxyType(files),
            origin=str(host.id),
            unseen=MappingProxyType(unseen),
            modes=MappingProxyType(modes),
        ),
        frozenset(
            path
            for path, one in listed.items()
            if one.type == "f" and "/live/" in path and path.endswith(".pem")
        ),
        _last_run(promise, listed),
        denied,
    )


def _is_kept(path: str) -> bool:
    return _KEY.search(path) is not None or _ACCOUNT.search(path) is not None


def _last_run(promise: Promise, listed: Mapping[str, _Entry]) -> datetime | None:
    logs = [
        one.changed
        for path, one in listed.items()
        if path.startswith(f"{promise.logs_dir.rstrip('/')}/letsencrypt.log")
    ]
    return datetime.fromtimestamp(max(logs), UTC) if logs else None


async def _listed(
    host: Host, folders: Iterable[str], view: View
) -> tuple[dict[str, _Entry], str | None] | Unseen:
    """What is in the folders, and the first thing that may not be read."""
    argv = ("find", *folders, "-maxdepth", "6", "-printf", "%y %m %T@ %p\\n")
    ran = await run(host, argv, view, limit_bytes=LIMIT_BYTES)
    if isinstance(ran, Unseen):
        return ran
    found = {}
    for match in _LISTED.finditer(ran.stdout.decode("utf-8", "surrogateescape")):
        try:
            found[match[4]] = _Entry(match[1], int(match[2], 8), float(match[3]))
        except ValueError:
            continue
    complaints = ran.stderr.decode("utf-8", "replace").splitlines()
    others = [one for one in complaints if "No such file" not in one]
    if others and not found:
        why = f"{host.id}: the renewal's folders could not be listed: {others[0][:200]}"
        return Unseen(why, view.now(), view.vantage, "It takes GNU find, and the right to read.")
    return found, next((one[:200] for one in others if "ermission denied" in one), None)


async def _naming(promise: Promise, host: Host, view: View) -> set[str] | Unseen:
    """Schedules that renew, with the other half of each timer, and servers' files."""
    words = promise.command.split()[0].rpartition("/")[2] if promise.command else "certbot"
    pattern = f"certbot|letsencrypt|{re.escape(words)}"
    schedules = await _grep(host, pattern, _SCHEDULES, view)
    if isinstance(schedules, Unseen):
        return schedules
    halves = {
        half
        for path in schedules
        for end, other in ((".service", ".timer"), (".timer", ".service"))
        if path.endswith(end)
        for folder in _SCHEDULES[:4]
        for half in (f"{folder}/{path.rpartition('/')[2].removesuffix(end)}{other}",)
    }
    wants = {
        f"/etc/systemd/system/timers.target.wants/{path.rpartition('/')[2]}"
        for path in halves | schedules
        if path.endswith(".timer")
    }
    servers = await _grep(host, f"{re.escape(promise.config_dir)}/|acme-challenge", _SERVERS, view)
    every = schedules | halves | wants
    if isinstance(servers, Unseen):
        return every
    if any(path.startswith("/etc/nginx/") for path in servers):
        # Which server answers for a name shows only in the whole of nginx's configuration.
        nginx = await _grep(host, "", ("/etc/nginx",), view)
        servers |= set() if isinstance(nginx, Unseen) else nginx
    return every | servers


async def _grep(host: Host, pattern: str, folders: Iterable[str], view: View) -> set[str] | Unseen:
    """The paths of text files in which the pattern is found."""
    argv = ("grep", "-rlsIE", "--", pattern, *folders)
    ran = await run(host, argv, view)
    if isinstance(ran, Unseen):
        return ran
    paths = ran.stdout.decode("utf-8", "surrogateescape").splitlines()[:MOST_FILES]
    return {path for path in paths if not _is_kept(path)}


async def _read(
    host: Host, paths: Iterable[str], view: View
) -> tuple[dict[str, bytes], dict[str, int]]:
    """Content and mode of each file that can be read, links followed."""
    wanted = sorted(path for path in paths if path.startswith("/") and not _is_kept(path))
    if not wanted:
        return {}, {}
    argv = (
        "tar",
        "-chPf",
        "-",
        "--ignore-failed-read",
        "--no-recursion",
        "--",
        *wanted[:MOST_FILES],
    )
    ran = await run(host, argv, view, limit_bytes=LIMIT_BYTES)
    return ({}, {}) if isinstance(ran, Unseen) else _unpacked(ran)


def _unpacked(ran: Ran) -> tuple[dict[str, bytes], dict[str, int]]:
    files: dict[str, bytes] = {}
    modes: dict[str, int] = {}
    links: dict[str, str] = {}
    try:
        with tarfile.open(fileobj=io.BytesIO(ran.stdout), mode="r:") as archive:
            for member in archive:
                modes[member.name] = member.mode & 0o7777
                if member.islnk():
                    links[member.name] = member.linkname
                content = archive.extractfile(member) if member.isreg() else None
                if content is not None:
                    files[member.name] = content.read()
    except (tarfile.TarError, OSError, EOFError):
        # What came before the damage is good; the rest is told as not read.
        pass
    for path, target in links.items():
        if target in files:
            files[path] = files[target]
    return files, modes


def _scripts_in(files: Mapping[str, bytes]) -> set[str]:
    """Scripts that hooks and schedules call, which say what is reloaded."""
    found: set[str] = set()
    for path, data in files.items():
        if len(data) > 256 * 1024 or b"\0" in data or not _calls(path):
            continue
        for line in data.decode("utf-8", "replace").splitlines():
            value = line.partition("=")[2].strip() or line
            found.update(one for one in value.split()[:1] if one.startswith("/"))
            found.update(one for one in (*calls_in(line), *calls_in(value)) if one.startswith("/"))
    return {path for path in found if re.fullmatch(r"/[\w./@+-]+", path) and _is_script(path)}


def _calls(path: str) -> bool:
    return (
        re.search(r"/renewal/|/renewal-hooks/|cli\.ini$|/cron|/systemd/|\.sh$|/bin/", path)
        is not None
    )


def _is_script(path: str) -> bool:
    return not path.startswith(
        ("/usr/bin/", "/usr/sbin/", "/bin/", "/sbin/", "/dev/", "/proc/")
    ) and (not _CERTIFICATE.search(path) and not path.endswith(("/", ".pem")))
