"""How a host is reached: `local`, or `ssh://[user@]name[:port]`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

LOCAL = "local"
SSH_PORT = 22

_USER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*")
_NAME = re.compile(r"[A-Za-z0-9_:][A-Za-z0-9._:%-]*")


@dataclass(frozen=True, slots=True)
class SshReach:
    """A host behind SSH; `name` has no brackets, `user` None means whoever runs twiceshy."""

    name: str
    port: int = SSH_PORT
    user: str | None = None


def parse_reach(text: str) -> SshReach | None:
    """Read a reach: None for `local`; raises ValueError with a sentence that repeats no secret."""
    if text == LOCAL:
        return None
    parts = urlsplit(text)
    if parts.scheme != "ssh":
        raise ValueError("a host is reached as 'local' or 'ssh://[user@]name[:port]'")
    if parts.password is not None:
        raise ValueError("a reach carries no password; SSH uses your keys or agent")
    if parts.path not in {"", "/"} or parts.query or parts.fragment:
        raise ValueError("a reach ends after the port: ssh://[user@]name[:port]")
    if not parts.hostname or not _NAME.fullmatch(parts.hostname):
        raise ValueError("ssh:// is followed by a host name or address")
    if parts.username is not None and not _USER.fullmatch(parts.username):
        raise ValueError("the user before @ is a plain login name")
    try:
        port = parts.port
    except ValueError:
        port = 0
    if port == 0:
        raise ValueError("the port after ssh://name: is a number from 1 to 65535")
    return SshReach(parts.hostname, port or SSH_PORT, parts.username)
