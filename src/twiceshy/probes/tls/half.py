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
from typing import cast

from twiceshy.probes.tls.half_exchange import HalfExchange
from twiceshy.probes.tls.half_hello import KeyType, Offer, Versions, name_to_ask_for
from twiceshy.probes.tls.half_outcome import Failure, HalfFailed, HalfSeen, HandshakeFault

__all__ = ["Failure", "HalfFailed", "HalfSeen", "KeyType", "Versions", "half_handshake"]


class HalfProtocol(asyncio.Protocol):
    """Drives one exchange over a connection; `outcome` is set once."""

    def __init__(self, exchange: HalfExchange, loop: asyncio.AbstractEventLoop) -> None:
        self.outcome: asyncio.Future[HalfSeen | HalfFailed] = loop.create_future()
        self._exchange = exchange
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the hello."""
        self._transport = cast("asyncio.Transport", transport)
        self._transport.write(self._exchange.hello)

    def data_received(self, data: bytes) -> None:
        """Hand over what came, and hang up when the outcome is clear."""
        outcome = self._exchange.receive(data)
        if outcome is not None:
            self._end(outcome)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        """The server hung up, or we did."""
        self._end(self._exchange.closed())

    def _end(self, outcome: HalfSeen | HalfFailed) -> None:
        if self._transport is not None:
            self._transport.abort()
        if not self.outcome.done():
            self.outcome.set_result(outcome)


async def half_handshake(
    address: str,
    port: int,
    *,
    server_name: str | None,
    key_type: KeyType = "any",
    timeout_seconds: float,
    versions: Versions = "best",
    random_bytes: Callable[[int], bytes] = os.urandom,
) -> HalfSeen | HalfFailed:
    """The chain that the server at `address` (an IP literal) proves its key for.

    Never raises for what the server does. `server_name` is asked for as SNI, unless it is None or
    an IP address. `random_bytes` makes the hello's random, which the proof's freshness rests on.
    """
    try:
        offer = Offer(name_to_ask_for(server_name), key_type, versions)
    except HandshakeFault as fault:
        return fault.failed
    loop = asyncio.get_running_loop()
    transport: asyncio.BaseTransport | None = None
    try:
        async with asyncio.timeout(timeout_seconds):
            transport, protocol = await loop.create_connection(
                lambda: HalfProtocol(HalfExchange(offer, random_bytes), loop), address, port
            )
            return await protocol.outcome
    except TimeoutError:
        stage = "no connection" if transport is None else "no end of the TLS handshake"
        return HalfFailed(f"{stage} within {timeout_seconds:g} s", Failure.TIMED_OUT)
    except ConnectionRefusedError:
        return HalfFailed("the connection was refused", Failure.REFUSED)
    except OSError as error:
        return HalfFailed(f"no connection: {error.strerror or error}", Failure.UNREACHABLE)
    finally:
        if transport is not None:
            cast("asyncio.Transport", transport).abort()
