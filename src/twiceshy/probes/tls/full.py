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
from twiceshy.kinds.certificate.phrases import shortened
from twiceshy.model.endpoint_url import STARTTLS_SCHEMES
from twiceshy.probes.connecting import Trouble, trouble_of
from twiceshy.probes.tls.contexts import reading_context
from twiceshy.probes.tls.refusals import refusal_of
from twiceshy.probes.tls.starttls import farewell_for, greets_after_tls, talk_for
from twiceshy.probes.tls.wire import HungUp, Wire

FAREWELL_SECONDS = 1.0
"""How long a good-bye may take at the most; nothing is lost when it fails."""

_CHUNK_BYTES = 16 * 1024
_DER = 2
"""`_ssl.ENCODING_DER`."""
_RECORD_KINDS = range(0x14, 0x18)
"""First bytes of TLS records."""
_SIGNING_EXCHANGES = ("ECDHE-", "DHE-")
"""Cipher suites of TLS 1.2 and before in which the server signs before we answer."""

_CONNECTING = {
    Trouble.REFUSED: Failure.REFUSED,
    Trouble.RESET: Failure.CLOSED,
    Trouble.TIMED_OUT: Failure.NO_CONNECTION,
    Trouble.HOST_UNREACHABLE: Failure.UNREACHABLE,
    Trouble.NO_ROUTE: Failure.UNREACHABLE,
    Trouble.CANNOT_LOOK: Failure.NOT_LOOKED,
}


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

    `server_name` is sent as SNI unless it is None; a `key_type` other than `any` restricts the
    handshake to TLS 1.2 with certificates of that type.
    """
    meeting = _Meeting(address, port, scheme, server_name, key_type)
    try:
        async with asyncio.timeout(timeout_seconds):
            return await meeting.hold()
    except TimeoutError:
        return meeting.ran_out(timeout_seconds)


class _Meeting:
    """One connection on its way, which knows how far it got."""

    def __init__(
        self, address: str, port: int, scheme: str, server_name: str | None, key_type: KeyType
    ) -> None:
        self._wire = Wire(address, port)
        self._scheme, self._server_name, self._key_type = scheme, server_name, key_type
        self._proved: Served | None = None
        """The chain, from the moment the server has proved its key: nothing later undoes that."""

    async def hold(self) -> Served | NotServed:
        """From the connection to the good-bye."""
        outcome: Served | NotServed | None
        try:
            with self._wire as wire:
                outcome = await self._talk(wire) or await self._shake_hands(wire)
        except HungUp:
            outcome = NotServed(Failure.CLOSED, self._ended("closed the connection"))
        except OSError as error:
            outcome = self._broken_off(error)
        return self._proved or outcome

    def ran_out(self, timeout_seconds: float) -> Served | NotServed:
        """What to say when the time is up."""
        if self._proved is not None:
            return self._proved
        time = f"{round(timeout_seconds, 1):g} s"
        if not self._wire.connected:
            why = f"nobody answered the connection within {time}"
            return NotServed(Failure.NO_CONNECTION, why)
        said = "did not come to an end" if self._wire.heard else "said nothing"
        return NotServed(Failure.SILENT, f"the server took the connection and {said} within {time}")

    def _ended(self, how: str) -> str:
        return f"the server {how} {'in the middle' if self._wire.heard else 'without a word'}"

    def _broken_off(self, error: OSError) -> NotServed:
        trouble, words = trouble_of(error)
        if self._wire.connected:
            return NotServed(Failure.CLOSED, self._ended(f"broke off ({words})"))
        return NotServed(_CONNECTING[trouble], words)

    async def _talk(self, wire: Wire) -> NotServed | None:
        """The conversation in the clear, up to the point where TLS begins."""
        if self._scheme not in STARTTLS_SCHEMES:
            return None
        talk = talk_for(self._scheme, wire.own_address)
        to_send = talk.start()
        while True:
            if to_send:
                await wire.send(to_send)
            if talk.ready or talk.outcome is not None:
                return talk.outcome
            data = await wire.receive()
            to_send = talk.receive(data)

    async def _shake_hands(self, wire: Wire) -> Served | NotServed:
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = reading_context(self._key_type).wrap_bio(
            incoming, outgoing, server_hostname=self._server_name
        )
        flights, first = 0, True
        while True:
            refusal: NotServed | None = None
            try:
                tls.do_handshake()
                self._proved = _served(tls)
            except ssl.SSLWantReadError:
                pass
            except ssl.SSLError as error:
                refusal = refusal_of(error)
            if self._proved is not None and tls.version() is not None:
                with suppress(HungUp, OSError, ssl.SSLError):  # only courtesy is lost
                    await _leave(wire, tls, incoming, outgoing, self._scheme)
                return self._proved
            if outgoing.pending:
                flights += 1
                if flights > 1 and self._proved is None and refusal is None:
                    self._proved = _served_early(tls)
                await wire.send(outgoing.read())
            if refusal is not None:
                return refusal
            data = await wire.receive()
            if first and data[0] not in _RECORD_KINDS:
                return _not_tls(data)
            first = False
            incoming.write(data)


def _not_tls(data: bytes) -> NotServed:
    said = shortened(data[:80].decode("utf-8", "replace").strip().partition("\n")[0].rstrip())
    return NotServed(Failure.NOT_TLS, f"the server does not speak TLS: it answers {said!r}")


def _served(tls: ssl.SSLObject) -> Served | None:
    """The chain as sent. Public from Python 3.13 on; before that, OpenSSL's is one step inside."""
    if hasattr(tls, "get_unverified_chain"):
        chain = tuple(tls.get_unverified_chain())
    else:
        inner: Any = tls._sslobj  # type: ignore[attr-defined] # noqa: SLF001 - no public way before 3.13
        chain = tuple(one.public_bytes(_DER) for one in inner.get_unverified_chain() or ())
    return Served(chain, tls.version() or "TLSv1.2") if chain else None


def _served_early(tls: ssl.SSLObject) -> Served | None:
    """The chain when we have answered the server's flight: its signature in there was verified.

    So a server that goes on to ask for a client certificate, and turns us away, is still seen.
    """
    cipher = tls.cipher()
    if cipher is None or not cipher[0].startswith(_SIGNING_EXCHANGES):
        return None
    return _served(tls)


async def _leave(
    wire: Wire, tls: ssl.SSLObject, incoming: ssl.MemoryBIO, outgoing: ssl.MemoryBIO, scheme: str
) -> None:
    """End the handshake, and say good-bye in the protocol's own words until the server hangs up.

    What is left of the handshake goes out in one piece with what follows it.
    """
    farewell = farewell_for(scheme)
    if not farewell:
        _close(tls)
        await wire.send(outgoing.read())
        return
    async with asyncio.timeout(FAREWELL_SECONDS):
        if greets_after_tls(scheme):
            await wire.send(outgoing.read())
            await _hear(wire, tls, incoming)
        tls.write(farewell)
        await wire.send(outgoing.read())
        while await _hear(wire, tls, incoming):
            pass
        _close(tls)
        await wire.send(outgoing.read())


async def _hear(wire: Wire, tls: ssl.SSLObject, incoming: ssl.MemoryBIO) -> bytes:
    """What the server says next under TLS; nothing when it has said its last word."""
    while True:
        try:
            return tls.read(_CHUNK_BYTES)
        except ssl.SSLWantReadError:
            incoming.write(await wire.receive())


def _close(tls: ssl.SSLObject) -> None:
    """Write our close_notify; the server's is not waited for."""
    with suppress(ssl.SSLError):
        tls.unwrap()
