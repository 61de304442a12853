"""A web server with one page, in the clear or over TLS."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PATIENCE_SECONDS = 10.0


@dataclass(frozen=True)
class Answer:
    """What every request gets."""

    text: str
    to: str | None = None
    """Where it is sent instead, if anywhere."""


@contextmanager
def serve_web(
    listener: socket.socket, answer: Answer, context: ssl.SSLContext | None
) -> Iterator[None]:
    """Answer on `listener` until the block ends; over TLS when there is a context for it."""
    with _Server(listener, answer, context) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()


class _Server(ThreadingHTTPServer):
    def __init__(
        self, listener: socket.socket, answer: Answer, context: ssl.SSLContext | None
    ) -> None:
        super().__init__(listener.getsockname(), _Page, bind_and_activate=False)
        self.socket.close()
        self.socket = listener
        self.answer = answer
        self.context = context

    def finish_request(self, request: Any, client_address: Any) -> None:
        """In the thread of the connection: a slow handshake holds nobody else up."""
        request.settimeout(PATIENCE_SECONDS)
        if self.context is not None:
            request = self.context.wrap_socket(request, server_side=True)
        try:
            super().finish_request(request, client_address)
        finally:
            request.close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Quiet: a client that looks at the certificate and leaves is no news."""


class _Page(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        answer = self.server.answer
        body = f"<!doctype html><title>{answer.text}</title><h1>{answer.text}</h1>\n".encode()
        self.send_response(200 if answer.to is None else 301)
        if answer.to is not None:
            self.send_header("Location", answer.to)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as http.server has it
        """Quiet: the checks say what they saw."""
