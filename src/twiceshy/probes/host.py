"""How a host guard looks: names first, then one TCP connection to each port of each address."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from twiceshy.kinds.host.facts import HostFact, NameSeen, PortSeen, Promise
from twiceshy.model.endpoint_url import parse_endpoint
from twiceshy.model.estate import Estate, Host
from twiceshy.model.fact import Unseen
from twiceshy.model.guard import Guard
from twiceshy.model.ids import HostId
from twiceshy.probes.host_names import look_at_name
from twiceshy.probes.host_ports import look_at_ports
from twiceshy.probes.resolve import is_address
from twiceshy.probes.targets import endpoints_of, hosts_of
from twiceshy.probes.view import View

SHARE_OF_NAMES = 0.5
"""Of the time of a look; the rest is for the ports, so that a slow name server is not taken for
a port that does not answer."""
HERE = "127.0.0.1"
"""Where a local host without addresses is looked at."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Something with ports: a name to look up, or addresses that are given."""

    name: str | None
    addresses: tuple[str, ...]
    port: int | None
    """The port to look at when the promise names none."""


async def look(guard: Guard, estate: Estate, view: View) -> HostFact | Unseen:
    """Resolve the target's names and connect to its ports, all within the view's time."""
    promise = guard.promise
    assert isinstance(promise, Promise), "a guard carries its own kind's promise"
    loop = asyncio.get_running_loop()
    deadline = loop.time() + view.timeout_seconds
    places = _places(guard.target, estate)
    if not places and not promise.names:
        why = f"{guard.target} names no host, and no service with endpoints or hosts"
        return Unseen(why, view.now(), view.vantage, "Make a host, a service or a URL the target.")
    names = await _look_at_names(promise, places, view.timeout_seconds * SHARE_OF_NAMES)
    pairs = _pairs(promise, places, names)
    ports: tuple[PortSeen, ...] = ()
    if pairs:
        ports = await look_at_ports(pairs, deadline - loop.time(), view.vantage)
    return HostFact(at=view.now(), vantage=view.vantage, names=names, ports=ports)


def _places(target: str, estate: Estate) -> list[_Place]:
    endpoints = () if HostId(target) in estate.hosts else endpoints_of(target, estate)
    if not endpoints:
        return [_place_of(host) for host in hosts_of(target, estate)]
    places = []
    for endpoint in endpoints:
        url = parse_endpoint(endpoint.url)
        if endpoint.addresses:
            places.append(_Place(None, endpoint.addresses, url.port))
        elif is_address(url.host):
            places.append(_Place(None, (url.host,), url.port))
        else:
            places.append(_Place(url.host, (), url.port))
    return places


def _place_of(host: Host) -> _Place:
    if host.addresses:
        return _Place(None, host.addresses, None)
    name = urlsplit(host.reach).hostname if "://" in host.reach else None
    if name is None or is_address(name):
        return _Place(None, (name or HERE,), None)
    return _Place(name, (), None)


async def _look_at_names(
    promise: Promise, places: list[_Place], timeout_seconds: float
) -> tuple[NameSeen, ...]:
    wanted = dict.fromkeys(
        [*(place.name for place in places if place.name is not None), *promise.names]
    )
    servers = promise.nameservers or (None,)
    async with asyncio.TaskGroup() as group:
        looks = [
            group.create_task(look_at_name(name, server, timeout_seconds))
            for name in wanted
            for server in servers
        ]
    return tuple(one.result() for one in looks)


def _pairs(
    promise: Promise, places: list[_Place], names: Iterable[NameSeen]
) -> tuple[tuple[str, int], ...]:
    """Every address with every port to look at, each pair once."""
    found: dict[str, list[str]] = {}
    for seen in names:
        found.setdefault(seen.name, []).extend(seen.addresses)
    pairs: dict[tuple[str, int], None] = {}
    for place in places:
        addresses = place.addresses or tuple(found.get(place.name or "", ()))
        ports = promise.listens or (() if place.port is None else (place.port,))
        for address in addresses:
            pairs |= dict.fromkeys((address, port) for port in (*ports, *promise.must_not_listen))
    return tuple(pairs)
