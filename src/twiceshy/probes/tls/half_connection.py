"""The wire of a half handshake: a bare socket that the event loop tells about.

Not a transport or a stream, which would cost as much again as the half handshake itself: one write
and usually one read are all that happens. On both asyncio's own loop and uvloop.
"""

from __future__ import annotations

import asyncio
import errno
import socket

from twiceshy.probes.tls.half_exchange import HalfExchange
from twiceshy.probes.tls.half_outcome import Failure, HalfFailed, HalfSeen
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
        "_scheme",
        "_socket",
        "_talk",
        "_unsent",
        "_writing",
        "outcome",
    )

    def __init__(self, exchange: HalfExchange, scheme: str | None) -> None:
        """`scheme` is the protocol to be raised to TLS first, None when TLS comes first."""
        self._loop = asyncio.get_running_loop()
        self.outcome: asyncio.Future[HalfSeen | HalfFailed] = self._loop.create_future()
        self._exchange = exchange
        self._scheme = scheme
        self._talk: Talk | None = None
        """What still has to be said before TLS may begin."""
        self._unsent = b""
        self._writing = False
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
        self._loop.add_reader(wire, self._read)
        if self._scheme is not None:
            self._talk = talk_for(self._scheme, wire.getsockname()[0])
        self._send(self._exchange.hello if self._talk is None else self._talk.start())

    def close(self) -> None:
        """Hang up and leave nothing behind; may be called at any time."""
        if self._alarm is not None:
            self._alarm.cancel()
        wire, self._socket = self._socket, None
        if wire is not None:
            self._loop.remove_reader(wire)
            if self._writing:
                self._loop.remove_writer(wire)
            wire.close()

    def _send(self, data: bytes) -> None:
        """Send what the socket takes now, and the rest when it can be written to.

        The first try comes before the connection is known to stand: nearby it does already, which
        saves a round of the event loop, and elsewhere the socket just does not take it yet.
        """
        self._unsent += data
        wire = self._socket
        if wire is None or not self._unsent:
            return
        try:
            self._unsent = self._unsent[wire.send(self._unsent) :]
        except BlockingIOError:
            pass
        except OSError as error:
            self._fail(error)
            return
        if bool(self._unsent) is not self._writing:
            self._writing = not self._writing
            if self._writing:
                self._loop.add_writer(wire, self._send, b"")
            else:
                self._loop.remove_writer(wire)

    def _read(self) -> None:
        wire = self._socket
        if wire is None or self.outcome.done():
            return
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
            self._converse(self._talk, data)
        else:
            outcome = self._exchange.receive(data)
            if outcome is not None:
                self._end(outcome)

    def _converse(self, talk: Talk, data: bytes) -> None:
        self._send(talk.receive(data))
        if talk.outcome is not None:
            self._end(HalfFailed(talk.outcome.detail, Failure.STARTTLS))
        elif talk.ready:
            self._talk = None
            self._send(self._exchange.hello)

    def _end(self, outcome: HalfSeen | HalfFailed) -> None:
        if not self.outcome.done():
            self.outcome.set_result(outcome)
        self.close()

    def _fail(self, error: OSError) -> None:
        if not self.outcome.done():
            self.outcome.set_exception(error)
        self.close()
