"""What was seen of a web endpoint: for each address, the answer or how it failed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from twiceshy.kinds.http.promise import Promise
from twiceshy.model.fact import Fact

__all__ = [
    "AddressSeen",
    "Answer",
    "EndpointSeen",
    "Failed",
    "Failure",
    "Hop",
    "HttpFact",
    "Latency",
    "NameState",
    "Phase",
    "Promise",
    "TextSeen",
]


class Phase(StrEnum):
    """The steps of a request, in order."""

    RESOLVE = "resolve"
    """Looking up the name a redirect leads to."""
    CONNECT = "connect"
    TLS = "tls"
    REQUEST = "request"
    """Sending the request."""
    ANSWER = "answer"
    """Waiting for the status and the headers."""
    BODY = "body"


class Failure(StrEnum):
    """Why no complete answer was had. `tls_*`: the certificate or the handshake was refused."""

    REFUSED = "refused"
    """Somebody answered: nothing listens there (or a firewall rejects)."""
    RESET = "reset"
    """The connection was cut by the other side."""
    CLOSED = "closed"
    """The other side closed before the answer was complete."""
    TIMED_OUT = "timed_out"
    """The time was up; the phase says during what."""
    HOST_UNREACHABLE = "host_unreachable"
    """A router or a firewall on the way says so."""
    NO_ROUTE = "no_route"
    """The vantage has no way there: nothing is known of the server."""
    CANNOT_LOOK = "cannot_look"
    """The vantage itself could not look (permission, open files): nothing is known of the server."""
    PROTOCOL = "protocol"
    """What came is not HTTP."""
    TOO_LARGE = "too_large"
    """The headers are larger than any client takes."""
    UNDECODABLE = "undecodable"
    """The body is not packed in the way its headers say."""
    TOO_MANY_REDIRECTS = "too_many_redirects"
    BAD_REDIRECT = "bad_redirect"
    """A redirect to something that is not a web address."""
    REDIRECT_UNRESOLVED = "redirect_unresolved"
    """A redirect to a name that does not exist."""
    REDIRECT_UNSEEN = "redirect_unseen"
    """A redirect to a name that could not be looked up: nothing is known of it."""
    TLS_EXPIRED = "tls_expired"
    TLS_NOT_YET_VALID = "tls_not_yet_valid"
    TLS_UNTRUSTED = "tls_untrusted"
    """No trusted root issued it, as far as the chain the server sends leads."""
    TLS_WRONG_NAME = "tls_wrong_name"
    TLS_INVALID = "tls_invalid"
    """Any other defect of the certificate, in OpenSSL's words."""
    TLS_NOT_SPOKEN = "tls_not_spoken"
    """The port answers something else than TLS, such as plain HTTP."""
    TLS_ALERT = "tls_alert"
    """The server refuses the handshake with an alert."""
    TLS_FAILED = "tls_failed"

    @property
    def is_certificate(self) -> bool:
        """Whether the certificate was refused, so that a look without verification says more."""
        return self in {
            Failure.TLS_EXPIRED,
            Failure.TLS_NOT_YET_VALID,
            Failure.TLS_UNTRUSTED,
            Failure.TLS_WRONG_NAME,
            Failure.TLS_INVALID,
        }

    @property
    def is_unseen(self) -> bool:
        """Whether it says nothing about the server, only about the vantage."""
        return self in {Failure.NO_ROUTE, Failure.CANNOT_LOOK, Failure.REDIRECT_UNSEEN}


class NameState(StrEnum):
    """What is known of the name in the URL."""

    FOUND = "found"
    NOT_FOUND = "not_found"
    """DNS answered: no such name, or no address for it."""
    UNSEEN = "unseen"
    """It could not be looked up."""


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds of each phase; None for a phase that was not finished or not needed."""

    connect_ms: float | None = None
    tls_ms: float | None = None
    first_byte_ms: float | None = None
    """From the request sent to the headers of the answer."""
    total_ms: float | None = None
    """From the first packet to the last byte of the body."""


@dataclass(frozen=True, slots=True)
class Hop:
    """One request on the way, and the status it was answered with."""

    url: str
    address: str
    status: int
    location: str | None
    """Where it redirects to, made absolute."""
    latency: Latency


@dataclass(frozen=True, slots=True)
class TextSeen:
    """One of the promised texts, and whether the body that was read holds it."""

    text: str
    found: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """The last answer of the chain."""

    status: int
    headers: tuple[tuple[str, str], ...]
    """Lower-case names; bounded, without cookies and credentials."""
    body_bytes: int
    """How much was read, unpacked."""
    body_complete: bool
    """False when the body is longer than was to be read."""
    body_sha256: str
    """Of what was read."""
    body_sample: str
    """The beginning, as printable text."""
    texts: tuple[TextSeen, ...] = ()


@dataclass(frozen=True, slots=True)
class Failed:
    """No complete answer: what happened, in which phase, in words."""

    code: Failure
    phase: Phase
    why: str
    url: str
    """Which request of the chain failed."""


@dataclass(frozen=True, slots=True)
class AddressSeen:
    """One address of an endpoint."""

    address: str
    outcome: Answer | Failed
    hops: tuple[Hop, ...] = ()
    """Every request that was answered with a status, in order, the last one included."""
    total_ms: float | None = None
    """All hops together; None when it failed."""
    without_verification: Answer | Failed | None = None
    """After a refused certificate: what a client that does not verify gets."""


@dataclass(frozen=True, slots=True)
class EndpointSeen:
    """One endpoint: its name, and each address behind it."""

    url: str
    name: NameState
    why: str | None = None
    """Why the name gave no address."""
    addresses: tuple[AddressSeen, ...] = ()
    left_out: int = 0
    """Addresses beyond the limit of one look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpFact(Fact):
    """What was seen of all endpoints of the target that speak HTTP."""

    endpoints: tuple[EndpointSeen, ...]
