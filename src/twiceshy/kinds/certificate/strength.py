"""Are keys and signatures strong enough?

NIST SP 800-131A; CA/Browser Forum Baseline Requirements, section 6.1.5.
"""

from __future__ import annotations

from twiceshy.kinds.certificate.flaw import Flaw, critical, serious, warning
from twiceshy.kinds.certificate.key import PublicKey
from twiceshy.kinds.certificate.read import Certificate

_WIDELY_SUPPORTED_CURVES = frozenset({"secp256r1", "secp384r1", "secp521r1"})
_FEWEST_CURVE_BITS = 256
BROKEN_HASHES = frozenset({"md2", "md4", "md5", "sha1"})
"""Anybody with money makes two certificates that have the same hash."""
_SMALLEST_EXPONENT = 3
_AGAIN = "Issue the certificate again with a stronger key, such as ECDSA P-256, and reload."


def key_flaw(certificate: Certificate, min_rsa_bits: int) -> Flaw | None:
    """What is wrong with the certificate's own key."""
    key, whose = certificate.key, f"the key of {certificate.label!r}"
    match key.kind:
        case "rsa":
            return _rsa_flaw(key, whose, min_rsa_bits)
        case "ecdsa" if key.bits < _FEWEST_CURVE_BITS:
            return serious("weak-key", f"{whose} is on the short curve {key.curve}", _AGAIN)
        case "ecdsa" if key.curve not in _WIDELY_SUPPORTED_CURVES:
            why = f"{whose} is on the curve {key.curve}, which not every client knows"
            return warning("rare-key", why, _AGAIN)
        case "dsa":
            return serious("weak-key", f"{whose} is DSA, which TLS no longer uses", _AGAIN)
        case "unknown":
            return warning("rare-key", f"{whose} is of a kind that few clients know", _AGAIN)
        case _:
            return None


def _rsa_flaw(key: PublicKey, whose: str, min_rsa_bits: int) -> Flaw | None:
    if key.bits < min_rsa_bits:
        why = f"{whose} is {key}, shorter than {min_rsa_bits} bits"
        return serious("weak-key", why, _AGAIN)
    exponent = key.exponent or 0
    if exponent < _SMALLEST_EXPONENT or exponent % 2 == 0:
        why = f"{whose} has the RSA exponent {exponent}, which anybody can undo"
        return critical("weak-key", why, _AGAIN)
    return None


def signature_flaw(certificate: Certificate) -> Flaw | None:
    """What is wrong with the issuer's signature on the certificate; never asked of a root."""
    if certificate.signature_hash not in BROKEN_HASHES:
        return None
    hash_name = certificate.signature_hash.upper().replace("SHA1", "SHA-1")
    return critical(
        "weak-signature",
        f"{certificate.label!r} is signed with {hash_name}, which clients no longer accept",
        "Have the certificate issued again, signed with SHA-256 or better, and reload.",
    )
