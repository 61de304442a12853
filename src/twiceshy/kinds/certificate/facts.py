"""What a certificate guard promises, and what is seen of the servers behind its target."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from hashlib import sha256
from typing import Literal

from twiceshy.kinds.certificate.dane import parse_tlsa
from twiceshy.model.fact import Fact

KeyType = Literal["any", "ecdsa", "rsa"]
"""Which kind of certificate the server was asked for; `any` leaves it the choice."""
Family = Literal["ipv4", "ipv6"]

_MOST_DAYS = 36_500


@dataclass(frozen=True, slots=True)
class Promise:
    """Every address behind the name serves a valid certificate that lasts."""

    days: int | None = None
    """How many days must be left. Left out, the certificate's own lifetime decides: the alarm comes
    when a renewal after two thirds of it is overdue, which fits 6-day and 90-day ones alike."""
    name: str | None = None
    """The host name to ask for and to check, when it is not the one in the endpoint's URL."""
    roots: str = "system"
    """Whom to trust: `system`, or the path of a PEM file with the roots of your own authority."""
    min_rsa_bits: int = 2048
    """The shortest RSA key that passes, anywhere in the chain."""
    max_lifetime_days: int | None = None
    """The longest lifetime that passes. Left out, what the CA/Browser Forum allowed on the day of
    issue for certificates under the system's roots, and 398 days under your own."""
    files: tuple[str, ...] = ()
    """PEM files on disk that must be what is served: a path, or `host:path` for a host of the
    estate; relative paths start at the folder of twiceshy.yaml."""
    crl: tuple[str, ...] = ()
    """Revocation lists (PEM or DER) to hold the served chain against: a path, or `host:path`."""
    tlsa: tuple[str, ...] = ()
    """TLSA records that the served chain must match, such as `3 1 1 <hex>`; `dns` looks the
    published ones up."""
    same_everywhere: bool = True
    """Whether all addresses of an endpoint must serve the same certificate."""
    rollout_minutes: int = 60
    """How long after its issue a new certificate may be missing in some places, with no more than
    a warning."""
    families: tuple[Family, ...] = ("ipv4", "ipv6")
    """Which addresses to look at."""
    twins: bool = True
    """Whether to ask also for the certificate of the other key type (RSA beside ECDSA)."""
    without_name: bool = True
    """Whether to look also at what clients get that send no server name."""
    handshake: Literal["full", "half"] = "full"
    """`half` looks with a third of the work for both sides: the server's proof is checked, and the
    connection left. Some servers log it as a lost connection. What it cannot see, `full` does; and
    what it finds wrong is broken only when `full` sees it too."""

    def __post_init__(self) -> None:
        for field_name in ("days", "max_lifetime_days"):
            days = getattr(self, field_name)
            if days is not None and not 1 <= days <= _MOST_DAYS:
                raise ValueError(f"{field_name} must be between 1 and {_MOST_DAYS}, not {days}")
        if self.min_rsa_bits < 1:
            raise ValueError(f"min_rsa_bits must be positive, not {self.min_rsa_bits}")
        if self.rollout_minutes < 0:
            raise ValueError(f"rollout_minutes cannot be negative, as {self.rollout_minutes} is")
        if not self.families:
            raise ValueError("families must name ipv4, ipv6 or both")
        for record in self.tlsa:
            if record != "dns":
                parse_tlsa(record)


class Failure(StrEnum):
    """Why a look brought no certificate."""

    NO_ADDRESS = "no_address"
    """The name has no address, or could not be looked up."""
    NOT_A_NAME = "not_a_name"
    """The name cannot be written in the form that TLS and certificates use."""
    REFUSED = "refused"
    """Nothing listens there."""
    UNREACHABLE = "unreachable"
    """No route, or a firewall said no."""
    NO_CONNECTION = "no_connection"
    """Nobody answered the attempt to connect in time."""
    SILENT = "silent"
    """Connected, and then the server did not say enough in time."""
    CLOSED = "closed"
    """The server ended the connection before it had shown a certificate."""
    ALERT = "alert"
    """The server answered with a TLS alert that says nothing about the certificate."""
    NOTHING_IN_COMMON = "nothing_in_common"
    """The two sides share no cipher, key exchange or kind of key."""
    VERSION_REFUSED = "version_refused"
    """The server takes none of the TLS versions that were offered."""
    BROKEN_TLS = "broken_tls"
    """What the server sent breaks the rules of TLS."""
    OTHER_PROTOCOL = "other_protocol"
    """The conversation before TLS is not in the protocol that the URL names, or went wrong."""
    NOT_LOOKED = "not_looked"
    """There was no time or room left to look."""
    NAME_REFUSED = "name_refused"
    """The server says it has no certificate for the name (TLS alert unrecognized_name)."""
    STARTTLS_NOT_OFFERED = "starttls_not_offered"
    """The server speaks its protocol in the clear and will not change to TLS."""
    NOT_TLS = "not_tls"
    """The server answers a TLS hello with something else."""
    NO_PROOF = "no_proof"
    """The server's signature is wrong: it does not hold the key of the certificate it sent."""
    TOO_LARGE = "too_large"
    """The chain is larger than TLS clients accept (100 KB)."""

    @property
    def condemns(self) -> bool:
        """Whether this breaks the promise by itself, instead of leaving it undecided."""
        return self in _CONDEMNING


