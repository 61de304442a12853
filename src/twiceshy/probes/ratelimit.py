"""How a ratelimit guard looks: the limits that its hosts' files set, and a short burst."""

from __future__ import annotations

from dataclasses import replace

from twiceshy.kinds.ratelimit.facts import Gap, LocationSeen, Promise, RateLimitFact
from twiceshy.kinds.ratelimit.proposals import fact
from twiceshy.model.estate import Estate
from twiceshy.model.fact import Unseen
from twiceshy.model.guard import Guard
from twiceshy.probes.ratelimit_burst import burst_at
from twiceshy.probes.targets import endpoints_of, hosts_of
from twiceshy.probes.view import View
from twiceshy.probes.webserver_files import collect, is_without_web_server

SHARE_OF_FILES = 0.5
"""Of the time of a look; the rest is for the burst."""


async def look(guard: Guard, estate: Estate, view: View) -> RateLimitFact | Unseen:
    """Read the web servers' files on the target's hosts, then send the burst that is promised."""
    promise = guard.promise
    assert isinstance(promise, Promise), "a guard carries its own kind's promise"
    seen = await _files(guard, promise, estate, view)
    if promise.burst_answer is None:
        return seen
    endpoints = endpoints_of(guard.target, estate)
    bursts = await burst_at(endpoints, promise, estate, view)
    if not bursts:
        return seen
    if isinstance(seen, Unseen):
        return RateLimitFact(
            at=view.now(),
            vantage=view.vantage,
            software=(),
            locations=(),
            bursts=bursts,
            unseen=seen.why,
        )
    return replace(seen, at=view.now(), bursts=bursts)


async def _files(
    guard: Guard, promise: Promise, estate: Estate, view: View
) -> RateLimitFact | Unseen:
    hosts = hosts_of(guard.target, estate)
    if not hosts:
        why = f"{guard.target} names no host, so there is no configuration to read"
        step = "Give the service its `hosts`, or make a host the target."
        return Unseen(why, view.now(), view.vantage, step)
    software: dict[str, None] = {}
    locations: list[LocationSeen] = []
    gaps: list[Gap] = []
    shorter = replace(view, timeout_seconds=view.timeout_seconds * SHARE_OF_FILES / len(hosts))
    for number, host in enumerate(hosts, 1):
        configuration = await collect(host, promise.files, shorter)
        found = fact(guard, configuration, view.now())
        is_last_chance = number == len(hosts) and not software
        if is_without_web_server(configuration) and not is_last_chance:
            continue
        if isinstance(found, Unseen):
            why = "; ".join(f"{path}: {one}" for path, one in configuration.unseen.items())
            return Unseen(
                f"{host.id}: {why or found.why}", view.now(), view.vantage, found.next_step
            )
        software |= dict.fromkeys(found.software)
        locations += found.locations
        gaps += found.gaps
    return RateLimitFact(
        at=view.now(),
        vantage=view.vantage,
        software=tuple(software),
        locations=tuple(locations),
        gaps=tuple(gaps),
    )
