"""The wire of a half handshake: a bare socket that the event loop tells about.

Not a transport or a stream, which would cost as much again as the half handshake itself: one write
and usually one read are all that happens. Works on asyncio's own loop and on uvloop.
"""

from __future__ import annotations

import asyncio
import errno
import socket

from twiceshy.probes.tls.half_exchange import HalfExchange
from twiceshy.probes.tls.half_outcome import Failure, HalfFailed, HalfSeen
from twiceshy.probes.tls.half_poller import poller_of
from twiceshy.probes.tls.starttls import talk_for
from twiceshy.probes.tls.talk import Talk

_CHUNK_BYTES = 32 * 1024
_UNDER_WAY = frozenset({0, errno.EINPROGRESS})


class HalfConnection:
    """One connection; `outcome` gets what came of it, or the OSError that ended it."""

    __slots__ = (
        "_alarm",
        "_exchange",
        "_loop",
        "_poller",
        "_scheme",
        "_socket",
        "_talk",
        "_unsent",
        "outcome",
    )

    def __init__(
        self, loop: asyncio.AbstractEventLoop, exchange: HalfExchange, scheme: str | None
    ) -> None:
        """`scheme` is the protocol to be raised to TLS first, None when TLS comes first."""
        self._loop = loop
        self._poller = poller_of(loop)
        self.outcome: asyncio.Future[HalfSeen | HalfFailed] = loop.create_future()
        self._exchange = exchange
        self._scheme = scheme
        self._talk: Talk | None = None
        """What still has to be said before TLS may begin."""
        self._unsent = b""
        self._socket: socket.socket | None = None
        self._alarm: asyncio.TimerHandle | None = None

    def open(self, address: str, port: int, deadline: float) -> None:
        """Set out; at `deadline` (of the loop's clock) the outcome is a TimeoutError.

        Raises OSError when there is no way to the address at all.
        """
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        # Refuses what is not an IP literal, which `connect` would look up and block for.
        socket.inet_pton(family, address.partition("%")[0])
        self._socket = wire = socket.socket(family, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        code = wire.connect_ex((address, port))
        if code not in _UNDER_WAY:
            raise OSError(code, "connect")
        self._alarm = self._loop.call_at(deadline, self._fail, TimeoutError())
        if self._scheme is not None:
            self._talk = talk_for(self._scheme, wire.getsockname()[0])
        self._unsent = self._exchange.hello if self._talk is None else self._talk.start()
        # The first try comes before the connection is known to stand: nearby it does already,
        # which saves a round of the event loop, and elsewhere the socket does not take it yet.
        if not self._unsent or self._flush(wire):
            self._poller.watch(wire.fileno(), self._ready, writing=bool(self._unsent))

    def close(self) -> None:
        """Hang up and leave nothing behind; may be called at any time."""
        if self._alarm is not None:
            self._alarm.cancel()
        wire, self._socket = self._socket, None
        if wire is not None:
            self._poller.forget(wire.fileno())
            wire.close()

    def _flush(self, wire: socket.socket) -> bool:
        """Send what the socket takes now; False when that ended the connection."""
        try:
            self._unsent = self._unsent[wire.send(self._unsent) :]
        except BlockingIOError:
            pass
        except OSError as error:
            self._fail(error)
            return False
        return True

    def _send(self, data: bytes, wire: socket.socket) -> None:
        was_waiting = bool(self._unsent)
        self._unsent += data
        if self._unsent and self._flush(wire):
            is_waiting = bool(self._unsent)
            if is_waiting is not was_waiting:
                self._poller.watch(wire.fileno(), self._ready, writing=is_waiting)

    def _ready(self) -> None:
        if self._unsent and self._socket is not None:
            self._send(b"", self._socket)
        if self._socket is not None:
            self._read(self._socket)

    def _read(self, wire: socket.socket) -> None:
        try:
            data = wire.recv(_CHUNK_BYTES)
        except BlockingIOError:
            return
        except OSError as error:
            self._fail(error)
            return
        if not data:
            self._end(self._exchange.closed())
        elif self._talk is not None:
            self._converse(self._talk, data, wire)
        else:
            outcome = self._exchange.receive(data)
            if outcome is not None:
                self._end(outcome)

    def _converse(self, talk: Talk, data: bytes, wire: socket.socket) -> None:
        words = talk.receive(data)
        if talk.ready:
            self._talk = None
            words += self._exchange.hello
        self._send(words, wire)
        if talk.outcome is not None:
            self._end(HalfFailed(talk.outcome.detail, Failure.STARTTLS))

    def _end(self, outcome: HalfSeen | HalfFailed) -> None:
        if not self.outcome.done():
            self.outcome.set_result(outcome)
        self.close()

    def _fail(self, error: OSError) -> None:
        if not self.outcome.done():
            self.outcome.set_exception(error)
        self.close()
