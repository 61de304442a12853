"""The usual verdict: one address, met before, and nothing wrong with it.

It is what `rules.weighed` says of such a look, word for word, with all the words but the time that
is left already put together.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from twiceshy.kinds.certificate.facts import Look, Promise, Served, TrustStore
from twiceshy.kinds.certificate.phrases import instant, relative
from twiceshy.kinds.certificate.spell import Spell, spell_of
from twiceshy.kinds.certificate.wording import description, place, summary
from twiceshy.model.verdict import Evidence, Holds


@dataclass(frozen=True, slots=True, eq=False)
class Kept:
    """A promise that is kept as long as the spell covers the moment."""

    spell: Spell
    summary: str
    """Up to the time that is left; so is `leaf`."""
    where: str
    leaf: str
    rest: str
    """What is said of the chain after that."""

    def verdict(self, now: datetime) -> Holds:
        """What to say at `now`."""
        left = relative(self.spell.ends, now)
        found = f"{self.leaf} ({left}), {self.rest}"
        return Holds(f"{self.summary} ({left})", (Evidence(self.where, found),))


@lru_cache(maxsize=4096)
def kept_of(promise: Promise, look: Look, store: TrustStore) -> Kept | None:
    """The promise kept by this look alone; None when there is more to say of it."""
    if not look.named or not isinstance(look.seen, Served):
        return None
    spell = spell_of(promise, look.name, look.seen.chain, store)
    if spell is None:
        return None
    said = description(spell.examined, spell.path)
    if said.earlier or spell.ends != spell.examined.leaf.not_after:
        return None
    return Kept(
        spell,
        f"{summary(1)} {instant(spell.ends)}",
        place(look),
        said.leaf,
        f"{said.path}, {look.seen.tls_version}",
    )
