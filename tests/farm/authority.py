"""A laboratory's certificate authority: every good and bad certificate a test may want."""

from __future__ import annotations

import base64
import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
"""The laboratory's clock: servers do not look at dates, and judges are told the time."""
DAY = timedelta(days=1)
HOST = "mail.example.test"
_AUTHORITY_USAGE = x509.KeyUsage(
    digital_signature=False,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=True,
    crl_sign=True,
    encipher_only=False,
    decipher_only=False,
)
_ECDSA_SHA1 = bytes.fromhex("300906072a8648ce3d0401")


@cache
def ec_key(role: str) -> ec.EllipticCurvePrivateKey:
    """One P-256 key per role, made once."""
    del role
    return ec.generate_private_key(ec.SECP256R1())


@cache
def rsa_key(bits: int = 2048) -> rsa.RSAPrivateKey:
    """One RSA key per size, made once."""
    return rsa.generate_private_key(65537, bits)


@dataclass(frozen=True)
class Issued:
    """A certificate with its key and where it comes from."""

    certificate: x509.Certificate
    key: Key
    issuer: Issued | None = None

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.DER)

    @property
    def pem(self) -> bytes:
        return pem(self.der)

    @property
    def key_pem(self) -> bytes:
        return self.key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )

    @property
    def up(self) -> tuple[Issued, ...]:
        """This one and its issuers, without the root: what a server should send."""
        if self.issuer is None:
            return ()
        return (self, *self.issuer.up)

    @property
    def chain(self) -> tuple[bytes, ...]:
        return tuple(one.der for one in self.up)


def pem(der: bytes) -> bytes:
    """One certificate in PEM, whatever its bytes."""

    body = base64.encodebytes(der).replace(b"\n", b"")
    lines = b"\n".join(body[i : i + 64] for i in range(0, len(body), 64))
    return b"-----BEGIN CERTIFICATE-----\n" + lines + b"\n-----END CERTIFICATE-----\n"


def named(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def alternative_names(*names: str) -> x509.SubjectAlternativeName:
    """DNS names, and IP addresses where they are written as `ip:...`."""
    return x509.SubjectAlternativeName(
        [
            x509.IPAddress(ipaddress.ip_address(name[3:]))
            if name.startswith("ip:")
            else x509.DNSName(name)
            for name in names
        ]
    )


def issue(
    common_name: str = HOST,
    *,
    by: Issued | None = None,
    key: Key | None = None,
    begins: datetime = NOW - 30 * DAY,
    ends: datetime = NOW + 60 * DAY,
    ca: bool | None = False,
    path_length: int | None = None,
    names: tuple[str, ...] | None = (HOST,),
    usage: Iterable[x509.ObjectIdentifier] | None = (ExtendedKeyUsageOID.SERVER_AUTH,),
    extra: Iterable[tuple[x509.ExtensionType, bool]] = (),
    serial: int | None = None,
) -> Issued:
    """A certificate issued by `by`, or by itself."""
    key = key or ec_key("leaf")
    subject = named(common_name)
    issuer_name = by.certificate.subject if by else subject
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer_name)
        .not_valid_before(begins)
        .not_valid_after(ends)
        .serial_number(serial or x509.random_serial_number())
        .public_key(key.public_key())
    )
    signer = by.key if by else key
    builder = builder.add_extension(
        x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False
    ).add_extension(
        x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False
    )
    if ca and names is None:
        builder = builder.add_extension(_AUTHORITY_USAGE, critical=True)
    if ca is not None:
        builder = builder.add_extension(x509.BasicConstraints(ca, path_length), critical=True)
    if names is not None:
        builder = builder.add_extension(alternative_names(*names), critical=False)
    if usage is not None and not ca:
        builder = builder.add_extension(x509.ExtendedKeyUsage(list(usage)), critical=False)
    for extension, critical in extra:
        builder = builder.add_extension(extension, critical)
    return Issued(builder.sign(signer, hashes.SHA256()), key, by)


def root(name: str = "Lab Root", *, ends: datetime = NOW + 3650 * DAY) -> Issued:
    """A root of its own."""
    return issue(name, key=ec_key(name), ca=True, begins=NOW - 3650 * DAY, ends=ends, names=None)


