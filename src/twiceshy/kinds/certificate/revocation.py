"""Has the issuer taken the certificate back? Answered from the revocation lists that are given."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

from twiceshy.kinds.certificate.facts import RevocationList
from twiceshy.kinds.certificate.flaw import Flaw, critical, warning
from twiceshy.kinds.certificate.path import Path
from twiceshy.kinds.certificate.phrases import instant, instant_and_relative, shortened
from twiceshy.kinds.certificate.read import Certificate, quiet

_FETCH = "Fetch the current revocation list, and see that whatever fetches it runs."


@dataclass(frozen=True, slots=True, eq=False)
class CrlView:
    """A revocation list as far as it can be read."""

    issuer: bytes
    issued: datetime
    next_issue: datetime | None
    parsed: x509.CertificateRevocationList


@lru_cache(maxsize=64)
def read_list(data: bytes) -> CrlView | str:
    """The list in PEM or DER; a clause for people when it is none."""
    load = x509.load_der_x509_crl if data[:1] == b"\x30" else x509.load_pem_x509_crl
    try:
        with quiet():
            parsed = load(data)
            return CrlView(
                parsed.issuer.public_bytes(),
                parsed.last_update_utc,
                parsed.next_update_utc,
                parsed,
            )
    except (ValueError, TypeError, OverflowError, UnsupportedAlgorithm) as error:
        return shortened(f"it is no revocation list: {error}", 200)


@lru_cache(maxsize=256)
def signed_by(view: CrlView, issuer: Certificate) -> bool:
    """Whether the issuer's key signed this list."""
    key = issuer.parsed.public_key()
    try:
        return view.parsed.is_signature_valid(key)  # type: ignore[arg-type] # other kinds of key are a TypeError
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return False


def revocation_flaws(
    path: Path, lists: tuple[RevocationList, ...], now: datetime
) -> tuple[Flaw, ...]:
    """Links that were revoked, and lists that can no longer answer; nothing when none are given."""
    if not lists:
        return ()
    flaws = [flaw for one in lists if (flaw := _list_flaw(one, now)) is not None]
    for certificate, issuer in zip(path.links, path.links[1:], strict=False):
        answering = [
            view
            for one in lists
            if isinstance(view := read_list(one.data), CrlView)
            and view.issuer == certificate.issuer
            and signed_by(view, issuer)
        ]
        revoked = next((f for view in answering if (f := _revoked(certificate, view))), None)
        if revoked is not None:
            flaws.append(revoked)
        elif certificate is path.links[0] and not answering:
            why = f"none of the revocation lists given is by {issuer.label!r}, its issuer"
            flaws.append(warning("no-revocation-list", why, "Add the issuer's list under `crl`."))
    return tuple(flaws)


def _list_flaw(one: RevocationList, now: datetime) -> Flaw | None:
    view = read_list(one.data)
    if isinstance(view, str):
        why = f"the revocation list {one.source} cannot be used: {view}"
        return warning("unreadable-revocation-list", why, _FETCH)
    if view.next_issue is not None and now > view.next_issue:
        ended = instant_and_relative(view.next_issue, now)
        why = f"the revocation list {one.source} ran out {ended}: later revocations are not seen"
        return warning("expired-revocation-list", why, _FETCH)
    return None


def _revoked(certificate: Certificate, view: CrlView) -> Flaw | None:
    if certificate.serial <= 0:
        return None
    try:
        with quiet():
            entry = view.parsed.get_revoked_certificate_by_serial_number(certificate.serial)
        if entry is None:
            return None
        since = instant(entry.revocation_date_utc)
    except (ValueError, OverflowError):
        since = "a time that cannot be read"
    return critical(
        "revoked",
        f"the certificate {certificate.label!r} was revoked on {since}",
        "Have a new certificate issued with a new key, install it and reload at once.",
    )
