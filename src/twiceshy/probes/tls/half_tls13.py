"""The TLS 1.3 path: from the server hello to the proof, all of it encrypted (RFC 8446)."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from twiceshy.probes.tls.half_cursor import Cursor, extensions
from twiceshy.probes.tls.half_hello import TLS13, ServerHello
from twiceshy.probes.tls.half_keys import SUITES, server_key
from twiceshy.probes.tls.half_outcome import HalfSeen, malformed, unsupported
from twiceshy.probes.tls.half_signature import prove_key
from twiceshy.probes.tls.record import Aead

_ENCRYPTED_EXTENSIONS, _CERTIFICATE, _CERTIFICATE_REQUEST = 8, 11, 13
_CERTIFICATE_VERIFY, _COMPRESSED_CERTIFICATE = 15, 25
_STATUS_REQUEST = 5
_SIGNED_PREFIX = b" " * 64 + b"TLS 1.3, server CertificateVerify\x00"


class Tls13Path:
    """Follows the server's encrypted flight up to its CertificateVerify."""

    __slots__ = ("_chain", "_extensions_read", "_requested", "_stapled", "_transcript", "opener")

    opener: tuple[Aead, bytes]
    """The cipher and IV that open the records to come."""

    def __init__(
        self, hello: ServerHello, private: X25519PrivateKey, client_hello: bytes, message: bytes
    ) -> None:
        suite = SUITES[hello.suite]
        try:
            shared = private.exchange(X25519PublicKey.from_public_bytes(hello.share))
        except ValueError:
            raise malformed("the server's X25519 key is not one") from None
        self._transcript = suite.new_hash(client_hello + message)
        self.opener = server_key(suite, shared, self._transcript.digest())
        self._extensions_read = False
        self._requested = False
        self._chain: tuple[bytes, ...] = ()
        self._stapled = False

    def take(self, message: bytes) -> HalfSeen | None:
        """Take the next handshake message; what was seen, once the key is proved."""
        kind = message[0]
        if kind == _CERTIFICATE_VERIFY and self._chain:
            return self._proved(message)
        if kind == _ENCRYPTED_EXTENSIONS and not self._extensions_read:
            self._extensions_read = True
        elif kind == _CERTIFICATE_REQUEST and self._before_certificate and not self._requested:
            self._requested = True
        elif kind == _CERTIFICATE and self._before_certificate:
            self._read_chain(message)
        elif kind == _COMPRESSED_CERTIFICATE and self._before_certificate:
            raise unsupported("the server sent its certificate compressed")
        else:
            raise malformed(f"the server sent handshake message {kind} out of turn")
        self._transcript.update(message)
        return None

    @property
    def _before_certificate(self) -> bool:
        return self._extensions_read and not self._chain

    def _read_chain(self, message: bytes) -> None:
        cursor = Cursor(message, 4)
        if cursor.vector(1):
            raise malformed("the server's certificate answers a request that nobody made")
        entries = Cursor(cursor.vector(3))
        cursor.finish()
        chain = []
        while not entries.done:
            chain.append(entries.vector(3))
            block = entries.vector(2)
            if len(chain) == 1 and block:
                self._stapled = _STATUS_REQUEST in extensions(block)
        if not chain or not chain[0]:
            raise malformed("the server sent no certificate")
        self._chain = tuple(chain)

    def _proved(self, message: bytes) -> HalfSeen:
        cursor = Cursor(message, 4)
        scheme, signature = cursor.number(2), cursor.vector(2)
        cursor.finish()
        signed = _SIGNED_PREFIX + self._transcript.digest()
        prove_key(self._chain[0], scheme, signature, signed, TLS13)
        return HalfSeen(self._chain, "TLSv1.3", self._stapled)
