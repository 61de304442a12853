"""The settings of one host, collected through reach: the files named, and those that they name."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from types import MappingProxyType

from twiceshy.kinds.database.facts import HostSeen, Promise
from twiceshy.kinds.database.see import Opened, host_seen
from twiceshy.languages.settings.formats import Format, format_by_name
from twiceshy.languages.settings.secret import Masked
from twiceshy.model.configuration import Configuration
from twiceshy.model.estate import Host
from twiceshy.model.fact import Unseen
from twiceshy.probes import reach
from twiceshy.probes.view import View

ROUNDS = 4
"""Files name files: a compose file its env_file, that one nothing more."""
MOST_FILES = 200
SERVICE_FILES = ("/etc/postgresql-common/pg_service.conf", "/etc/pg_service.conf")


class Asked(dict[str, bytes]):
    """The files read so far; remembers every other path that it is asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.absent: set[str] = set()

    def __contains__(self, path: object) -> bool:
        found = super().__contains__(path)
        if not found and isinstance(path, str) and path.startswith("/"):
            self.absent.add(path)
        return found

    def get(self, path: str, default: bytes | None = None) -> bytes | None:  # type: ignore[override] # a file has bytes, or is not there
        """The file; a path that was not read is noted."""
        return super().get(path) if path in self else default


async def collect(
    promise: Promise, host: Host, view: View, passwords: dict[Masked, int]
) -> tuple[HostSeen, tuple[Opened, ...], Configuration]:
    """What the promise's files say on the host, with all that they refer to."""
    files, unseen = Asked(), dict[str, str]()
    waiting = list(dict.fromkeys(promise.files))
    for path in promise.files:
        if format_by_name(path) is Format.SERVER:
            waiting += await _conf_files(host, path, view)
    for _ in range(ROUNDS):
        await _read(host, waiting, files, unseen, view)
        configuration = Configuration(
            files, str(host.id), unseen=MappingProxyType(unseen), modes={}
        )
        files.absent.clear()
        _, opened = host_seen(promise, configuration, {})
        asked = {*files.absent, *_named(opened)}
        waiting = sorted(path for path in asked if path not in {*files, *unseen})
        if not waiting or len(files) > MOST_FILES:
            break
    modes = await _modes(host, tuple(files), view)
    configuration = Configuration(
        MappingProxyType(dict(files)),
        str(host.id),
        unseen=MappingProxyType(unseen),
        modes=MappingProxyType(modes),
    )
    seen, opened = host_seen(promise, configuration, passwords)
    return seen, opened, configuration


def _named(opened: tuple[Opened, ...]) -> Iterator[str]:
    """Files that connections need: certificates, and where passwords are."""
    for one in opened:
        parameters = one.connection.parameters
        for name in ("sslrootcert", "sslcert", "sslkey", "passfile"):
            if name in parameters and parameters[name].text.startswith("/"):
                yield parameters[name].text
        password = one.connection.password
        if password is not None:
            source = password.source.removeprefix("file:")
            if source.startswith("/"):
                yield source
        if "service" in parameters:
            yield from SERVICE_FILES


async def _read(
    host: Host, paths: list[str], files: Asked, unseen: dict[str, str], view: View
) -> None:
    for path in paths[: MOST_FILES - len(files)]:
        read = await reach.read_file(host, path, view)
        if isinstance(read, Unseen):
            unseen[path] = read.why.removeprefix(f"{host.id}: ")
        else:
            files[path] = read


async def _conf_files(host: Host, path: str, view: View) -> list[str]:
    """What `include_dir` of a postgresql.conf may mean."""
    folder = posixpath.dirname(path)
    ran = await reach.run(
        host, ("find", folder, "-maxdepth", "2", "-name", "*.conf", "-type", "f"), view
    )
    if isinstance(ran, Unseen) or ran.exit_code != 0:
        return []
    return ran.stdout.decode("utf-8", "replace").splitlines()[:MOST_FILES]


async def _modes(host: Host, paths: tuple[str, ...], view: View) -> dict[str, int]:
    """Permission bits, as far as they can be had."""
    if not paths:
        return {}
    ran = await reach.run(host, ("stat", "-L", "-c", "%a %n", "--", *paths), view)
    if isinstance(ran, Unseen):
        return {}
    modes: dict[str, int] = {}
    for line in ran.stdout.decode("utf-8", "surrogateescape").splitlines():
        mode, _, path = line.partition(" ")
        if path and all(digit in "01234567" for digit in mode):
            modes[path] = int(mode, 8)
    return modes
