"""A conversation in lines over TCP, with or without TLS: what SMTP, IMAP and POP3 have in common."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from twiceshy.model.endpoint_url import EndpointUrl
from twiceshy.probes.connecting import Trouble, trouble_of

LONGEST_LINE = 64 * 1024
MOST_LINES = 5_000
_OURS = frozenset({Trouble.NO_ROUTE, Trouble.CANNOT_LOOK})


class Failed(Exception):
    """The other side did not do as it was asked; `is_ours` when this side is to blame.

    What may pass is tried again; a refused login is not, for that would lock the account.
    """

    def __init__(
        self,
        why: str,
        *,
        is_ours: bool = False,
        may_pass: bool = False,
        next_step: str | None = None,
    ) -> None:
        super().__init__(why)
        self.why = why
        self.is_ours = is_ours
        self.may_pass = may_pass or not is_ours
        self.next_step = next_step


@dataclass(slots=True)
class Talk:
    """One connection."""

    url: EndpointUrl
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    is_secure: bool

    async def line(self) -> str:
        """The next line without its end."""
        try:
            data = await self.reader.readline()
        except (ValueError, OSError) as error:
            raise Failed(f"{self.url}: the connection broke: {error}") from None
        if not data.endswith(b"\n"):
            raise Failed(f"{self.url} closed the connection")
        return data.decode("utf-8", "replace").rstrip("\r\n")

    async def exactly(self, count: int) -> bytes:
        """The next `count` bytes."""
        try:
            return await self.reader.readexactly(count)
        except (asyncio.IncompleteReadError, OSError):
            raise Failed(f"{self.url} closed the connection") from None

    async def send(self, text: str) -> None:
        """A line of our own; never part of a message that is shown."""
        if "\r" in text or "\n" in text:
            raise Failed("a value with a line break cannot be sent", is_ours=True)
        await self.send_bytes(text.encode("utf-8") + b"\r\n")

    async def send_bytes(self, data: bytes) -> None:
        """Bytes as they are."""
        try:
            self.writer.write(data)
            await self.writer.drain()
        except OSError as error:
            raise Failed(f"{self.url}: the connection broke: {trouble_of(error)[1]}") from None

    async def start_tls(self, context: ssl.SSLContext) -> None:
        """From now on with TLS, the certificate verified by `context`."""
        try:
            await self.writer.start_tls(context, server_hostname=self.url.host)
        except ssl.SSLError as error:
            raise Failed(_of_tls(self.url, error)) from None
        except OSError as error:
            raise Failed(f"{self.url}: {trouble_of(error)[1]}") from None
        self.is_secure = True


@asynccontextmanager
async def talking(
    url: EndpointUrl, addresses: Iterable[str], context: ssl.SSLContext
) -> AsyncIterator[Talk]:
    """Connect to the first address that accepts; TLS from the first byte when the scheme says so."""
    wrapped = url.scheme in {"smtps", "imaps", "pop3s"}
    failed: Failed | None = None
    for address in addresses:
        try:
            reader, writer = await asyncio.open_connection(
                address,
                url.port,
                limit=LONGEST_LINE,
                ssl=context if wrapped else None,
                server_hostname=url.host if wrapped else None,
            )
        except ssl.SSLError as error:
            failed = Failed(_of_tls(url, error))
            continue
        except OSError as error:
            code, words = trouble_of(error)
            failed = failed or Failed(f"{url} at {address}: {words}", is_ours=code in _OURS)
            continue
        try:
            yield Talk(url, reader, writer, wrapped)
        finally:
            writer.close()
            with suppress(OSError, ssl.SSLError):
                await asyncio.wait((asyncio.ensure_future(_closed(writer)),), timeout=0.5)
        return
    raise failed or Failed(f"{url} has no address")


async def _closed(writer: asyncio.StreamWriter) -> None:
    with suppress(OSError, ssl.SSLError):
        await writer.wait_closed()


def _of_tls(url: EndpointUrl, error: ssl.SSLError) -> str:
    why = getattr(error, "verify_message", "") or error.reason or str(error)
    return f"{url}: TLS failed: {why}"
