"""The full handshake: connect, talk until TLS may begin, shake hands, take the chain, leave politely.

The standard library's `ssl` over memory buffers and a bare socket. One deadline holds for all of
it, however slowly the server drips its bytes. Nothing a server does raises: what is not a chain is
a `NotServed` with its reason.
"""

from __future__ import annotations

import asyncio
import ssl
from contextlib import suppress
from typing import Any

from twiceshy.kinds.certificate.facts import Failure, KeyType, NotServed, Served
from twiceshy.probes.connecting import Trouble, trouble_of
from twiceshy.probes.tls.contexts import reading_context
from twiceshy.probes.tls.starttls import farewell_for, greets_after_tls, talk_for
from twiceshy.probes.tls.tls_failures import failure_of, is_tls
from twiceshy.probes.tls.wire import HungUp, Wire

FAREWELL_SECONDS = 1.0
"""How long a good-bye may take at the most; nothing is lost when it fails."""

_ENCODING_DER = 2

_CONNECTING = {
    Trouble.REFUSED: Failure.REFUSED,
    Trouble.RESET: Failure.CLOSED,
    Trouble.TIMED_OUT: Failure.NO_CONNECTION,
    Trouble.HOST_UNREACHABLE: Failure.UNREACHABLE,
    Trouble.NO_ROUTE: Failure.UNREACHABLE,
    Trouble.CANNOT_LOOK: Failure.NOT_LOOKED,
}


class _Stopped(Exception):
    """Ends a look from within."""

    def __init__(self, failure: Failure, detail: str) -> None:
        super().__init__(detail)
        self.outcome = NotServed(failure, detail)


async def full_handshake(
    address: str,
    port: int,
    *,
    scheme: str,
    server_name: str | None,
    key_type: KeyType = "any",
    timeout_seconds: float,
) -> Served | NotServed:
    """The chain served at `address` (an IP literal), after STARTTLS where the scheme asks for it.

    `server_name` is sent as SNI unless it is None; `key_type` other than `any` restricts the
    handshake to TLS 1.2 with certificates of that type.
    """
    look = _Look(address, port, scheme, server_name, key_type)
    try:
        async with asyncio.timeout(timeout_seconds):
            return await look.take()
    except TimeoutError:
        return look.ran_out(timeout_seconds)


class _Look:
    """One connection on its way, which knows how far it got."""

    def __init__(
        self, address: str, port: int, scheme: str, server_name: str | None, key_type: KeyType
    ) -> None:
        self._address, self._port, self._scheme = address, port, scheme
        self._server_name, self._key_type = server_name, key_type
        self._connected = False
        self._heard = False
        self._proved: Served | None = None
        """The chain, as soon as the server has proved its key: nothing later can take it back."""

    async def take(self) -> Served | NotServed:
        """Look, and leave the connection closed."""
        try:
            with Wire(self._address) as wire:
                await wire.connect(self._port)
                self._connected = True
                await self._talk(wire)
                await self._shake_hands(wire)
                raise AssertionError("a handshake ends in a chain or in an exception")
        except _Done:
            outcome: NotServed | None = None
        except _Stopped as stopped:
            outcome = stopped.outcome
        except HungUp:
            outcome = NotServed(Failure.CLOSED, self._ended("closed the connection"))
        except OSError as error:
            outcome = self._broke_off(error)
        return self._proved or outcome or NotServed(Failure.BROKEN_TLS, "no certificate was sent")
