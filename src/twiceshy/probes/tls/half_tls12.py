"""The TLS 1.2 path: certificate in the clear, then signed key exchange parameters (RFC 8422).

Nothing is encrypted and nothing is computed on our side: the signature over both randoms and the
parameters is the proof, and the parameters themselves are never used.
"""

from __future__ import annotations

from twiceshy.probes.tls.half_cursor import Cursor
from twiceshy.probes.tls.half_hello import TLS12, ServerHello
from twiceshy.probes.tls.half_outcome import HalfSeen, malformed, unsupported
from twiceshy.probes.tls.half_signature import prove_key

_CERTIFICATE, _SERVER_KEY_EXCHANGE, _CERTIFICATE_STATUS = 11, 12, 22
_NAMED_CURVE = 3


class Tls12Path:
    """Follows the server's flight up to its ServerKeyExchange."""

    __slots__ = ("_chain", "_randoms", "_stapled")

    def __init__(self, hello: ServerHello, client_random: bytes) -> None:
        self._randoms = client_random + hello.random
        self._chain: tuple[bytes, ...] = ()
        self._stapled = False

    def take(self, message: bytes) -> HalfSeen | None:
        """Take the next handshake message; what was seen, once the key is proved."""
        kind = message[0]
        if kind == _CERTIFICATE and not self._chain:
            self._read_chain(message)
        elif kind == _CERTIFICATE_STATUS and self._chain and not self._stapled:
            self._stapled = True
        elif kind == _SERVER_KEY_EXCHANGE and self._chain:
            return self._proved(message)
        else:
            raise malformed(f"the server sent handshake message {kind} out of turn")
        return None

    def _read_chain(self, message: bytes) -> None:
        cursor = Cursor(message, 4)
        entries = Cursor(cursor.vector(3))
        cursor.finish()
        chain = []
        while not entries.done:
            chain.append(entries.vector(3))
        if not chain or not chain[0]:
            raise malformed("the server sent no certificate")
        self._chain = tuple(chain)

    def _proved(self, message: bytes) -> HalfSeen:
        cursor = Cursor(message, 4)
        if cursor.number(1) != _NAMED_CURVE:
            raise unsupported("the server describes a curve of its own for the key exchange")
        cursor.number(2)
        cursor.vector(1)
        parameters = message[4 : cursor.at]
        scheme, signature = cursor.number(2), cursor.vector(2)
        cursor.finish()
        prove_key(self._chain[0], scheme, signature, self._randoms + parameters, TLS12)
        return HalfSeen(self._chain, "TLSv1.2", self._stapled)
