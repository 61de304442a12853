"""The configuration of nginx and HAProxy as it stands on a running host.

nginx: the main file, and what it includes, file by file, as nginx itself would find it. HAProxy:
its main file and those in the folder beside it. No other file is read, and no private key.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from twiceshy.languages.nginx.parse import includes_in
from twiceshy.languages.nginx.tree import normal
from twiceshy.model.configuration import Configuration
from twiceshy.model.estate import Host
from twiceshy.model.fact import Unseen
from twiceshy.probes.reach import read_file, run
from twiceshy.probes.view import View

NGINX = "/etc/nginx/nginx.conf"
HAPROXY = "/etc/haproxy/haproxy.cfg"
USUAL = (NGINX, HAPROXY)
"""The main files that are looked for when a promise names none."""
MOST_FILES = 2000
_ROUNDS = 20
"""Includes inside each other."""
_LIMIT_BYTES = 8 * 1024 * 1024
_AT_ONCE = 8
_MAGIC = re.compile(r"[*?\[]")
_PRIVATE = re.compile(rb"-----BEGIN [A-Z ]*PRIVATE KEY-----")


@dataclass(slots=True)
class _Collected:
    host: Host
    view: View
    deadline: float
    """On the clock of the event loop."""
    files: dict[str, bytes] = field(default_factory=dict)
    unseen: dict[str, str] = field(default_factory=dict)
    listed: set[str] = field(default_factory=set)
    """The patterns whose files were listed."""

    async def get(self, names: Iterable[str]) -> None:
        """Read these files, and those that the patterns among them stand for."""
        names = tuple(names)
        patterns = [name for name in names if _MAGIC.search(name)]
        listed = await asyncio.gather(*(self._list(pattern) for pattern in patterns))
        paths = dict.fromkeys(name for name in names if not _MAGIC.search(name))
        paths |= dict.fromkeys(path for found in listed for path in found)
        new = [path for path in paths if path not in self.files and path not in self.unseen]
        room = MOST_FILES - len(self.files)
        for path in new[room:]:
            self.unseen[path] = f"there are more than the {MOST_FILES} files that are read"
        at_once = asyncio.Semaphore(_AT_ONCE)
        await asyncio.gather(*(self._file(path, at_once) for path in new[:room]))

    async def _file(self, path: str, at_once: asyncio.Semaphore) -> None:
        async with at_once:
            found = await read_file(self.host, path, self._view(), limit_bytes=_LIMIT_BYTES)
        if isinstance(found, Unseen):
            self.unseen[path] = found.why.removeprefix(f"{self.host.id}: ")
        elif _PRIVATE.search(found):
            self.unseen[path] = "it holds a private key"
        else:
            self.files[path] = found

    async def _list(self, pattern: str) -> list[str]:
        self.listed.add(pattern)
        steps = pattern.split("/")
        fixed = next(at for at, step in enumerate(steps) if _MAGIC.search(step))
        folder = "/".join(steps[:fixed]) or "/"
        depth = str(len(steps) - fixed)
        argv = ("find", "-L", folder, "-mindepth", depth, "-maxdepth", depth, "-type", "f")
        ran = await run(self.host, (*argv, "-path", pattern, "-print0"), self._view())
        if isinstance(ran, Unseen):
            self.unseen[pattern] = ran.why.removeprefix(f"{self.host.id}: ")
            return []
        if ran.exit_code != 0 and b"No such file" not in ran.stderr:
            self.unseen[pattern] = ran.complaint
        return [name.decode("utf-8", "surrogateescape") for name in ran.stdout.split(b"\0") if name]

    def _view(self) -> View:
        left = self.deadline - asyncio.get_running_loop().time()
        return replace(self.view, timeout_seconds=max(left, 0.01))


async def collect(host: Host, files: tuple[str, ...], view: View) -> Configuration:
    """The main files on the host (`files`, or the usual ones) with all that they include.

    What could not be read is in `unseen`, with why; nothing at all may have been there.
    """
    deadline = asyncio.get_running_loop().time() + view.timeout_seconds
    found = _Collected(host, view, deadline)
    await found.get(files or USUAL)
    for main in tuple(found.files):
        folder = main.rpartition("/")[0]
        if main.endswith(".cfg"):
            await found.get([f"{folder}/conf.d/*.cfg"])
            continue
        for _ in range(_ROUNDS):
            wanted = _wanted(folder, found)
            if not wanted:
                break
            await found.get(wanted)
    unseen = {
        path: why
        for path, why in found.unseen.items()
        if files or path not in USUAL or "No such file" not in why
    }
    return Configuration(
        files=MappingProxyType(found.files),
        origin=str(host.id),
        unseen=MappingProxyType(unseen),
    )


def is_without_web_server(configuration: Configuration) -> bool:
    """Whether a host that was asked has none of the usual main files."""
    return not configuration.files and not configuration.unseen


def _wanted(folder: str, found: _Collected) -> list[str]:
    """The includes of the files so far that were not looked for yet."""
    known = found.files.keys() | found.unseen.keys() | found.listed
    wanted: dict[str, None] = {}
    for path, content in found.files.items():
        if path.endswith(".cfg"):
            continue
        for name in includes_in(content):
            wanted[normal(name if name.startswith("/") else f"{folder}/{name}")] = None
    return [path for path in wanted if path not in known]
