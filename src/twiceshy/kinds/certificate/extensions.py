"""The extensions that decide whether a certificate is good for a TLS server (RFC 5280, 4.2)."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar, cast

from cryptography import x509
from cryptography.x509.oid import (
    AuthorityInformationAccessOID,
    ExtendedKeyUsageOID,
    ExtensionOID,
)

_Extension = TypeVar("_Extension", bound=x509.ExtensionType)

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

MOST_NAMES = 5000
"""Names beyond these are not looked at; no authority issues nearly as many."""

SERVER_AUTH = ExtendedKeyUsageOID.SERVER_AUTH.dotted_string
ANY_USAGE = ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE.dotted_string

_UNDERSTOOD = frozenset(
    {
        ExtensionOID.BASIC_CONSTRAINTS,
        ExtensionOID.KEY_USAGE,
        ExtensionOID.EXTENDED_KEY_USAGE,
        ExtensionOID.SUBJECT_ALTERNATIVE_NAME,
        ExtensionOID.NAME_CONSTRAINTS,
        ExtensionOID.TLS_FEATURE,
        ExtensionOID.SUBJECT_KEY_IDENTIFIER,
        ExtensionOID.AUTHORITY_KEY_IDENTIFIER,
        ExtensionOID.CRL_DISTRIBUTION_POINTS,
        ExtensionOID.AUTHORITY_INFORMATION_ACCESS,
        ExtensionOID.CERTIFICATE_POLICIES,
        ExtensionOID.POLICY_CONSTRAINTS,
        ExtensionOID.INHIBIT_ANY_POLICY,
        ExtensionOID.ISSUER_ALTERNATIVE_NAME,
        ExtensionOID.SUBJECT_INFORMATION_ACCESS,
        ExtensionOID.PRECERT_SIGNED_CERTIFICATE_TIMESTAMPS,
    }
)
"""May be marked critical without a client turning away."""


@dataclass(frozen=True, slots=True)
class NameLimits:
    """Name constraints of an authority; empty tuples limit nothing."""

    permitted_dns: tuple[str, ...] = ()
    excluded_dns: tuple[str, ...] = ()
    permitted_ip: tuple[Network, ...] = ()
    excluded_ip: tuple[Network, ...] = ()
    permitted_subjects: tuple[tuple[bytes, ...], ...] = ()
    """Each the DER of the leading parts that a subject must have."""
    excluded_subjects: tuple[tuple[bytes, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Extensions:
    """What a certificate says beyond its name, dates and key; None where it is silent."""

    present: bool = False
    has_alternative_name: bool = False
    dns_names: tuple[str, ...] = ()
    """As written, not necessarily host names."""
    ip_addresses: tuple[str, ...] = ()
    is_ca: bool | None = None
    path_length: int | None = None
    key_usage: frozenset[str] | None = None
    """Of `digital_signature`, `key_encipherment`, `key_agreement`, `key_cert_sign`, `crl_sign`."""
    extended_usage: frozenset[str] | None = None
    """Dotted object identifiers."""
    name_limits: NameLimits | None = None
    must_staple: bool = False
    fetches_issuer: bool = False
    """Whether it says where its issuer's certificate can be fetched (AIA)."""
    unknown_critical: tuple[str, ...] = ()
    oddities: tuple[str, ...] = ()

    @property
    def serves(self) -> bool:
        """Whether the extended key usage allows a TLS server."""
        return self.extended_usage is None or bool(self.extended_usage & {SERVER_AUTH, ANY_USAGE})


NOTHING = Extensions()


def read_extensions(found: x509.Extensions) -> Extensions:
    """The extensions that matter; raises what the library raises over broken ones."""
    values: _ByType = {}
    unknown = []
    for one in found:
        value = one.value
        values[type(value)] = value
        if one.critical and one.oid not in _UNDERSTOOD:
            unknown.append(one.oid.dotted_string)
    names = _value(values, x509.SubjectAlternativeName)
    basic = _value(values, x509.BasicConstraints)
    key_usage = _value(values, x509.KeyUsage)
    extended_usage = _value(values, x509.ExtendedKeyUsage)
    limits = _value(values, x509.NameConstraints)
    dns_names, ip_addresses = _names(names or ())
    return Extensions(
        present=bool(values),
        has_alternative_name=names is not None,
        dns_names=dns_names,
        ip_addresses=ip_addresses,
        is_ca=None if basic is None else basic.ca,
        path_length=None if basic is None else basic.path_length,
        key_usage=None if key_usage is None else _key_usage(key_usage),
        extended_usage=None
        if extended_usage is None
        else frozenset(oid.dotted_string for oid in extended_usage),
        name_limits=None if limits is None else _name_limits(limits),
        must_staple=x509.TLSFeatureType.status_request in (_value(values, x509.TLSFeature) or ()),
        fetches_issuer=any(
            at.access_method == AuthorityInformationAccessOID.CA_ISSUERS
            for at in _value(values, x509.AuthorityInformationAccess) or ()
        ),
        unknown_critical=tuple(unknown),
        oddities=_name_oddities(names, dns_names),
    )


_ByType = dict[type[x509.ExtensionType], x509.ExtensionType]


def _value(values: _ByType, wanted: type[_Extension]) -> _Extension | None:
    return cast("_Extension | None", values.get(wanted))


def _names(names: Iterable[x509.GeneralName]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    some = tuple(islice(names, MOST_NAMES))
    return (
        tuple(name.value for name in some if isinstance(name, x509.DNSName)),
        tuple(str(name.value) for name in some if isinstance(name, x509.IPAddress)),
    )


def _name_oddities(
    names: x509.SubjectAlternativeName | None, dns_names: tuple[str, ...]
) -> tuple[str, ...]:
    oddities = []
    if names is not None and len(names) > MOST_NAMES:
        oddities.append(f"it has more than {MOST_NAMES} names")
    if any(not name.isascii() for name in dns_names):
        oddities.append("a host name in it is not ASCII: IDN names must be in their xn-- form")
    return tuple(oddities)


def _key_usage(value: x509.KeyUsage) -> frozenset[str]:
    names = (
        "digital_signature",
        "key_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
    )
    return frozenset(name for name in names if getattr(value, name))


def _name_limits(value: x509.NameConstraints) -> NameLimits:
    permitted, excluded = value.permitted_subtrees or (), value.excluded_subtrees or ()
    return NameLimits(
        permitted_dns=_dns(permitted),
        excluded_dns=_dns(excluded),
        permitted_ip=_networks(permitted),
        excluded_ip=_networks(excluded),
        permitted_subjects=_subjects(permitted),
        excluded_subjects=_subjects(excluded),
    )


def _dns(names: Iterable[x509.GeneralName]) -> tuple[str, ...]:
    return tuple(name.value.lower() for name in names if isinstance(name, x509.DNSName))


def _networks(names: Iterable[x509.GeneralName]) -> tuple[Network, ...]:
    return tuple(
        name.value
        for name in names
        if isinstance(name, x509.IPAddress)
        and isinstance(name.value, ipaddress.IPv4Network | ipaddress.IPv6Network)
    )


def _subjects(names: Iterable[x509.GeneralName]) -> tuple[tuple[bytes, ...], ...]:
    return tuple(
        relative_names(name.value) for name in names if isinstance(name, x509.DirectoryName)
    )


def relative_names(name: x509.Name) -> tuple[bytes, ...]:
    """The parts of a name, each as DER, so that they can be compared."""
    return tuple(x509.Name([part]).public_bytes() for part in name.rdns)
