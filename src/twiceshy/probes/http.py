"""How an http guard looks: every address of every web endpoint of its target, at once."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

from twiceshy.kinds.http.facts import EndpointSeen, HttpFact, NameState, Promise
from twiceshy.kinds.http.read import forms_of
from twiceshy.model.endpoint_url import parse_endpoint
from twiceshy.model.estate import Endpoint, Estate
from twiceshy.model.fact import Unseen
from twiceshy.model.guard import Guard
from twiceshy.probes.http_chain import Headers, look_at_address
from twiceshy.probes.http_exchange import Asked
from twiceshy.probes.http_headers import Missing, read_headers
from twiceshy.probes.http_trust import NoRoots, not_verifying, verifying
from twiceshy.probes.resolve import Unresolved, look_up
from twiceshy.probes.targets import endpoints_of
from twiceshy.probes.view import View

MOST_ADDRESSES = 64
"""Of one endpoint, in one look."""
SHARE_OF_LOOK_UP = 0.5
"""Of the time of a look: what is left must do for an answer, or a slow name server would make
every server look dead."""
HTTP_SCHEMES = frozenset({"http", "https"})


async def look(guard: Guard, estate: Estate, view: View) -> HttpFact | Unseen:
    """Ask every address of the target's http and https endpoints, all within the view's time."""
    promise = guard.promise
    assert isinstance(promise, Promise), "a guard carries its own kind's promise"
    endpoints = [
        endpoint
        for endpoint in endpoints_of(guard.target, estate)
        if parse_endpoint(endpoint.url).scheme in HTTP_SCHEMES
    ]
    if not endpoints:
        why = f"{guard.target} has no endpoint that speaks HTTP"
        step = "Give the service an http:// or https:// endpoint, or make a URL the target."
        return Unseen(why, view.now(), view.vantage, step)
    folder = Path(estate.path).parent
    headers = read_headers(promise.headers, folder)
    if isinstance(headers, Missing):
        return Unseen(headers.why, view.now(), view.vantage, headers.next_step)
    trusting = verifying(promise, folder) if promise.verify else not_verifying()
    speaks_tls = any(parse_endpoint(endpoint.url).speaks_tls for endpoint in endpoints)
    if isinstance(trusting, NoRoots) and speaks_tls:
        return Unseen(trusting.why, view.now(), view.vantage, trusting.next_step)
    secrets = tuple(form for value in headers.secret.values() for form in forms_of(value))
    asked = Asked(promise, trusting, secrets)
    async with asyncio.TaskGroup() as group:
        looks = [
            group.create_task(_look_at_endpoint(endpoint, headers, asked, view.timeout_seconds))
            for endpoint in endpoints
        ]
    return HttpFact(
        at=view.now(), vantage=view.vantage, endpoints=tuple(one.result() for one in looks)
    )


async def _look_at_endpoint(
    endpoint: Endpoint, headers: Headers, asked: Asked, timeout_seconds: float
) -> EndpointSeen:
    parsed = parse_endpoint(endpoint.url)
    url = str(replace(parsed, path=parsed.path or "/"))
    deadline = asyncio.get_running_loop().time() + timeout_seconds
    found: tuple[str, ...] | Unresolved = endpoint.addresses
    if not found:
        found = await look_up(parsed.host, timeout_seconds * SHARE_OF_LOOK_UP)
    if isinstance(found, Unresolved):
        state = NameState.NOT_FOUND if found.is_an_answer else NameState.UNSEEN
        return EndpointSeen(endpoint.url, state, found.why)

    addresses = found[:MOST_ADDRESSES]
    async with asyncio.TaskGroup() as group:
        looks = [
            group.create_task(look_at_address(url, address, headers, asked, deadline))
            for address in addresses
        ]
    return EndpointSeen(
        endpoint.url,
        NameState.FOUND,
        addresses=tuple(one.result() for one in looks),
        left_out=len(found) - len(addresses),
    )
