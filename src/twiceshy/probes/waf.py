"""How a waf guard looks: what its hosts' files say, and canaries to its web endpoints."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from twiceshy.kinds.waf.facts import CanarySeen, Gap, Promise, Spot, WafFact
from twiceshy.kinds.waf.proposals import fact
from twiceshy.model.endpoint_url import parse_endpoint
from twiceshy.model.estate import Endpoint, Estate
from twiceshy.model.fact import Unseen
from twiceshy.model.guard import Guard
from twiceshy.probes.targets import endpoints_of, hosts_of
from twiceshy.probes.view import View
from twiceshy.probes.waf_canaries import canaries_at
from twiceshy.probes.waf_files import collect

_HTTP_SCHEMES = frozenset({"http", "https"})


async def look(guard: Guard, estate: Estate, view: View) -> WafFact | Unseen:
    """Read the files on the target's hosts and send the canaries, at once."""
    promise = guard.promise
    assert isinstance(promise, Promise), "a guard carries its own kind's promise"
    wanted = "blocked" in promise.attack_canary or "passes" in promise.benign_canary
    endpoints = _web(guard.target, estate) if wanted else ()
    async with asyncio.TaskGroup() as group:
        files = group.create_task(_files(guard, promise, estate, view))
        sent = group.create_task(_canaries(endpoints, promise, estate, view))
    seen, canaries = files.result(), sent.result()
    not_sent = "the target has no web endpoint" if wanted and not endpoints else None
    if isinstance(seen, Unseen):
        if not canaries:
            return seen
        return WafFact(at=view.now(), vantage=view.vantage, canaries=canaries, unseen=seen.why)
    return replace(seen, at=view.now(), canaries=canaries or None, not_sent=not_sent)


def _web(target: str, estate: Estate) -> tuple[Endpoint, ...]:
    return tuple(
        one
        for one in endpoints_of(target, estate)
        if parse_endpoint(one.url).scheme in _HTTP_SCHEMES
    )


async def _canaries(
    endpoints: tuple[Endpoint, ...], promise: Promise, estate: Estate, view: View
) -> tuple[CanarySeen, ...]:
    return await canaries_at(endpoints, promise, estate, view) if endpoints else ()


async def _files(guard: Guard, promise: Promise, estate: Estate, view: View) -> WafFact | Unseen:
    hosts = hosts_of(guard.target, estate)
    if not hosts:
        why = f"{guard.target} names no host, so there is no configuration to read"
        step = "Give the service its `hosts`, or make a host the target."
        return Unseen(why, view.now(), view.vantage, step)
    software: dict[str, None] = {}
    spots: list[Spot] = []
    gaps: list[Gap] = []
    shorter = replace(view, timeout_seconds=view.timeout_seconds / len(hosts))
    for host in hosts:
        configuration = await collect(host, promise.files, promise.defines, shorter)
        found = fact(guard, configuration, view.now())
        if isinstance(found, Unseen):
            why = "; ".join(f"{path}: {one}" for path, one in configuration.unseen.items())
            return Unseen(
                f"{host.id}: {why[:300] or found.why}", view.now(), view.vantage, found.next_step
            )
        software |= dict.fromkeys(found.software)
        spots += found.spots
        gaps += found.gaps
    return WafFact(
        at=view.now(),
        vantage=view.vantage,
        software=tuple(software),
        spots=tuple(spots),
        gaps=tuple(gaps),
    )
