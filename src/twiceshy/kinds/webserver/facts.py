"""What is seen of a web server: its listeners with their TLS files, upstreams, and what runs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from twiceshy.kinds.webserver.promise import Promise
from twiceshy.model.fact import Fact
from twiceshy.model.place import Place

__all__ = [
    "CertificateSeen",
    "Checked",
    "FileState",
    "Gap",
    "ListenerSeen",
    "MemberSeen",
    "PairSeen",
    "Promise",
    "RunningSeen",
    "ServedSeen",
    "TlsFile",
    "UpstreamSeen",
    "WebServerFact",
]


class FileState(StrEnum):
    """What is known of a file that a configuration names."""

    READ = "read"
    MISSING = "missing"
    """It is not there."""
    WRONG = "wrong"
    """It is there and holds something else."""
    UNSEEN = "unseen"
    """It could not be read."""
    NOT_HANDED_IN = "not handed in"
    """It is no part of the configuration that was handed in."""


@dataclass(frozen=True, slots=True)
class CertificateSeen:
    """One certificate of a file; of its key only a hash is kept."""

    subject: str
    issuer: str
    names: tuple[str, ...]
    """Host names it is for; lower case."""
    not_before: datetime
    not_after: datetime
    spki_sha256: str
    """Of its public key (SubjectPublicKeyInfo)."""
    sha256: str
    """Of the whole certificate."""
    is_self_issued: bool
    issued_by_next: bool
    """Whether the next certificate of the file issued it, its signature checked."""


@dataclass(frozen=True, slots=True)
class TlsFile:
    """A certificate or key file, as a configuration names it."""

    path: str
    place: Place
    """The line that names it."""
    state: FileState
    why: str = ""
    """Why it was not read."""
    certificates: tuple[CertificateSeen, ...] = ()
    """In the order they stand; of a certificate file."""
    spki_sha256: str | None = None
    """Of the public half of the key; of a key file. The key itself is kept nowhere."""


@dataclass(frozen=True, slots=True)
class PairSeen:
    """A certificate file and the key file that goes with it."""

    certificate: TlsFile
    key: TlsFile


@dataclass(frozen=True, slots=True)
class ListenerSeen:
    """One server of nginx or bind of HAProxy, with its sockets that other machines get to."""

    title: str
    place: Place
    sockets: tuple[str, ...]
    """Those that speak TLS when `is_tls`, else those that do not."""
    is_tls: bool
    names: tuple[str, ...] = ()
    """The exact names it serves."""
    met_at: tuple[str, ...] = ()
    """The sockets where TLS is spoken over TCP from the first byte."""
    pairs: tuple[PairSeen, ...] = ()
    trouble: str | None = None
    """Why a listener with TLS has no certificate at all."""
    unknown: str | None = None
    """Why its certificates could not be told."""
    answers_plainly: str | None = None
    """What a listener without TLS does beside redirecting to https; None when nothing."""
    plainly_at: Place | None = None
    """The line that does."""


class Checked(StrEnum):
    """How it is found out that a server behind this one does not answer."""

    ACTIVE = "active"
    """It is asked by itself from time to time."""
    PASSIVE = "passive"
    """Requests of users that fail take it out for a while."""
    NOT = "not"


@dataclass(frozen=True, slots=True)
class MemberSeen:
    """One server of an upstream."""

    address: str
    place: Place
    checked: Checked
    why: str
    """What says so."""
    is_in_use: bool
    """Neither `down`, `disabled` nor `backup`."""


@dataclass(frozen=True, slots=True)
class UpstreamSeen:
    """The servers behind one name."""

    title: str
    place: Place
    members: tuple[MemberSeen, ...]
    unknown: str | None = None
    """Why there may be more servers than are written."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A part of the configuration that was not read, or that the software refuses."""

    why: str
    place: Place
    is_fatal: bool
    """Whether the software certainly does not start with it."""


@dataclass(frozen=True, slots=True)
class RunningSeen:
    """What runs on a host, held against its files."""

    software: str
    main: str
    test_passed: bool | None
    """Whether the software's own test of the files passes; None when it could not be run."""
    said: str
    """The last line of the test, or why it could not be run."""
    newer_files: tuple[str, ...] = ()
    """Files that changed after the workers that run had started."""
    why_not: str | None = None
    """Why the age of the workers could not be told."""


@dataclass(frozen=True, slots=True)
class ServedSeen:
    """What one socket serves to clients that ask for a name."""

    socket: str
    name: str | None
    files: tuple[str, ...]
    """The certificate files that it should serve one of."""
    place: Place
    sha256: str | None = None
    """Of the certificate that came; None when none did."""
    not_after: datetime | None = None
    expected: tuple[str, ...] = ()
    """The hashes of the first certificates of the files."""
    why_not: str | None = None
    """Why no certificate came."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebServerFact(Fact):
    """The web servers in one configuration, or on one host and more."""

    software: tuple[str, ...]
    """`nginx`, `HAProxy`."""
    listeners: tuple[ListenerSeen, ...]
    upstreams: tuple[UpstreamSeen, ...]
    gaps: tuple[Gap, ...] = ()
    running: tuple[RunningSeen, ...] | None = None
    """None when nobody looked: a configuration that has not been applied."""
    served: tuple[ServedSeen, ...] | None = None
    """None when nobody looked."""
