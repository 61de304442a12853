"""The side of a change that runs: what a host has now where the change would write."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from twiceshy.changes.limits import LARGEST_FILE_BYTES
from twiceshy.changes.readers import proposals_of
from twiceshy.model.configuration import OUTPUTS, Configuration
from twiceshy.model.estate import Host
from twiceshy.model.fact import Unseen
from twiceshy.model.ids import KindId
from twiceshy.probes.reach import read_file, run
from twiceshy.probes.view import View

FIREWALL = KindId("firewall")
FILES_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Live:
    """What a host has now, as far as a change would touch it."""

    configuration: Configuration
    """What counts there: of rule sets what is loaded in its kernel, of the rest the files."""
    at_rest: Mapping[str, bytes]
    """Files with rules that lie there: what is loaded counts, and yet they would be replaced."""


async def running(host: Host, after: Configuration, view: View) -> Live:
    """What the host has now of the files in `after`; for rule sets, what is loaded in its kernel.

    A file that is not there is simply absent; what could not be read is in `unseen`.
    """
    asked = sorted(after.files)
    rule_sets = {path for path in asked if _is_rule_set(path, after.files[path])}
    limit = asyncio.Semaphore(FILES_AT_ONCE)

    async def read(path: str) -> tuple[str, bytes | Unseen]:
        async with limit:
            return path, await read_file(host, path, view, limit_bytes=LARGEST_FILE_BYTES)

    found = await asyncio.gather(*(read(path) for path in asked))
    there = {path: content for path, content in found if isinstance(content, bytes)}
    files = {path: content for path, content in there.items() if path not in rule_sets}
    unseen = {
        path: content.why
        for path, content in found
        if isinstance(content, Unseen) and "No such file" not in content.why
    }
    if rule_sets:
        loaded, not_loaded = await _rule_sets(host, view)
        files |= loaded
        unseen |= not_loaded
    return Live(
        Configuration(
            files=MappingProxyType(files), origin=str(host.id), unseen=MappingProxyType(unseen)
        ),
        MappingProxyType({path: there[path] for path in sorted(rule_sets & there.keys())}),
    )


def _is_rule_set(path: str, content: bytes) -> bool:
    proposals = proposals_of(FIREWALL)
    return proposals is not None and proposals.recognises(path, content) is not None


async def _rule_sets(host: Host, view: View) -> tuple[Mapping[str, bytes], Mapping[str, str]]:
    async def ask(path: str, argv: Iterable[str]) -> tuple[str, bytes | str]:
        ran = await run(host, tuple(argv), view, limit_bytes=LARGEST_FILE_BYTES)
        if isinstance(ran, Unseen):
            return path, "" if "not installed" in ran.why else ran.why
        return path, ran.stdout if ran.exit_code == 0 else ran.complaint

    told = await asyncio.gather(*(ask(path, argv) for path, argv in OUTPUTS.items()))
    return (
        {path: content for path, content in told if isinstance(content, bytes) and content},
        {path: why for path, why in told if isinstance(why, str) and why},
    )
