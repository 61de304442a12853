"""What a value must look like; what does not is found by the daemon that reads it, and only then.

`postfix check` and `postconf -n` say nothing about any of these.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from types import MappingProxyType

from twiceshy.languages.postfix.names import BOOLEANS, NUMBERS, TIMES

_CLIENT_LEVELS = (
    "none",
    "may",
    "encrypt",
    "dane",
    "dane-only",
    "fingerprint",
    "verify",
    "secure",
)
_SERVER_LEVELS = ("none", "may", "encrypt")
ENUMERATIONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "smtp_tls_security_level": _CLIENT_LEVELS,
        "lmtp_tls_security_level": _CLIENT_LEVELS,
        "tlsproxy_client_security_level": _CLIENT_LEVELS,
        "smtpd_tls_security_level": _SERVER_LEVELS,
        "tlsproxy_tls_security_level": _SERVER_LEVELS,
        "postscreen_tls_security_level": _SERVER_LEVELS,
        "smtp_dns_support_level": ("disabled", "enabled", "dnssec"),
        "lmtp_dns_support_level": ("disabled", "enabled", "dnssec"),
        "smtp_address_preference": ("any", "ipv4", "ipv6"),
        "smtp_tls_dane_insecure_mx_policy": ("may", "encrypt", "dane"),
        "smtpd_tls_eecdh_grade": ("none", "strong", "ultra", "auto"),
        "postscreen_greet_action": ("ignore", "enforce", "drop"),
        "postscreen_dnsbl_action": ("ignore", "enforce", "drop"),
        "postscreen_denylist_action": ("ignore", "enforce", "drop"),
        "milter_default_action": ("accept", "reject", "tempfail", "quarantine", "shutdown"),
        "smtpd_milter_default_action": ("accept", "reject", "tempfail", "quarantine"),
        "smtpd_sasl_type": ("cyrus", "dovecot"),
        "smtp_sasl_type": ("cyrus",),
        **{
            f"{side}_tls{kind}_ciphers": ("export", "low", "medium", "high", "null")
            for side in ("smtp", "smtpd", "lmtp")
            for kind in ("", "_mandatory")
        },
    }
)
"""Parameter to the values it may have; empty is allowed wherever Postfix allows it."""
_LISTED = MappingProxyType(
    {
        "inet_protocols": ("all", "ipv4", "ipv6"),
        "smtp_host_lookup": ("dns", "native"),
        "lmtp_host_lookup": ("dns", "native"),
    }
)
_ADDRESSES = MappingProxyType(
    {
        "smtp_bind_address": 4,
        "lmtp_bind_address": 4,
        "smtp_bind_address6": 6,
        "lmtp_bind_address6": 6,
    }
)
_PORT = re.compile(r"\d{1,5}|[A-Za-z][\w+-]*")
_MOST_PORT = 65535


def wrong(name: str, value: str) -> str | None:  # noqa: PLR0911 - one return per type
    """Why a value with everything filled in is none for its parameter; None when it may be."""
    shown = value if len(value) <= 40 else f"{value[:37]}..."  # noqa: PLR2004 - one line
    if name in BOOLEANS:
        return None if value.lower() in {"yes", "no"} else f"{shown!r} is neither yes nor no"
    if name in TIMES:
        is_time = re.fullmatch(r"\d+\s*[smhdwSMHDW]?", value) is not None
        return None if is_time else f"{shown!r} is no time: a number with s, m, h, d or w"
    if name in NUMBERS:
        return None if re.fullmatch(r"\d+", value) else f"{shown!r} is no number"
    allowed = ENUMERATIONS.get(name)
    if allowed is not None and value and value.lower() not in allowed:
        return f"{shown!r} is none of {', '.join(allowed)}"
    listed = _LISTED.get(name)
    if listed is not None:
        strange = [one for one in re.split(r"[\s,]+", value.lower()) if one and one not in listed]
        return f"{strange[0][:40]!r} is none of {', '.join(listed)}" if strange else None
    if name in _ADDRESSES and value:
        return _wrong_address(value, _ADDRESSES[name])
    return None


def _wrong_address(value: str, version: int) -> str | None:
    try:
        address = ipaddress.ip_address(value.strip("[]"))
    except ValueError:
        return f"{value[:40]!r} is no IP address"
    if address.version != version:
        return f"{value} is no IPv{version} address"
    if address.is_multicast or (address.version == 4 and address.is_reserved):  # noqa: PLR2004
        return f"{value} is an address that no host can have"
    return None


def wrong_nexthop(text: str) -> str | None:  # noqa: PLR0911 - one return per form
    """Why a next hop such as `[relay.example.org]:587` is none; None when it may be.

    Forms: `domain`, `domain:port`, `[host]`, `[host]:port`, `[address]`, `inet:host:port` and
    `unix:path` for LMTP (postconf(5), smtp(8)).
    """
    if text.startswith(("inet:", "unix:")):
        return None
    if text.startswith("["):
        host, bracket, rest = text[1:].partition("]")
        if not bracket:
            return f"{text[:60]!r} has no closing bracket"
        if rest and not rest.startswith(":"):
            return f"{rest[:40]!r} follows the bracket instead of a port"
        port = rest.removeprefix(":") if rest else None
        host = re.sub(r"^ipv6:", "", host, flags=re.IGNORECASE)
    else:
        host, colon, after = text.partition(":")
        port = after if colon else None
    if not host:
        return f"{text[:60]!r} names no host"
    if "]" in host or "[" in host or re.search(r"[\s,;/@]", host):
        return f"{host[:60]!r} is no host name"
    if port is None:
        return None
    if not _PORT.fullmatch(port) or (port.isdigit() and not 0 < int(port) <= _MOST_PORT):
        return f"{port[:20]!r} is no port"
    return None


def seconds_of(value: str, default_unit: str = "s") -> int | None:
    """A time value in seconds; None when it is none."""
    found = re.fullmatch(r"(\d{1,12})\s*([smhdw]?)", value.lower())
    if found is None:
        return None
    unit = found[2] or default_unit
    return int(found[1]) * {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}[unit]
