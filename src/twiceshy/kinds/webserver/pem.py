"""Certificates and keys in PEM files. Of a private key only the hash of its public half leaves.

A key's place may also hold its public half alone (`-----BEGIN PUBLIC KEY-----`): that is what a
probe hands in, for the private key stays on its host.
"""

from __future__ import annotations

import hashlib
import re
import warnings
from functools import lru_cache

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from twiceshy.kinds.webserver.facts import CertificateSeen, FileState, TlsFile
from twiceshy.model.configuration import Configuration
from twiceshy.model.place import Place

MOST_BYTES = 1024 * 1024
MOST_CERTIFICATES = 50
_CERTIFICATE = re.compile(
    rb"-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----.*?-----END (?:TRUSTED |X509 )?CERTIFICATE-----",
    re.DOTALL,
)
_PUBLIC = re.compile(rb"-----BEGIN PUBLIC KEY-----.*?-----END PUBLIC KEY-----", re.DOTALL)
_PRIVATE = re.compile(
    rb"-----BEGIN ([A-Z ]*)PRIVATE KEY-----.*?-----END [A-Z ]*PRIVATE KEY-----", re.DOTALL
)


def certificate_file(path: str, place: Place, configuration: Configuration) -> TlsFile:
    """A certificate file, as the line at `place` names it (absolute path)."""
    content = configuration.files.get(path)
    if content is None:
        return _absent(path, place, configuration)
    try:
        found = certificates_in(content)
    except ValueError as error:
        return TlsFile(path, place, FileState.WRONG, f"a certificate in it is damaged: {error}")
    if not found:
        return TlsFile(path, place, FileState.WRONG, "it holds no certificate in PEM form")
    return TlsFile(path, place, FileState.READ, certificates=found)


def key_file(path: str, place: Place, configuration: Configuration) -> TlsFile:
    """A key file, as the line at `place` names it; what is kept of it is one hash."""
    content = configuration.files.get(path)
    if content is None:
        return _absent(path, place, configuration)
    try:
        spki = spki_in(content)
    except TypeError:
        return TlsFile(path, place, FileState.UNSEEN, "the key is encrypted")
    except (ValueError, UnsupportedAlgorithm):
        # The library's own words may repeat what it read.
        return TlsFile(path, place, FileState.WRONG, "it holds no private key that can be read")
    return TlsFile(path, place, FileState.READ, spki_sha256=spki)


def spki_in(content: bytes) -> str:
    """The hash of the public half of the key in PEM text.

    Raises TypeError for an encrypted key, ValueError when there is none or it is damaged.
    """
    public = _PUBLIC.search(content[:MOST_BYTES])
    if public is not None:
        return _hash(load_pem_public_key(public[0]).public_bytes(*_SPKI))
    private = _PRIVATE.search(content[:MOST_BYTES])
    if private is None:
        raise ValueError("no private key")
    return _hash(load_pem_private_key(private[0], None).public_key().public_bytes(*_SPKI))


@lru_cache(maxsize=512)  # one file serves many listeners and guards
def certificates_in(content: bytes) -> tuple[CertificateSeen, ...]:
    """The certificates of a PEM file in order; raises ValueError for one that is damaged."""
    parts = _CERTIFICATE.findall(content[:MOST_BYTES])[:MOST_CERTIFICATES]
    with warnings.catch_warnings():
        # What the library warns of (odd serial numbers) it reads all the same.
        warnings.simplefilter("ignore")
        found = [_load(part) for part in parts]
        return tuple(
            _seen(one, found[at + 1] if at + 1 < len(found) else None)
            for at, one in enumerate(found)
        )


_SPKI = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _load(part: bytes) -> x509.Certificate:
    plain = part.replace(b"TRUSTED CERTIFICATE", b"CERTIFICATE").replace(
        b"X509 CERTIFICATE", b"CERTIFICATE"
    )
    return x509.load_pem_x509_certificate(plain)


def _seen(one: x509.Certificate, following: x509.Certificate | None) -> CertificateSeen:
    try:
        spki = _hash(one.public_key().public_bytes(*_SPKI))
    except UnsupportedAlgorithm as error:
        raise ValueError("its public key is of an unknown kind") from error
    return CertificateSeen(
        subject=_label(one.subject),
        issuer=_label(one.issuer),
        names=_names(one),
        not_before=one.not_valid_before_utc,
        not_after=one.not_valid_after_utc,
        spki_sha256=spki,
        sha256=_hash(one.public_bytes(Encoding.DER)),
        is_self_issued=one.subject == one.issuer,
        issued_by_next=following is not None and _issued(one, following),
    )


def _issued(one: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        one.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def _label(name: x509.Name) -> str:
    common = name.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    value = common[0].value if common else name.rfc4514_string()
    text = value if isinstance(value, str) else value.decode("utf-8", "replace")
    return "".join(sign if sign.isprintable() else "?" for sign in text[:80])


def _names(one: x509.Certificate) -> tuple[str, ...]:
    try:
        extension = one.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return ()
    names = extension.value.get_values_for_type(x509.DNSName)
    addresses = extension.value.get_values_for_type(x509.IPAddress)
    return (*(name.lower() for name in names), *(str(address) for address in addresses))


def _absent(path: str, place: Place, configuration: Configuration) -> TlsFile:
    why = configuration.unseen.get(path)
    if why is None:
        return TlsFile(
            path, place, FileState.NOT_HANDED_IN, "it was not part of what was handed in"
        )
    if "no such file" in why.lower():
        return TlsFile(path, place, FileState.MISSING, "it is not there")
    return TlsFile(path, place, FileState.UNSEEN, why)


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
