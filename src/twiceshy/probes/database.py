"""How a database guard looks: read the settings on each host, then connect with them."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterable
from pathlib import Path

from twiceshy.kinds.database.facts import Attempt, DatabaseFact, HostSeen, Outcome, Promise
from twiceshy.languages.settings.secret import Masked
from twiceshy.model.endpoint_url import parse_endpoint
from twiceshy.model.estate import Estate
from twiceshy.model.fact import Unseen
from twiceshy.model.guard import Guard
from twiceshy.probes.database_attempts import attempt
from twiceshy.probes.database_files import collect
from twiceshy.probes.database_secrets import Credentials, NotThere, read_credentials
from twiceshy.probes.database_targets import (
    Target,
    target_of_endpoint,
    targets_of,
    together,
)
from twiceshy.probes.targets import endpoints_of, hosts_of
from twiceshy.probes.tls.roots import SYSTEM, trust_store
from twiceshy.probes.view import View

SCHEMES = frozenset({"postgres", "mysql"})
AT_ONCE = 8
"""Connections at the same time: a look must not use up what it looks at."""
MOST_TARGETS = 64
SHARE_OF_FILES = 0.4
"""Of the time of a look, at most, for reading files; the rest is for connecting."""


async def look(guard: Guard, estate: Estate, view: View) -> DatabaseFact | Unseen:
    """Read and connect, all within the view's time."""
    promise = guard.promise
    assert isinstance(promise, Promise), "a guard carries its own kind's promise"
    loop = asyncio.get_running_loop()
    deadline = loop.time() + view.timeout_seconds
    credentials = _credentials(promise, estate)
    if isinstance(credentials, NotThere):
        return Unseen(credentials.why, view.now(), view.vantage, credentials.next_step)
    hosts, found = await _settings(guard, promise, estate, view, credentials)
    if not promise.files:
        found = _endpoints(guard, promise, estate, credentials)
    if not hosts and not found:
        return Unseen(
            f"{guard.target} has no files of settings to look at, and no database endpoint",
            view.now(),
            view.vantage,
            "Say in `files` where the settings are (and in the service `hosts`), or give the"
            " service a postgres:// endpoint.",
        )
    made: tuple[Attempt, ...] | None = None
    if promise.connect:
        roots = _roots(promise, estate)
        left = deadline - loop.time()
        made = await _connect(promise, found, roots, left)
    return DatabaseFact(at=view.now(), vantage=view.vantage, hosts=hosts, attempts=made)


def _credentials(promise: Promise, estate: Estate) -> Credentials | NotThere | None:
    if promise.credentials is None:
        return None
    return read_credentials(promise.credentials, Path(estate.path).parent)


async def _settings(
    guard: Guard, promise: Promise, estate: Estate, view: View, credentials: Credentials | None
) -> tuple[tuple[HostSeen, ...], list[Target | Attempt]]:
    """The settings on each host of the target, and what they lead to."""
    if not promise.files:
        return (), []
    passwords: dict[Masked, int] = {}
    seen: list[HostSeen] = []
    found: list[Target | Attempt] = []
    hosts = hosts_of(guard.target, estate)
    part = View(view.vantage, view.timeout_seconds * SHARE_OF_FILES / max(len(hosts), 1), view.now)
    for host in hosts:
        try:
            async with asyncio.timeout(part.timeout_seconds):
                one, opened, configuration = await collect(promise, host, part, passwords)
        except TimeoutError:
            why = f"not read in {part.timeout_seconds:.1f} s"
            missing = tuple((path, why) for path in promise.files)
            seen.append(HostSeen(str(host.id), missing=missing))
            continue
        seen.append(one)
        found += targets_of(opened, host, configuration, credentials)
    return tuple(seen), found


def _endpoints(
    guard: Guard, promise: Promise, estate: Estate, credentials: Credentials | None
) -> list[Target | Attempt]:
    return [
        target_of_endpoint(endpoint, promise, credentials)
        for endpoint in endpoints_of(guard.target, estate)
        if parse_endpoint(endpoint.url).scheme in SCHEMES
    ]


def _roots(promise: Promise, estate: Estate) -> bytes | None:
    """What to trust when the settings name no root certificate, as PEM; None for nothing."""
    if promise.roots is None and promise.files:
        return None
    store = trust_store(promise.roots or SYSTEM, estate.path)
    return "".join(ssl.DER_cert_to_PEM_cert(der) for der in store.roots).encode() or None


async def _connect(
    promise: Promise, found: Iterable[Target | Attempt], roots: bytes | None, seconds: float
) -> tuple[Attempt, ...]:
    given = [one for one in found if isinstance(one, Attempt)]
    targets = together(one for one in found if isinstance(one, Target))
    places = asyncio.Semaphore(AT_ONCE)
    rounds = -(-min(len(targets), MOST_TARGETS) // AT_ONCE) or 1

    async def in_turn(target: Target) -> Attempt:
        async with places:
            wants_lag = promise.max_replication_lag_seconds is not None
            return await attempt(target, roots, wants_lag=wants_lag, seconds=seconds / rounds)

    async with asyncio.TaskGroup() as group:
        looks = [group.create_task(in_turn(one)) for one in targets[:MOST_TARGETS]]
    left_out = [
        Attempt(
            one.instances,
            one.server,
            one.index,
            Outcome.CANNOT_LOOK,
            "there are more connections than one look tries",
            next_step="Name those that matter in `settings`.",
        )
        for one in targets[MOST_TARGETS:]
    ]
    return (*(one.result() for one in looks), *given, *left_out)
