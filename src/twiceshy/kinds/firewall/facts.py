"""What was seen of a host's packet filter: its rules, its addresses, and flows that were tried."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from twiceshy.kinds.firewall.promise import Families, Flow, Policies, Promise, flow_of
from twiceshy.languages.firewall.ruleset import Ruleset
from twiceshy.model.fact import Fact

__all__ = [
    "Families",
    "FirewallFact",
    "Flow",
    "FlowTried",
    "Policies",
    "Promise",
    "TriedOutcome",
    "flow_of",
]


class TriedOutcome(StrEnum):
    """What a real connection met."""

    CONNECTED = "connected"
    REFUSED = "refused"
    """Somebody answered with a refusal: nothing listens there, or a rule rejects."""
    TIMED_OUT = "timed out"
    """No answer at all."""
    UNREACHABLE = "unreachable"
    """A router or a firewall on the way says so."""
    NOT_TRIED = "not tried"
    """The vantage could not try: nothing is known."""


@dataclass(frozen=True, slots=True)
class FlowTried:
    """One connection that was made, or tried, for a flow of the promise."""

    flow: Flow
    """The flow of the promise that it stands for."""
    to: str
    """Where to, such as `tcp 198.51.100.10:25`."""
    outcome: TriedOutcome
    why: str = ""
    """In words, such as `no answer within 5 s`."""
    took_ms: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FirewallFact(Fact):
    """What was seen of a host's packet filter."""

    ruleset: Ruleset
    families: frozenset[int] = frozenset({4, 6})
    """The families whose rules were seen: of one that is not in it nothing is known."""
    addresses: tuple[str, ...] | None = None
    """The host's own addresses; None when nobody looked."""
    interfaces: tuple[str, ...] | None = None
    """The host's interfaces; None when nobody looked."""
    tried: tuple[FlowTried, ...] = ()
    """Empty when nobody tried."""
