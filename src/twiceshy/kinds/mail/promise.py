"""What a user writes under `promise:` of a mail guard."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import Literal

_SECRET_PLACE = re.compile(r"(?:env:[A-Za-z_]\w*|file:\S.*)")
_ADDRESS = re.compile(r"[^@\s<>]+@[^@\s<>]+")
_LONGEST_MINUTES = 7 * 24 * 60


@dataclass(frozen=True, slots=True)
class Promise:
    """A message handed in comes out, and what it stands on is in order."""

    arrives_within_minutes: float | None = None
    """A message handed in at `submit` is in the mailbox `arrives_at` after so many minutes at
    most; `null`: no message is sent."""
    submit: str | None = None
    """Where the message is handed in: `service.endpoint` or a URL (`smtp`, `submission`, `smtps`);
    by default the target's first endpoint that speaks SMTP."""
    submit_credentials: str | None = None
    """Where `user:password` for handing in is kept: `env:NAME` or `file:PATH`."""
    sender: str | None = None
    """The sender's address; the recipient's by default."""
    recipient: str | None = None
    """The address of a mailbox that is kept for these messages."""
    arrives_at: str | None = None
    """Where the message comes out: `service.endpoint` or a URL (`imap`, `imaps`, `pop3`, `pop3s`),
    or `maildir:/path` or `mbox:/path` on the host that `arrives_on` names."""
    arrives_credentials: str | None = None
    """Where `user:password` of the mailbox is kept: `env:NAME` or `file:PATH`."""
    arrives_on: str | None = None
    """The host with the maildir or mbox; by default the target's first host."""
    roots: str = "system"
    """What TLS is verified with: `system`, or a file of certificates beside `twiceshy.yaml`. No
    password is sent to a server whose certificate cannot be verified."""
    tidy: bool = True
    """Whether messages of this guard are deleted once they were found."""
    oldest_in_queue_minutes: float | None = None
    """No message waits longer than this in the queue of any of the target's hosts (Postfix)."""
    config_dir: str = "/etc/postfix"
    """Which Postfix, on hosts that run several: its configuration folder."""
    configuration: bool = True
    """Whether main.cf and master.cf on the target's hosts, where there are any, must be free of
    mistakes that Postfix's own check lets pass."""
    files: tuple[str, ...] = ()
    """The main.cf and master.cf to read, as absolute paths; empty: those in `config_dir`, and in
    a change every one that is found."""
    domains: tuple[str, ...] = ()
    """The domains whose DNS records are promised."""
    mx: bool = True
    """Each of `domains` has mail exchangers that resolve and accept connections."""
    mx_port: int = 25
    """The port that exchangers accept connections on."""
    spf: Literal["-all", "~all"] | None = None
    """Each of `domains` has one valid SPF record with at most ten look-ups, and its end is this
    one or stricter."""
    sends_from: tuple[str, ...] = ()
    """IP addresses that mail of `domains` is sent from: SPF must let them pass."""
    dkim: tuple[str, ...] = ()
    """DKIM selectors: each has a key that is not revoked, in each of `domains`."""
    dkim_bits: int = 2048
    """How long an RSA key of DKIM must be at least."""
    dmarc: Literal["none", "quarantine", "reject"] | None = None
    """Each of `domains` has a DMARC policy, this one or stricter, for all of its mail."""
    nameservers: tuple[str, ...] = ()
    """Ask each of these name servers (IP addresses, or `address:port`) instead of this host's own
    resolver."""

    def __post_init__(self) -> None:
        self._check_numbers()
        self._check_texts()
        for path in (*self.files, self.config_dir):
            if not path.startswith("/"):
                raise ValueError(f"files and config_dir are absolute paths, not {path!r}")
        for path in self.files:
            if path.rpartition("/")[2] not in {"main.cf", "master.cf"}:
                raise ValueError(f"files holds main.cf and master.cf, not {path!r}")
        for server in self.nameservers:
            nameserver(server)
        for address in self.sends_from:
            ipaddress.ip_address(address)
        if (self.spf or self.dkim or self.dmarc or self.sends_from) and not self.domains:
            raise ValueError("spf, sends_from, dkim and dmarc are promised of `domains`: name them")

    def _check_numbers(self) -> None:
        for name in ("arrives_within_minutes", "oldest_in_queue_minutes"):
            minutes = getattr(self, name)
            if minutes is not None and not 0 < minutes <= _LONGEST_MINUTES:
                raise ValueError(f"{name} must be above 0 and at most {_LONGEST_MINUTES}")
        if not 1 <= self.mx_port <= 65535:  # noqa: PLR2004 - the range of TCP ports
            raise ValueError("mx_port must be between 1 and 65535")

    def _check_texts(self) -> None:
        for name in ("submit_credentials", "arrives_credentials"):
            place = getattr(self, name)
            if place is not None and not _SECRET_PLACE.fullmatch(place):
                raise ValueError(f"{name} must be env:NAME or file:PATH")
        for name in ("sender", "recipient"):
            address = getattr(self, name)
            if address is not None and not _ADDRESS.fullmatch(address):
                raise ValueError(f"{name} must be an address such as probe@example.org")


def nameserver(text: str) -> tuple[str, int]:
    """`192.0.2.53`, `192.0.2.53:5353`, `2001:db8::53` or `[2001:db8::53]:5353`, taken apart.

    Raises ValueError with a sentence for the user.
    """
    found = re.fullmatch(r"\[([^\]]+)\](?::(\d+))?|([^:]+)(?::(\d+))?|(.+)", text)
    address = (found[1] or found[3] or found[5]) if found else text
    port = int((found[2] or found[4] or "53") if found else "53")
    try:
        literal = str(ipaddress.ip_address(address))
    except ValueError:
        raise ValueError(f"{text!r} is not the address of a name server") from None
    if not 1 <= port <= 65535:  # noqa: PLR2004 - the range of ports
        raise ValueError(f"{text!r} has no port between 1 and 65535")
    return literal, port