def intermediate(
    by: Issued,
    name: str = "Lab Intermediate",
    *,
    begins: datetime = NOW - 365 * DAY,
    ends: datetime = NOW + 1095 * DAY,
    path_length: int | None = None,
    extra: Iterable[tuple[x509.ExtensionType, bool]] = (),
) -> Issued:
    """An authority below `by`."""
    return issue(
        name,
        by=by,
        key=ec_key(name),
        ca=True,
        names=None,
        path_length=path_length,
        begins=begins,
        ends=ends,
        extra=extra,
    )


def revocation_list(
    by: Issued, serials: Iterable[int], *, next_update: datetime = NOW + 7 * DAY
) -> bytes:
    """A CRL in PEM."""
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(by.certificate.subject)
        .last_update(NOW - 8 * DAY)
        .next_update(next_update)
    )
    for serial in serials:
        builder = builder.add_revoked_certificate(
            x509.RevokedCertificateBuilder()
            .serial_number(serial)
            .revocation_date(NOW - 9 * DAY)
            .build()
        )
    return builder.sign(by.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def ocsp_answer(leaf: Issued) -> bytes:
    """A good OCSP response (DER) about `leaf`, by its issuer."""
    assert leaf.issuer is not None
    answer = ocsp.OCSPResponseBuilder().add_response(
        cert=leaf.certificate,
        issuer=leaf.issuer.certificate,
        algorithm=hashes.SHA1(),
        cert_status=ocsp.OCSPCertStatus.GOOD,
        this_update=NOW - DAY,
        next_update=NOW + 7 * DAY,
        revocation_time=None,
        revocation_reason=None,
    )
    responder = answer.responder_id(ocsp.OCSPResponderEncoding.NAME, leaf.issuer.certificate)
    signed = responder.sign(leaf.issuer.key, hashes.SHA256())
    return signed.public_bytes(serialization.Encoding.DER)


def sha1_leaf(by: Issued) -> Issued:
    """A leaf signed with SHA-1, which the library does not make any more."""
    original = issue(by=by)
    elements = list(der_elements(der_content(original.certificate.tbs_certificate_bytes)))
    elements[2] = _ECDSA_SHA1
    tbs = der_element(0x30, b"".join(elements))
    der = resigned(original, tbs, _ECDSA_SHA1, hashes.SHA1())
    return Issued(x509.load_der_x509_certificate(der), original.key, by)


def resigned(
    original: Issued,
    tbs: bytes,
    algorithm: bytes = bytes.fromhex("300a06082a8648ce3d040302"),
    hash_algorithm: hashes.HashAlgorithm | None = None,
) -> bytes:
    """The DER of a certificate with these to-be-signed bytes, signed by the original's issuer."""
    assert original.issuer is not None
    signer = original.issuer.key
    assert isinstance(signer, ec.EllipticCurvePrivateKey)
    signature = signer.sign(tbs, ec.ECDSA(hash_algorithm or hashes.SHA256()))
    return der_element(0x30, tbs + algorithm + der_element(0x03, b"\0" + signature))


def with_negative_serial(by: Issued) -> tuple[bytes, Issued]:
    """A leaf whose serial number is -5."""
    original = issue(by=by, serial=5)
    tbs = original.certificate.tbs_certificate_bytes.replace(b"\x02\x01\x05", b"\x02\x01\xfb", 1)
    return resigned(original, tbs), original


def version_one(by: Issued) -> tuple[bytes, Issued]:
    """A leaf of version 1, which has no extensions and so no alternative name."""
    original = issue(by=by)
    elements = list(der_elements(der_content(original.certificate.tbs_certificate_bytes)))
    kept = b"".join(element for element in elements if element[0] not in (0xA0, 0xA3))
    return resigned(original, der_element(0x30, kept)), original


def der_element(tag: int, content: bytes) -> bytes:
    length = len(content)
    if length < 0x80:
        return bytes([tag, length]) + content
    size = (length.bit_length() + 7) // 8
    return bytes([tag, 0x80 | size]) + length.to_bytes(size, "big") + content


def der_content(element: bytes) -> bytes:
    size = element[1] & 0x7F if element[1] & 0x80 else 0
    return element[2 + size :]


def der_elements(content: bytes) -> Iterable[bytes]:
    while content:
        size = content[1] & 0x7F if content[1] & 0x80 else 0
        length = int.from_bytes(content[2 : 2 + size], "big") if size else content[1]
        end = 2 + size + length
        yield content[:end]
        content = content[end:]
