"""How a firewall guard looks: the rules that run, listed by the host, then its flows for real."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from twiceshy.kinds.firewall.facts import FirewallFact, FlowTried, Promise
from twiceshy.kinds.firewall.read import fact_of
from twiceshy.model.configuration import OUTPUTS, Configuration
from twiceshy.model.estate import Estate, Host
from twiceshy.model.fact import Unseen
from twiceshy.model.guard import Guard
from twiceshy.probes.firewall_collect import Collected, collect
from twiceshy.probes.firewall_tries import try_flows
from twiceshy.probes.targets import hosts_of
from twiceshy.probes.view import View

SHARE_OF_LISTING = 0.7
"""Of the time of a look; the rest is for trying flows."""
AS_ROOT = (
    "Let it be listed: look as root, or give the user the capability CAP_NET_ADMIN, or a sudo rule "
    "for the listing programs alone."
)


async def look(guard: Guard, estate: Estate, view: View) -> FirewallFact | Unseen:
    """The rules that the target's kernel has loaded, and what its flows met.

    What the promise's `files` say does not matter here: they are what should run, this is what
    does.
    """
    promise = guard.promise
    assert isinstance(promise, Promise), "a guard carries its own kind's promise"
    host = _host(guard.target, estate)
    if isinstance(host, str):
        step = "Make one host of the estate the guard's target, one guard for each host."
        return Unseen(host, view.now(), view.vantage, step)
    deadline = asyncio.get_running_loop().time() + view.timeout_seconds
    listing = replace(view, timeout_seconds=view.timeout_seconds * SHARE_OF_LISTING)
    collected = await collect(host, listing)
    if isinstance(collected, Unseen):
        return collected
    refused = _refused(collected.configuration)
    if refused is not None:
        why = f"{host.id} does not show all of its packet filter: {refused}"
        return Unseen(why, view.now(), view.vantage, AS_ROOT)
    left = max(deadline - asyncio.get_running_loop().time(), 0.1)
    tried = await try_flows(promise, host, replace(view, timeout_seconds=left))
    return _fact(guard, promise, collected, view, tried)


def _host(target: str, estate: Estate) -> Host | str:
    hosts = hosts_of(target, estate)
    if len(hosts) == 1:
        return hosts[0]
    if not hosts:
        return f"{target} names no host of the estate"
    return f"{target} runs on {len(hosts)} hosts, and each has a packet filter of its own"


def _refused(configuration: Configuration) -> str | None:
    """Why rules may be missing; sets matter only when there are rules that look them up."""
    for path, why in configuration.unseen.items():
        if "ipset" not in path:
            return f"`{' '.join(OUTPUTS[path])}`: {why}"
    if any(b"--match-set" in data for data in configuration.files.values()):
        for path, why in configuration.unseen.items():
            return f"`{' '.join(OUTPUTS[path])}`: {why}"
    return None


def _fact(
    guard: Guard, promise: Promise, collected: Collected, view: View, tried: tuple[FlowTried, ...]
) -> FirewallFact | Unseen:
    everything = replace(guard, promise=replace(promise, files=()))
    fact = fact_of(everything, collected.configuration, view.now())
    if isinstance(fact, Unseen):
        return replace(fact, vantage=view.vantage)
    return replace(
        fact,
        vantage=view.vantage,
        addresses=collected.addresses,
        interfaces=collected.interfaces,
        tried=tried,
    )
