"""Does this signature prove that the server holds the key of the certificate it sent?"""

from __future__ import annotations

from functools import lru_cache
from types import MappingProxyType

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512, HashAlgorithm
from cryptography.hazmat.primitives.serialization import load_der_public_key

from twiceshy.probes.tls.half_hello import (
    ECDSA_SCHEMES,
    PKCS1_SCHEMES,
    PSS_SCHEMES,
    TLS13,
)
from twiceshy.probes.tls.half_outcome import Failure, HandshakeFault, malformed, unsupported

_ED25519, _ED448 = 0x0807, 0x0808
_HASHES: MappingProxyType[int, HashAlgorithm] = MappingProxyType(
    {
        scheme: (SHA256(), SHA384(), SHA512())[at % 3]
        for schemes in (ECDSA_SCHEMES, PSS_SCHEMES, PKCS1_SCHEMES)
        for at, scheme in enumerate(schemes)
    }
)
_ECDSA = MappingProxyType({scheme: ec.ECDSA(_HASHES[scheme]) for scheme in ECDSA_SCHEMES})
_PADDINGS: MappingProxyType[int, padding.AsymmetricPadding] = MappingProxyType(
    {
        **{
            scheme: padding.PSS(padding.MGF1(_HASHES[scheme]), padding.PSS.DIGEST_LENGTH)
            for scheme in PSS_SCHEMES
        },
        **dict.fromkeys(PKCS1_SCHEMES, padding.PKCS1v15()),
    }
)
_CURVES13 = MappingProxyType({0x0403: "secp256r1", 0x0503: "secp384r1", 0x0603: "secp521r1"})
"""In TLS 1.3 a scheme names the curve too; in TLS 1.2 only the hash."""

_USUAL_LEAF_BYTES = 4096
"""Keys of larger certificates are not remembered."""
_VERSION_TAG = b"\xa0"
_FIELDS_BEFORE_KEY = ("serial number", "signature algorithm", "issuer", "validity", "subject")


def prove_key(leaf_der: bytes, scheme: int, signature: bytes, signed: bytes, version: int) -> None:
    """Return when the signature is the leaf's key's; raises HandshakeFault when it is not.

    `scheme` is the SignatureScheme number, `version` 0x0303 or 0x0304.
    """
    key = _public_key(leaf_der)
    try:
        _verify(key, scheme, signature, signed, version)
    except InvalidSignature:
        raise HandshakeFault(
            "the server did not prove that it has the key of its certificate",
            Failure.BAD_SIGNATURE,
        ) from None
    except (UnsupportedAlgorithm, ValueError):
        # ValueError: a key too short for the hash, or one the library refuses to compute with.
        raise unsupported("the certificate's key cannot be used with its signature here") from None


def _verify(key: object, scheme: int, signature: bytes, signed: bytes, version: int) -> None:
    if isinstance(key, ec.EllipticCurvePublicKey):
        if scheme not in _ECDSA or (version == TLS13 and _CURVES13[scheme] != key.curve.name):
            raise _wrong_scheme(scheme)
        key.verify(signature, signed, _ECDSA[scheme])
    elif isinstance(key, rsa.RSAPublicKey):
        if scheme not in _PADDINGS or (version == TLS13 and scheme in PKCS1_SCHEMES):
            raise _wrong_scheme(scheme)
        key.verify(signature, signed, _PADDINGS[scheme], _HASHES[scheme])
    elif isinstance(key, (ed25519.Ed25519PublicKey, ed448.Ed448PublicKey)):
        if scheme != (_ED25519 if isinstance(key, ed25519.Ed25519PublicKey) else _ED448):
            raise _wrong_scheme(scheme)
        key.verify(signature, signed)
    else:
        raise unsupported("a half handshake does not verify the certificate's kind of key")


def _public_key(leaf_der: bytes) -> object:
    try:
        known = len(leaf_der) <= _USUAL_LEAF_BYTES
        return _known_key(leaf_der) if known else load_der_public_key(_key_info(leaf_der))
    except (ValueError, UnsupportedAlgorithm):
        raise unsupported("the certificate's key cannot be read here") from None


@lru_cache(maxsize=4096)
def _known_key(leaf_der: bytes) -> object:
    """The key object of a certificate that is met again and again."""
    return load_der_public_key(_key_info(leaf_der))


def _key_info(der: bytes) -> bytes:
    """The SubjectPublicKeyInfo of a certificate (RFC 5280, 4.1); raises ValueError.

    Taken out by hand: the key can be proved of certificates that a strict parser would refuse, and
    what is wrong with those is the reader's to say.
    """
    at, _ = _content(der, 0)
    at, _ = _content(der, at)
    if der[at : at + 1] == _VERSION_TAG:
        _, at = _content(der, at)
    for _ in _FIELDS_BEFORE_KEY:
        _, at = _content(der, at)
    _, end = _content(der, at)
    return der[at:end]


def _content(der: bytes, at: int) -> tuple[int, int]:
    """Where the content of the value at `at` begins and ends."""
    head = der[at + 1 : at + 2]
    if not head:
        raise ValueError("cut short")
    start, length = at + 2, head[0]
    if length & 0x80:
        width = length & 0x7F
        length = int.from_bytes(der[start : start + width], "big")
        start += width
    if start + length > len(der):
        raise ValueError("cut short")
    return start, start + length


def _wrong_scheme(scheme: int) -> HandshakeFault:
    return malformed(f"the server signed with a scheme (0x{scheme:04x}) its key does not go with")
