"""The half handshake: see a server's chain, and proof of its key, without finishing the handshake.

Our own TLS client stops once the server's signature is verified and never answers the server's
flight. It costs both sides a fraction of a full handshake, and can ask for what `ssl` cannot: a
kind of key, no name, a stapled OCSP answer. Whatever it does not manage is a `HalfFailed`, which a
full handshake has to confirm before anybody is told.

The server sees a client that goes away in the middle, and may log a lost connection.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from types import MappingProxyType
from typing import Literal, cast

from twiceshy.model.endpoint_url import STARTTLS_SCHEMES
from twiceshy.probes.connecting import Trouble, trouble_of
from twiceshy.probes.tls.half_exchange import HalfExchange
from twiceshy.probes.tls.half_hello import KeyType, Offer, Versions, name_to_ask_for
from twiceshy.probes.tls.half_outcome import Failure, HalfFailed, HalfSeen, HandshakeFault
from twiceshy.probes.tls.starttls import talk_for
from twiceshy.probes.tls.talk import Talk

__all__ = ["Failure", "HalfFailed", "HalfSeen", "KeyType", "half_handshake"]

_CONNECTING = MappingProxyType(
    {
        Trouble.REFUSED: Failure.REFUSED,
        Trouble.RESET: Failure.CLOSED,
        Trouble.TIMED_OUT: Failure.TIMED_OUT,
    }
)


class HalfProtocol(asyncio.Protocol):
    """Drives one exchange over a connection; `outcome` is set once."""

    def __init__(
        self, exchange: HalfExchange, scheme: str, loop: asyncio.AbstractEventLoop
    ) -> None:
        self.outcome: asyncio.Future[HalfSeen | HalfFailed] = loop.create_future()
        self._exchange = exchange
        self._scheme = scheme
        self._talk: Talk | None = None
        """What still has to be said before TLS may begin."""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the hello, or what comes before it."""
        self._transport = wire = cast("asyncio.Transport", transport)
        if self._scheme in STARTTLS_SCHEMES:
            self._talk = talk_for(self._scheme, wire.get_extra_info("sockname")[0])
        if self._talk is None:
            wire.write(self._exchange.hello)
        else:
            self._say(self._talk.start(), self._talk)

    def data_received(self, data: bytes) -> None:
        """Hand over what came, and hang up when the outcome is clear."""
        if self.outcome.done():
            return
        if self._talk is not None:
            self._say(self._talk.receive(data), self._talk)
            return
        outcome = self._exchange.receive(data)
        if outcome is not None:
            self._end(outcome)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        """The server hung up, or we did."""
        if not self.outcome.done():
            self._end(self._exchange.closed())

    def _say(self, words: bytes, talk: Talk) -> None:
        assert self._transport is not None
        if words:
            self._transport.write(words)
        if talk.outcome is not None:
            self._end(HalfFailed(talk.outcome.detail, Failure.STARTTLS))
        elif talk.ready:
            self._talk = None
            self._transport.write(self._exchange.hello)

    def _end(self, outcome: HalfSeen | HalfFailed) -> None:
        self.outcome.set_result(outcome)
        if self._transport is not None:
            self._transport.abort()


async def half_handshake(
    address: str,
    port: int,
    *,
    server_name: str | None,
    key_type: KeyType = "any",
    timeout_seconds: float,
    scheme: str = "tls",
    versions: Versions | Literal["tls1.2-first"] = "best",
    random_bytes: Callable[[int], bytes] = os.urandom,
) -> HalfSeen | HalfFailed:
    """The chain that the server at `address` (an IP literal) proves its key for.

    Never raises for what the server does. `server_name` is asked for as SNI, unless it is None or
    an IP address; `scheme` says what is spoken before TLS (`model.endpoint_url`). With `versions`
    set to `tls1.2-first` only a server that does not take TLS 1.2 is asked again for TLS 1.3: half
    the work where 1.2 is taken, a second connection where it is not. `random_bytes` makes the
    hello's random, on which the proof's freshness rests.
    """
    try:
        name = name_to_ask_for(server_name)
    except HandshakeFault as fault:
        return fault.failed
    try:
        async with asyncio.timeout(timeout_seconds):
            first = Offer(name, key_type, "tls1.2" if versions == "tls1.2-first" else versions)
            outcome = await _converse(address, port, HalfExchange(first, random_bytes), scheme)
            if versions == "tls1.2-first" and _not_taken(outcome):
                second = Offer(name, key_type, "tls1.3")
                outcome = await _converse(address, port, HalfExchange(second, random_bytes), scheme)
            return outcome
    except TimeoutError:
        why = f"no answer, or none that comes to an end, within {timeout_seconds:g} s"
        return HalfFailed(why, Failure.TIMED_OUT)
    except OSError as error:
        trouble, words = trouble_of(error)
        return HalfFailed(words, _CONNECTING.get(trouble, Failure.UNREACHABLE))


def _not_taken(outcome: HalfSeen | HalfFailed) -> bool:
    return isinstance(outcome, HalfFailed) and outcome.code is Failure.UNSUPPORTED


async def _converse(
    address: str, port: int, exchange: HalfExchange, scheme: str
) -> HalfSeen | HalfFailed:
    """One connection, from its beginning to its end; raises OSError and TimeoutError."""
    loop = asyncio.get_running_loop()
    transport, protocol = await loop.create_connection(
        lambda: HalfProtocol(exchange, scheme, loop), address, port
    )
    try:
        return await protocol.outcome
    finally:
        transport.abort()