_CONDEMNING = frozenset(
    {
        Failure.NAME_REFUSED,
        Failure.STARTTLS_NOT_OFFERED,
        Failure.NOT_TLS,
        Failure.NO_PROOF,
        Failure.TOO_LARGE,
    }
)


@dataclass(frozen=True, slots=True)
class Served:
    """A chain whose first certificate's key the server proved to hold."""

    chain: tuple[bytes, ...] = field(repr=False)
    """DER, in the order sent, the server's own first; at least one."""
    tls_version: str
    """Such as `TLSv1.3`; `TLSv1.2 or newer` where nothing newer was asked for."""
    stapled: bool | None = None
    """Whether an OCSP answer came with it; None when it was not asked for."""


@dataclass(frozen=True, slots=True)
class NotServed:
    """No certificate was seen, and why."""

    failure: Failure
    detail: str
    """One clause for people, without the address."""


@dataclass(frozen=True, slots=True)
class Look:
    """One way to meet a server: an address, the kind of certificate asked for, a name or none."""

    endpoint: str
    """The endpoint's URL."""
    name: str
    """The host name (A-label form) or IP address the certificate must be for."""
    address: str
    """The IP address looked at; empty when the name gave none."""
    seen: Served | NotServed
    key_type: KeyType = "any"
    named: bool = True
    """Whether the server name was sent."""

    @property
    def is_main(self) -> bool:
        """Whether this is what most clients meet: with a name, and any key type."""
        return self.named and self.key_type == "any"


@dataclass(frozen=True)
class TrustStore:
    """The roots that a chain must lead to."""

    name: str
    """`system`, or the path of the file they come from."""
    roots: tuple[bytes, ...] = field(repr=False)
    """DER."""
    why_unread: str | None = None
    """Set when the store could not be read: then nothing can be said about trust."""

    @cached_property
    def digest(self) -> str:
        """SHA-256 over all roots, which tells two versions of a store apart."""
        return sha256(b"".join(sha256(root).digest() for root in self.roots)).hexdigest()

    @property
    def is_public(self) -> bool:
        """Whether these are the roots that the system trusts for the whole internet."""
        return self.name == "system"

    def __hash__(self) -> int:
        return hash((self.name, self.digest))

    def __eq__(self, other: object) -> bool:
        return self is other or (
            isinstance(other, TrustStore) and (self.name, self.digest) == (other.name, other.digest)
        )


@dataclass(frozen=True, slots=True)
class OnDisk:
    """The certificates of one PEM file (never its keys)."""

    source: str
    """The path as the promise gives it."""
    chain: tuple[bytes, ...] = field(repr=False)
    """DER, in the order of the file; may be empty."""


@dataclass(frozen=True, slots=True)
class RevocationList:
    """One certificate revocation list, as it lies there."""

    source: str
    data: bytes = field(repr=False)
    """PEM or DER."""


@dataclass(frozen=True, slots=True)
class Published:
    """The TLSA records an endpoint has in DNS."""

    endpoint: str
    records: tuple[str, ...]
    """Each `usage selector matching hex`; empty when there are none."""


@dataclass(frozen=True, slots=True)
class NotRead:
    """A file or record that the promise names and that could not be read."""

    source: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateFact(Fact):
    """All that was seen of the servers behind a target, and what it is held against."""

    looks: tuple[Look, ...]
    store: TrustStore
    disk: tuple[OnDisk, ...] = ()
    crls: tuple[RevocationList, ...] = ()
    published: tuple[Published, ...] = ()
    not_read: tuple[NotRead, ...] = ()
