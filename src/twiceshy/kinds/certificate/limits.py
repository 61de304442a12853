"""Name constraints: may this authority speak for these names (RFC 5280, section 4.2.1.10)?"""

from __future__ import annotations

import ipaddress

from cryptography import x509

from twiceshy.kinds.certificate.extensions import NameLimits, relative_names
from twiceshy.kinds.certificate.phrases import shortened
from twiceshy.kinds.certificate.read import Certificate


def outside(limits: NameLimits, certificate: Certificate) -> str | None:
    """The first name of `certificate` that the limits do not allow; None when all are allowed."""
    for name in certificate.extensions.dns_names:
        if not _dns_allowed(limits, name.lower()):
            return shortened(name)
    for address in certificate.extensions.ip_addresses:
        if not _ip_allowed(limits, address):
            return address
    if (limits.permitted_subjects or limits.excluded_subjects) and not _subject_allowed(
        limits, certificate
    ):
        return f"the subject {certificate.label!r}"
    return None


def _dns_allowed(limits: NameLimits, name: str) -> bool:
    if any(_dns_within(name, base) for base in limits.excluded_dns):
        return False
    return not limits.permitted_dns or any(_dns_within(name, b) for b in limits.permitted_dns)


def _dns_within(name: str, base: str) -> bool:
    base = base.removeprefix(".")
    return not base or name == base or name.endswith(f".{base}")


def _ip_allowed(limits: NameLimits, text: str) -> bool:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    if any(address in network for network in limits.excluded_ip):
        return False
    return not limits.permitted_ip or any(address in network for network in limits.permitted_ip)


def _subject_allowed(limits: NameLimits, certificate: Certificate) -> bool:
    parts = _subject_parts(certificate)
    if not parts:
        return True
    if any(parts[: len(base)] == base for base in limits.excluded_subjects):
        return False
    return not limits.permitted_subjects or any(
        parts[: len(base)] == base for base in limits.permitted_subjects
    )


def _subject_parts(certificate: Certificate) -> tuple[bytes, ...]:
    try:
        name: x509.Name = certificate.parsed.subject
    except ValueError:
        return ()
    return relative_names(name)
