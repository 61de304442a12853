"""Every address behind the name serves a valid certificate that lasts.

What it promises:
    Whoever connects to the target, at any of its addresses, over TLS or after STARTTLS (smtp,
    submission, imap, pop3, ldap, postgres, mysql), meets a certificate that is for the host name,
    leads to a trusted root, is neither expired nor about to be, has a strong key and signature, is
    allowed to be used for a server and has not been revoked, with a proof that the server holds
    its key. All addresses serve the same one, and it is the one on disk.

The outage behind it:
    Mail stopped because a certificate had run out; a web site went down because its renewal had
    failed for weeks and nobody was told. In both, people looked at the network first.

What it looks at:
    Each address (A and AAAA) of each endpoint: the chain as sent, asked for with the server name,
    without it, and for the other key type (RSA beside ECDSA). Every path to a trusted root is
    tried and the best one judged, so that an expired cross-signature beside a good path is no
    alarm. Held against it, when the promise names them: PEM files on disk, revocation lists, TLSA
    records. An expired or untrusted certificate is still read and described in full.
    It is critical when an endpoint is lost at every address, serious when it is at some or for
    some clients, a warning while everybody gets through: soon to end, an untidy chain, a life too
    long, an expired default certificate for clients that send no name.

When it cannot know:
    When nothing answers at an address, when the server hangs or hangs up, or refuses TLS for
    another reason than its certificate, the verdict is Unknown and says which address was not
    seen, even when all others hold.

Example:
    - id: mail-certificate
      kind: certificate
      target: mail
      promise: {days: 21, files: ["mail-1:/etc/letsencrypt/live/mail.example.org/fullchain.pem"]}
      every: 6h
      because: mail-2024#a2
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from twiceshy.kinds.certificate.agreement import not_served
from twiceshy.kinds.certificate.assess import Assessed, assess_all, tlsa_missing
from twiceshy.kinds.certificate.facts import CertificateFact, Look, Promise
from twiceshy.kinds.certificate.flaw import Flaw
from twiceshy.kinds.certificate.kept import kept_of
from twiceshy.kinds.certificate.phrases import instant_and_relative
from twiceshy.kinds.certificate.wording import (
    evidence_of,
    look_again,
    place,
    places,
    summary,
)
from twiceshy.model.verdict import Broken, Evidence, Holds, Severity, Unknown, Verdict


@dataclass(frozen=True, slots=True)
class Finding:
    """A flaw, and where it was met."""

    flaw: Flaw
    looks: tuple[Look, ...]
    where: str


def judge(promise: Promise, fact: CertificateFact, now: datetime) -> Verdict:
    """What the fact means for the promise at `now` (aware, UTC)."""
    if len(fact.looks) == 1 and not (fact.disk or fact.crls or fact.published or fact.not_read):
        kept = None if promise.tlsa else kept_of(promise, fact.looks[0], fact.store)
        if kept is not None and kept.spell.covers(now):
            return kept.verdict(now)
    return weighed(promise, fact, now)


def weighed(promise: Promise, fact: CertificateFact, now: datetime) -> Verdict:
    """The judgement in full, whatever the fact is."""
    assessed = assess_all(promise, fact, now)
    unseen = tuple(one for one in assessed if one.unseen is not None)
    findings = _findings(assessed, fact)
    unread = _unread(fact)
    evidence = (*evidence_of(sorted(assessed, key=_badness), now), *unread)
    if findings:
        return _broken(findings, unseen, evidence)
    if unseen or unread or not assessed:
        return _unknown(unseen, unread, evidence)
    return Holds(_summary(assessed, now), evidence)


def _findings(assessed: tuple[Assessed, ...], fact: CertificateFact) -> tuple[Finding, ...]:
    """All flaws, each once with the looks that met it, worst first."""
    findings = list(_met(assessed)) if any(one.flaws for one in assessed) else []
    if fact.disk:
        seen = tuple(one.seen for one in assessed if one.seen is not None)
        if seen:
            lonely = not_served(seen, fact.disk)
            findings.extend(Finding(flaw, (), one.source) for one, flaw in lonely)
    if fact.published:
        findings.extend(Finding(flaw, (), endpoint) for endpoint, flaw in tlsa_missing(fact))
    return tuple(sorted(findings, key=lambda found: -found.flaw.severity.rank))


def _met(assessed: tuple[Assessed, ...]) -> Iterator[Finding]:
    """The flaws of single looks, each once."""
    lost = _endpoints_lost(assessed)
    met: dict[Flaw, list[Look]] = {}
    for one in assessed:
        for flaw in one.flaws:
            met.setdefault(_scoped(flaw, one.look, lost), []).append(one.look)
    for flaw, looks in met.items():
        yield Finding(flaw, tuple(looks), places(looks))


def _endpoints_lost(assessed: Iterable[Assessed]) -> frozenset[str]:
    """Endpoints at none of whose addresses a client gets through."""
    safe, met = set(), set()
    for one in assessed:
        if one.look.is_main:
            met.add(one.look.endpoint)
            if not any(flaw.severity is Severity.CRITICAL for flaw in one.flaws):
                safe.add(one.look.endpoint)
    return frozenset(met - safe)


def _scoped(flaw: Flaw, look: Look, lost: frozenset[str]) -> Flaw:
    """The flaw as bad as it is here: a client that gets through elsewhere is hurt less."""
    if not look.named:
        most = Severity.WARNING
    elif look.key_type != "any" or look.endpoint not in lost:
        most = Severity.SERIOUS
    else:
        most = Severity.CRITICAL
    return flaw if flaw.severity.rank <= most.rank else replace(flaw, severity=most)


def _broken(
    findings: tuple[Finding, ...], unseen: tuple[Assessed, ...], evidence: tuple[Evidence, ...]
) -> Broken:
    worst = findings[0]
    why = f"{worst.flaw.why}: {worst.where}"
    others = len({found.flaw.code for found in findings} - {worst.flaw.code})
    if others:
        why += f"; and {others} more {'fault' if others == 1 else 'faults'}"
    if unseen:
        why += f"; not seen: {places(one.look for one in unseen)}"
    hurts = [found.flaw.hurts_at for found in findings if found.flaw.hurts_at is not None]
    hurts_now = worst.flaw.severity is Severity.CRITICAL or not hurts
    return Broken(
        worst.flaw.severity,
        why,
        evidence,
        hurts_at=None if hurts_now else min(hurts),
        next_step=worst.flaw.next_step,
    )


def _unknown(
    unseen: tuple[Assessed, ...], unread: tuple[Evidence, ...], evidence: tuple[Evidence, ...]
) -> Unknown:
    if unseen:
        first = unseen[0]
        why = f"{first.unseen}: {places(one.look for one in unseen if one.unseen == first.unseen)}"
        others = [one.look for one in unseen if one.unseen != first.unseen]
        if others:
            why += f"; not seen either: {places(others)}"
        return Unknown(why, evidence, look_again(first.look))
    if unread:
        step = "Make it readable for the account that checks, or correct the path."
        return Unknown(f"{unread[0].what} could not be read: {unread[0].found}", evidence, step)
    return Unknown("there was nothing to look at", evidence, "See the guard's target.")


def _unread(fact: CertificateFact) -> tuple[Evidence, ...]:
    """What the fact was to be held against, and could not be read."""
    if not fact.not_read and not fact.disk and fact.store.why_unread is None:
        return ()
    unread = [Evidence(one.source, one.why) for one in fact.not_read]
    if fact.store.why_unread is not None:
        unread.append(Evidence(f"the roots in {fact.store.name}", fact.store.why_unread))
    unread.extend(
        Evidence(one.source, "no certificate in it") for one in fact.disk if not one.chain
    )
    return tuple(unread)


def _badness(one: Assessed) -> int:
    if one.flaws:
        return -1 - max(flaw.severity.rank for flaw in one.flaws)
    return 0 if one.unseen is not None else 1


def _summary(assessed: tuple[Assessed, ...], now: datetime) -> str:
    named = [one for one in assessed if one.look.named and one.path is not None]
    first = min((one.path.ends, place(one.look)) for one in named if one.path is not None)
    count = len({(one.look.endpoint, one.look.address) for one in named})
    return f"{summary(count)} {instant_and_relative(first[0], now)}"
