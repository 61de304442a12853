"""The files that a web application firewall is made of, as they stand on a running host.

nginx's own files come as `webserver_files` collects them. The rule files they name, and Apache's
files, are asked for as the readers miss them: whatever a reader says was not handed in is fetched in
the next round, until nothing is missing that is there. Each round is two commands: one that lists what
patterns find, one that packs all files into an archive. No other file is read, and no private key.
"""

from __future__ import annotations

import asyncio
import io
import re
import tarfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from twiceshy.languages import nginx
from twiceshy.languages.apache.mains import MAINS, mains_of
from twiceshy.languages.apache.read import read
from twiceshy.languages.seclang.files import Gap, library_of
from twiceshy.model.configuration import Configuration
from twiceshy.model.estate import Host
from twiceshy.model.fact import Unseen
from twiceshy.probes import webserver_files
from twiceshy.probes.reach import run
from twiceshy.probes.view import View

ROUNDS = 12
"""Includes inside each other."""
MOST_FILES = 2000
AT_ONCE = 200
"""Names in one command: what fits on a command line over SSH."""
_LIMIT_BYTES = 64 * 1024 * 1024
_MAGIC = re.compile(r"[*?\[]")
_PRIVATE = re.compile(rb"-----BEGIN [A-Z ]*PRIVATE KEY-----")
_COMPLAINT = re.compile(r"tar: (?P<path>/.*): (?:Cannot \w+|Warning: Cannot \w+): (?P<why>.+)")
_NOT_THERE = "No such file or directory"


async def collect(
    host: Host, files: tuple[str, ...], defines: tuple[str, ...], view: View
) -> Configuration:
    """All files of nginx, Apache and ModSecurity on the host, from their main files on.

    `files` are the main files; empty: the usual ones. What could not be read is in `unseen`, with
    why; nothing at all may have been there.
    """
    deadline = asyncio.get_running_loop().time() + view.timeout_seconds
    mains = files or (webserver_files.NGINX,)
    web = await webserver_files.collect(host, mains, view)
    found = _Collected(host, view, deadline, dict(web.files), dict(web.unseen))
    apaches = [path for path in files or MAINS if path not in found.files]
    await found.get([*apaches, *(f"{path.rpartition('/')[0]}/envvars" for path in apaches)])
    for _ in range(ROUNDS):
        known = found.files.keys() | found.unseen.keys() | found.asked
        wanted = set(_missed(found.configuration(), files, defines)) - known
        if not wanted:
            break
        await found.get(sorted(wanted))
    return found.configuration()


def _missed(
    configuration: Configuration, files: tuple[str, ...], defines: tuple[str, ...]
) -> Iterator[str]:
    """What the readers ask for and do not find: absolute paths and patterns."""
    for main in mains_of(configuration, files):
        problems = read(configuration, main, defines).problems
        yield from (one.path for one in problems if one.path and not one.is_absent)
    library = library_of(configuration)
    for tree in nginx.trees_of(configuration, files):
        for directive in _inside(tree.directives):
            if directive.name == "modsecurity_rules_file":
                items = library.file(tree.resolved(directive.first), directive.place)
            elif directive.name == "modsecurity_rules":
                items = library.inline(directive.first, directive.place)
            else:
                continue
            yield from (
                one.path for one in items if isinstance(one, Gap) and one.path and not one.is_absent
            )


def _inside(directives: Iterable[nginx.Directive]) -> Iterator[nginx.Directive]:
    waiting = list(directives)
    while waiting:
        one = waiting.pop()
        yield one
        waiting += one.block or ()


