"""A public key in a few words: its kind and its size."""

from __future__ import annotations

from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes


@dataclass(frozen=True, slots=True)
class PublicKey:
    """What strength is judged by."""

    kind: str
    """`rsa`, `ecdsa`, `dsa`, `ed25519`, `ed448`, or `unknown`."""
    bits: int
    """Length of the modulus or of the curve's order; 0 when unknown."""
    curve: str | None = None
    exponent: int | None = None
    """RSA's public exponent."""

    def __str__(self) -> str:
        match self.kind:
            case "ecdsa":
                return f"ECDSA {self.curve}"
            case "rsa" | "dsa":
                return f"{self.kind.upper()} {self.bits}"
            case _:
                return self.kind


NO_KEY = PublicKey("unknown", 0)


def read_key(key: CertificatePublicKeyTypes) -> PublicKey:
    """The key's kind and size."""
    match key:
        case rsa.RSAPublicKey():
            return PublicKey("rsa", key.key_size, exponent=key.public_numbers().e)
        case ec.EllipticCurvePublicKey():
            return PublicKey("ecdsa", key.key_size, curve=key.curve.name)
        case ed25519.Ed25519PublicKey():
            return PublicKey("ed25519", 256)
        case ed448.Ed448PublicKey():
            return PublicKey("ed448", 456)
        case dsa.DSAPublicKey():
            return PublicKey("dsa", key.key_size)
        case _:
            return NO_KEY
