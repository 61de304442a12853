"""What a host promises on the network, and what was seen of its names and ports."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from twiceshy.model.fact import Fact

Families = Literal["any", "both", "ipv4", "ipv6"]
"""Which kinds of address a name must have."""


@dataclass(frozen=True, slots=True)
class Promise:
    """Names resolve, these ports accept connections and those do not."""

    names: tuple[str, ...] = ()
    """Names that must resolve, beside those in the target's endpoints."""
    addresses: tuple[str, ...] = ()
    """The addresses each name must resolve to, all of them and no others; empty: any."""
    families: Families = "any"
    """`both` for A and AAAA, `ipv4` or `ipv6` for that one at least, `any` for either."""
    nameservers: tuple[str, ...] = ()
    """Ask each of these name servers (IP addresses, or `address:port`) instead of this host's
    own resolver, so that one that is dead or answers differently is found."""
    listens: tuple[int, ...] = ()
    """TCP ports that accept connections at every address; empty: those of the target's endpoints."""
    must_not_listen: tuple[int, ...] = ()
    """TCP ports that nobody gets through to, at any address."""

    def __post_init__(self) -> None:
        for port in (*self.listens, *self.must_not_listen):
            if not 1 <= port <= 65535:  # noqa: PLR2004 - the range of TCP ports
                raise ValueError(f"{port} is not a port (1 to 65535)")
        both = set(self.listens) & set(self.must_not_listen)
        if both:
            raise ValueError(f"port {min(both)} is in listens and in must_not_listen")
        for address in self.addresses:
            ipaddress.ip_address(address)
        for server in self.nameservers:
            nameserver(server)
        if any(not name.strip() for name in self.names):
            raise ValueError("names must not hold an empty name")


def nameserver(text: str) -> tuple[str, int]:
    """`192.0.2.53`, `192.0.2.53:5353`, `2001:db8::53` or `[2001:db8::53]:5353`, taken apart.

    Raises ValueError with a sentence for the user.
    """
    address, port = text, "53"
    if text.startswith("["):
        address, _, rest = text[1:].partition("]")
        port = rest.removeprefix(":") or "53"
    elif text.count(":") == 1:
        address, _, port = text.partition(":")
    try:
        number = int(port)
        literal = str(ipaddress.ip_address(address))
    except ValueError:
        raise ValueError(f"{text!r} is not the address of a name server") from None
    if not 1 <= number <= 65535:  # noqa: PLR2004 - the range of ports
        raise ValueError(f"{text!r} has no port between 1 and 65535")
    return literal, number


class NameState(StrEnum):
    """What is known of a name."""

    FOUND = "found"
    NOT_FOUND = "not_found"
    """DNS answered: no such name, or no address for it."""
    UNSEEN = "unseen"
    """Nobody answered: nothing is known of the name."""
    NOT_ASKED = "not_asked"
    """The vantage could not ask: nothing is known of the name server either."""


class PortState(StrEnum):
    """What a connection to a port met."""

    OPEN = "open"
    REFUSED = "refused"
    """Somebody answered: nothing listens there (or a firewall rejects)."""
    TIMED_OUT = "timed_out"
    """No answer at all."""
    HOST_UNREACHABLE = "host_unreachable"
    """A router or a firewall on the way says so."""
    NO_ROUTE = "no_route"
    """The vantage has no way there."""
    CANNOT_LOOK = "cannot_look"
    """The vantage itself could not look (permission, open files)."""


@dataclass(frozen=True, slots=True)
class NameSeen:
    """One name, as one resolver answers for it."""

    name: str
    state: NameState
    addresses: tuple[str, ...] = ()
    why: str | None = None
    """Why it gave no address."""
    nameserver: str | None = None
    """Who was asked; None for this host's own resolver."""
    took_ms: float | None = None


@dataclass(frozen=True, slots=True)
class PortSeen:
    """One port of one address."""

    address: str
    port: int
    state: PortState
    why: str
    """What was met, in words."""
    connect_ms: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HostFact(Fact):
    """What was seen of the target's names and ports."""

    names: tuple[NameSeen, ...] = ()
    ports: tuple[PortSeen, ...] = ()
