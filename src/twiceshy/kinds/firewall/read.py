"""A configuration as the fact that a firewall guard is judged by."""

from __future__ import annotations

from datetime import datetime

from twiceshy.kinds.firewall.facts import FirewallFact, Promise
from twiceshy.languages.firewall.read import dialect_of, ruleset_of
from twiceshy.model.configuration import Configuration
from twiceshy.model.fact import Unseen
from twiceshy.model.guard import Guard

FAMILIES = {
    "nft": frozenset({4, 6}),
    "iptables-save": frozenset({4}),
    "ip6tables-save": frozenset({6}),
    "iptables-commands": frozenset({4, 6}),
    "ipset-save": frozenset[int](),
}
"""The families whose rules a file of a dialect holds."""


def recognises(path: str, content: bytes) -> str | None:
    """The dialect of a file that holds packet filter rules, or sets for them; else None."""
    return dialect_of(path, content)


def fact_of(guard: Guard, configuration: Configuration, at: datetime) -> FirewallFact | Unseen:
    """The rules of a configuration, as far as the guard's promise is about them."""
    promise = guard.promise
    assert isinstance(promise, Promise)
    dialects = {}
    for path in promise.files or sorted(configuration.files):
        content = configuration.files.get(path)
        if content is None:
            return _missing(path, configuration, at)
        found = dialect_of(path, content)
        if found is not None:
            dialects[path] = found
    families = frozenset(one for found in dialects.values() for one in FAMILIES[found])
    if not families:
        return Unseen(
            "no packet filter rules were handed in",
            at,
            configuration.origin,
            next_step="Add the file that holds them (`iptables-save`, `nft list ruleset`), or name"
            " it under `files:`.",
        )
    paths = tuple(dialects) if promise.files else ()
    ruleset = ruleset_of(configuration, paths)
    return FirewallFact(at=at, vantage=configuration.origin, ruleset=ruleset, families=families)


def _missing(path: str, configuration: Configuration, at: datetime) -> Unseen:
    why = configuration.unseen.get(path)
    if why is not None:
        return Unseen(f"{path} could not be read: {why}", at, configuration.origin)
    return Unseen(
        f"{path} is not part of what was handed in",
        at,
        configuration.origin,
        next_step=f"Add {path}, or leave it out of `files:`.",
    )
