"""A mail server that offers STARTTLS, and refuses mail that comes without it."""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from aiosmtpd.handlers import Sink
from aiosmtpd.smtp import SMTP


@contextmanager
def serve_mail(listener: socket.socket, host: str, context: ssl.SSLContext) -> Iterator[None]:
    """Accept mail on `listener` until the block ends; what arrives is thrown away."""
    # A client that looks at the certificate and leaves is no news.
    logging.getLogger("mail.log").setLevel(logging.CRITICAL)
    loop = asyncio.new_event_loop()
    # Whom we do not talk to over TLS we do not hear either, and that is no news here.
    loop.set_exception_handler(lambda _loop, _told: None)

    def session() -> SMTP:
        return SMTP(Sink(), hostname=host, tls_context=context, require_starttls=True, loop=loop)

    server = loop.run_until_complete(loop.create_server(session, sock=listener))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield
    finally:
        asyncio.run_coroutine_threadsafe(_end(server), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _end(server: asyncio.Server) -> None:
    server.close()
    mine = asyncio.current_task()
    talking = [task for task in asyncio.all_tasks() if task is not mine]
    for task in talking:
        task.cancel()
    await asyncio.gather(*talking, return_exceptions=True)
