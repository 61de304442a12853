"""The redirects from one address to the last answer, within one deadline.

1. Ask the guarded address.
2. A redirect to the same name stays at that address; another name is looked up, and its
   addresses are tried in order until one accepts.
3. Headers whose values are secret go only to the name they were meant for.
4. When a certificate is refused, go once more without verifying, to see the answer behind it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace

import httpx

from twiceshy.kinds.http.facts import AddressSeen, Answer, Failed, Failure, Hop, Phase
from twiceshy.kinds.http.read import hidden
from twiceshy.model.endpoint_url import parse_endpoint
from twiceshy.probes.http_exchange import Asked, Exchanged, Stopwatch, exchange
from twiceshy.probes.resolve import Unresolved, look_up

ADDRESSES_TRIED = 3
"""Of a name that a redirect leads to."""
_NOT_REACHED = frozenset(
    {Failure.REFUSED, Failure.NO_ROUTE, Failure.HOST_UNREACHABLE, Failure.CANNOT_LOOK}
)


@dataclass(frozen=True, slots=True)
class Headers:
    """What to send along: plain headers everywhere, secret ones to the guarded name alone."""

    plain: Mapping[str, str]
    secret: Mapping[str, str]

    def for_url(self, url: str, first_url: str) -> dict[str, str]:
        """Those for a request of the chain that began at `first_url`."""
        here, home = parse_endpoint(url), parse_endpoint(first_url)
        downgraded = home.scheme == "https" and here.scheme != "https"
        if here.host != home.host or downgraded:
            return dict(self.plain)
        return {**self.plain, **self.secret}


async def look_at_address(
    url: str, address: str, headers: Headers, asked: Asked, deadline: float
) -> AddressSeen:
    """Follow the chain from `address`; `deadline` is by the event loop's clock."""
    verify = asked.promise.verify
    chain = _Chain(url, address, headers, asked, verified=verify)
    outcome = await chain.walk(deadline)
    behind: Answer | Failed | None = None
    time_left = asyncio.get_running_loop().time() < deadline
    if time_left and isinstance(outcome, Failed) and outcome.code.is_certificate:
        behind = await _Chain(url, address, headers, asked, verified=False).walk(deadline)
    totals = [hop.latency.total_ms or 0 for hop in chain.hops]
    return AddressSeen(
        address=address,
        outcome=_discreet(outcome, asked),
        hops=tuple(_discreet_hop(hop, asked) for hop in chain.hops),
        total_ms=round(sum(totals), 3) if isinstance(outcome, Answer) else None,
        without_verification=_discreet(behind, asked) if behind is not None else None,
    )


def _discreet(outcome: Answer | Failed, asked: Asked) -> Answer | Failed:
    """A redirect may repeat the secret it was asked with; an answer hides it where it is made."""
    if isinstance(outcome, Answer):
        return outcome
    why, url = (hidden(text, asked.secrets) for text in (outcome.why, outcome.url))
    return replace(outcome, why=why, url=url)


def _discreet_hop(hop: Hop, asked: Asked) -> Hop:
    location = hidden(hop.location, asked.secrets) if hop.location is not None else None
    return replace(hop, url=hidden(hop.url, asked.secrets), location=location)


class _Chain:
    """One walk along the redirects; keeps the hops and cookies it met on the way."""

    def __init__(
        self, url: str, address: str, headers: Headers, asked: Asked, *, verified: bool
    ) -> None:
        self.hops: list[Hop] = []
        self._first_url = url
        self._url = url
        self._address = address
        # A client that does not know whom it talks to must not hand out secrets.
        sends_secrets = verified or not asked.promise.verify
        self._headers = headers if sends_secrets else Headers(headers.plain, {})
        self._asked = asked
        self._verified = verified
        self._watch = Stopwatch()
        self._cookies = httpx.Cookies()

    async def walk(self, deadline: float) -> Answer | Failed:
        loop = asyncio.get_running_loop()
        began = loop.time()
        try:
            async with asyncio.timeout_at(deadline):
                return await self._walk(deadline)
        except TimeoutError:
            return self._timed_out(loop.time() - began)

    async def _walk(self, deadline: float) -> Answer | Failed:
        while True:
            exchanged = await self._request(deadline)
            if isinstance(exchanged, Failed):
                return exchanged
            self.hops.append(exchanged.hop)
            promise = self._asked.promise
            if not exchanged.redirects or not promise.hops:
                return exchanged.answer
            location = exchanged.hop.location
            if location is None:
                why = "it redirects to something that is not a web address"
                return Failed(Failure.BAD_REDIRECT, Phase.ANSWER, why, self._url)
            if len(self.hops) > promise.hops:
                why = f"it still redirects after {promise.hops} redirects"
                return Failed(Failure.TOO_MANY_REDIRECTS, Phase.ANSWER, why, self._url)
            self._keep_cookies(exchanged)
            self._url = location

    async def _request(self, deadline: float) -> Exchanged | Failed:
        addresses = await self._addresses(deadline)
        if isinstance(addresses, Failed):
            return addresses
        outcome: Exchanged | Failed | None = None
        for address in addresses:
            self._watch = Stopwatch()
            outcome = await exchange(
                self._url,
                address,
                self._sent(),
                self._asked,
                verified=self._verified,
                watch=self._watch,
            )
            if not (isinstance(outcome, Failed) and outcome.code in _NOT_REACHED):
                return outcome
        assert outcome is not None, "a resolved name has an address"
        return outcome

    async def _addresses(self, deadline: float) -> tuple[str, ...] | Failed:
        host = parse_endpoint(self._url).host
        if host == parse_endpoint(self._first_url).host:
            return (self._address,)
        self._watch = Stopwatch(phase=Phase.RESOLVE)
        found = await look_up(host, max(deadline - asyncio.get_running_loop().time(), 0))
        if isinstance(found, Unresolved):
            code = Failure.REDIRECT_UNRESOLVED if found.is_an_answer else Failure.REDIRECT_UNSEEN
            return Failed(code, Phase.RESOLVE, found.why, self._url)
        return found[:ADDRESSES_TRIED]

    def _sent(self) -> dict[str, str]:
        sent = self._headers.for_url(self._url, self._first_url)
        if "cookie" not in {name.lower() for name in sent}:
            carrier = httpx.Request("GET", self._url)
            self._cookies.set_cookie_header(carrier)
            if "cookie" in carrier.headers:
                sent["cookie"] = carrier.headers["cookie"]
        return sent

    def _keep_cookies(self, exchanged: Exchanged) -> None:
        if not any(name.lower() == b"set-cookie" for name, _ in exchanged.raw_headers):
            return
        self._cookies.extract_cookies(
            httpx.Response(
                exchanged.hop.status,
                headers=[
                    pair for pair in exchanged.raw_headers if pair[0].lower() == b"set-cookie"
                ],
                request=httpx.Request("GET", self._url),
            )
        )

    def _timed_out(self, seconds: float) -> Failed:
        phase = self._watch.phase
        code = Failure.REDIRECT_UNSEEN if phase is Phase.RESOLVE else Failure.TIMED_OUT
        waited = _WAITED_FOR[phase].format(status=self._watch.status)
        return Failed(code, phase, f"{waited} in {seconds:.1f} s", self._url)


_WAITED_FOR = {
    Phase.RESOLVE: "the name was not looked up",
    Phase.CONNECT: "the connection was not answered",
    Phase.TLS: "the connection was made, but the TLS handshake did not end",
    Phase.REQUEST: "the connection was made, but the request was not taken",
    Phase.ANSWER: "the request was taken, but not answered",
    Phase.BODY: "status {status} came, but the body did not end",
}
