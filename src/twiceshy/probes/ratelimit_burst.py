"""A short burst at an endpoint that the estate names, which a limit must answer.

At most `burst_requests` (never more than 200) requests and `MOST_SECONDS` seconds, over at most
`AT_ONCE` connections, to one address; HEAD, so that no body is made; none is sent after the first
promised answer. The certificate is not looked at: another kind does that.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import httpx

from twiceshy import __version__
from twiceshy.kinds.ratelimit.facts import BurstSeen, Promise
from twiceshy.model.endpoint_url import EndpointUrl, parse_endpoint
from twiceshy.model.estate import Endpoint, Estate
from twiceshy.probes.http_trust import not_verifying
from twiceshy.probes.resolve import Unresolved, look_up
from twiceshy.probes.view import View

MOST_SECONDS = 5.0
AT_ONCE = 10
_HTTP_SCHEMES = frozenset({"http", "https"})


async def burst_at(
    endpoints: tuple[Endpoint, ...], promise: Promise, estate: Estate, view: View
) -> tuple[BurstSeen, ...]:
    """One burst after the other at each endpoint that speaks HTTP, within the view's time."""
    named = {endpoint.url for service in estate.services.values() for endpoint in service.endpoints}
    web = [one for one in endpoints if parse_endpoint(one.url).scheme in _HTTP_SCHEMES]
    if not web:
        return ()
    seconds = min(MOST_SECONDS, view.timeout_seconds / 2 / len(web))
    seen = []
    for endpoint in web:
        if endpoint.url not in named:
            why = "no service of the estate has this endpoint, and nothing else is sent a burst"
            seen.append(BurstSeen(endpoint.url, 0, (), 0.0, why_not=why))
            continue
        url = parse_endpoint(endpoint.url)
        address = await _address(endpoint, url, seconds)
        if isinstance(address, Unresolved):
            seen.append(BurstSeen(endpoint.url, 0, (), 0.0, why_not=address.why))
            continue
        seen.append(await _Burst(endpoint.url, url, address, promise).run(seconds))
    return tuple(seen)


async def _address(endpoint: Endpoint, url: EndpointUrl, seconds: float) -> str | Unresolved:
    if endpoint.addresses:
        return endpoint.addresses[0]
    found = await look_up(url.host, seconds)
    return found if isinstance(found, Unresolved) else found[0]


@dataclass(slots=True)
class _Burst:
    """One burst while it runs."""

    shown: str
    url: EndpointUrl
    address: str
    promise: Promise
    begun: int = 0
    answered: int = 0
    statuses: dict[int, int] = field(default_factory=dict)
    answered_at: int | None = None
    trouble: str | None = None

    async def run(self, seconds: float) -> BurstSeen:
        loop = asyncio.get_running_loop()
        start = loop.time()
        limits = httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE)
        transport = httpx.AsyncHTTPTransport(verify=not_verifying(), trust_env=False, limits=limits)
        async with transport:
            try:
                async with asyncio.timeout(seconds), asyncio.TaskGroup() as group:
                    for _ in range(min(AT_ONCE, self.promise.burst_requests)):
                        group.create_task(self._send(transport))
            except TimeoutError:
                if self.answered_at is None:
                    self.trouble = f"the time was up after {seconds:.1f} s"
        took_ms = round((loop.time() - start) * 1000, 3)
        return BurstSeen(
            url=self.shown,
            sent=self.begun,
            statuses=tuple(self.statuses.items()),
            took_ms=took_ms,
            answered_at=self.answered_at,
            why_not=None if self.answered_at is not None else self.trouble,
        )

    async def _send(self, transport: httpx.AsyncHTTPTransport) -> None:
        """Requests one after the other on one connection, until the burst is over."""
        while (
            self.begun < self.promise.burst_requests
            and self.answered_at is None
            and self.trouble is None
        ):
            self.begun += 1
            try:
                response = await transport.handle_async_request(self._request())
                await response.aread()
                await response.aclose()
            except (httpx.TransportError, httpx.StreamError, OSError) as error:
                self.trouble = f"a request failed: {str(error) or type(error).__name__}"
                return
            self.answered += 1
            status = response.status_code
            self.statuses[status] = self.statuses.get(status, 0) + 1
            if status == self.promise.burst_answer and self.answered_at is None:
                self.answered_at = self.answered

    def _request(self) -> httpx.Request:
        named = httpx.URL(str(self.url))
        literal = f"[{self.address}]" if ":" in self.address else self.address
        return httpx.Request(
            "HEAD",
            named.copy_with(host=literal),
            headers={
                "host": named.netloc.decode("ascii"),
                "user-agent": f"twiceshy/{__version__}",
                "accept": "*/*",
            },
            extensions={"sni_hostname": named.raw_host.decode("ascii").rstrip(".")},
        )
