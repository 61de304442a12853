"""What the two sides of the sandbox say to each other, and the addresses of what is inside."""

from __future__ import annotations

import pickle
import struct
from dataclasses import dataclass
from typing import IO, Any

INSIDE, OUTSIDE = ("eth0", "eth1"), ("wan0", "wan1")
"""The firewall's interfaces towards src and towards dst."""
INTERFACES = INSIDE + OUTSIDE
ADDRESSES4 = ("192.0.2.1", "192.0.2.129", "198.51.100.1", "198.51.100.129")
PEERS4 = ("192.0.2.2", "192.0.2.130", "198.51.100.2", "198.51.100.130")
PREFIX4 = 25
ADDRESSES6 = tuple(f"2001:db8:{at}::1" for at in range(4))
PEERS6 = tuple(f"2001:db8:{at}::2" for at in range(4))
MACS = tuple(f"02:00:00:00:00:{at:02x}" for at in range(4))
PEER_MACS = tuple(f"02:00:00:00:01:{at:02x}" for at in range(4))
LENGTH = struct.Struct("!I")


@dataclass(frozen=True, slots=True)
class Shot:
    """One packet to send."""

    at: str
    """The firewall's interface it comes in by, or `own` for one the firewall sends itself."""
    packet: bytes
    mac: bytes = bytes.fromhex(PEER_MACS[0].replace(":", ""))
    user: int = 0
    """Numeric id of the user who sends it, for the firewall's own packets."""
    mark: int = 0


@dataclass(frozen=True, slots=True)
class Caught:
    """One packet that arrived: at the other end of an interface, or at the firewall itself."""

    at: str
    """The firewall's interface it went out by, or `own`; `own6:PROTOCOL` without its IPv6 header."""
    packet: bytes


@dataclass(frozen=True, slots=True)
class Done:
    """How a command ended."""

    code: int
    output: str
    complaint: str


def read_message(stream: IO[bytes]) -> Any:
    """The next message; raises EOFError at the end of the stream."""
    head = stream.read(LENGTH.size)
    if len(head) < LENGTH.size:
        raise EOFError
    return pickle.loads(stream.read(LENGTH.unpack(head)[0]))


def write_message(stream: IO[bytes], message: object) -> None:
    """One message, behind its length."""
    data = pickle.dumps(message)
    stream.write(LENGTH.pack(len(data)) + data)
    stream.flush()
