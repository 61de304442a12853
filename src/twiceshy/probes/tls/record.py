"""The record layer, reading side: a byte stream in, records and handshake messages out.

Everything is bounded: a record by its length field, a message and the whole conversation by
`LIMIT_BYTES`. Work grows with the bytes received, however small the pieces they arrive in.
"""

from __future__ import annotations

from typing import Protocol

from cryptography.exceptions import InvalidTag

from twiceshy.probes.tls.half_outcome import Failure, HandshakeFault, malformed

CHANGE_CIPHER_SPEC, ALERT, HANDSHAKE, APPLICATION_DATA = 20, 21, 22, 23

CHAIN_LIMIT_BYTES = 256 * 1024
"""More than any chain that a client accepts."""
LIMIT_BYTES = CHAIN_LIMIT_BYTES + 64 * 1024
"""All that a server may send until its key is proved."""

_HEADER_BYTES = 5
_MESSAGE_HEADER_BYTES = 4
_PLAIN_LIMIT_BYTES = 1 << 14
_SEALED_LIMIT_BYTES = _PLAIN_LIMIT_BYTES + 256
_TLS_MAJOR = 3


class Aead(Protocol):
    """AES-GCM or ChaCha20-Poly1305 of the `cryptography` package."""

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes:
        """The plain text; raises InvalidTag."""
        ...


class RecordReader:
    """Cuts records out of a stream, and opens them once it was handed a key."""

    __slots__ = ("_aead", "_at", "_buffer", "_iv", "_received", "_sequence")

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._at = 0
        """How much of the buffer was taken."""
        self._received = 0
        self._aead: Aead | None = None
        self._iv = 0
        self._sequence = 0

    @property
    def encrypted(self) -> bool:
        """Whether a key was handed in."""
        return self._aead is not None

    def feed(self, data: bytes) -> None:
        """Take what the network brought; raises HandshakeFault beyond `LIMIT_BYTES`."""
        self._received += len(data)
        if self._received > LIMIT_BYTES:
            raise malformed(f"the server sent more than {LIMIT_BYTES // 1024} KiB in its handshake")
        del self._buffer[: self._at]
        self._at = 0
        self._buffer += data

    def open_with(self, aead: Aead, iv: bytes) -> None:
        """From the next record on, records are encrypted under this key."""
        self._aead = aead
        self._iv = int.from_bytes(iv, "big")

    def take(self) -> tuple[int, bytes] | None:
        """The next record's type and plain content; None until more bytes are there."""
        buffer, at = self._buffer, self._at
        size = len(buffer) - at
        if size == 0:
            return None
        kind = buffer[at]
        if not CHANGE_CIPHER_SPEC <= kind <= APPLICATION_DATA or (
            size > 1 and buffer[at + 1] != _TLS_MAJOR
        ):
            raise malformed("what the server sent is not TLS")
        if size < _HEADER_BYTES:
            return None
        start = at + _HEADER_BYTES
        length = buffer[at + 3] << 8 | buffer[at + 4]
        if length > _SEALED_LIMIT_BYTES:
            raise malformed("the server sent a TLS record longer than TLS allows")
        end = start + length
        if len(buffer) < end:
            return None
        self._at = end
        body = bytes(buffer[start:end])
        if self._aead is None or kind == CHANGE_CIPHER_SPEC:
            return kind, body
        if kind != APPLICATION_DATA:
            return self._plain_after_keys(kind, body)
        return self._open(self._aead, bytes(buffer[at:start]), body)

    def _plain_after_keys(self, kind: int, body: bytes) -> tuple[int, bytes]:
        """A server that could not read our hello to its end may still alert in the clear."""
        if kind == ALERT:
            return kind, body
        raise malformed("the server sent plain text where TLS 1.3 encrypts")

    def _open(self, aead: Aead, header: bytes, body: bytes) -> tuple[int, bytes]:
        nonce = (self._iv ^ self._sequence).to_bytes(12, "big")
        self._sequence += 1
        try:
            inner = aead.decrypt(nonce, body, header).rstrip(b"\0")
        except (InvalidTag, ValueError):
            # ValueError: shorter than a tag.
            raise HandshakeFault(
                "the server's answer is not sealed for our hello: it proves no key",
                Failure.BAD_SIGNATURE,
            ) from None
        if not inner:
            raise malformed("the server sent an encrypted record without a type")
        return inner[-1], inner[:-1]


class MessageReader:
    """Joins records into handshake messages."""

    __slots__ = ("_buffer",)

    def __init__(self) -> None:
        self._buffer = bytearray()

    @property
    def empty(self) -> bool:
        """Whether no part of a message is waiting; must hold where keys change (RFC 8446, 5.1)."""
        return not self._buffer

    def split(self, payload: bytes) -> list[bytes]:
        """Take a handshake record's content; the messages complete by now, with their headers."""
        if not payload:
            raise malformed("the server sent an empty handshake record")
        waiting = self._buffer
        if not waiting and int.from_bytes(payload[1:4], "big") == len(payload) - 4:
            # As nearly every server sends it: one message, and all of it.
            return [payload]
        waiting += payload
        found = []
        at, size = 0, len(waiting)
        while at + _MESSAGE_HEADER_BYTES <= size:
            start = at + _MESSAGE_HEADER_BYTES
            end = start + int.from_bytes(waiting[at + 1 : start], "big")
            if end - start > CHAIN_LIMIT_BYTES:
                raise malformed(
                    f"the server announced a message of more than {CHAIN_LIMIT_BYTES // 1024} KiB"
                )
            if end > size:
                break
            found.append(bytes(waiting[at:end]))
            at = end
        del waiting[:at]
        return found
