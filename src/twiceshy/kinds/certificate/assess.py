"""One look at a server, judged at a moment: the flaws a client would meet there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from twiceshy.kinds.certificate.agreement import Seen, differing, not_on_disk
from twiceshy.kinds.certificate.dane import tlsa_flaw
from twiceshy.kinds.certificate.examine import examine
from twiceshy.kinds.certificate.facts import CertificateFact, Failure, Look, Promise, Served
from twiceshy.kinds.certificate.flaw import Flaw, critical, serious, warning
from twiceshy.kinds.certificate.lifetime import date_flaws, lasting_flaw, long_life_flaw
from twiceshy.kinds.certificate.path import Path
from twiceshy.kinds.certificate.read import Unreadable
from twiceshy.kinds.certificate.revocation import revocation_flaws
from twiceshy.kinds.certificate.spell import spell_of

_NOT_SETTLED = frozenset(
    {
        Failure.REFUSED,
        Failure.UNREACHABLE,
        Failure.NO_CONNECTION,
        Failure.SILENT,
        Failure.NOT_LOOKED,
        Failure.VERSION_REFUSED,
    }
)
"""A variant that failed so was not seen; one that failed otherwise is not offered."""


@dataclass(frozen=True, slots=True)
class Assessed:
    """A look and what it means."""

    look: Look
    flaws: tuple[Flaw, ...] = ()
    seen: Seen | None = None
    """None when no chain could be read."""
    path: Path | None = None
    """The path that was judged: the best trusted one, or the one that leads nowhere."""
    unseen: str | None = None
    """Why nothing can be said of this look."""

    @property
    def adds_nothing(self) -> bool:
        """Whether this is a variant that the server does not offer."""
        return self.seen is None and self.unseen is None and not self.flaws


def assess_all(promise: Promise, fact: CertificateFact, now: datetime) -> tuple[Assessed, ...]:
    """Every look judged, alone and beside the others; variants that repeat the main look left out."""
    looks = fact.looks if len(fact.looks) == 1 else _telling(fact.looks)
    assessed = tuple(
        one for look in looks if not (one := _assess(promise, fact, look, now)).adds_nothing
    )
    return _with_disagreements(assessed, promise, fact, now)


def _telling(looks: tuple[Look, ...]) -> tuple[Look, ...]:
    """The looks without the variants that met the same chain as the main look there."""
    main_chains = {
        (look.endpoint, look.address): look.seen.chain
        for look in looks
        if look.is_main and isinstance(look.seen, Served)
    }
    return tuple(
        look
        for look in looks
        if look.is_main
        or not isinstance(look.seen, Served)
        or main_chains.get((look.endpoint, look.address)) != look.seen.chain
    )


def _assess(promise: Promise, fact: CertificateFact, look: Look, now: datetime) -> Assessed:
    if not isinstance(look.seen, Served):
        return _not_served(look)
    if look.named and not (fact.crls or fact.published or promise.tlsa):
        spell = spell_of(promise, look.name, look.seen.chain, fact.store)
        if spell is not None and spell.covers(now):
            return Assessed(look, (), Seen(look, spell.examined), spell.path)
    examined = examine(look.name, look.seen.chain, fact.store, promise.min_rsa_bits)
    if isinstance(examined, Unreadable):
        why = f"the certificate cannot be read: {examined.why}"
        flaw = critical("unreadable", why, "Have it issued again by sound software, and reload.")
        return Assessed(look, (flaw,))
    seen = Seen(look, examined)
    path = examined.search.best(now) or examined.search.dead_end
    flaws = list(date_flaws(path, now))
    if not look.named:
        # No name was asked for, so another service's certificate is no fault: only its dates are.
        ends = None if flaws else lasting_flaw(path, promise, now)
        return Assessed(look, tuple(filter(None, (*flaws, ends))), seen, path)
    if not flaws:
        flaws.extend(filter(None, (lasting_flaw(path, promise, now),)))
    if examined.distrust is not None:
        flaws.append(examined.distrust)
    flaws.extend(examined.flaws)
    flaws.extend(path.flaws)
    leaf = examined.leaf
    lifetime = long_life_flaw(leaf, promise, is_public=fact.store.is_public and path.trusted)
    staple = _staple_flaw(seen, look.seen)
    records = _records(promise, fact, look)
    flaws.extend(filter(None, (lifetime, staple, tlsa_flaw(examined.sent, records))))
    flaws.extend(revocation_flaws(path, fact.crls, now))
    unseen = None
    if leaf.extensions.must_staple and look.seen.stapled is None:
        unseen = "it must come with a stapled OCSP answer, and whether it does could not be asked"
    return Assessed(look, tuple(dict.fromkeys(flaws)), seen, path, unseen)


def _not_served(look: Look) -> Assessed:
    assert not isinstance(look.seen, Served)
    failure, detail = look.seen.failure, look.seen.detail
    if not look.is_main:
        if failure is Failure.NO_PROOF:
            return Assessed(look, (_condemned(failure, detail),))
        return Assessed(look, unseen=detail if failure in _NOT_SETTLED else None)
    if failure.condemns:
        return Assessed(look, (_condemned(failure, detail),))
    return Assessed(look, unseen=detail)


def _condemned(failure: Failure, detail: str) -> Flaw:
    steps = {
        Failure.NAME_REFUSED: "Give the server a certificate for this name, and reload.",
        Failure.STARTTLS_NOT_OFFERED: "Switch TLS on for this listener, and see that nothing on "
        "the way strips STARTTLS.",
        Failure.NOT_TLS: "Switch TLS on for this listener, or correct the URL's scheme or port.",
        Failure.NO_PROOF: "Install the key that belongs to the certificate; if it is there, find "
        "out who else answers at this address.",
        Failure.TOO_LARGE: "Write the chain file again: only the certificates clients need.",
    }
    return critical(failure.value.replace("_", "-"), detail, steps[failure])


def _staple_flaw(seen: Seen, served: Served) -> Flaw | None:
    if not seen.leaf.extensions.must_staple or served.stapled is not False:
        return None
    return serious(
        "no-staple",
        "the certificate says it comes with a stapled OCSP answer (must-staple), and it does not",
        "Switch OCSP stapling on, or have the certificate issued again without must-staple.",
    )


def _records(promise: Promise, fact: CertificateFact, look: Look) -> tuple[str, ...]:
    given = tuple(record for record in promise.tlsa if record != "dns")
    published = (one.records for one in fact.published if one.endpoint == look.endpoint)
    return (*given, *(record for records in published for record in records))


def _with_disagreements(
    assessed: tuple[Assessed, ...], promise: Promise, fact: CertificateFact, now: datetime
) -> tuple[Assessed, ...]:
    if len(assessed) == 1 and not fact.disk:
        return assessed
    seen = tuple(one.seen for one in assessed if one.seen is not None)
    extra: dict[int, list[Flaw]] = {}
    for one, flaw in (*differing(seen, promise, now), *not_on_disk(seen, fact.disk, promise, now)):
        extra.setdefault(id(one), []).append(flaw)
    if not extra:
        return assessed
    return tuple(
        replace(one, flaws=_reloading(one.flaws, extra[id(one.seen)]))
        if id(one.seen) in extra
        else one
        for one in assessed
    )


def _reloading(flaws: tuple[Flaw, ...], disagreements: list[Flaw]) -> tuple[Flaw, ...]:
    """All flaws of a place that is behind the others: there, what is old needs a reload only."""
    step = disagreements[0].next_step
    ageing = {"expired", "ends-soon"}
    mended = (replace(one, next_step=step) if one.code in ageing else one for one in flaws)
    return (*mended, *disagreements)


def tlsa_missing(fact: CertificateFact) -> tuple[tuple[str, Flaw], ...]:
    """Endpoints whose TLSA records were looked up, and that have none."""
    why = "no TLSA record is published"
    step = "Publish `3 1 1` with the SHA-256 of the served key, or take `dns` out of the promise."
    return tuple(
        (one.endpoint, warning("tlsa-missing", why, step))
        for one in fact.published
        if not one.records
    )
