"""TLS servers on loopback, all in one thread with one event loop, ended with the session."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.farm.authority import Issued, pem

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

_CLIENT_GONE = (ConnectionError, ssl.SSLError, asyncio.IncompleteReadError, TimeoutError, OSError)


class Farm:
    """Starts servers; every one of them lives until `close`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count = 0
        self._loop = asyncio.new_event_loop()
        self._loop.set_exception_handler(lambda _loop, _context: None)
        self._servers: list[asyncio.Server] = []
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End all servers and the thread."""
        self._run(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def folder(self) -> Path:
        """A new empty folder."""
        self._count += 1
        folder = self._folder / str(self._count)
        folder.mkdir()
        return folder

    def context(
        self, *identities: tuple[Sequence[bytes], Issued], lax: bool = False
    ) -> ssl.SSLContext:
        """A server's settings: for each key type the chain (DER) to send and the key's owner."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        if lax:
            context.set_ciphers("DEFAULT@SECLEVEL=0")
        folder = self.folder()
        for number, (chain, owner) in enumerate(identities):
            file = folder / f"{number}.pem"
            file.write_bytes(b"".join(pem(der) for der in chain) + owner.key_pem)
            context.load_cert_chain(file)
        return context

    def tls(
        self, context: ssl.SSLContext, hosts: Iterable[str] = ("127.0.0.1",), port: int = 0
    ) -> int:
        """Serve TLS from the first byte at all `hosts`; returns the port."""
        return self._start(_hold, tuple(hosts), port, context)

    def plain(self, handler: Handler, host: str = "127.0.0.1") -> int:
        """Serve whatever `handler` does, without TLS; returns the port."""
        return self._start(handler, (host,), 0, None)

    def smtp(self, context: ssl.SSLContext | None) -> int:
        """Speak just enough SMTP to be raised to TLS, or to not offer it."""

        async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"220-lab.example.test\r\n220 ready\r\n")
            while line := (await reader.readline()).upper():
                if line.startswith(b"EHLO"):
                    offer = b"250-STARTTLS\r\n" if context else b""
                    writer.write(b"250-lab.example.test\r\n" + offer + b"250 8BITMIME\r\n")
                elif line.startswith(b"STARTTLS") and context is not None:
                    writer.write(b"220 go ahead\r\n")
                    await writer.start_tls(context)
                else:
                    writer.write(b"221 bye\r\n")
                    return

        return self.plain(handler)

    def _start(
        self, handler: Handler, hosts: tuple[str, ...], port: int, context: ssl.SSLContext | None
    ) -> int:
        async def guarded(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with suppress(*_CLIENT_GONE):
                await handler(reader, writer)
            writer.close()

        async def start() -> int:
            free = port
            for host in hosts:
                family = socket.AF_INET6 if ":" in host else socket.AF_INET
                server = await asyncio.start_server(guarded, host, free, ssl=context, family=family)
                self._servers.append(server)
                free = server.sockets[0].getsockname()[1]
            return free

        return int(self._run(start()))

    async def _end(self) -> None:
        for server in self._servers:
            server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    def _run(self, coroutine: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(30)


async def _hold(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    while await reader.read(4096):
        pass
