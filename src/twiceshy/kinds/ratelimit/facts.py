"""What is seen of the limits of a web server: each public location, and what limits it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from twiceshy.kinds.ratelimit.promise import Promise
from twiceshy.model.fact import Fact
from twiceshy.model.place import Place

__all__ = [
    "Answered",
    "BurstSeen",
    "Counts",
    "Gap",
    "LimitSeen",
    "LocationSeen",
    "Promise",
    "RateLimitFact",
]


class Counts(StrEnum):
    """Whose requests a limit counts together."""

    CLIENT = "each client"
    SERVER = "all clients"
    NOBODY = "nobody"
    """Its key is empty for an ordinary client, or it never comes into force."""
    CHOSEN = "whatever the client chooses"
    """A client gets round it by varying what it sends."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class LimitSeen:
    """One limit that is in force at a location, or would be."""

    text: str
    """As it is written, in short."""
    place: Place
    counts: Counts
    why: str
    """About what it counts: `key $binary_remote_addr`, or why it counts nobody."""
    decided_by: Place
    """The line that decides what it counts, or that it is not in force."""
    per_minute: float | None = None
    """Requests in a minute; None when not known."""
    burst: int | None = None
    """How many requests may come at once beyond the rate; None when not known."""
    is_dry_run: bool = False
    """Whether it only writes to the log (`decided_by` says where)."""
    status: int | None = None
    """What a refused request is answered with; None: the connection is dropped."""
    status_place: Place | None = None
    """Where the status is written; None for the software's own."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What answers a request before any limit is asked."""

    text: str
    place: Place


@dataclass(frozen=True, slots=True)
class LocationSeen:
    """One location (nginx) or frontend (HAProxy) that strangers get to."""

    title: str
    """In words: `location /api/ of server shop.example.org`."""
    text: str
    """As it is written; what `except_locations` names."""
    place: Place
    limits: tuple[LimitSeen, ...] = ()
    answered: Answered | None = None
    """All of its requests are answered before."""
    some_answered: tuple[Answered, ...] = ()
    """Some of its requests are."""
    connections: tuple[LimitSeen, ...] = ()
    """Limits of connections; `burst` is how many at a time."""
    unknown: str | None = None
    """Why more limits may be in force than are seen; None when all was read."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A part of the configuration that was not read, or that the software refuses."""

    why: str
    place: Place


@dataclass(frozen=True, slots=True)
class BurstSeen:
    """The burst that a live look sent to one endpoint."""

    url: str
    sent: int
    statuses: tuple[tuple[int, int], ...]
    """Each status and how often it came, in the order they came first."""
    took_ms: float
    answered_at: int | None = None
    """The number of the request that was answered as promised."""
    why_not: str | None = None
    """Why it could not be sent, or not to the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLimitFact(Fact):
    """The limits of all public locations in a configuration."""

    software: tuple[str, ...]
    """`nginx`, `HAProxy`."""
    locations: tuple[LocationSeen, ...]
    gaps: tuple[Gap, ...] = ()
    bursts: tuple[BurstSeen, ...] | None = None
    """None when nobody looked: a configuration that does not run, or no burst is promised."""
    unseen: str | None = None
    """Why the configuration of a running host could not be had, when only the burst was seen."""
