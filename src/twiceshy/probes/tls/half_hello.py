"""The two hellos: what we offer a server, and what it chose.

The offer is short on purpose: X25519 alone has a key share, and TLS 1.2 has ECDHE suites only,
because in the others the server signs nothing and so proves nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from ipaddress import ip_address
from struct import Struct
from typing import Literal

from twiceshy.probes.tls.half_cursor import Cursor, extensions
from twiceshy.probes.tls.half_outcome import Failure, HandshakeFault, malformed, unsupported

KeyType = Literal["any", "ecdsa", "rsa"]
"""Which kind of certificate the server is asked for; `any` leaves it the choice."""
Versions = Literal["best", "tls1.3", "tls1.2"]
"""What is offered in one hello; `best` offers both and takes what the server prefers."""

CLIENT_HELLO, SERVER_HELLO = 1, 2
TLS12, TLS13 = 0x0303, 0x0304
X25519 = 0x001D
RANDOM_BYTES = 32

SUITES13 = (0x1301, 0x1302, 0x1303)
ECDSA_SUITES12 = (0xC02B, 0xC02C, 0xCCA9, 0xC023, 0xC024, 0xC009, 0xC00A)
RSA_SUITES12 = (0xC02F, 0xC030, 0xCCA8, 0xC027, 0xC028, 0xC013, 0xC014)
_RENEGOTIATION_SCSV = 0x00FF

ECDSA_SCHEMES = (0x0403, 0x0503, 0x0603)
EDWARDS_SCHEMES = (0x0807, 0x0808)
PSS_SCHEMES = (0x0804, 0x0805, 0x0806, 0x0809, 0x080A, 0x080B)
PKCS1_SCHEMES = (0x0401, 0x0501, 0x0601)
_SHA1_SCHEMES = (0x0203, 0x0201)
_ALL_SCHEMES = (*ECDSA_SCHEMES, *EDWARDS_SCHEMES, *PSS_SCHEMES, *PKCS1_SCHEMES)
_SCHEMES = {
    "any": _ALL_SCHEMES,
    "ecdsa": ECDSA_SCHEMES,
    "rsa": (*PSS_SCHEMES, *PKCS1_SCHEMES),
}
_SUITES12 = {
    "any": (*ECDSA_SUITES12, *RSA_SUITES12),
    "ecdsa": ECDSA_SUITES12,
    "rsa": RSA_SUITES12,
}
_NAME_LIMIT_BYTES = 253
_GROUPS = (X25519, 0x0017, 0x0018, 0x0019)

_SERVER_NAME, _STATUS_REQUEST, _SUPPORTED_GROUPS, _POINT_FORMATS = 0, 5, 10, 11
_SIGNATURE_ALGORITHMS, _EXTENDED_MASTER_SECRET = 13, 23
_SUPPORTED_VERSIONS, _SIGNATURE_ALGORITHMS_CERT, _KEY_SHARE = 43, 50, 51

_HEADER_BYTES = 4
_OPENING = Struct(f">H{RANDOM_BYTES}s")
"""Version and random, with which a hello begins; the session id follows, preceded by its length."""
_SESSION_START = _HEADER_BYTES + _OPENING.size + 1
_CHOICE = Struct(">HB")
"""The cipher suite and the compression that a server chose."""

_RETRY_RANDOM = bytes.fromhex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")
"""The random of a HelloRetryRequest (RFC 8446, 4.1.3)."""
_DOWNGRADED = (b"DOWNGRD\x00", b"DOWNGRD\x01")


@dataclass(frozen=True, slots=True)
class Offer:
    """What a client hello asks for."""

    server_name: bytes | None
    """The A-label to ask for; None sends no name."""
    key_type: KeyType
    versions: Versions

    @property
    def with_tls13(self) -> bool:
        """Whether TLS 1.3 is offered, and so a key share is needed."""
        return self.versions != "tls1.2"


@dataclass(frozen=True, slots=True)
class ServerHello:
    """What the server chose."""

    version: int
    random: bytes
    suite: int
    share: bytes
    """Its X25519 key in TLS 1.3, else empty."""


@lru_cache(maxsize=4096)
def name_to_ask_for(server_name: str | None) -> bytes | None:
    """The name as SNI carries it: an A-label; None for no name and for an IP address (RFC 6066).

    Raises HandshakeFault for a name that DNS could not hold.
    """
    if server_name is None or _is_address(server_name):
        return None
    try:
        encoded = server_name.rstrip(".").encode("idna")
    except UnicodeError:
        encoded = b""
    if not 0 < len(encoded) <= _NAME_LIMIT_BYTES:
        raise unsupported("the server name is none that DNS could hold")
    return encoded


def _is_address(text: str) -> bool:
    if ":" not in text and not text[-1:].isdigit():
        return False
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _numbers(values: tuple[int, ...]) -> bytes:
    return b"".join(value.to_bytes(2, "big") for value in values)


def _vector(content: bytes, width: int) -> bytes:
    return len(content).to_bytes(width, "big") + content


def _extension(number: int, content: bytes) -> bytes:
    return number.to_bytes(2, "big") + _vector(content, 2)


@cache
def _fixed_parts(key_type: KeyType, versions: Versions) -> tuple[bytes, bytes]:
    """The suites with compression, and the extensions that are the same for every server."""
    suites: tuple[int, ...] = ()
    offered: tuple[int, ...] = ()
    if versions != "tls1.2":
        suites, offered = SUITES13, (TLS13,)
    if versions != "tls1.3":
        suites = (*suites, *_SUITES12[key_type], _RENEGOTIATION_SCSV)
        offered = (*offered, TLS12)
    block = (
        _extension(_STATUS_REQUEST, b"\x01\x00\x00\x00\x00")
        + _extension(_SUPPORTED_GROUPS, _vector(_numbers(_GROUPS), 2))
        + _extension(_POINT_FORMATS, b"\x01\x00")
        + _extension(_SIGNATURE_ALGORITHMS, _vector(_numbers(_SCHEMES[key_type]), 2))
        + _extension(_EXTENDED_MASTER_SECRET, b"")
    )
    if versions != "tls1.2":
        block += _extension(_SUPPORTED_VERSIONS, _vector(_numbers(offered), 1))
    if key_type != "any":
        # The kind of key asked for is the leaf's; the authorities above it may have any.
        every = _vector(_numbers(_ALL_SCHEMES + _SHA1_SCHEMES), 2)
        block += _extension(_SIGNATURE_ALGORITHMS_CERT, every)
    return _vector(_numbers(suites), 2) + b"\x01\x00", block


def client_hello(offer: Offer, *, random: bytes, session_id: bytes, share: bytes) -> bytes:
    """The handshake message; `share` is our X25519 public key, or empty without TLS 1.3.

    A session id is sent with TLS 1.3 so that boxes on the way take it for a resumed TLS 1.2
    session (RFC 8446, D.4).
    """
    body = b"\x03\x03" + random + _vector(session_id, 1) + _tail(offer, share)
    return b"\x01" + _vector(body, 3)


@lru_cache(maxsize=4096)
def _tail(offer: Offer, share: bytes) -> bytes:
    """The hello from the cipher suites on, the same for as long as the share is."""
    suites, block = _fixed_parts(offer.key_type, offer.versions)
    if share:
        entry = X25519.to_bytes(2, "big") + _vector(share, 2)
        block += _extension(_KEY_SHARE, _vector(entry, 2))
    if offer.server_name is not None:
        name = b"\x00" + _vector(offer.server_name, 2)
        block = _extension(_SERVER_NAME, _vector(name, 2)) + block
    return suites + _vector(block, 2)


def read_server_hello(message: bytes, offer: Offer, session_id: bytes) -> ServerHello:
    """Read and hold against the offer; raises HandshakeFault when the two do not go together."""
    size = len(message)
    session_end = _SESSION_START + message[_SESSION_START - 1] if size >= _SESSION_START else size
    at = session_end + _CHOICE.size
    if at > size:
        raise malformed("a handshake message of the server is cut short")
    version, random = _OPENING.unpack_from(message, _HEADER_BYTES)
    suite, compression = _CHOICE.unpack_from(message, session_end)
    echoed = message[_SESSION_START:session_end]
    found: dict[int, bytes] = {}
    if at < size:
        cursor = Cursor(message, at)
        found = extensions(cursor.vector(2))
        cursor.finish()
    if compression:
        raise malformed("the server chose a compression that was not offered")
    if _SUPPORTED_VERSIONS in found:
        return _hello13(found, random, suite, offer, echoed == session_id)
    return _hello12(version, random, suite, offer)


def _hello13(
    found: dict[int, bytes],
    random: bytes,
    suite: int,
    offer: Offer,
    echoed: bool,  # noqa: FBT001 - one caller, beside it
) -> ServerHello:
    chosen = found[_SUPPORTED_VERSIONS]
    if chosen != TLS13.to_bytes(2, "big") or not offer.with_tls13:
        raise malformed("the server chose a version that was not offered")
    if random == _RETRY_RANDOM:
        raise unsupported("the server asks for another key exchange group (HelloRetryRequest)")
    if not echoed:
        raise HandshakeFault(
            "the server's answer is not to our hello: it proves no key", Failure.BAD_SIGNATURE
        )
    if suite not in SUITES13:
        raise malformed("the server chose a cipher suite that was not offered")
    share = Cursor(found.get(_KEY_SHARE, b""))
    if share.done:
        raise malformed("the server sent no key share")
    group, key = share.number(2), share.vector(2)
    share.finish()
    if group != X25519:
        raise malformed("the server chose a key exchange group that we sent no share for")
    return ServerHello(TLS13, random, suite, key)


def _hello12(version: int, random: bytes, suite: int, offer: Offer) -> ServerHello:
    if version < TLS12:
        raise unsupported("the server speaks only a TLS older than 1.2")
    if version > TLS12 or offer.versions == "tls1.3":
        raise malformed("the server chose a version that was not offered")
    if suite not in _SUITES12[offer.key_type]:
        raise unsupported("the server chose a key exchange in which it signs nothing")
    if offer.with_tls13 and random.endswith(_DOWNGRADED):
        raise malformed("the server can do TLS 1.3 and was made to believe that we cannot")
    return ServerHello(TLS12, random, suite, b"")
