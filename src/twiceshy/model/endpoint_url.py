"""How endpoints are written: `scheme://host[:port][/path]`, where the scheme says the protocol.

`smtp`, `imap`, `pop3`, `ldap`, `postgres`, `mysql` start in the clear and are raised to TLS by the
protocol's own command (STARTTLS, RFC 3207, 2595, 4511; SSLRequest); `https`, `smtps`, `imaps`,
`pop3s`, `ldaps` and `tls` speak TLS from the first byte; `http` and `tcp` never do.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import urlsplit

DEFAULT_PORTS = MappingProxyType(
    {
        "http": 80,
        "https": 443,
        "smtp": 25,
        "submission": 587,
        "smtps": 465,
        "imap": 143,
        "imaps": 993,
        "pop3": 110,
        "pop3s": 995,
        "ldap": 389,
        "ldaps": 636,
        "postgres": 5432,
        "mysql": 3306,
        "tls": 443,
        "tcp": None,
    }
)
STARTTLS_SCHEMES = frozenset({"smtp", "submission", "imap", "pop3", "ldap", "postgres", "mysql"})
TLS_SCHEMES = frozenset({"https", "smtps", "imaps", "pop3s", "ldaps", "tls"})


@dataclass(frozen=True, slots=True)
class EndpointUrl:
    """An endpoint's address, taken apart; `host` has no brackets and is lower case."""

    scheme: str
    host: str
    port: int
    path: str = ""

    @property
    def speaks_tls(self) -> bool:
        """Whether a certificate is served here, at once or after STARTTLS."""
        return self.scheme in STARTTLS_SCHEMES or self.scheme in TLS_SCHEMES

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}{self.path}"


def parse_endpoint(text: str) -> EndpointUrl:
    """Read an endpoint URL; raises ValueError with a sentence for the user."""
    parts = urlsplit(text)
    if parts.scheme not in DEFAULT_PORTS:
        allowed = ", ".join(DEFAULT_PORTS)
        raise ValueError(f"{text!r} has no known scheme (allowed: {allowed})")
    if parts.username is not None or parts.password is not None:
        raise ValueError("an endpoint carries no user or password; use env:NAME or file:PATH")
    if not parts.hostname:
        raise ValueError(f"{text!r} names no host")
    port = parts.port or DEFAULT_PORTS[parts.scheme]
    if port is None:
        raise ValueError(f"{text!r} needs a port")
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    return EndpointUrl(parts.scheme, parts.hostname, port, path)
