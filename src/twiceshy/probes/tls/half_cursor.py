"""Reading the length-prefixed fields that TLS messages are made of (RFC 8446, section 3)."""

from __future__ import annotations

from twiceshy.probes.tls.half_outcome import malformed


class Cursor:
    """A place in a message; every step raises HandshakeFault when the message is too short."""

    __slots__ = ("_at", "_data", "_end")

    def __init__(self, data: bytes, start: int = 0) -> None:
        self._data = data
        self._at = start
        self._end = len(data)

    @property
    def done(self) -> bool:
        """Whether everything was read."""
        return self._at >= self._end

    @property
    def at(self) -> int:
        """How many bytes were read."""
        return self._at

    def take(self, count: int) -> bytes:
        """The next `count` bytes."""
        start = self._at
        end = start + count
        if end > self._end:
            raise malformed("a handshake message of the server is cut short")
        self._at = end
        return self._data[start:end]

    def number(self, width: int) -> int:
        """The next `width` bytes as an unsigned number."""
        return int.from_bytes(self.take(width), "big")

    def vector(self, width: int) -> bytes:
        """A field that is preceded by its length in `width` bytes."""
        start = self._at + width
        end = start + int.from_bytes(self._data[self._at : start], "big")
        if end > self._end:
            raise malformed("a handshake message of the server is cut short")
        self._at = end
        return self._data[start:end]

    def finish(self) -> None:
        """Raises HandshakeFault when something is left over."""
        if self._at != self._end:
            raise malformed("a handshake message of the server has bytes left over")


def extensions(block: bytes) -> dict[int, bytes]:
    """Extension number to content; raises HandshakeFault on a repeated or cut one."""
    found: dict[int, bytes] = {}
    at, size = 0, len(block)
    while at < size:
        number = int.from_bytes(block[at : at + 2], "big")
        start = at + 4
        at = start + int.from_bytes(block[at + 2 : start], "big")
        if at > size:
            raise malformed("a handshake message of the server is cut short")
        if number in found:
            raise malformed("the server sent the same extension twice")
        found[number] = block[start:at]
    return found
