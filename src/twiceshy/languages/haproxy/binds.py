"""`bind`: on which addresses a frontend hears, and with which certificates."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from itertools import pairwise

from twiceshy.languages.haproxy.sections import Section
from twiceshy.model.place import Place

MOST_ADDRESSES = 1000
"""Of one line."""


@dataclass(frozen=True, slots=True)
class Bind:
    """One address of one `bind` line."""

    address: str
    """Empty or `*` for all IPv4 addresses, `::` for IPv6 ones, or what comes before the port."""
    port: str
    """A number, or a range as it is written; empty for a Unix socket."""
    is_ssl: bool
    crt: tuple[str, ...]
    """Files or folders of certificates, as written."""
    crt_lists: tuple[str, ...]
    place: Place
    needs_proxy_header: bool = False
    """Whether a client has to begin with a PROXY header (`accept-proxy`)."""

    @property
    def socket(self) -> str:
        """As it is written, all addresses as `*`."""
        return f"{self.address or '*'}:{self.port}" if self.port else self.address

    @property
    def is_public(self) -> bool:
        """Whether other machines get there."""
        if self.address.startswith(("/", "unix@", "abns@", "fd@", "sockpair@")):
            return False
        address = self.address.removeprefix("ipv4@").removeprefix("ipv6@").strip("[]")
        if address in {"", "*"}:
            return True
        if address == "localhost":
            return False
        try:
            return not ipaddress.ip_address(address).is_loopback
        except ValueError:
            return True


def binds_of(section: Section) -> tuple[Bind, ...]:
    """The binds of a frontend or listen; one for each address of a line."""
    found: list[Bind] = []
    for one in section.own("bind"):
        options = one.words[2:]
        crt, lists = _values(options, "crt"), _values(options, "crt-list")
        addresses = one.words[1] if len(one.words) > 1 else ""
        for text in addresses.split(",", MOST_ADDRESSES)[:MOST_ADDRESSES]:
            address, port = _address(text)
            proxied = "accept-proxy" in options
            found.append(Bind(address, port, "ssl" in options, crt, lists, one.place, proxied))
    return tuple(found)


def _values(options: tuple[str, ...], key: str) -> tuple[str, ...]:
    return tuple(value for option, value in pairwise(options) if option == key)


def _address(text: str) -> tuple[str, str]:
    if text.startswith(("/", "unix@", "abns@", "fd@", "sockpair@")):
        return text, ""
    address, _, port = text.rpartition(":")
    return address, port


def certificate_path(name: str, settings: Section | None, main: str) -> str:
    """Where a certificate stands (absolute path), as `bind ... crt` names it.

    `settings` is the section `global`, whose `crt-base` counts; without one a name starts at the
    folder HAProxy is started in, taken to be that of its file `main`.
    """
    if name.startswith("/"):
        return name
    bases = () if settings is None else tuple(settings.own("crt-base"))
    base = bases[-1].words[1] if bases and len(bases[-1].words) > 1 else main.rpartition("/")[0]
    return f"{base.rstrip('/')}/{name}"
