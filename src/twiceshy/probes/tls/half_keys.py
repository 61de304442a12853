"""The TLS 1.3 key schedule as far as the server's handshake traffic key (RFC 8446, section 7.1)."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305

from twiceshy.probes.tls.record import Aead

_IV_BYTES = 12
_FIRST_BLOCK = b"\x01"
"""HKDF-Expand's counter: one block of output is all that TLS 1.3 asks for here."""


REUSE_SECONDS = 10
"""How long one key share serves for new hellos.

That is safe because the key protects nothing. We never send a byte under it, what servers send
under it is a certificate that anybody may ask them for, and the freshness of their proof rests on
each hello's own random, which their signature covers. A server that meets the same share twice
learns that the same client asked twice, which the address said already.
"""


@dataclass(frozen=True, slots=True)
class KeyShare:
    """Our side of the X25519 key exchange."""

    private: X25519PrivateKey = field(repr=False)
    public: bytes


@lru_cache(maxsize=1)
def key_share(period: int) -> KeyShare:  # noqa: ARG001 - it is the cache's key
    """The key share of a period of `REUSE_SECONDS`, made when it is first asked for."""
    private = X25519PrivateKey.generate()
    return KeyShare(private, private.public_key().public_bytes_raw())


@dataclass(frozen=True, slots=True)
class Suite:
    """A TLS 1.3 cipher suite, with all of its key schedule that is the same every time."""

    hash_name: str
    new_hash: Callable[[bytes], hashlib._Hash]
    aead: Callable[[bytes], Aead]
    key_bytes: int
    derived: bytes
    """`Derive-Secret(Early Secret, "derived", "")` without a PSK."""
    traffic_label: bytes
    """For the server's handshake traffic secret; the transcript's hash and a counter follow."""
    key_label: bytes
    iv_label: bytes


def _label(name: bytes, context_bytes: int, length: int) -> bytes:
    """The HkdfLabel structure up to its context."""
    full = b"tls13 " + name
    return (
        length.to_bytes(2, "big")
        + len(full).to_bytes(1, "big")
        + full
        + context_bytes.to_bytes(1, "big")
    )


def _suite(
    new_hash: Callable[[bytes], hashlib._Hash], key_bytes: int, aead: Callable[[bytes], Aead]
) -> Suite:
    empty = new_hash(b"")
    name, size = empty.name, empty.digest_size
    early = hmac.digest(bytes(size), bytes(size), name)
    derived = _label(b"derived", size, size) + empty.digest() + _FIRST_BLOCK
    return Suite(
        name,
        new_hash,
        aead,
        key_bytes,
        hmac.digest(early, derived, name),
        _label(b"s hs traffic", size, size),
        _label(b"key", 0, key_bytes) + _FIRST_BLOCK,
        _label(b"iv", 0, _IV_BYTES) + _FIRST_BLOCK,
    )


SUITES = MappingProxyType(
    {
        0x1301: _suite(hashlib.sha256, 16, AESGCM),
        0x1302: _suite(hashlib.sha384, 32, AESGCM),
        0x1303: _suite(hashlib.sha256, 32, ChaCha20Poly1305),
    }
)
"""By number: AES-128-GCM, AES-256-GCM and ChaCha20-Poly1305."""


def server_key(suite: Suite, shared: bytes, hellos_hash: bytes) -> tuple[Aead, bytes]:
    """What opens the server's handshake records: the cipher under its key, and the static IV.

    `shared` is the X25519 result, `hellos_hash` the transcript's hash up to the server hello.
    """
    name = suite.hash_name
    handshake = hmac.digest(suite.derived, shared, name)
    traffic = hmac.digest(handshake, suite.traffic_label + hellos_hash + _FIRST_BLOCK, name)
    key = hmac.digest(traffic, suite.key_label, name)[: suite.key_bytes]
    return suite.aead(key), hmac.digest(traffic, suite.iv_label, name)[:_IV_BYTES]
