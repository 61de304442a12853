"""Harmless attacks that a web application firewall must block, and requests that it must let pass.

Only endpoints that the estate names are sent anything: at most 20 attacks and 5 ordinary requests to
each address, as GET requests with a parameter that no application knows, over a few connections at
once. Bodies of answers are not read. The certificate is not looked at: another kind does that.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from urllib.parse import quote

import httpx

from twiceshy import __version__
from twiceshy.kinds.waf.facts import CanarySeen, Promise
from twiceshy.model.endpoint_url import EndpointUrl, parse_endpoint
from twiceshy.model.estate import Endpoint, Estate
from twiceshy.probes.http_trust import not_verifying
from twiceshy.probes.resolve import Unresolved, look_up
from twiceshy.probes.view import View

MOST_ADDRESSES = 4
"""Of one endpoint, in one look."""
AT_ONCE = 5
SHARE_OF_LOOK_UP = 0.5
PARAMETER = "twiceshy-canary"
_HTTP_SCHEMES = frozenset({"http", "https"})


@dataclass(frozen=True, slots=True)
class Canary:
    """One request."""

    name: str
    """In words."""
    value: str
    """Of the parameter; empty for none."""
    attack: str = ""
    """Its kind, as the core rule set's tags call it; empty for an ordinary request."""
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


CANARIES: tuple[Canary, ...] = (
    Canary("SQL: always true", "1' OR '1'='1' -- ", "sqli"),
    Canary("SQL: union", "1 UNION ALL SELECT user, password FROM users", "sqli"),
    Canary("SQL: delay", "1; SELECT pg_sleep(0) --", "sqli"),
    Canary("SQL in a cookie", "", "sqli", {"cookie": "canary=1%27%20OR%20%271%27=%271"}),
    Canary("script element", "<script>alert(1)</script>", "xss"),
    Canary("event handler", "<img src=x onerror=alert(1)>", "xss"),
    Canary("script address", "<a href=javascript:alert(1)>x</a>", "xss"),
    Canary("way up to a file", "../../../../etc/passwd", "lfi"),
    Canary("file of the system", "/etc/shadow", "lfi"),
    Canary("shell command", ";cat /etc/passwd", "rce"),
    Canary("shell substitution", "$(/bin/cat /etc/hostname)", "rce"),
    Canary("code of PHP", "<?php phpinfo(); ?>", "injection-php"),
    Canary("page", ""),
    Canary("search", "blue shoes size 42"),
    Canary("name with an apostrophe", "O'Brien"),
    Canary("sentence", "Is it open on Monday? I would like to order two."),
)
"""What is sent; `attacks` of the promise chooses among the attacks."""


async def canaries_at(
    endpoints: tuple[Endpoint, ...], promise: Promise, estate: Estate, view: View
) -> tuple[CanarySeen, ...]:
    """Send them to every address of the endpoints that speak HTTP, within the view's time."""
    named = {endpoint.url for service in estate.services.values() for endpoint in service.endpoints}
    web = [one for one in endpoints if parse_endpoint(one.url).scheme in _HTTP_SCHEMES]
    deadline = asyncio.get_running_loop().time() + view.timeout_seconds
    async with asyncio.TaskGroup() as group:
        looks = [
            group.create_task(_endpoint(one, promise, deadline, is_named=one.url in named))
            for one in web
        ]
    return tuple(seen for look in looks for seen in look.result())


def chosen(promise: Promise) -> tuple[Canary, ...]:
    """The canaries that a promise asks for."""
    return tuple(
        one
        for one in CANARIES
        if (
            promise.attack_canary == "blocked" and one.attack in promise.attacks
            if one.attack
            else promise.benign_canary == "passes"
        )
    )


async def _endpoint(
    endpoint: Endpoint, promise: Promise, deadline: float, *, is_named: bool
) -> list[CanarySeen]:
    if not is_named:
        why = "no service of the estate has this endpoint, and nothing else is sent attacks"
        return [_unsent(endpoint, why)]
    url = parse_endpoint(endpoint.url)
    addresses = endpoint.addresses
    if not addresses:
        left = deadline - asyncio.get_running_loop().time()
        found = await look_up(url.host, max(left, 0) * SHARE_OF_LOOK_UP)
        if isinstance(found, Unresolved):
            return [_unsent(endpoint, found.why)]
        addresses = found
    async with asyncio.TaskGroup() as group:
        looks = [
            group.create_task(_Round(endpoint.url, url, address, deadline).run(chosen(promise)))
            for address in addresses[:MOST_ADDRESSES]
        ]
    return [seen for look in looks for seen in look.result()]


def _unsent(endpoint: Endpoint, why: str) -> CanarySeen:
    return CanarySeen(endpoint.url, "", "all of them", is_attack=True, why_not=why)


@dataclass(frozen=True, slots=True)
class _Round:
    """All canaries to one address."""

    shown: str
    url: EndpointUrl
    address: str
    deadline: float

    async def run(self, canaries: tuple[Canary, ...]) -> list[CanarySeen]:
        limits = httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE)
        at_once = asyncio.Semaphore(AT_ONCE)
        transport = httpx.AsyncHTTPTransport(verify=not_verifying(), trust_env=False, limits=limits)
        async with transport, asyncio.TaskGroup() as group:
            looks = [group.create_task(self._send(transport, one, at_once)) for one in canaries]
        return [look.result() for look in looks]

    async def _send(
        self, transport: httpx.AsyncHTTPTransport, canary: Canary, at_once: asyncio.Semaphore
    ) -> CanarySeen:
        status, why_not = None, None
        try:
            async with asyncio.timeout_at(self.deadline), at_once:
                response = await transport.handle_async_request(self._request(canary))
                status = response.status_code
                await response.aclose()
        except TimeoutError:
            why_not = "no answer in time" if status is None else None
        except (httpx.TransportError, httpx.StreamError, OSError) as error:
            why_not = f"the request failed: {str(error) or type(error).__name__}"
        return CanarySeen(
            self.shown, self.address, canary.name, bool(canary.attack), status, why_not
        )

    def _request(self, canary: Canary) -> httpx.Request:
        named = httpx.URL(str(self.url))
        literal = f"[{self.address}]" if ":" in self.address else self.address
        asked = named.copy_with(host=literal, path=named.path or "/")
        if canary.value:
            asked = asked.copy_with(query=f"{PARAMETER}={quote(canary.value, safe='')}".encode())
        return httpx.Request(
            "GET",
            asked,
            headers={
                "host": named.netloc.decode("ascii"),
                "user-agent": f"twiceshy/{__version__}",
                "accept": "*/*",
                **canary.headers,
            },
            extensions={"sni_hostname": named.raw_host.decode("ascii").rstrip(".")},
        )
