"""The packet filter of a host as its own programs list it: every table, sets, addresses."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from twiceshy.languages.firewall.iptables.save import source_of
from twiceshy.model.configuration import OUTPUTS, Configuration
from twiceshy.model.estate import Host
from twiceshy.model.fact import Unseen
from twiceshy.probes.reach import run
from twiceshy.probes.view import View

LIMIT_BYTES = 64 * 1024 * 1024
"""Of each listing: sets of a million elements are that long."""
NOT_FOUND = 127
"""The exit code with which env says that a program is not there."""
PLACES = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
"""Where the programs are: the PATH of those who are not root lacks sbin on many systems."""
MIDDLE = "-legacy"


@dataclass(frozen=True, slots=True)
class Collected:
    """What a host told."""

    configuration: Configuration
    """Its listings under the paths of OUTPUTS; in `unseen` those that were refused. A program that
    is not installed is in neither: it has made no rules."""
    addresses: tuple[str, ...] | None
    """The host's own IP addresses; None when it did not tell."""
    interfaces: tuple[str, ...] | None
    """The names of its interfaces; None when it did not tell."""


async def collect(host: Host, view: View) -> Collected | Unseen:
    """All of it at once; Unseen when the host is not reached or has no packet filter's programs."""
    asked = [*OUTPUTS.items(), ("", ("ip", "-j", "address"))]
    told = await asyncio.gather(*(_tell(host, argv, view) for _, argv in asked))
    *listings, links = told
    lost = next((one for one in told if isinstance(one, Unseen)), None)
    files: dict[str, bytes] = {}
    unseen: dict[str, str] = {}
    for (path, _), one in zip(OUTPUTS.items(), listings, strict=True):
        if isinstance(one, bytes):
            files[path] = one
        elif isinstance(one, str):
            unseen[path] = one
        elif isinstance(one, Unseen):
            unseen[path] = one.why
    if not files and not unseen:
        why = f"{host.id}: neither nft nor iptables is installed there"
        return Unseen(why, view.now(), view.vantage)
    if not files and lost is not None:
        return replace(lost, next_step=lost.next_step)
    for path in [path for path in files if MIDDLE in path]:
        # Where iptables-save itself is the legacy one, both list the same rules.
        if source_of(files.get(path.replace(MIDDLE, ""), b"")) == "iptables-legacy":
            del files[path]
    addresses, interfaces = _links(links) if isinstance(links, bytes) else (None, None)
    configuration = Configuration(
        MappingProxyType(files), origin=str(host.id), unseen=MappingProxyType(unseen)
    )
    return Collected(configuration, addresses, interfaces)


async def _tell(host: Host, argv: Iterable[str], view: View) -> bytes | str | Unseen | None:
    """What a program prints; a text: why it refuses; None: it is not installed."""
    ran = await run(host, ("env", "LC_ALL=C", PLACES, *argv), view, limit_bytes=LIMIT_BYTES)
    if isinstance(ran, Unseen):
        return ran
    if ran.exit_code == NOT_FOUND:
        return None
    if ran.exit_code != 0:
        lines = ran.stderr.decode("utf-8", "replace").strip().splitlines()
        return next((one for one in lines if "ermitted" in one or "denied" in one), ran.complaint)
    return ran.stdout


def _links(printed: bytes) -> tuple[tuple[str, ...] | None, tuple[str, ...] | None]:
    """Addresses and interfaces out of what `ip -j address` prints."""
    try:
        links = json.loads(printed)
    except ValueError:
        return None, None
    if not isinstance(links, list):
        return None, None
    maps = [one for one in links if isinstance(one, Mapping)]
    names = [one["ifname"] for one in maps if isinstance(one.get("ifname"), str)]
    addresses = [
        info["local"]
        for one in maps
        for info in one.get("addr_info", ())
        if isinstance(info, Mapping) and isinstance(info.get("local"), str)
    ]
    return tuple(addresses), tuple(names)
