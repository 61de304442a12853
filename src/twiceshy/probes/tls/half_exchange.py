"""A half handshake without a wire: bytes in, bytes out, an outcome in the end.

The client never sends more than its hello, so nothing is ever encrypted by us and no session
comes to be: the server's signature is checked, and the conversation ends.
"""

from __future__ import annotations

from collections.abc import Callable

from twiceshy.probes.tls.half_hello import (
    RANDOM_BYTES,
    SERVER_HELLO,
    TLS13,
    Offer,
    client_hello,
    read_server_hello,
)
from twiceshy.probes.tls.half_keys import KeyShare
from twiceshy.probes.tls.half_outcome import (
    Failure,
    HalfFailed,
    HalfSeen,
    HandshakeFault,
    alert_fault,
    malformed,
)
from twiceshy.probes.tls.half_tls12 import Tls12Path
from twiceshy.probes.tls.half_tls13 import Tls13Path
from twiceshy.probes.tls.record import (
    ALERT,
    CHANGE_CIPHER_SPEC,
    HANDSHAKE,
    MessageReader,
    RecordReader,
)


class HalfExchange:
    """One half handshake: send `hello`, then feed `receive` until it gives an outcome."""

    __slots__ = (
        "_hello",
        "_messages",
        "_offer",
        "_path",
        "_random",
        "_records",
        "_session_id",
        "_share",
    )

    def __init__(self, offer: Offer, random_bytes: Callable[[int], bytes], share: KeyShare) -> None:
        """`random_bytes` makes the hello's random, which has to be fresh every time."""
        self._offer = offer
        self._share = share
        tls13 = offer.with_tls13
        self._random = random_bytes(RANDOM_BYTES)
        self._session_id = random_bytes(RANDOM_BYTES) if tls13 else b""
        self._hello = client_hello(
            offer,
            random=self._random,
            session_id=self._session_id,
            share=share.public if tls13 else b"",
        )
        self._records = RecordReader()
        self._messages = MessageReader()
        self._path: Tls12Path | Tls13Path | None = None

    @property
    def hello(self) -> bytes:
        """The one record that we send."""
        return b"\x16\x03\x01" + len(self._hello).to_bytes(2, "big") + self._hello

    def receive(self, data: bytes) -> HalfSeen | HalfFailed | None:
        """Take what the server sent; None until the outcome is clear."""
        try:
            self._records.feed(data)
            while (record := self._records.take()) is not None:
                kind, payload = record
                if kind == HANDSHAKE:
                    seen = self._take_messages(self._messages.split(payload))
                    if seen is not None:
                        return seen
                else:
                    self._take_other(kind, payload)
        except HandshakeFault as fault:
            return fault.failed
        return None

    def closed(self) -> HalfFailed:
        """The outcome when the server ends the connection here."""
        if self._path is None:
            return HalfFailed("the server closed the connection after our hello", Failure.CLOSED)
        return HalfFailed("the server closed the connection mid-handshake", Failure.CLOSED)

    def _take_messages(self, messages: list[bytes]) -> HalfSeen | None:
        for message in messages:
            if self._path is not None:
                seen = self._path.take(message)
                if seen is not None:
                    return seen
            else:
                self._begin(message, alone=len(messages) == 1 and self._messages.empty)
        return None

    def _begin(self, message: bytes, *, alone: bool) -> None:
        """Take the server hello; `alone` says that nothing else came in its record."""
        if message[0] != SERVER_HELLO:
            raise malformed("the server did not begin with a server hello")
        hello = read_server_hello(message, self._offer, self._session_id)
        if hello.version != TLS13:
            self._path = Tls12Path(hello, self._random)
            return
        if not alone:
            # Keys change here, so nothing of the old ones may be left (RFC 8446, 5.1).
            raise malformed("the server sent plain text where TLS 1.3 encrypts")
        self._path = path = Tls13Path(hello, self._share.private, self._hello, message)
        self._records.open_with(*path.opener)

    def _take_other(self, kind: int, payload: bytes) -> None:
        if kind == ALERT:
            fault = alert_fault(payload, encrypted=self._records.encrypted)
            if fault is not None:
                raise fault
        elif kind != CHANGE_CIPHER_SPEC or not isinstance(self._path, Tls13Path):
            raise malformed("the server sent a record out of turn")