@dataclass(slots=True)
class _Collected:
    host: Host
    view: View
    deadline: float
    """On the clock of the event loop."""
    files: dict[str, bytes] = field(default_factory=dict)
    unseen: dict[str, str] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)

    def configuration(self) -> Configuration:
        """What there is so far."""
        return Configuration(
            files=MappingProxyType(dict(self.files)),
            origin=str(self.host.id),
            unseen=MappingProxyType(dict(self.unseen)),
        )

    async def get(self, names: list[str]) -> None:
        """Fetch files by path, by pattern, and all below a folder."""
        self.asked |= set(names)
        for start in range(0, len(names), AT_ONCE):
            await self._get(names[start : start + AT_ONCE])

    async def _get(self, names: list[str]) -> None:
        folders = {_fixed(name) for name in names if _MAGIC.search(name)}
        tests = [part for name in names for part in ("-o", "-path", name)][1:]
        starts = sorted(folders | {name for name in names if not _MAGIC.search(name)})
        if not starts:
            return
        argv = ("find", "-L", *starts, "-type", "f", "(", *tests, *_below(names), ")", "-print0")
        ran = await run(self.host, argv, self._view(), limit_bytes=_LIMIT_BYTES)
        if isinstance(ran, Unseen):
            self._lacks(names, ran.why)
            return
        listed = [name.decode("utf-8", "surrogateescape") for name in ran.stdout.split(b"\0")]
        paths = [path for path in listed if path and path not in self.files]
        room = MOST_FILES - len(self.files)
        self._lacks(paths[room:], f"there are more than the {MOST_FILES} files that are read")
        for start in range(0, len(paths[:room]), AT_ONCE):
            await self._unpack(paths[start : min(start + AT_ONCE, room)])
        denied = b"Permission denied" in ran.stderr
        for name in names:
            if name not in self.files and name not in self.unseen and not _fits_any(name, paths):
                self.unseen[name] = ran.complaint if denied else _NOT_THERE

    async def _unpack(self, paths: list[str]) -> None:
        if not paths:
            return
        argv = ("env", "LC_ALL=C", "tar", "-chPf", "-", "--", *paths)
        ran = await run(self.host, argv, self._view(), limit_bytes=_LIMIT_BYTES)
        if isinstance(ran, Unseen):
            self._lacks(paths, ran.why)
            return
        try:
            with tarfile.open(fileobj=io.BytesIO(ran.stdout)) as archive:
                for member in archive:
                    packed = archive.extractfile(member) if member.isreg() else None
                    if packed is not None:
                        self._keep(member.name, packed.read())
        except tarfile.TarError as error:
            self._lacks(paths, f"the archive of it is broken: {error}")
        for found in _COMPLAINT.finditer(ran.stderr.decode("utf-8", "replace")):
            self.unseen.setdefault(found["path"], found["why"])
        self._lacks([path for path in paths if path not in self.files], ran.complaint)

    def _keep(self, path: str, content: bytes) -> None:
        if _PRIVATE.search(content):
            self.unseen[path] = "it holds a private key"
        else:
            self.files[path] = content

    def _lacks(self, names: list[str], why: str) -> None:
        for name in names:
            self.unseen.setdefault(name, why.removeprefix(f"{self.host.id}: "))

    def _view(self) -> View:
        left = self.deadline - asyncio.get_running_loop().time()
        return replace(self.view, timeout_seconds=max(left, 0.01))


def _fixed(pattern: str) -> str:
    """The folder above the first step with a wildcard."""
    steps = pattern.split("/")
    return "/".join(steps[: next(n for n, step in enumerate(steps) if _MAGIC.search(step))]) or "/"


def _below(names: list[str]) -> list[str]:
    """Tests of `find` for what is below a name that is a folder."""
    return [
        part for name in names if not _MAGIC.search(name) for part in ("-o", "-path", f"{name}/*")
    ]


def _fits_any(name: str, paths: list[str]) -> bool:
    """Whether one of the paths is what a name stands for; patterns are left to the readers."""
    if not _MAGIC.search(name):
        return any(path.startswith(f"{name}/") for path in paths)
    start = _fixed(name).rstrip("/") + "/"
    return any(path.startswith(start) for path in paths)
