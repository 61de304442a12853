"""How a webserver guard looks: the files of its hosts, what runs there, and what is served."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from twiceshy.kinds.webserver.facts import Promise, WebServerFact
from twiceshy.kinds.webserver.proposals import fact
from twiceshy.model.estate import Estate, Host
from twiceshy.model.fact import Unseen
from twiceshy.model.guard import Guard
from twiceshy.probes.targets import hosts_of
from twiceshy.probes.view import View
from twiceshy.probes.webserver_files import collect, is_without_web_server
from twiceshy.probes.webserver_running import running_on
from twiceshy.probes.webserver_served import served_by
from twiceshy.probes.webserver_tls import with_tls_files

SHARE_OF_FILES = 0.4
"""Of the time of a look, for the configuration; as much is for what is served."""


async def look(guard: Guard, estate: Estate, view: View) -> WebServerFact | Unseen:
    """Look at every host of the target, all within the view's time."""
    promise = guard.promise
    assert isinstance(promise, Promise), "a guard carries its own kind's promise"
    hosts = hosts_of(guard.target, estate)
    if not hosts:
        why = f"{guard.target} names no host, so there is no configuration to read"
        step = "Give the service its `hosts`, or make a host the target."
        return Unseen(why, view.now(), view.vantage, step)
    async with asyncio.TaskGroup() as group:
        looks = [group.create_task(_look_at(host, guard, promise, view)) for host in hosts]
    found = [one.result() for one in looks]
    facts = [one for one in found if isinstance(one, WebServerFact)]
    unseen = [one for one in found if isinstance(one, Unseen)]
    if unseen:
        return unseen[0]
    if not facts:
        why = (
            f"no host of {guard.target} has a configuration of nginx or HAProxy where it usually is"
        )
        return Unseen(why, view.now(), view.vantage, "Name the main files in `files`.")
    return WebServerFact(
        at=view.now(),
        vantage=view.vantage,
        software=tuple(dict.fromkeys(name for one in facts for name in one.software)),
        listeners=tuple(listener for one in facts for listener in one.listeners),
        upstreams=tuple(upstream for one in facts for upstream in one.upstreams),
        gaps=tuple(gap for one in facts for gap in one.gaps),
        running=tuple(running for one in facts for running in one.running or ()),
        served=tuple(served for one in facts for served in one.served or ()),
    )


async def _look_at(
    host: Host, guard: Guard, promise: Promise, view: View
) -> WebServerFact | Unseen | None:
    """None for a host without a web server."""
    deadline = asyncio.get_running_loop().time() + view.timeout_seconds
    share = view.timeout_seconds * SHARE_OF_FILES
    configuration = await collect(host, promise.files, replace(view, timeout_seconds=share))
    if is_without_web_server(configuration):
        return None
    if promise.certificate_days is not None or promise.served_is_configured:
        configuration = await with_tls_files(configuration, host, promise, _left(view, deadline))
    seen = fact(guard, configuration, view.now())
    if isinstance(seen, Unseen):
        why = "; ".join(f"{path}: {one}" for path, one in configuration.unseen.items())
        return Unseen(f"{host.id}: {why or seen.why}", view.now(), view.vantage, seen.next_step)
    running = served = None
    if promise.running_is_on_disk:
        running = await running_on(host, configuration, promise, seen, _left(view, deadline))
    if promise.served_is_configured:
        served = await served_by(host, seen, _left(view, deadline))
    return replace(seen, at=view.now(), vantage=view.vantage, running=running, served=served)


def _left(view: View, deadline: float) -> View:
    left = deadline - asyncio.get_running_loop().time()
    return replace(view, timeout_seconds=max(left, 0.01))
