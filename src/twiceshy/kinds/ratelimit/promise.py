"""What a user writes under `promise:` of a ratelimit guard."""

from __future__ import annotations

import re
from dataclasses import dataclass

_RATE = re.compile(r"(\d{1,9})\s*(?:/|\s+per\s+)\s*(second|minute|hour|day|s|m|h|d)", re.IGNORECASE)
_MINUTES = {"s": 1 / 60, "m": 1.0, "h": 60.0, "d": 1440.0}


@dataclass(frozen=True, slots=True)
class Promise:
    """Every public location is limited per client and for the whole server."""

    per_client: bool | str = True
    """Whether the requests of each client are limited; a rate such as `100/minute`: to no more than
    that. `false`: not promised."""
    whole_server: bool | str = True
    """The same for the requests of all clients together."""
    burst_answer: int | None = None
    """The status that a request over the limit is answered with, such as 429. Given, a live look
    also sends a short burst (see `burst_requests`) and waits for this answer. `null`: any refusal
    will do, and nothing is sent."""
    burst_requests: int = 100
    """How many requests a live look sends at most, to each web endpoint of the target, in at most
    five seconds; it stops at the first promised answer."""
    connections_per_client: int | None = None
    """How many connections one client may have at a time; `null`: not promised."""
    servers: tuple[str, ...] = ()
    """The names of the servers (nginx) or frontends (HAProxy) that are promised, whatever they
    listen on; empty: all that other machines get to."""
    except_locations: tuple[str, ...] = ()
    r"""Locations that need no limit, as they are written: `/health`, `= /status`, `~ \.css$`."""
    answers_too: bool = False
    """Whether what is answered before any limit is asked (`return`, redirects) counts too; such
    answers cost next to nothing, so they need no limit otherwise."""
    files: tuple[str, ...] = ()
    """The main files to read, as absolute paths on the host; empty: every one of nginx and HAProxy
    that is found."""

    def __post_init__(self) -> None:
        for name in ("per_client", "whole_server"):
            value = getattr(self, name)
            if isinstance(value, str):
                per_minute_of(value)
        if not (self.per_client or self.whole_server or self.connections_per_client):
            raise ValueError("promise per_client, whole_server or connections_per_client")
        if self.burst_answer is not None and not 400 <= self.burst_answer <= 599:  # noqa: PLR2004 - RFC 9110, 15
            raise ValueError("burst_answer is a status from 400 to 599, such as 429")
        if not 1 <= self.burst_requests <= MOST_REQUESTS:
            raise ValueError(f"burst_requests must be between 1 and {MOST_REQUESTS}")
        if self.connections_per_client is not None and self.connections_per_client < 1:
            raise ValueError("connections_per_client must be at least 1")
        for path in self.files:
            if not path.startswith("/"):
                raise ValueError(f"files holds absolute paths, not {path!r}")

    @property
    def client_per_minute(self) -> float | None:
        """The most requests a client may make in a minute; None when any limit will do."""
        return per_minute_of(self.per_client) if isinstance(self.per_client, str) else None

    @property
    def server_per_minute(self) -> float | None:
        """The most requests of all together in a minute; None when any limit will do."""
        return per_minute_of(self.whole_server) if isinstance(self.whole_server, str) else None


MOST_REQUESTS = 200
"""Of one burst: enough to meet any sensible limit, too few to hurt a server."""


def per_minute_of(text: str) -> float:
    """Requests in a minute, of `100/minute`, `5/second`, `1000 per hour`.

    Raises ValueError with a sentence for the user.
    """
    found = _RATE.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{text!r} is not a rate such as 100/minute")
    return int(found[1]) / _MINUTES[found[2][0].lower()]
