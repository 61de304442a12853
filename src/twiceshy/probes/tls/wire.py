"""A TCP connection as bytes: non-blocking, without streams or transports, which cost more."""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Self

_Watch = Callable[..., object]
_Unwatch = Callable[[int], object]
_UNDER_WAY = frozenset({0, errno.EINPROGRESS})
_CHUNK_BYTES = 32 * 1024


class HungUp(Exception):
    """The other side ended the connection."""


class Wire:
    """One connection, open inside its `with` block; all errors of the network are OSErrors.

    Nobody waits for the connection by itself: the first bytes sent or received tell. Nearby it
    stands at once, which saves a round of the event loop.
    """

    def __init__(self, address: str, port: int) -> None:
        self._address, self._port = address, port
        self._loop = asyncio.get_running_loop()
        self._socket: socket.socket
        self.connected = False
        """Whether the other side has taken the connection."""
        self.heard = False
        """Whether a byte has come."""

    def __enter__(self) -> Self:
        family = socket.AF_INET6 if ":" in self._address else socket.AF_INET
        self._socket = socket.socket(family, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        code = self._socket.connect_ex((self._address, self._port))
        if code not in _UNDER_WAY:
            self._socket.close()
            raise OSError(code, "connect")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if not self.connected:
            with suppress(OSError):  # which is how a socket says that nobody is there
                self._socket.getpeername()
                self.connected = True
        self._socket.close()

    @property
    def own_address(self) -> str:
        """The IP address that the server sees."""
        return str(self._socket.getsockname()[0])

    async def send(self, data: bytes) -> None:
        """Send all of it; raises OSError."""
        while data:
            try:
                data = data[self._socket.send(data) :]
                self.connected = True
            except BlockingIOError:
                await self._until(self._loop.add_writer, self._loop.remove_writer)

    async def receive(self) -> bytes:
        """What has arrived, at least one byte; raises HungUp at the end, OSError else."""
        while True:
            try:
                data = self._socket.recv(_CHUNK_BYTES)
            except BlockingIOError:
                await self._until(self._loop.add_reader, self._loop.remove_reader)
                continue
            self.connected = True
            if not data:
                raise HungUp
            self.heard = True
            return data

    async def _until(self, add: _Watch, remove: _Unwatch) -> None:
        ready: asyncio.Future[None] = self._loop.create_future()
        number = self._socket.fileno()
        add(number, _settle, ready)
        try:
            await ready
        finally:
            remove(number)


def _settle(ready: asyncio.Future[None]) -> None:
    if not ready.done():
        ready.set_result(None)
