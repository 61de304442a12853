"""What a user writes under `promise:` of an http guard."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

LONGEST_CHAIN = 20
"""Browsers give up at twenty redirects."""
LARGEST_BODY_KB = 65_536
LONGEST_WAIT_MS = 3_600_000

_CLASS = re.compile(r"[1-5]xx")
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_SECRET_NAME = re.compile(r"authorization|cookie|token|secret|password|api-?key", re.IGNORECASE)
_SECRET_SOURCE = re.compile(r"(env:[A-Za-z_][A-Za-z0-9_]*|file:.+)")
_NEVER_KEPT = frozenset({"set-cookie", "set-cookie2", "authorization", "proxy-authorization"})
_SET_BY_THE_PROBE = frozenset(
    {"host", "content-length", "transfer-encoding", "connection", "accept-encoding", "upgrade"}
)


@dataclass(frozen=True, slots=True)
class Promise:
    """A request answers as it should, in time, at every address behind the name."""

    status: int | str | tuple[int | str, ...] = ()
    """The status that is right: `200`, a class such as `2xx`, or a list of both. Left out: any 2xx
    at the end of the redirects; any 3xx with `redirect_to`; 2xx or 3xx with `follow: 0`."""
    contains: str | tuple[str, ...] = ()
    """Text, or a list of texts, that must be in the body."""
    not_contains: str | tuple[str, ...] = ()
    """Text, or a list of texts, that must not be in the body."""
    has_headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Headers the answer must carry, with exactly these values."""
    redirect_to: str | None = None
    """The first answer must be a redirect to this URL, which is then not followed."""
    follow: int = 5
    """How many redirects to follow; one more is a broken promise."""
    within_ms: int | None = 5000
    """How long the whole answer may take at each address, redirects included, in milliseconds;
    `null` for as long as the look may take."""
    method: Literal["GET", "HEAD"] = "GET"
    """The request: GET, or HEAD to leave the body out."""
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Headers to send. A value that starts with `env:` or `file:` is read from there and never
    shown; those that carry secrets (Authorization, Cookie, ...) can be written no other way."""
    max_body_kb: int = 1024
    """How much of the body is read, unpacked, in KiB."""
    every_address: bool = True
    """Whether each A and AAAA address has to keep the promise; false: one of them is enough."""
    verify: bool = True
    """Whether the server's certificate has to be valid for the name."""
    roots: str = "system"
    """The trusted roots: `system`, or the path of a PEM file (relative to the estate file)."""

    def __post_init__(self) -> None:
        for wanted in self.statuses:
            _check_status(wanted)
        if not all((*self.texts, *self.forbidden_texts)):
            raise ValueError("contains and not_contains must not hold an empty text")
        if self.method == "HEAD" and (self.texts or self.forbidden_texts):
            raise ValueError("contains and not_contains need a body: use method GET")
        _check_range("follow", self.follow, 0, LONGEST_CHAIN)
        _check_range("within_ms", self.within_ms, 1, LONGEST_WAIT_MS)
        _check_range("max_body_kb", self.max_body_kb, 1, LARGEST_BODY_KB)
        if not self.roots:
            raise ValueError("roots must be `system` or the path of a PEM file")
        for name in self.has_headers:
            if is_credential(name):
                raise ValueError(f"the header {name} is never recorded: promise another one")
        for name, value in self.headers.items():
            _check_sent_header(name, value)

    @property
    def statuses(self) -> tuple[int | str, ...]:
        """The right statuses as a tuple, the default filled in."""
        if isinstance(self.status, int | str):
            return (self.status,)
        if self.status:
            return self.status
        if self.redirect_to is not None:
            return ("3xx",)
        return ("2xx",) if self.follow else ("2xx", "3xx")

    @property
    def texts(self) -> tuple[str, ...]:
        """`contains` as a tuple."""
        return (self.contains,) if isinstance(self.contains, str) else self.contains

    @property
    def forbidden_texts(self) -> tuple[str, ...]:
        """`not_contains` as a tuple."""
        return (self.not_contains,) if isinstance(self.not_contains, str) else self.not_contains

    @property
    def hops(self) -> int:
        """How many redirects the probe follows."""
        return 0 if self.redirect_to is not None else self.follow

    def accepts(self, status: int) -> bool:
        """Whether `status` is one of the right ones."""
        return any(wanted in {status, f"{status // 100}xx"} for wanted in self.statuses)


def is_secret_source(value: str) -> bool:
    """Whether a header's value says where the secret is kept, instead of being the value."""
    return _SECRET_SOURCE.fullmatch(value) is not None


def is_credential(header: str) -> bool:
    """Whether an answer's header lets somebody in, and is therefore never recorded."""
    return header.lower() in _NEVER_KEPT


def _check_range(name: str, value: int | None, least: int, most: int) -> None:
    if value is not None and not least <= value <= most:
        raise ValueError(f"{name} must be between {least} and {most}")


def _check_status(wanted: int | str) -> None:
    if isinstance(wanted, str) and _CLASS.fullmatch(wanted):
        return
    if isinstance(wanted, int) and 100 <= wanted <= 599:  # noqa: PLR2004 - RFC 9110, 15
        return
    raise ValueError(f"status {wanted!r} is neither a number from 100 to 599 nor a class like 2xx")


def _check_sent_header(name: str, value: str) -> None:
    if not _TOKEN.fullmatch(name):
        raise ValueError(f"{name!r} cannot be the name of a header")
    if name.lower() in _SET_BY_THE_PROBE:
        raise ValueError(f"the header {name} is set by the request itself")
    if is_secret_source(value):
        return
    if _SECRET_NAME.search(name):
        raise ValueError(f"the header {name} carries a secret: write env:NAME or file:PATH")
    if not (value.isascii() and value.isprintable()):
        raise ValueError(f"the value of the header {name} must be printable ASCII")
