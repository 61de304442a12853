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
from typing import Literal

from twiceshy.model.endpoint_url import STARTTLS_SCHEMES
from twiceshy.probes.connecting import Trouble, trouble_of
from twiceshy.probes.tls.half_connection import HalfConnection
from twiceshy.probes.tls.half_exchange import HalfExchange
from twiceshy.probes.tls.half_hello import KeyType, Offer, Versions, name_to_ask_for
from twiceshy.probes.tls.half_keys import REUSE_SECONDS, key_share
from twiceshy.probes.tls.half_outcome import Failure, HalfFailed, HalfSeen, HandshakeFault

__all__ = ["Failure", "HalfFailed", "HalfSeen", "KeyType", "half_handshake"]

_CONNECTING = MappingProxyType(
    {
        Trouble.REFUSED: Failure.REFUSED,
        Trouble.RESET: Failure.CLOSED,
        Trouble.TIMED_OUT: Failure.TIMED_OUT,
    }
)

_IN_TURN: tuple[Versions, ...] = ("tls1.2", "tls1.3")


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
    loop = asyncio.get_running_loop()
    now = loop.time()
    share = key_share(int(now // REUSE_SECONDS))
    spoken_first = scheme if scheme in STARTTLS_SCHEMES else None
    offers = _IN_TURN if versions == "tls1.2-first" else (versions,)
    try:
        for offered in offers:
            exchange = HalfExchange(Offer(name, key_type, offered), random_bytes, share)
            connection = HalfConnection(loop, exchange, spoken_first)
            try:
                connection.open(address, port, now + timeout_seconds)
                outcome = await connection.outcome
            finally:
                connection.close()
            if not _not_taken(outcome):
                break
    except TimeoutError:
        why = f"no answer, or none that comes to an end, within {timeout_seconds:g} s"
        return HalfFailed(why, Failure.TIMED_OUT)
    except OSError as error:
        trouble, words = trouble_of(error)
        return HalfFailed(words, _CONNECTING.get(trouble, Failure.UNREACHABLE))
    return outcome


def _not_taken(outcome: HalfSeen | HalfFailed) -> bool:
    return isinstance(outcome, HalfFailed) and outcome.code is Failure.UNSUPPORTED
