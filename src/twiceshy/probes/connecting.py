"""What the operating system says when a TCP connection does not come about."""

from __future__ import annotations

import errno
import os
from enum import StrEnum
from types import MappingProxyType


class Trouble(StrEnum):
    """Told apart by who says so: the other side, somebody on the way, or this host."""

    REFUSED = "refused"
    RESET = "reset"
    TIMED_OUT = "timed_out"
    HOST_UNREACHABLE = "host_unreachable"
    NO_ROUTE = "no_route"
    CANNOT_LOOK = "cannot_look"


_BY_ERRNO = MappingProxyType(
    {
        errno.ECONNREFUSED: (Trouble.REFUSED, "the connection is refused"),
        errno.ECONNRESET: (Trouble.RESET, "the connection is reset"),
        errno.EPIPE: (Trouble.RESET, "the connection is reset"),
        errno.ETIMEDOUT: (Trouble.TIMED_OUT, "the connection is not answered"),
        errno.EHOSTUNREACH: (Trouble.HOST_UNREACHABLE, "the host is unreachable"),
        errno.EHOSTDOWN: (Trouble.HOST_UNREACHABLE, "the host is unreachable"),
        errno.ENETUNREACH: (Trouble.NO_ROUTE, "there is no route to this network from here"),
        errno.EADDRNOTAVAIL: (Trouble.NO_ROUTE, "there is no address to send from here"),
        errno.EAFNOSUPPORT: (Trouble.NO_ROUTE, "this host does not speak this kind of address"),
        errno.EINVAL: (Trouble.NO_ROUTE, "the address means nothing on this host"),
    }
)


def trouble_of(error: OSError) -> tuple[Trouble, str]:
    """The code, and the words for people; anything unknown is this host's own trouble."""
    known = _BY_ERRNO.get(error.errno or 0)
    if known is not None:
        return known
    said = os.strerror(error.errno) if error.errno else str(error) or type(error).__name__
    return Trouble.CANNOT_LOOK, f"this host could not connect: {said}"
