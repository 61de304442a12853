"""Is a certificate for this host? Names are looked for where RFC 6125 and 9525 allow them only.

That is in the subject alternative names: as dNSName with at most one wildcard, which is the whole
leftmost label, or as iPAddress for an address. The common name is not looked at: no current client
does.
"""

from __future__ import annotations

import ipaddress
from functools import lru_cache

from twiceshy.kinds.certificate.extensions import Extensions
from twiceshy.kinds.certificate.flaw import Flaw, critical
from twiceshy.kinds.certificate.phrases import shortened

_MOST_HOST_CHARACTERS = 253
_MOST_LABEL_CHARACTERS = 63
_FEWEST_WILDCARD_LABELS = 3
_DEVIATING = frozenset("ßς\u200c\u200d")
"""Characters that the two standards for international names encode differently (UTS 46)."""

_SHOWN_NAMES = 4


@lru_cache(maxsize=4096)
def a_label_form(host: str) -> str:
    """A host as TLS and certificates write it: lower case, `xn--` labels, no dot at the end.

    IP addresses come back in their shortest form. Raises ValueError, with a sentence, for what
    cannot be a host name.
    """
    address = as_address(host)
    if address is not None:
        return address
    name = host.rstrip(".").lower()
    if not name.isascii():
        if _DEVIATING & set(name):
            raise ValueError(
                f"{shortened(host)!r} reads differently in the two standards for international "
                "names: write it in its xn-- form"
            )
        try:
            name = name.encode("idna").decode("ascii")
        except UnicodeError as error:
            raise ValueError(f"{shortened(host)!r} is no host name: {error}") from None
    if not 1 <= len(name) <= _MOST_HOST_CHARACTERS or any(c.isspace() for c in name):
        raise ValueError(f"{shortened(host)!r} is no host name")
    if any(not 1 <= len(label) <= _MOST_LABEL_CHARACTERS for label in name.split(".")):
        raise ValueError(f"{shortened(host)!r} has a part that is empty or too long")
    return name


@lru_cache(maxsize=4096)
def as_address(host: str) -> str | None:
    """The IP address that `host` is, in its shortest form; None when it is a name."""
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        return None


def covers(extensions: Extensions, name: str) -> bool:
    """Whether one of the alternative names is for `name` (in the form `a_label_form` gives)."""
    if as_address(name) is not None:
        return name in extensions.ip_addresses
    return any(_matches(pattern, name) for pattern in extensions.dns_names)


def _matches(pattern: str, name: str) -> bool:
    pattern = pattern.lower().rstrip(".")
    if pattern == name:
        return True
    if not pattern.startswith("*.") or pattern.count(".") + 1 < _FEWEST_WILDCARD_LABELS:
        return False
    rest = pattern[1:]
    if "*" in rest:
        return False
    first, dot, parent = name.partition(".")
    return bool(first) and f"{dot}{parent}" == rest


def name_flaw(extensions: Extensions, name: str) -> Flaw | None:
    """What is wrong with the names, for a client that asked for `name`."""
    if covers(extensions, name):
        return None
    again = f"Issue the certificate again with {name} among its alternative names, and reload."
    if not extensions.has_alternative_name:
        return critical(
            "no-alternative-name",
            "the certificate has no subject alternative name, and clients ignore its common name",
            again,
        )
    listed = _listed(extensions)
    if as_address(name) is not None:
        inside = name in extensions.dns_names
        why = f"the certificate does not have {name} as an IP address (it is for {listed})"
        if inside:
            why = f"the certificate has the address {name} as a host name, which clients ignore"
        return critical("wrong-name", why, again)
    return critical(
        "wrong-name",
        f"the certificate is not for {name} but for {listed}",
        f"{again} If another service's certificate is served, correct which one is configured.",
    )


def _listed(extensions: Extensions) -> str:
    names = (*extensions.dns_names, *extensions.ip_addresses)
    shown = ", ".join(shortened(name) for name in names[:_SHOWN_NAMES])
    more = len(names) - _SHOWN_NAMES
    return (f"{shown} and {more} more" if more > 0 else shown) or "no host at all"
