"""IP packets as values: written to bytes, read back from what arrived, with a number inside.

Every packet carries `MAGIC` and its own number after its headers, so that it is known again behind
a firewall that rewrote its addresses, and inside an ICMP error that quotes it.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

MAGIC = b"2xSh"
TCP, UDP, UDPLITE, SCTP, ICMP4, ICMP6 = 6, 17, 136, 132, 1, 58
WITH_PORTS = frozenset({TCP, UDP, UDPLITE, SCTP})
SYN, ACK, RST, FIN, PSH, URG = 2, 16, 4, 1, 8, 32
ECHO = {4: (8, 0), 6: (128, 129)}
"""ICMP types of an echo request and its reply, by IP version."""
UNREACHABLE = {4: 3, 6: 1}
"""ICMP type `destination unreachable`, by IP version."""
SEQUENCE_SHIFT = 10
"""A TCP segment's sequence number is its number, so shifted: a reset that answers it acknowledges
that plus what it carries. So numbers begin at 1 and end below 2^22."""
OPTIONS6 = 60
"""Next header value of IPv6 destination options."""


@dataclass(frozen=True, slots=True)
class Datagram:
    """The header fields a packet filter may ask about; addresses are whole numbers."""

    family: int
    saddr: int
    daddr: int
    proto: int
    sport: int = 0
    """Source port; the identifier of an ICMP echo."""
    dport: int = 0
    icmp: int = 0
    """`type << 8 | code`."""
    flags: int = SYN
    """Of a TCP segment."""
    ttl: int = 64
    dscp: int = 0
    padding: int = 0
    """Bytes of payload behind the number."""
    offset: int = 0
    """Fragment offset in units of eight bytes; above 0 there is no header after IP."""
    more_fragments: bool = False
    quoted: Datagram | None = None
    """What an ICMP error quotes; the quotation carries the error's own number."""
    options: bool = False
    """IPv6: whether a header with destination options stands before the last one."""

    @property
    def length(self) -> int:
        """Bytes on the wire, from the IP header on."""
        return len(self.encode(0))

    def encode(self, number: int) -> bytes:
        """The packet, beginning with its IP header."""
        tail = MAGIC + struct.pack("!I", number) + bytes(self.padding)
        body = tail if self.offset else self._body(tail, number)
        if self.family == 4:
            fragment = self.offset | (0x2000 if self.more_fragments else 0)
            head = struct.pack(
                "!BBHHHBBH4s4s",
                0x45,
                self.dscp << 2,
                20 + len(body),
                number & 0xFFFF,
                fragment,
                self.ttl,
                self.proto,
                0,
                self.saddr.to_bytes(4, "big"),
                self.daddr.to_bytes(4, "big"),
            )
            return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + body
        following = self.proto
        if self.options:
            body = struct.pack("!BBHI", self.proto, 0, 0x0104, 0) + body
            following = OPTIONS6
        return (
            struct.pack(
                "!IHBB16s16s",
                6 << 28 | self.dscp << 22,
                len(body),
                following,
                self.ttl,
                self.saddr.to_bytes(16, "big"),
                self.daddr.to_bytes(16, "big"),
            )
            + body
        )

    def _body(self, tail: bytes, number: int) -> bytes:  # noqa: PLR0911 - a line per protocol
        proto = self.proto
        if proto == TCP:
            sequence = number << SEQUENCE_SHIFT
            head = struct.pack(
                "!HHIIBBHHH", self.sport, self.dport, sequence, 0, 0x50, self.flags, 1024, 0, 0
            )
            return self._summed(head + tail, 16)
        if proto == UDP:
            size = 8 + len(tail)
            return self._summed(struct.pack("!HHHH", self.sport, self.dport, size, 0) + tail, 6)
        if proto == UDPLITE:
            return self._summed(struct.pack("!HHHH", self.sport, self.dport, 0, 0) + tail, 6)
        if proto == SCTP:
            return self._sctp(tail)
        if proto in {ICMP4, ICMP6}:
            head = struct.pack("!HHHH", self.icmp, 0, self.sport, 1)
            if self.quoted is not None:
                head = struct.pack("!HHI", self.icmp, 0, 0)
                tail = self.quoted.encode(number)
            if proto == ICMP4:
                whole = head + tail
                return whole[:2] + struct.pack("!H", checksum(whole)) + whole[4:]
            return self._summed(head + tail, 2)
        return tail

    def _summed(self, body: bytes, at: int) -> bytes:
        size = 4 if self.family == 4 else 16
        pseudo = (
            self.saddr.to_bytes(size, "big")
            + self.daddr.to_bytes(size, "big")
            + struct.pack("!II", len(body), self.proto)
        )
        return body[:at] + struct.pack("!H", checksum(pseudo + body)) + body[at + 2 :]

    def _sctp(self, tail: bytes) -> bytes:
        chunk = struct.pack("!BBHIIHHI", 1, 0, 20 + len(tail), 1, 4096, 1, 1, 1) + tail
        head = struct.pack("!HHII", self.sport, self.dport, 0, 0)
        crc = crc32c(head + chunk)
        return head[:8] + struct.pack("<I", crc) + chunk


