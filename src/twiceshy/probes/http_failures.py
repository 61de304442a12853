"""What an exception from the network, TLS or HTTP says, as a code and in words."""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterator
from types import MappingProxyType

from twiceshy.kinds.http.facts import Failed, Failure, Phase
from twiceshy.kinds.http.read import printable
from twiceshy.probes.connecting import Trouble, trouble_of

_BY_VERIFY_CODE = MappingProxyType(
    {
        9: (Failure.TLS_NOT_YET_VALID, "the certificate is not valid yet"),
        10: (Failure.TLS_EXPIRED, "the certificate, or one above it, has expired"),
        18: (Failure.TLS_UNTRUSTED, "the certificate is self-signed"),
        19: (Failure.TLS_UNTRUSTED, "the chain ends in a root that is not trusted"),
        20: (Failure.TLS_UNTRUSTED, "the issuer is not trusted, or the chain is not complete"),
        21: (Failure.TLS_UNTRUSTED, "the issuer is not trusted, or the chain is not complete"),
        62: (Failure.TLS_WRONG_NAME, "the certificate is not for this name"),
        64: (Failure.TLS_WRONG_NAME, "the certificate is not for this IP address"),
    }
)
"""X509_V_ERR_... of OpenSSL (openssl/x509_vfy.h)."""
_NOT_TLS = frozenset({"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "PACKET_LENGTH_TOO_LONG"})
_ALERT = re.compile(r"(TLSV1|TLSV13|SSLV3)_(ALERT_)?")
"""How OpenSSL begins the reasons that are an alert of the other side."""
_HEADERS_TOO_LARGE = 431
"""The status with which h11 would refuse such headers (RFC 6585)."""
_DEEPEST = 16


def failed_by(error: BaseException, phase: Phase, url: str) -> Failed:
    """Tell what went wrong during `phase` of the request for `url`."""
    code, why = _told(tuple(_chain(error)), phase)
    return Failed(code, phase, why, url)


def _told(chain: tuple[BaseException, ...], phase: Phase) -> tuple[Failure, str]:
    for error in chain:
        if isinstance(error, ssl.SSLCertVerificationError):
            return _refused_certificate(error)
        if isinstance(error, ssl.SSLError):
            return _handshake(error, phase)
    for error in chain:
        if isinstance(error, OSError) and error.errno is not None:
            return _by_errno(error, phase)
        if getattr(error, "error_status_hint", None) == _HEADERS_TOO_LARGE:
            return Failure.TOO_LARGE, "the headers are larger than any client takes"
    return _by_name(chain, phase)


def _by_name(chain: tuple[BaseException, ...], phase: Phase) -> tuple[Failure, str]:
    """By the names of exceptions that anyio and httpcore have, which httpx does not hand on."""
    names = {type(error).__name__ for error in chain}
    if "EndOfStream" in names or _ended_early(chain):
        return Failure.CLOSED, f"the server closed the connection {_DURING[phase]}"
    if names & {"BrokenResourceError", "ClosedResourceError", "ReadError", "WriteError"}:
        return Failure.RESET, f"the connection was cut {_DURING[phase]}"
    if phase in {Phase.CONNECT, Phase.RESOLVE}:
        return Failure.CANNOT_LOOK, f"this host could not connect ({_first_words(chain)})"
    return Failure.PROTOCOL, f"the answer is not HTTP ({_first_words(chain)})"


_DURING = MappingProxyType(
    {
        Phase.RESOLVE: "during the look-up",
        Phase.CONNECT: "while connecting",
        Phase.TLS: "during the TLS handshake",
        Phase.REQUEST: "before it answered",
        Phase.ANSWER: "before it answered",
        Phase.BODY: "in the middle of the body",
    }
)


def _ended_early(chain: tuple[BaseException, ...]) -> bool:
    return any(
        "disconnected" in str(error) or "peer closed" in str(error)
        for error in chain
        if type(error).__name__ == "RemoteProtocolError"
    )


def _refused_certificate(error: ssl.SSLCertVerificationError) -> tuple[Failure, str]:
    known = _BY_VERIFY_CODE.get(error.verify_code)
    return known or (Failure.TLS_INVALID, f"the certificate is refused: {error.verify_message}")


def _handshake(error: ssl.SSLError, phase: Phase) -> tuple[Failure, str]:
    reason = error.reason or ""
    if isinstance(error, ssl.SSLEOFError) or reason == "UNEXPECTED_EOF_WHILE_READING":
        return Failure.CLOSED, f"the server closed the connection {_DURING[phase]}"
    if reason in _NOT_TLS and phase is Phase.TLS:
        return Failure.TLS_NOT_SPOKEN, "what answers there does not speak TLS"
    words = _ALERT.sub("", reason).replace("_", " ").lower() or "no reason given"
    if _ALERT.match(reason):
        return Failure.TLS_ALERT, f"the server refuses the TLS handshake: {words}"
    return Failure.TLS_FAILED, f"TLS failed: {words}"


def _by_errno(error: OSError, phase: Phase) -> tuple[Failure, str]:
    trouble, why = trouble_of(error)
    if trouble is Trouble.CANNOT_LOOK and phase not in {Phase.CONNECT, Phase.RESOLVE}:
        return Failure.RESET, f"the connection broke {_DURING[phase]}"
    return Failure(trouble.value), why


def _first_words(chain: tuple[BaseException, ...]) -> str:
    said = next((str(error) for error in chain if str(error)), type(chain[0]).__name__)
    return printable(said)[:100]


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The exception and those it came from, the outermost first."""
    current: BaseException | None = error
    for _ in range(_DEEPEST):
        if current is None:
            return
        yield current
        current = current.__cause__ or current.__context__
