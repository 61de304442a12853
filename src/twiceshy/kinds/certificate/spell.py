"""The spell in which a chain keeps the promise: between two moments nothing is wrong with it.

Nearly every check meets bytes that it met before, and well within that spell. Then a few
comparisons of dates are the whole judgement.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from twiceshy.kinds.certificate.examine import Examined, examine
from twiceshy.kinds.certificate.facts import Promise, TrustStore
from twiceshy.kinds.certificate.lifetime import long_life_flaw, margin
from twiceshy.kinds.certificate.path import Path
from twiceshy.kinds.certificate.read import Unreadable


@dataclass(frozen=True, slots=True, eq=False)
class Spell:
    """A chain without a flaw, and when that is so."""

    examined: Examined
    path: Path
    """The only one there is."""
    begins: datetime
    ends: datetime
    margin: timedelta
    """How long before the end the spell is over."""

    def covers(self, now: datetime) -> bool:
        """Whether nothing is wrong with the chain at `now`."""
        return self.begins <= now <= self.ends and self.ends - now >= self.margin


@lru_cache(maxsize=4096)
def spell_of(
    promise: Promise, name: str, chain: tuple[bytes, ...], store: TrustStore
) -> Spell | None:
    """The spell of a chain sent for `name`; None when something is always wrong or has to be asked.

    Revocation and what is published in DNS are no part of it.
    """
    examined = examine(name, chain, store, promise.min_rsa_bits)
    if isinstance(examined, Unreadable) or examined.flaws or examined.distrust is not None:
        return None
    if len(examined.search.paths) != 1 or examined.leaf.extensions.must_staple:
        return None
    path = examined.search.paths[0]
    if path.flaws or long_life_flaw(examined.leaf, promise, is_public=store.is_public):
        return None
    return Spell(examined, path, path.begins, path.ends, margin(path, promise))
