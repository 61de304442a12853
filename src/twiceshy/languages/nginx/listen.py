"""`listen`: on which address and port a server hears, and how."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

from twiceshy.languages.nginx.tree import Directive
from twiceshy.model.place import Place

HTTP_PORT = 80


@dataclass(frozen=True, slots=True)
class Listener:
    """One `listen`, or the `*:80` that nginx takes when there is none."""

    address: str
    """`*` for all IPv4 addresses, `[::]` for all IPv6 ones, a name, or `unix:/path`."""
    port: int
    """0 for a Unix socket, and for a port that is no number (a range in `stream`)."""
    options: frozenset[str]
    """`ssl`, `quic`, `http2`, `default_server`, `proxy_protocol`, `udp`, ..."""
    place: Place

    @property
    def socket(self) -> str:
        """Address and port, as nginx tells sockets apart."""
        return self.address if self.address.startswith("unix:") else f"{self.address}:{self.port}"

    @property
    def is_default(self) -> bool:
        """Whether this server is asked when no name fits."""
        return bool(self.options & {"default_server", "default"})

    @property
    def is_public(self) -> bool:
        """Whether other machines get there: any address but loopback and Unix sockets."""
        if self.address.startswith("unix:") or self.address.lower() == "localhost":
            return False
        try:
            return not ipaddress.ip_address(self.address.strip("[]")).is_loopback
        except ValueError:
            return True


def listener_of(directive: Directive) -> Listener:
    """Read a `listen` directive."""
    text = directive.first
    options = frozenset(directive.args[1:])
    if text.startswith("unix:"):
        return Listener(text, 0, options, directive.place)
    if text.isascii() and text.isdigit():
        return Listener("*", int(text[:6]), options, directive.place)
    if text.startswith("["):
        address, _, port = text.partition("]")
        return Listener(f"{address}]", _port(port.removeprefix(":")), options, directive.place)
    address, _, port = text.partition(":")
    if address == "0.0.0.0":  # noqa: S104 - what a configuration says, nothing is bound here
        address = "*"
    return Listener(address or "*", _port(port), options, directive.place)


def _port(text: str) -> int:
    if not text:
        return HTTP_PORT
    return int(text[:6]) if text.isascii() and text.isdigit() else 0
