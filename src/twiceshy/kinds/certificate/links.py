"""One link of a chain: did this key sign that certificate, and was its owner allowed to?"""

from __future__ import annotations

from functools import lru_cache

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from twiceshy.kinds.certificate.extensions import ANY_USAGE, SERVER_AUTH
from twiceshy.kinds.certificate.flaw import Flaw, critical
from twiceshy.kinds.certificate.limits import outside
from twiceshy.kinds.certificate.read import Certificate
from twiceshy.kinds.certificate.strength import BROKEN_HASHES

_RESEND = "Have the chain issued again by a sound authority, and install the new chain."


@lru_cache(maxsize=8192)
def signed_by(certificate: Certificate, issuer: Certificate) -> bool:
    """Whether the issuer's key made the certificate's signature, and the names agree.

    Remembered for each pair, so that a thousand certificates of one intermediate cost a thousand
    verifications once, and the intermediate's own is done a single time.
    """
    try:
        if certificate.signature_hash in BROKEN_HASHES:
            return certificate.issuer == issuer.subject and _verifies(certificate, issuer)
        certificate.parsed.verify_directly_issued_by(issuer.parsed)
    except (InvalidSignature, ValueError, TypeError, UnsupportedAlgorithm):
        return False
    return True


def _verifies(certificate: Certificate, issuer: Certificate) -> bool:
    """Verify a signature that the library's own check refuses for its weak hash.

    It is told apart from a forged one, so that the weakness is what gets reported. Raises what
    the library raises when it does not verify.
    """
    parsed, key = certificate.parsed, issuer.parsed.public_key()
    weak = parsed.signature_hash_algorithm
    if weak is None:
        return False
    if isinstance(key, rsa.RSAPublicKey):
        key.verify(parsed.signature, parsed.tbs_certificate_bytes, padding.PKCS1v15(), weak)
    elif isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(parsed.signature, parsed.tbs_certificate_bytes, ec.ECDSA(weak))
    else:
        return False
    return True


def unknown_critical_flaw(certificate: Certificate) -> Flaw | None:
    """Clients must turn away from a critical extension that they do not know."""
    unknown = certificate.extensions.unknown_critical
    if not unknown:
        return None
    return critical(
        "unknown-critical-extension",
        f"{certificate.label!r} has the critical extension {unknown[0]}, which clients do not know",
        "Have the certificate issued again without that extension, and reload.",
    )


def issuer_flaws(
    issuer: Certificate, below: tuple[Certificate, ...], *, is_root: bool
) -> tuple[Flaw, ...]:
    """What forbids `issuer` to certify `below`: the path from the server's own up to it.

    Of a trusted root only what it says of itself is held against it: version 1 says nothing.
    """
    extensions, label = issuer.extensions, repr(issuer.label)
    flaws: list[Flaw] = []

    def forbid(code: str, why: str) -> None:
        flaws.append(critical(code, why, _RESEND))

    says_nothing = is_root and not extensions.present
    if not extensions.is_ca and not says_nothing:
        forbid("issuer-is-no-authority", f"{label} issued a certificate and is no authority")
    if extensions.key_usage is not None and "key_cert_sign" not in extensions.key_usage:
        forbid("issuer-may-not-sign", f"the key usage of {label} does not allow it to issue")
    between = sum(not link.is_self_issued for link in below[1:])
    if extensions.path_length is not None and between > extensions.path_length:
        forbid(
            "path-too-long",
            f"{label} allows {extensions.path_length} authorities below it, and there are "
            f"{between}",
        )
    usage = extensions.extended_usage
    if usage is not None and not usage & {SERVER_AUTH, ANY_USAGE}:
        forbid("issuer-not-for-servers", f"{label} may not issue for TLS servers")
    if extensions.name_limits is not None:
        for link in below:
            if link.is_self_issued and link != below[0]:
                continue
            name = outside(extensions.name_limits, link)
            if name is not None:
                forbid("outside-name-constraints", f"{label} may not issue for {name}")
                break
    return tuple(flaws)
