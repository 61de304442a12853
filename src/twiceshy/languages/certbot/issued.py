"""The dates, serial number and names of a certificate that a client keeps in a file."""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.utils import CryptographyDeprecationWarning

_PEM = re.compile(
    rb"-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]{1,200000}-----END CERTIFICATE-----"
)
_ERRORS = (ValueError, TypeError, OverflowError, UnsupportedAlgorithm)
"""What the library raises over bytes that are no certificate."""


@dataclass(frozen=True, slots=True)
class Issued:
    """One certificate: the first of its file."""

    path: str
    serial: int
    not_before: datetime
    """Aware, UTC; public authorities date it up to an hour back."""
    not_after: datetime
    names: tuple[str, ...]
    """Its DNS names, sorted."""
    issuer: str
    """The issuer's common name, or all of its name."""
    version: int | None = None
    """3 for `cert3.pem` of the archive."""

    @property
    def lifetime(self) -> timedelta:
        """From its first to its last moment."""
        return self.not_after - self.not_before


def read_issued(path: str, data: bytes, version: int | None = None) -> Issued | str:
    """The first certificate of a PEM file, or why there is none."""
    found = _PEM.search(data)
    if found is None:
        return "there is no certificate in it"
    with warnings.catch_warnings(action="ignore", category=CryptographyDeprecationWarning):
        try:
            one = x509.load_pem_x509_certificate(found[0])
            issuer = one.issuer.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
            return Issued(
                path,
                one.serial_number,
                one.not_valid_before_utc,
                one.not_valid_after_utc,
                _names(one),
                str(issuer[0].value) if issuer else one.issuer.rfc4514_string(),
                version,
            )
        except _ERRORS:
            return "it breaks the rules of X.509"


def _names(one: x509.Certificate) -> tuple[str, ...]:
    try:
        extension = one.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except (*_ERRORS, x509.ExtensionNotFound, x509.DuplicateExtension):
        return ()
    return tuple(sorted(extension.value.get_values_for_type(x509.DNSName)))
