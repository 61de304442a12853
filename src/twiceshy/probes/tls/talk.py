"""A dialog in the clear, without a socket: bytes in, bytes out, an outcome in the end.

A dialog is a generator that asks for what it needs next (a line, so many bytes) and says what to
send; `Talk` feeds it whatever the network brings, so that any bytes can be played to it. Lines and
totals are bounded: a server that talks without end is left.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from enum import Enum, auto

from twiceshy.kinds.certificate.facts import Failure, NotServed

MOST_LINE_BYTES = 4096
MOST_LINES = 200
MOST_PACKET_BYTES = 16 * 1024


@dataclass(frozen=True, slots=True)
class Send:
    """Bytes for the server."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Take:
    """Exactly so many bytes from the server."""

    count: int


class TakeLine(Enum):
    """One line from the server, without its end."""

    LINE = auto()


Need = Send | Take | TakeLine
Dialog = Generator[Need, bytes, None]


class DialogEnded(Exception):
    """The dialog cannot lead to TLS; `farewell` is sent before hanging up."""

    def __init__(self, failure: Failure, detail: str, farewell: bytes = b"") -> None:
        super().__init__(detail)
        self.outcome = NotServed(failure, detail)
        self.farewell = farewell


class Talk:
    """One dialog on its way: feed it what arrives, send what it returns, until it has an outcome."""

    def __init__(self, dialog: Dialog) -> None:
        self._dialog = dialog
        self._buffer = bytearray()
        self._need: Need | None = None
        self.outcome: NotServed | None = None
        """Set when TLS will not come."""
        self.ready = False
        """Set when the server awaits the TLS hello."""

    def start(self) -> bytes:
        """What to send at once, without having heard anything."""
        return self._advance(None)

    def receive(self, data: bytes) -> bytes:
        """Take what arrived; what to send now, which may be nothing."""
        self._buffer += data
        return self._advance(b"")

    def _advance(self, first: bytes | None) -> bytes:
        out = bytearray()
        try:
            if first is None:
                self._need = next(self._dialog)
            while True:
                if isinstance(self._need, Send):
                    out += self._need.data
                    self._need = next(self._dialog)
                    continue
                piece = self._piece()
                if piece is None:
                    return bytes(out)
                self._need = self._dialog.send(piece)
        except StopIteration:
            self._finish()
        except DialogEnded as ended:
            self.outcome = ended.outcome
            out += ended.farewell
        return bytes(out)

    def _finish(self) -> None:
        if self._buffer:
            # Whatever follows in the clear could have been put there by somebody on the way.
            detail = "the server went on in the clear after it had agreed to TLS"
            self.outcome = NotServed(Failure.OTHER_PROTOCOL, detail)
        else:
            self.ready = True

    def _piece(self) -> bytes | None:
        """What the dialog waits for, when it has arrived."""
        if isinstance(self._need, Take):
            count = self._need.count
            if len(self._buffer) < count:
                return None
            piece = bytes(self._buffer[:count])
            del self._buffer[:count]
            return piece
        end = self._buffer.find(b"\n", 0, MOST_LINE_BYTES)
        if end < 0:
            if len(self._buffer) >= MOST_LINE_BYTES:
                raise DialogEnded(
                    Failure.OTHER_PROTOCOL, f"the server sent a line over {MOST_LINE_BYTES} bytes"
                )
            return None
        line = bytes(self._buffer[:end]).rstrip(b"\r")
        del self._buffer[: end + 1]
        return line
