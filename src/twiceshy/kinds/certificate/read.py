"""DER to a frozen view of a certificate: tolerant, bounded, and each certificate only once.

What cannot be understood becomes an oddity of the certificate, described in words, instead of an
exception; what is no certificate at all becomes `Unreadable`. The dates are read even when nothing
else can be: "when does it end" is the question that must always have an answer.
"""

from __future__ import annotations

import base64
import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, lru_cache
from typing import TypeVar

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.utils import CryptographyDeprecationWarning

from twiceshy.kinds.certificate.extensions import NOTHING, Extensions, read_extensions
from twiceshy.kinds.certificate.key import NO_KEY, PublicKey, read_key
from twiceshy.kinds.certificate.phrases import shortened

MOST_CERTIFICATE_BYTES = 128 * 1024
"""Larger ones are not read; TLS clients take no chain above 100 KB."""
MOST_FILE_CERTIFICATES = 1000

_DECODING_ERRORS = (ValueError, TypeError, OverflowError, UnsupportedAlgorithm)
"""What the library raises over bytes that break the rules of X.509."""

_PEM = re.compile(rb"-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----([A-Za-z0-9+/=\s]*)-----END")

_T = TypeVar("_T")


@dataclass(frozen=True, eq=False)
class Certificate:
    """A certificate as far as it can be read; two are the same when their DER is."""

    der: bytes = field(repr=False)
    label: str
    """A short name for people: the common name, else the first host name."""
    subject: bytes = field(repr=False)
    """DER of the name, empty when unreadable."""
    issuer: bytes = field(repr=False)
    issuer_label: str
    serial: int
    not_before: datetime
    not_after: datetime
    key: PublicKey
    signature_hash: str | None
    """Such as `sha256`; None when the algorithm has none (Ed25519) or is not known."""
    extensions: Extensions
    oddities: tuple[str, ...]
    """What breaks the rules of X.509, each a clause."""
    parsed: x509.Certificate = field(repr=False)

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, Certificate) and self.der == other.der)

    def __hash__(self) -> int:
        return hash(self.der)

    @cached_property
    def spki(self) -> bytes:
        """The public key in DER (SubjectPublicKeyInfo), which DANE and key pinning compare.

        Empty when it cannot be read.
        """
        try:
            return self.parsed.public_key().public_bytes(
                serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
            )
        except _DECODING_ERRORS:
            return b""

    @property
    def is_self_issued(self) -> bool:
        """Whether subject and issuer are the same name."""
        return self.subject == self.issuer


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Bytes sent as a certificate that are none."""

    why: str


@lru_cache(maxsize=4096)
def read_certificate(der: bytes) -> Certificate | Unreadable:
    """The view of one DER certificate."""
    if len(der) > MOST_CERTIFICATE_BYTES:
        return Unreadable(f"{len(der)} bytes are more than any client reads")
    with quiet():
        return _read(der)


def quiet() -> warnings.catch_warnings:
    """Silence the library about certificates that break the rules: we say so ourselves."""
    return warnings.catch_warnings(action="ignore", category=CryptographyDeprecationWarning)


def _read(der: bytes) -> Certificate | Unreadable:
    oddities: list[str] = []
    try:
        parsed = x509.load_der_x509_certificate(der)
        not_before, not_after = parsed.not_valid_before_utc, parsed.not_valid_after_utc
        serial = parsed.serial_number
    except (*_DECODING_ERRORS, x509.InvalidVersion) as error:
        return Unreadable(shortened(f"it breaks the rules of X.509: {error}", 200))

    def attempt(what: str, read: Callable[[], _T], instead: _T) -> _T:
        try:
            return read()
        except (*_DECODING_ERRORS, x509.DuplicateExtension) as error:
            oddities.append(shortened(f"its {what} cannot be read: {error}", 200))
            return instead

    extensions = attempt("extensions", lambda: read_extensions(parsed.extensions), NOTHING)
    empty = x509.Name([])
    subject = attempt("subject", lambda: parsed.subject, empty)
    issuer = attempt("issuer", lambda: parsed.issuer, empty)
    if serial <= 0:
        oddities.append("its serial number is not positive")
    if extensions.present and parsed.version is not x509.Version.v3:
        oddities.append("it has extensions but is not version 3")
    oddities.extend(extensions.oddities)
    return Certificate(
        der=der,
        label=_label(subject, extensions.dns_names),
        subject=subject.public_bytes(),
        issuer=issuer.public_bytes(),
        issuer_label=_label(issuer, ()),
        serial=serial,
        not_before=not_before,
        not_after=not_after,
        key=attempt("public key", lambda: read_key(parsed.public_key()), NO_KEY),
        signature_hash=_signature_hash(parsed),
        extensions=extensions,
        oddities=tuple(oddities),
        parsed=parsed,
    )


def certificates_in(data: bytes) -> tuple[bytes, ...]:
    """The certificates (DER) of a PEM file, or of one DER certificate; keys are passed over.

    They are taken out without being read, so that an odd one does not hide the others. Raises
    ValueError when there is none, too many, or one that is no base64.
    """
    if data[:1] == b"\x30":
        return (data,)
    found = [base64.b64decode(b"".join(match[1].split())) for match in _PEM.finditer(data)]
    if not found:
        raise ValueError("there is no certificate in it")
    if len(found) > MOST_FILE_CERTIFICATES:
        raise ValueError(f"more than {MOST_FILE_CERTIFICATES} certificates in one file")
    return tuple(found)


def _label(name: x509.Name, dns_names: tuple[str, ...]) -> str:
    for oid in (x509.NameOID.COMMON_NAME, x509.NameOID.ORGANIZATIONAL_UNIT_NAME):
        for attribute in name.get_attributes_for_oid(oid):
            if attribute.value and isinstance(attribute.value, str):
                return shortened(attribute.value)
    if dns_names:
        return shortened(dns_names[0])
    return shortened(name.rfc4514_string()) or "no name"


def _signature_hash(parsed: x509.Certificate) -> str | None:
    try:
        algorithm = parsed.signature_hash_algorithm
    except UnsupportedAlgorithm:
        return None
    return algorithm.name if algorithm else None
