"""The body of an answer, unpacked as it comes, and never more of it than asked for.

A few kilobytes of gzip unpack to gigabytes, so the limit counts what comes out, and unpacking
stops there.
"""

from __future__ import annotations

import zlib

PACKED = frozenset({"gzip", "x-gzip", "deflate"})
PLAIN = frozenset({"", "identity"})
PACKINGS_TAKEN = "gzip, deflate"
"""What the request says it takes (Accept-Encoding)."""

PACKING_OVERHEAD_BYTES = 65_536
"""More than this beyond the limit is packing that unpacks to nothing, for ever."""


class UndecodableBodyError(Exception):
    """The body is not packed in the way its headers say; says how."""


class Body:
    """Takes the bytes as they come and keeps the first `limit_bytes` of what they unpack to."""

    def __init__(self, content_encoding: str, limit_bytes: int) -> None:
        self.content = bytearray()
        self.complete = False
        self._limit_bytes = limit_bytes
        self._packing = content_encoding.strip().lower()
        self._inflater: zlib._Decompress | None = None
        self._beginning = b""
        self._too_long = False
        self._wire_bytes = 0
        if self._packing not in PACKED | PLAIN:
            raise UndecodableBodyError(
                f"the body is packed with {self._packing[:40]!r}, which was not asked for"
            )

    def feed(self, data: bytes) -> bool:
        """Take the next bytes; returns whether more are wanted."""
        self._wire_bytes += len(data)
        if self._packing in PLAIN:
            self._keep(data)
        elif self._wire_bytes > self._limit_bytes + PACKING_OVERHEAD_BYTES:
            self._too_long = True
        else:
            self._inflate(data)
        return not self._too_long

    def finish(self) -> None:
        """The server has sent the whole body."""
        unfinished = self._inflater is not None and not self._inflater.eof
        if not self._too_long and (unfinished or self._beginning):
            raise UndecodableBodyError(f"the {self._packing} body ends in the middle")
        self.complete = not self._too_long

    def _keep(self, data: bytes) -> None:
        room = self._limit_bytes - len(self.content)
        self.content += data[:room]
        self._too_long = self._too_long or len(data) > room

    def _inflate(self, data: bytes) -> None:
        while data and not self._too_long:
            if self._inflater is None:
                data, self._beginning = self._beginning + data, b""
                if len(data) < 2:  # noqa: PLR2004 - two bytes tell the wrappings apart
                    self._beginning = data
                    return
                self._inflater = zlib.decompressobj(self._wrapping(data))
            elif self._inflater.eof:
                if self._packing == "deflate" or not data.startswith(b"\x1f"):
                    return  # padding after the end, which browsers pass over too
                self._inflater = zlib.decompressobj(zlib.MAX_WBITS | 16)
            room = self._limit_bytes - len(self.content)
            try:
                self._keep(self._inflater.decompress(data, room + 1))
            except zlib.error as error:
                raise UndecodableBodyError(
                    f"the body is not {self._packing}, as its headers say ({error})"
                ) from error
            data = self._inflater.unconsumed_tail or self._inflater.unused_data

    def _wrapping(self, data: bytes) -> int:
        if self._packing != "deflate":
            return zlib.MAX_WBITS | 16
        wrapped = data[0] & 0x0F == zlib.DEFLATED and (data[0] << 8 | data[1]) % 31 == 0
        return zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS
