"""What a user writes under `promise:` of a webserver guard."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Promise:
    """Every public listener has sound TLS files, and what runs is what is on disk."""

    certificate_days: int | None = 14
    """The certificate and key of every public listener that speaks TLS exist, belong together,
    bring their chain, are for the names served, and last at least so many days; `null`: TLS files
    are not promised."""
    chain: bool = True
    """Whether the issuer's certificate must stand in the file after the server's own; false for
    an authority whose clients trust the issuer directly."""
    redirect_only: bool = False
    """Whether public listeners without TLS do nothing but redirect to https (and answer
    certificate challenges)."""
    upstream_health_checks: bool | Literal["active"] = False
    """Whether every server behind this one is checked. `true`: HAProxy's `check`, or what nginx
    does by itself when a request fails (`max_fails`, the only way its open edition has);
    `active`: only checks that do not wait for a user's request to fail."""
    backends_at_least: int = 1
    """How many servers each upstream must have that are not `down`, `disabled` or `backup`."""
    running_is_on_disk: bool = True
    """Live only: the files pass the server's own test, and its workers are younger than every
    file they have read."""
    served_is_configured: bool = True
    """Live only: each public listener serves the certificate that its file holds."""
    servers: tuple[str, ...] = ()
    """The names of the servers (nginx) or frontends (HAProxy) whose listeners are promised,
    whatever they listen on; empty: all listeners that other machines get to."""
    files: tuple[str, ...] = ()
    """The main files to read, as absolute paths on the host; empty: every one of nginx and HAProxy
    that is found."""

    def __post_init__(self) -> None:
        if self.certificate_days is not None and not 0 <= self.certificate_days <= 3650:  # noqa: PLR2004 - ten years
            raise ValueError("certificate_days must be between 0 and 3650")
        if not 1 <= self.backends_at_least <= 1000:  # noqa: PLR2004 - more stand behind no balancer
            raise ValueError("backends_at_least must be between 1 and 1000")
        for path in self.files:
            if not path.startswith("/"):
                raise ValueError(f"files holds absolute paths, not {path!r}")

    @property
    def asks_of_upstreams(self) -> bool:
        """Whether the servers behind this one are promised anything."""
        return bool(self.upstream_health_checks) or self.backends_at_least > 1
