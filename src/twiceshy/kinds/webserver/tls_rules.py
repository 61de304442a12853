"""Are the TLS files of one listener sound?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from twiceshy.kinds.finding import Finding
from twiceshy.kinds.webserver.facts import (
    CertificateSeen,
    FileState,
    ListenerSeen,
    PairSeen,
    Promise,
    TlsFile,
)
from twiceshy.model.verdict import Evidence, Severity

_URGENT = timedelta(days=3)


def judge_listener(promise: Promise, seen: ListenerSeen, now: datetime) -> Iterator[Finding]:
    """Every file that the listener needs."""
    what = f"{seen.title} at {', '.join(seen.sockets)}"
    if seen.trouble is not None:
        yield Finding(
            f"{what} speaks TLS and has no certificate: {seen.trouble}",
            Evidence(what, seen.trouble, seen.place),
            severity=Severity.CRITICAL,
            next_step="Name the certificate and its key.",
        )
    if seen.unknown is not None:
        yield Finding(
            f"{what}: {seen.unknown}", Evidence(what, seen.unknown, seen.place), unknown=True
        )
    for pair in seen.pairs:
        yield from _pair(promise, pair, what, now)
    read = [pair for pair in seen.pairs if pair.certificate.state is FileState.READ]
    if read and len(read) == len(seen.pairs):
        yield from _names(seen, read, what)


def _pair(promise: Promise, pair: PairSeen, what: str, now: datetime) -> Iterator[Finding]:
    absent = [
        finding
        for one, role in ((pair.certificate, "certificate"), (pair.key, "key"))
        if (finding := _absent(one, role, what)) is not None
    ]
    yield from absent
    if pair.certificate.state is not FileState.READ:
        return
    leaf = pair.certificate.certificates[0]
    if pair.key.state is FileState.READ and pair.key.spki_sha256 != leaf.spki_sha256:
        in_file = any(
            one.spki_sha256 == pair.key.spki_sha256 for one in pair.certificate.certificates
        )
        order = ": the file begins with another certificate than the server's own" * in_file
        yield Finding(
            f"{what}: the key {pair.key.path} does not belong to {pair.certificate.path}{order}",
            Evidence(what, f"{pair.key.path} is the key of another certificate", pair.key.place),
            severity=Severity.CRITICAL,
            next_step="Put the key and the certificate that belong together in place; reload.",
        )
    yield _lasts(promise, pair.certificate, leaf, what, now)
    if promise.chain:
        yield from _chain(pair.certificate, what)


def _absent(one: TlsFile, role: str, what: str) -> Finding | None:
    evidence = Evidence(f"{role} {one.path} of {what}", one.why, one.place)
    match one.state:
        case FileState.READ:
            return None
        case FileState.NOT_HANDED_IN:
            return Finding(
                f"{one.path} was not part of what was handed in", evidence, left_out=True
            )
        case FileState.UNSEEN:
            return Finding(
                f"the {role} {one.path} could not be read: {one.why}",
                evidence,
                unknown=True,
                next_step="Let the user that twiceshy reaches the host as read it.",
            )
        case FileState.MISSING | FileState.WRONG:
            return Finding(
                f"{what}: the {role} {one.path} cannot be used: {one.why}",
                evidence,
                severity=Severity.CRITICAL,
                next_step="Put the file in place before the next reload or restart.",
            )


def _lasts(
    promise: Promise, file: TlsFile, leaf: CertificateSeen, what: str, now: datetime
) -> Finding:
    days = promise.certificate_days or 0
    left = leaf.not_after - now
    end = f"{leaf.not_after:%Y-%m-%d %H:%M} UTC"
    evidence = Evidence(what, f"{file.path} ends {end}", file.place)
    if leaf.not_before > now:
        return Finding(
            f"{what}: {file.path} is not valid before {leaf.not_before:%Y-%m-%d %H:%M} UTC",
            evidence,
            severity=Severity.CRITICAL,
            next_step="Check the clock of the host, then the certificate.",
        )
    if left >= timedelta(days=days) and left > timedelta(0):
        return Finding("", evidence)
    if left <= timedelta(0):
        severity, words = Severity.CRITICAL, f"ended {end}"
    else:
        severity = Severity.SERIOUS if left < _URGENT else Severity.WARNING
        words = f"ends {end}, in {left.days} days, promised {days}"
    return Finding(
        f"{what}: {file.path} {words}",
        evidence,
        severity=severity,
        next_step="Renew the certificate, then reload the server.",
        hurts_at=leaf.not_after,
    )


def _chain(file: TlsFile, what: str) -> Iterator[Finding]:
    certificates = file.certificates
    leaf = certificates[0]
    if leaf.is_self_issued:
        return
    if len(certificates) == 1:
        yield Finding(
            f"{what}: {file.path} lacks the certificate of its issuer {leaf.issuer!r}",
            Evidence(what, f"{file.path} holds the server's own certificate only", file.place),
            severity=Severity.WARNING,
            next_step="Name the file with the full chain, or promise `chain: false`.",
        )
        return
    broken = next((one for one in certificates[:-1] if not one.issued_by_next), None)
    if broken is not None:
        yield Finding(
            f"{what}: in {file.path} the certificate after {broken.subject!r} did not issue it",
            Evidence(what, f"{file.path}: {broken.issuer!r} does not follow", file.place),
            severity=Severity.WARNING,
            next_step="Write the file again: the server's own first, then each issuer.",
        )


def _names(seen: ListenerSeen, pairs: list[PairSeen], what: str) -> Iterator[Finding]:
    covered = {name for pair in pairs for name in pair.certificate.certificates[0].names}
    missing = [name for name in seen.names if not _covers(covered, name)]
    if missing:
        file = pairs[0].certificate
        held = ", ".join(sorted(covered)[:5]) or "no name"
        yield Finding(
            f"{what}: {file.path} is not for {', '.join(missing[:3])}",
            Evidence(what, f"{file.path} is for {held}", file.place),
            severity=Severity.SERIOUS,
            next_step="Issue the certificate for all names that are served.",
        )


def _covers(covered: set[str], name: str) -> bool:
    parent = name.partition(".")[2]
    return name in covered or (bool(parent) and f"*.{parent}" in covered)