@dataclass(frozen=True, slots=True)
class Arrived:
    """A packet that came out again."""

    number: int
    datagram: Datagram
    is_error: bool = False
    """It is an ICMP error or a TCP reset about the packet of that number."""
    raw: bytes = field(default=b"", repr=False)


def decode(packet: bytes) -> Arrived | None:  # noqa: C901 - header after header
    """What arrived, from its IP header on; None when it is none of ours."""
    if not packet:
        return None
    at = packet.find(MAGIC)
    number = struct.unpack_from("!I", packet, at + 4)[0] if 0 <= at <= len(packet) - 8 else None
    version = packet[0] >> 4
    if version == 4:
        size = (packet[0] & 15) * 4
        fields = struct.unpack_from("!BBHHHBBH4s4s", packet)
        proto, ttl, dscp = fields[6], fields[5], fields[1] >> 2
        saddr, daddr = int.from_bytes(fields[8], "big"), int.from_bytes(fields[9], "big")
        offset, more = fields[4] & 0x1FFF, bool(fields[4] & 0x2000)
    elif version == 6:
        size, offset, more = 40, 0, False
        word, _, proto, ttl = struct.unpack_from("!IHBB", packet)
        dscp = word >> 22 & 0x3F
        saddr = int.from_bytes(packet[8:24], "big")
        daddr = int.from_bytes(packet[24:40], "big")
        if proto == OPTIONS6:
            proto, size = packet[40], 48
    else:
        return None
    sport = dport = icmp = flags = 0
    is_error = False
    if offset == 0 and proto in WITH_PORTS and len(packet) >= size + 4:
        sport, dport = struct.unpack_from("!HH", packet, size)
        if proto == TCP:
            flags = packet[size + 13]
            if flags & RST and number is None:
                acknowledged: int = struct.unpack_from("!I", packet, size + 8)[0]
                number, is_error = acknowledged >> SEQUENCE_SHIFT, True
    elif offset == 0 and proto in {ICMP4, ICMP6} and len(packet) >= size + 8:
        icmp, _, sport, _ = struct.unpack_from("!HHHH", packet, size)
        kind = icmp >> 8
        is_error = kind in {3, 4, 5, 11, 12} if proto == ICMP4 else kind < 128
        if is_error:
            sport = 0
    if not number:
        return None
    datagram = Datagram(
        version, saddr, daddr, proto, sport, dport, icmp, flags, ttl, dscp, 0, offset, more
    )
    return Arrived(number, datagram, is_error, packet)


def checksum(data: bytes) -> int:
    """The Internet checksum (RFC 1071)."""
    if len(data) % 2:
        data += b"\0"
    # The ones' complement sum is the whole number modulo 2^16-1 (RFC 1071, section 2).
    return 0xFFFF - int.from_bytes(data, "big") % 0xFFFF


def _table() -> tuple[int, ...]:
    rows = []
    for value in range(256):
        crc = value
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
        rows.append(crc)
    return tuple(rows)


_CRC32C = _table()


def crc32c(data: bytes) -> int:
    """SCTP's checksum (RFC 9260, appendix A)."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc = crc >> 8 ^ _CRC32C[(crc ^ byte) & 255]
    return crc ^ 0xFFFFFFFF
