"""How a renewal guard looks: the hosts' configuration, test files, timers, logs, and what is served."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from twiceshy.kinds.renewal.facts import ClientSeen, NotReached, RenewalFact
from twiceshy.kinds.renewal.promise import Promise
from twiceshy.kinds.renewal.read import client_of
from twiceshy.model.estate import Estate, Host
from twiceshy.model.fact import Unseen
from twiceshy.model.guard import Guard
from twiceshy.probes.renewal_configuration import collected
from twiceshy.probes.renewal_live import live_look
from twiceshy.probes.renewal_served import served_by
from twiceshy.probes.targets import endpoints_of, hosts_of
from twiceshy.probes.view import View


async def look(guard: Guard, estate: Estate, view: View) -> RenewalFact | Unseen:
    """See how the certificates of the target are renewed, on each of its hosts."""
    promise = guard.promise
    assert isinstance(promise, Promise), "a guard carries its own kind's promise"
    hosts = hosts_of(guard.target, estate)
    if not hosts:
        why = f"{guard.target} names no host, and a renewal runs on one"
        step = "Give the service `hosts`, or make the host that renews the target."
        return Unseen(why, view.now(), view.vantage, step)
    deadline = asyncio.get_running_loop().time() + view.timeout_seconds
    looks = await asyncio.gather(*(_host(promise, host, estate, view, deadline) for host in hosts))
    clients = tuple(one for one in looks if isinstance(one, ClientSeen))
    missed = tuple(one for one in looks if isinstance(one, NotReached))
    if not clients:
        if missed:
            why = f"{missed[0].host} was not reached: {missed[0].why}"
            return Unseen(why, view.now(), view.vantage, missed[0].next_step)
        named = ", ".join(str(host.id) for host in hosts)
        why = f"there is nothing of the renewal on {named}"
        step = "Set `config_dir`, or make the host that renews the target."
        return Unseen(why, view.now(), view.vantage, step)
    endpoints = endpoints_of(guard.target, estate) or tuple(
        endpoint
        for service in estate.services.values()
        if any(host.id in service.hosts for host in hosts)
        for endpoint in service.endpoints
    )
    served = await served_by(endpoints, _left(view, deadline))
    return RenewalFact(
        at=view.now(), vantage=view.vantage, clients=clients, served=served, not_reached=missed
    )


async def _host(
    promise: Promise, host: Host, estate: Estate, view: View, deadline: float
) -> ClientSeen | NotReached | None:
    """One host: None when it has nothing to do with the renewal."""
    configuration = await collected(promise, host, _left(view, deadline))
    if isinstance(configuration, Unseen):
        return NotReached(str(host.id), configuration.why, configuration.next_step)
    is_whole = configuration.denied is None
    seen = client_of(promise, configuration.files, view.now(), is_whole=is_whole)
    if seen is None:
        return None
    live = await live_look(promise, host, seen, estate, _left(view, deadline))
    live = replace(
        live,
        copies=tuple(sorted(configuration.copies)),
        last_run=configuration.last_run,
        denied=configuration.denied,
    )
    return replace(seen, live=live)


def _left(view: View, deadline: float) -> View:
    """The view with the time that is left."""
    left = deadline - asyncio.get_running_loop().time()
    return replace(view, timeout_seconds=max(0.001, left))
