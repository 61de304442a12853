"""TLS settings for reading certificates: everything that can be read is, and nothing is judged.

`CERT_NONE` leaves the judgement of the chain to us; OpenSSL still verifies the server's signature
over the handshake, so the proof that it holds the key is kept. The security level is lowered
because a SHA-1 or RSA-1024 certificate must be seen to be reported.
"""

from __future__ import annotations

import ssl
from functools import cache

from twiceshy.kinds.certificate.facts import KeyType

_CIPHERS = {
    "any": "DEFAULT@SECLEVEL=0",
    "ecdsa": "aECDSA:!eNULL:@SECLEVEL=0",
    "rsa": "aRSA:!eNULL:!PSK:@SECLEVEL=0",
}
_LEGACY_SERVER_CONNECT = 0x4
"""SSL_OP_LEGACY_SERVER_CONNECT, which `ssl` names from Python 3.12 on."""


@cache
def reading_context(key_type: KeyType) -> ssl.SSLContext:
    """The one context per key type; it keeps no sessions, since a resumed one shows no certificate.

    `ssl` cannot choose TLS 1.3 signature algorithms, so a key type is asked for by TLS 1.2's
    cipher suites.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    if key_type != "any":
        context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.options |= _LEGACY_SERVER_CONNECT
    context.set_ciphers(_CIPHERS[key_type])
    return context
