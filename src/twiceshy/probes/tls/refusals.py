"""Why a TLS handshake failed, in OpenSSL's words and in ours: alerts apart from broken proofs."""

from __future__ import annotations

import ssl
from types import MappingProxyType

from twiceshy.kinds.certificate.facts import Failure, NotServed

_FAILURES = MappingProxyType(
    {
        "TLSV1_UNRECOGNIZED_NAME": Failure.NAME_REFUSED,
        "TLSV1_ALERT_UNRECOGNIZED_NAME": Failure.NAME_REFUSED,
        "BAD_SIGNATURE": Failure.NO_PROOF,
        "BLOCK_TYPE_IS_NOT_01": Failure.NO_PROOF,
        "INVALID_PADDING": Failure.NO_PROOF,
        "WRONG_SIGNATURE_LENGTH": Failure.NO_PROOF,
        "EXCESSIVE_MESSAGE_SIZE": Failure.TOO_LARGE,
        "WRONG_VERSION_NUMBER": Failure.NOT_TLS,
        "SSLV3_ALERT_HANDSHAKE_FAILURE": Failure.NOTHING_IN_COMMON,
        "TLSV1_ALERT_PROTOCOL_VERSION": Failure.VERSION_REFUSED,
        "TLSV1_ALERT_INSUFFICIENT_SECURITY": Failure.NOTHING_IN_COMMON,
        "UNSUPPORTED_PROTOCOL": Failure.VERSION_REFUSED,
        "WRONG_CIPHER_RETURNED": Failure.NOTHING_IN_COMMON,
        "UNKNOWN_CIPHER_RETURNED": Failure.NOTHING_IN_COMMON,
        "BAD_KEY_SHARE": Failure.NOTHING_IN_COMMON,
        "WRONG_CURVE": Failure.NOTHING_IN_COMMON,
        "UNSUPPORTED_ELLIPTIC_CURVE": Failure.NOTHING_IN_COMMON,
    }
)
"""OpenSSL's reasons; an unknown one is an alert when it says so, and else broken TLS."""

_WORDS = MappingProxyType(
    {
        Failure.NAME_REFUSED: "the server says it has no certificate for this name "
        "(alert unrecognized_name)",
        Failure.NO_PROOF: "the server's signature is wrong: it does not hold the key of the "
        "certificate it sends",
        Failure.TOO_LARGE: "the chain is larger than the 100 KB that TLS clients take",
        Failure.NOT_TLS: "the server does not speak TLS",
    }
)


def refusal_of(error: ssl.SSLError) -> NotServed:
    """The failure that an error of OpenSSL stands for, and the words for it."""
    reason = error.reason or ""
    otherwise = Failure.ALERT if "ALERT" in reason else Failure.BROKEN_TLS
    failure = _FAILURES.get(reason, otherwise)
    words = _WORDS.get(failure)
    if words is None:
        said = reason.lower().replace("_", " ") or "no reason given"
        if "alert" in said:
            name = said.removeprefix("sslv3 ").removeprefix("tlsv1 ").removeprefix("tlsv13 ")
            words = f"the server refuses the handshake: {name}"
        else:
            words = f"the TLS handshake fails: {said}"
    return NotServed(failure, words)
