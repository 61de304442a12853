"""A TCP connection as bytes: non-blocking, without streams or transports, which cost more."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from types import TracebackType
from typing import Self

_Watch = Callable[..., object]
_Unwatch = Callable[[int], object]
_CHUNK_BYTES = 32 * 1024


class HungUp(Exception):
    """The other side ended the connection."""


class Wire:
    """One connection, open inside its `with` block; all errors of the network are OSErrors."""

    def __init__(self, address: str) -> None:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self._socket = socket.socket(family, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        self._loop = asyncio.get_running_loop()
        self._address = address

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._socket.close()

    async def connect(self, port: int) -> None:
        """Open the connection; raises OSError."""
        try:
            self._socket.connect((self._address, port))
        except BlockingIOError:
            await self._until(self._loop.add_writer, self._loop.remove_writer)
            code = self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if code:
                raise OSError(code, "connect") from None

    @property
    def own_address(self) -> str:
        """The IP address that the server sees."""
        return str(self._socket.getsockname()[0])

    async def send(self, data: bytes) -> None:
        """Send all of it; raises OSError."""
        view = memoryview(data)
        while view:
            try:
                view = view[self._socket.send(view) :]
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
            if not data:
                raise HungUp
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
