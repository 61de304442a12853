"""All of certbot's folder on one host, read from the host's configuration."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Literal

from twiceshy.languages.certbot.cli_ini import read_cli_ini
from twiceshy.languages.certbot.issued import Issued, read_issued
from twiceshy.languages.certbot.lineage import Lineage, read_lineage
from twiceshy.languages.certbot.setting import Fault, Setting
from twiceshy.model.configuration import Configuration

Stage = Literal["pre", "deploy", "post"]

_ARCHIVED = re.compile(r"cert(\d{1,9})\.pem")
_CONF = re.compile(r"renewal/[^/]+\.conf")
_MOST_TEXT = 256 * 1024
"""Of a hook; larger ones are programs and not scripts."""


@dataclass(frozen=True, slots=True)
class HookFile:
    """A file in renewal-hooks; certbot runs those that are executable, in order of their names."""

    path: str
    stage: Stage
    is_executable: bool | None
    """None when the mode is not known."""
    text: str | None
    """None when it is no text."""

    @property
    def is_run(self) -> bool:
        """Whether certbot would run it, as far as is known; editors' `~` copies never are."""
        return self.is_executable is not False and not self.path.endswith("~")


@dataclass(frozen=True, slots=True)
class Installation:
    """What certbot will do on this host, as far as its folder says."""

    folder: str
    """Such as `/etc/letsencrypt`."""
    lineages: tuple[Lineage, ...]
    """Those with a renewal configuration, by name."""
    orphans: tuple[Lineage, ...] = ()
    """Certificates in live/ without a renewal configuration: nobody renews them."""
    cli: Mapping[str, Setting] = field(default_factory=dict)
    """The options of cli.ini, by name."""
    cli_path: str = ""
    cli_faults: tuple[Fault, ...] = ()
    hooks: tuple[HookFile, ...] = ()
    is_live_seen: bool = False
    """Whether any certificate of live/ is among the files."""
    accounts: tuple[str, ...] = ()
    """`server/directory` parts of the folders in accounts/; empty when they were not handed in."""


# Several guards look at one configuration, which is equal to itself only.
@lru_cache(maxsize=8)
def read_installation(configuration: Configuration, folder: str) -> Installation | None:
    """The installation in `folder`; None when there is nothing of certbot's in it."""
    folder = folder.rstrip("/")
    inside = tuple(configuration.under(folder))
    if not inside and not any(path.startswith(f"{folder}/") for path in configuration.unseen):
        return None
    live = _live(configuration, folder, inside)
    lineages = []
    for path in inside:
        relative = path.removeprefix(f"{folder}/")
        if _CONF.fullmatch(relative) is not None:
            lineages.append(read_lineage(path, configuration.files[path]))
    lineages = [_with_issued(one, configuration, folder, live) for one in lineages]
    named = {one.name for one in lineages}
    unread = {
        PurePosixPath(path).name.removesuffix(".conf")
        for path in configuration.unseen
        if path.startswith(f"{folder}/renewal/") and path.endswith(".conf")
    }
    orphans = [
        _with_issued(
            Lineage(name, f"{folder}/renewal/{name}.conf", has_conf=False),
            configuration,
            folder,
            live,
        )
        for name in sorted(live.keys() - named - unread)
    ]
    cli_path = f"{folder}/cli.ini"
    cli, cli_faults = read_cli_ini(configuration.files.get(cli_path, b""))
    return Installation(
        folder=folder,
        lineages=tuple(sorted(lineages, key=lambda one: one.name)),
        orphans=tuple(orphans),
        cli=cli,
        cli_path=cli_path,
        cli_faults=cli_faults,
        hooks=tuple(_hooks(configuration, folder, inside)),
        is_live_seen=bool(live),
        accounts=_accounts(folder, (*inside, *configuration.unseen)),
    )


def _live(
    configuration: Configuration, folder: str, inside: tuple[str, ...]
) -> Mapping[str, Issued]:
    """The certificate of each folder in live/, by the folder's name."""
    found: dict[str, Issued] = {}
    for path in inside:
        parts = path.removeprefix(f"{folder}/").split("/")
        if len(parts) == 3 and parts[0] == "live" and parts[2] in {"cert.pem", "fullchain.pem"}:  # noqa: PLR2004 - live/<name>/<file>
            issued = read_issued(path, configuration.files[path])
            if isinstance(issued, Issued) and (parts[2] == "cert.pem" or parts[1] not in found):
                found[parts[1]] = issued
    return found


def _with_issued(
    lineage: Lineage, configuration: Configuration, folder: str, live: Mapping[str, Issued]
) -> Lineage:
    """The lineage with its certificates: those of its own paths, else those of its name."""
    pointed = lineage.top["cert"].text if "cert" in lineage.top else ""
    current = live.get(lineage.name)
    if pointed in configuration.files:
        read = read_issued(pointed, configuration.files[pointed])
        current = read if isinstance(read, Issued) else current
    archive = f"{folder}/archive/{lineage.name}"
    if "archive_dir" in lineage.top:
        archive = lineage.top["archive_dir"].text
    issued = []
    for path in configuration.under(archive):
        found = _ARCHIVED.fullmatch(path.removeprefix(archive.rstrip("/") + "/"))
        if found is not None:
            read = read_issued(path, configuration.files[path], int(found[1]))
            if isinstance(read, Issued):
                issued.append(read)
    issued.sort(key=lambda one: one.version or 0)
    return replace(lineage, live=current, archive=tuple(issued))


def _hooks(configuration: Configuration, folder: str, inside: tuple[str, ...]) -> list[HookFile]:
    hooks = []
    stages: tuple[Stage, ...] = ("pre", "deploy", "post")
    for stage in stages:
        start = f"{folder}/renewal-hooks/{stage}/"
        for path in inside:
            if path.startswith(start) and "/" not in path.removeprefix(start):
                mode = configuration.modes.get(path)
                executable = None if mode is None else bool(mode & 0o111)
                hooks.append(HookFile(path, stage, executable, script(configuration, path)))
    return hooks


def script(configuration: Configuration, path: str) -> str | None:
    """The text of a script; None when it is not there or no text."""
    data = configuration.files.get(path)
    if data is None or len(data) > _MOST_TEXT or b"\0" in data:
        return None
    return data.decode("utf-8", "replace")


def _accounts(folder: str, paths: tuple[str, ...]) -> tuple[str, ...]:
    start = f"{folder}/accounts/"
    found = {
        "/".join(path.removeprefix(start).split("/")[:-2])
        for path in paths
        if path.startswith(start) and path.removeprefix(start).count("/") >= 2  # noqa: PLR2004 - server, account, file
    }
    return tuple(sorted(found))
