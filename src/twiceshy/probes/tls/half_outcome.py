"""What a half handshake ends in: a chain whose key was proved, or a reason with a code."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Failure(StrEnum):
    """Why a half handshake gave no chain; every one of them is settled by a full handshake."""

    UNSUPPORTED = "unsupported"
    """It would take something that only a full TLS client speaks; says nothing about the server."""
    ALERT = "alert"
    """The server answered with a fatal alert; `HalfFailed.alert` has its name."""
    BAD_SIGNATURE = "bad_signature"
    """The server did not prove that it has the key of the certificate it sent: its signature is
    wrong, or its answer is not sealed for our hello, as a replayed one is not."""
    TIMED_OUT = "timed_out"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    CLOSED = "closed"
    """The server ended the connection before it had proved its key."""
    MALFORMED = "malformed"
    """What came is not TLS, or breaks its rules, or is more than anybody would send."""
    STARTTLS = "starttls"
    """The conversation before TLS failed, or TLS was not offered in it."""


@dataclass(frozen=True, slots=True)
class HalfSeen:
    """A certificate chain, and proof that the server holds the first certificate's key."""

    chain_der: tuple[bytes, ...]
    """As sent, leaf first, at least one; not verified beyond the leaf's key."""
    tls_version: str
    """`TLSv1.3` or `TLSv1.2`, in the words of the standard library's `ssl`."""
    stapled: bool
    """An OCSP answer came with the leaf."""


@dataclass(frozen=True, slots=True)
class HalfFailed:
    """No chain, and why."""

    why: str
    """One sentence for a person."""
    code: Failure
    alert: str | None = None
    """The alert's name (RFC 8446, section 6), when one was received; codes ALERT or UNSUPPORTED."""


class HandshakeFault(Exception):
    """Ends a half handshake from within; never leaves this package."""

    def __init__(self, why: str, code: Failure, alert: str | None = None) -> None:
        super().__init__(why)
        self.failed = HalfFailed(why, code, alert)


def malformed(why: str) -> HandshakeFault:
    """What came breaks the rules of TLS."""
    return HandshakeFault(why, Failure.MALFORMED)


def unsupported(why: str) -> HandshakeFault:
    """What came is fine, but only a full TLS client can go on from it."""
    return HandshakeFault(why, Failure.UNSUPPORTED)


ALERTS = MappingProxyType(
    {
        0: "close_notify",
        10: "unexpected_message",
        20: "bad_record_mac",
        21: "decryption_failed",
        22: "record_overflow",
        30: "decompression_failure",
        40: "handshake_failure",
        42: "bad_certificate",
        43: "unsupported_certificate",
        44: "certificate_revoked",
        45: "certificate_expired",
        46: "certificate_unknown",
        47: "illegal_parameter",
        48: "unknown_ca",
        49: "access_denied",
        50: "decode_error",
        51: "decrypt_error",
        60: "export_restriction",
        70: "protocol_version",
        71: "insufficient_security",
        80: "internal_error",
        86: "inappropriate_fallback",
        90: "user_canceled",
        100: "no_renegotiation",
        109: "missing_extension",
        110: "unsupported_extension",
        112: "unrecognized_name",
        113: "bad_certificate_status_response",
        115: "unknown_psk_identity",
        116: "certificate_required",
        120: "no_application_protocol",
    }
)
"""Alert number to name (RFC 5246, RFC 8446, RFC 7301)."""

NOTHING_IN_COMMON = frozenset({"handshake_failure", "protocol_version", "insufficient_security"})
"""Alerts that say our short offer did not suit the server: a full client offers more."""

_CLOSE_NOTIFY, _USER_CANCELED, _WARNING = 0, 90, 1


def alert_fault(payload: bytes, *, encrypted: bool) -> HandshakeFault | None:
    """The fault an alert record means; None for a warning that a client passes over."""
    if len(payload) != 2:  # noqa: PLR2004 - level and number
        return malformed("the server sent an alert of the wrong length")
    level, number = payload
    if number in (_CLOSE_NOTIFY, _USER_CANCELED):
        return HandshakeFault("the server closed the TLS session", Failure.CLOSED)
    if level == _WARNING and not encrypted:
        return None
    name = ALERTS.get(number, f"alert_{number}")
    code = Failure.UNSUPPORTED if name in NOTHING_IN_COMMON else Failure.ALERT
    return HandshakeFault(f"the server answered with the alert {name}", code, name)
