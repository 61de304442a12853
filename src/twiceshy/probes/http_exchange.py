"""One request to one address, timed phase by phase; redirects are the chain's business.

The URL of the request carries the address, its Host header and the TLS server name carry the
name, so that each address is asked exactly as a browser that picked it would ask.
"""

from __future__ import annotations

import asyncio
import hashlib
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from twiceshy import __version__
from twiceshy.kinds.http.body import PACKINGS_TAKEN, Body, UndecodableBodyError
from twiceshy.kinds.http.facts import (
    Answer,
    Failed,
    Failure,
    Hop,
    Latency,
    Phase,
    Promise,
    TextSeen,
)
from twiceshy.kinds.http.read import (
    absolute,
    header_text,
    kept_headers,
    printable,
    sample_of,
    text_of,
)
from twiceshy.probes.http_failures import failed_by
from twiceshy.probes.http_trust import NoRoots, not_verifying

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PHASES = {
    "connection.connect_tcp.started": Phase.CONNECT,
    "connection.start_tls.started": Phase.TLS,
    "http11.send_request_headers.started": Phase.REQUEST,
    "http11.receive_response_headers.started": Phase.ANSWER,
    "http11.receive_response_body.started": Phase.BODY,
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked, the same at every address and for every request of a chain."""

    promise: Promise
    trusting: ssl.SSLContext | NoRoots
    """The TLS settings, or why this host cannot verify anybody."""
    secrets: tuple[str, ...] = ()
    """Values that must never be recorded, even when a server sends them back."""


@dataclass(slots=True)
class Stopwatch:
    """Which phase the request is in, and when each began, by the event loop's clock."""

    phase: Phase = Phase.CONNECT
    began: dict[Phase, float] = field(default_factory=dict)
    ended: dict[Phase, float] = field(default_factory=dict)
    status: int | None = None
    """Once the headers have come."""
    connection: Any = None
    """The TCP connection, as httpcore wraps it."""

    async def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Hear what httpcore is doing."""
        at = asyncio.get_running_loop().time()
        if event == "connection.connect_tcp.complete":
            self.connection = info["return_value"]
        if event in _PHASES:
            self.phase = _PHASES[event]
            self.began[self.phase] = at
        elif event.endswith(".complete") and event[: -len("complete")] + "started" in _PHASES:
            self.ended[_PHASES[event[: -len("complete")] + "started"]] = at

    def milliseconds(self, phase: Phase) -> float | None:
        """How long a phase took; None when it was not finished."""
        if phase not in self.began or phase not in self.ended:
            return None
        return round((self.ended[phase] - self.began[phase]) * 1000, 3)

    def latency(self, end: float | None) -> Latency:
        """All phases; `end` is when the last byte came."""
        start = self.began.get(Phase.CONNECT)
        return Latency(
            connect_ms=self.milliseconds(Phase.CONNECT),
            tls_ms=self.milliseconds(Phase.TLS),
            first_byte_ms=self.milliseconds(Phase.ANSWER),
            total_ms=None if end is None or start is None else round((end - start) * 1000, 3),
        )


@dataclass(frozen=True, slots=True)
class Exchanged:
    """What one request brought: its hop, its answer, and the raw headers for cookies."""

    hop: Hop
    answer: Answer
    raw_headers: Sequence[tuple[bytes, bytes]]
    redirects: bool
    """Whether the answer asks to go elsewhere (then `hop.location` is None if it leads nowhere)."""


async def exchange(
    url: str,
    address: str,
    headers: Mapping[str, str],
    asked: Asked,
    *,
    verified: bool,
    watch: Stopwatch,
) -> Exchanged | Failed:
    """Send the request for `url` to `address`; raises only when cancelled by the caller's clock."""
    try:
        request = _request(url, address, headers, asked.promise.method, watch)
    except (httpx.InvalidURL, UnicodeError, ValueError) as error:
        why = f"this is not a web address ({printable(str(error))})"
        return Failed(Failure.BAD_REDIRECT, Phase.REQUEST, why, url)
    context = asked.trusting if verified else not_verifying()
    if isinstance(context, NoRoots):
        if request.url.scheme == "https":
            return Failed(Failure.CANNOT_LOOK, Phase.TLS, context.why, url)
        context = not_verifying()
    try:
        async with httpx.AsyncHTTPTransport(verify=context, trust_env=False) as transport:
            response = await transport.handle_async_request(request)
            watch.status = response.status_code
            try:
                return await _receive(url, address, response, asked, watch)
            finally:
                await response.aclose()
    except UndecodableBodyError as error:
        return Failed(Failure.UNDECODABLE, Phase.BODY, str(error), url)
    except (httpx.TransportError, httpx.StreamError, OSError) as error:
        return failed_by(error, watch.phase, url)
    finally:
        # httpcore leaves the connection open when it is cancelled in the TLS handshake.
        if watch.connection is not None:
            await watch.connection.aclose()


def _request(
    url: str, address: str, headers: Mapping[str, str], method: str, watch: Stopwatch
) -> httpx.Request:
    named = httpx.URL(url)
    literal = f"[{address}]" if ":" in address else address
    sent = {
        "host": named.netloc.decode("ascii"),
        "user-agent": f"twiceshy/{__version__}",
        "accept": "*/*",
        "accept-encoding": PACKINGS_TAKEN,
        "connection": "close",
    }
    sent.update({name.lower(): value for name, value in headers.items()})
    return httpx.Request(
        method,
        named.copy_with(host=literal),
        headers=sent,
        extensions={
            "trace": watch.trace,
            "sni_hostname": named.raw_host.decode("ascii").rstrip("."),
        },
    )


async def _receive(
    url: str, address: str, response: httpx.Response, asked: Asked, watch: Stopwatch
) -> Exchanged:
    promise, raw = asked.promise, response.headers.raw
    body = Body(_packing(response, promise), promise.max_body_kb * 1024)
    async for chunk in response.aiter_raw():
        if not body.feed(chunk):
            break
    else:
        body.finish()
    end = asyncio.get_running_loop().time()
    location = response.headers.get("location")
    redirects = response.status_code in _REDIRECTS and location is not None
    target = absolute(url, header_text(_value(raw, b"location"))) if redirects else None
    hop = Hop(url, address, response.status_code, target, watch.latency(end))
    return Exchanged(hop, _answer(response, body, asked), raw, redirects)


def _packing(response: httpx.Response, promise: Promise) -> str:
    empty = promise.method == "HEAD" or response.headers.get("content-length") == "0"
    return "" if empty else response.headers.get("content-encoding", "")


def _value(raw: Sequence[tuple[bytes, bytes]], name: bytes) -> bytes:
    return next((value for key, value in raw if key.lower() == name), b"")


def _answer(response: httpx.Response, body: Body, asked: Asked) -> Answer:
    promise, content = asked.promise, bytes(body.content)
    text = text_of(content, response.headers.get("content-type", ""))
    wanted = (*promise.texts, *promise.forbidden_texts)
    return Answer(
        status=response.status_code,
        headers=kept_headers(response.headers.raw, promise.has_headers, asked.secrets),
        body_bytes=len(content),
        body_complete=body.complete,
        body_sha256=hashlib.sha256(content).hexdigest(),
        body_sample=sample_of(text, asked.secrets),
        texts=tuple(TextSeen(one, one in text) for one in dict.fromkeys(wanted)),
    )
