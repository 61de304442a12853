"""The TLS 1.3 key schedule as far as the server's handshake traffic key (RFC 8446, section 7.1)."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType

from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305

from twiceshy.probes.tls.record import Aead

_IV_BYTES = 12


@dataclass(frozen=True, slots=True)
class Suite:
    """A TLS 1.3 cipher suite."""

    hash_name: str
    hash_bytes: int
    key_bytes: int
    aead: Callable[[bytes], Aead]
    derived: bytes
    """`Derive-Secret(Early Secret, "derived", "")`: the same for every handshake without a PSK."""


def expand_label(secret: bytes, label: bytes, context: bytes, length: int, hash_name: str) -> bytes:
    """HKDF-Expand-Label for at most one block of output, which is all that TLS 1.3 asks for here."""
    full = b"tls13 " + label
    info = (
        length.to_bytes(2, "big")
        + len(full).to_bytes(1, "big")
        + full
        + len(context).to_bytes(1, "big")
        + context
        + b"\x01"
    )
    return hmac.digest(secret, info, hash_name)[:length]


def _suite(hash_name: str, key_bytes: int, aead: Callable[[bytes], Aead]) -> Suite:
    empty = hashlib.new(hash_name)
    size = empty.digest_size
    early = hmac.digest(bytes(size), bytes(size), hash_name)
    derived = expand_label(early, b"derived", empty.digest(), size, hash_name)
    return Suite(hash_name, size, key_bytes, aead, derived)


SUITES = MappingProxyType(
    {
        0x1301: _suite("sha256", 16, AESGCM),
        0x1302: _suite("sha384", 32, AESGCM),
        0x1303: _suite("sha256", 32, ChaCha20Poly1305),
    }
)
"""By number: AES-128-GCM, AES-256-GCM and ChaCha20-Poly1305."""


def server_key(suite: Suite, shared: bytes, hellos_hash: bytes) -> tuple[Aead, bytes]:
    """What opens the server's handshake records: the cipher under its key, and the static IV.

    `shared` is the X25519 result, `hellos_hash` the transcript's hash up to the server hello.
    """
    name = suite.hash_name
    handshake = hmac.digest(suite.derived, shared, name)
    traffic = expand_label(handshake, b"s hs traffic", hellos_hash, suite.hash_bytes, name)
    key = expand_label(traffic, b"key", b"", suite.key_bytes, name)
    return suite.aead(key), expand_label(traffic, b"iv", b"", _IV_BYTES, name)
