"""The example estate's servers: real TLS, SMTP with STARTTLS, and HTTP, on loopback only.

Each listens on the port that `twiceshy.yaml` gives it, or on a free one when that is taken; the
file is then changed accordingly. All end with the `with` block, and leave nothing behind.
"""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from examples.authority import Authority
from examples.mail_server import serve_mail
from examples.web_server import Answer, serve_web

LOOPBACK = "127.0.0.1"
ROOTS = "authority.pem"
"""The file of trusted roots, as the estate file names it."""


@dataclass(frozen=True)
class Site:
    """One server of the estate: what it is called, where it listens, what it serves."""

    host: str
    port: int
    left: timedelta | None
    """How long its certificate lasts; None for a server without one."""
    answer: Answer | None = None
    """What it says over HTTP; None for mail."""

    def moved(self, ports: Mapping[int, int]) -> Site:
        """The same, on the ports that were to be had instead of those in the estate file."""
        answer = self.answer
        if answer is not None and answer.to is not None:
            answer = replace(answer, to=_with_ports(answer.to, ports))
        return replace(self, port=ports[self.port], answer=answer)

    def __str__(self) -> str:
        protocol = "SMTP" if self.answer is None else "HTTP" if self.left is None else "HTTPS"
        return f"{protocol:<7}{LOOPBACK}:{self.port}  {self.host:<20}{_in_words(self.left)}"


_FINE = timedelta(days=60, hours=3)
SITES = (
    Site("mail.example.org", 24025, _FINE),
    Site("notify.example.org", 24026, timedelta(days=-2, hours=-3)),
    Site("www.example.org", 24443, timedelta(days=9, hours=3), Answer("Welcome")),
    Site("www.example.org", 24080, None, Answer("Over there", to="https://www.example.org:24443/")),
    Site("api.example.org", 24444, _FINE, Answer("All is well")),
    Site("shop.example.org", 24445, _FINE, Answer("Add to basket")),
    Site("login.example.org", 24446, _FINE, Answer("Sign in")),
)


@contextmanager
def servers(estate: Path, now: datetime) -> Iterator[tuple[Site, ...]]:
    """Run them beside the estate file `estate`, which is a copy that may be changed."""
    with ExitStack() as running:
        authority = Authority(estate.parent, now)
        authority.write_root(ROOTS)
        listeners = [running.enter_context(_listener(site.port)) for site in SITES]
        ports = {
            site.port: listener.getsockname()[1]
            for site, listener in zip(SITES, listeners, strict=True)
        }
        started = tuple(site.moved(ports) for site in SITES)
        for site, listener in zip(started, listeners, strict=True):
            _serve(site, listener, authority, running)
        text = estate.read_text(encoding="utf-8")
        estate.write_text(_with_ports(text, ports), encoding="utf-8")
        yield started


def _serve(site: Site, listener: socket.socket, authority: Authority, running: ExitStack) -> None:
    context = None
    if site.left is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(authority.issue(site.host, left=site.left))
    if site.answer is not None:
        running.enter_context(serve_web(listener, site.answer, context))
    else:
        assert context is not None
        running.enter_context(serve_mail(listener, site.host, context))


def _listener(port: int) -> socket.socket:
    try:
        return socket.create_server((LOOPBACK, port))
    except OSError:
        return socket.create_server((LOOPBACK, 0))


def _with_ports(text: str, ports: Mapping[int, int]) -> str:
    return re.sub(
        r"(?<=example\.org:)\d+", lambda port: str(ports.get(int(port[0]), port[0])), text
    )


def _in_words(left: timedelta | None) -> str:
    if left is None:
        return "no certificate"
    if left < timedelta():
        return f"certificate expired {-left.days - 1} days ago"
    return f"certificate with {left.days} days left"
