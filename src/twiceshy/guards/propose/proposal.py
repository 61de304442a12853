"""A proposed guard, and all that is proposed for some reports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from twiceshy.model.ids import ActionRef, GuardId, KindId, ServiceId

PRACTICE = KindId("practice")
"""The kind for what only people can attest."""

Setting = str | int | bool | tuple[str, ...] | tuple[int, ...]
"""What a promise field can be set to."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A guard as it would be written to `twiceshy.yaml`; a person edits it afterwards."""

    id: GuardId
    kind: KindId
    target: str
    """The id of a service of the same plan."""
    promise: Mapping[str, Setting]
    """The kind's own promise fields, as they are written in the file."""
    every: str
    """The cadence as it is written: `5m`, `6h`, `1d`."""
    because: tuple[ActionRef, ...]
    why: str
    """One sentence: why this guard keeps those promises."""
    actions: tuple[str, ...] = ()
    """The actions' own words, shortened, one for each of `because` that is not a rewording."""
    advice: str | None = None
    """What a person should look at or fill in before relying on it."""

    @property
    def is_practice(self) -> bool:
        """Whether only people can attest it."""
        return self.kind == PRACTICE

    @property
    def wording(self) -> tuple[str, str, tuple[tuple[str, Setting], ...]]:
        """Kind, target and promise: two proposals with the same wording are one guard."""
        return self.kind, self.target, tuple(sorted(self.promise.items()))


@dataclass(frozen=True, slots=True)
class ServiceSketch:
    """A service as far as the reports tell of it."""

    id: ServiceId
    summary: str | None
    """The service in the report's words, or what it is to the service that stands on it."""
    depends_on: tuple[ServiceId, ...] = ()
    example: str = "https://www.example.org/"
    """An endpoint of the sort that a service like this one has, for a comment."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Services and guards proposed for some reports, in the order of the reports' actions."""

    services: tuple[ServiceSketch, ...] = ()
    proposals: tuple[Proposal, ...] = ()

    def by_kind(self) -> Mapping[KindId, int]:
        """How many guards of each kind, the most frequent first."""
        counts: dict[KindId, int] = {}
        for proposal in self.proposals:
            counts[proposal.kind] = counts.get(proposal.kind, 0) + 1
        ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        return MappingProxyType(dict(ordered))
