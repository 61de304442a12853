"""One question about a region of packets, in one order of the base chains."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from twiceshy.kinds.firewall.decide.budget import Budget
from twiceshy.kinds.firewall.decide.compiler import Compiler
from twiceshy.kinds.firewall.decide.environment import Environment
from twiceshy.kinds.firewall.decide.evaluator import Evaluator
from twiceshy.kinds.firewall.decide.interfaces import Interfaces
from twiceshy.kinds.firewall.decide.prepared import prepared
from twiceshy.kinds.firewall.decide.region import Region, first_environment
from twiceshy.kinds.firewall.decide.search import Found, Search
from twiceshy.kinds.firewall.decide.space import Space
from twiceshy.kinds.firewall.hooks import Order
from twiceshy.kinds.firewall.host import Host
from twiceshy.languages.firewall.intervals import Intervals
from twiceshy.languages.firewall.ruleset import Ruleset


@dataclass(slots=True)
class Question:
    """One question in one order, while it is answered."""

    ruleset: Ruleset
    host: Host
    region: Region
    space: Space
    evaluator: Evaluator
    budget: Budget
    start: Environment

    def search(self, program: Callable[[], int]) -> Found:
        """The worst that happens to a packet of the region; raises GivenUp."""
        return Search(self.space, (self.evaluator,), program, self.budget).run()

    def begin_again(self) -> None:
        """A new space with the same first dimensions: other packets are another question."""
        fresh = Space(self.space.interfaces)
        for dim in self.space.dims:
            if dim.packet == 0 and dim.asked is not None:
                fresh.dim(dim.asked, dim.region, role=dim.role, unsure=dim.unsure)
        known = self.evaluator
        compiler = Compiler(known.compiler.prepared, fresh, self.host, None)
        self.space = fresh
        self.evaluator = Evaluator(compiler, known.order, self.budget)


def interfaces_for(ruleset: Ruleset, region: Region) -> Interfaces:
    """The classes of interface names that rules and region tell apart."""
    return prepared(ruleset).interfaces_with(
        one for one in region.values.values() if not isinstance(one, Intervals)
    )


def question_of(
    ruleset: Ruleset, region: Region, host: Host, budget: Budget, order: Order
) -> Question | None:
    """A question about a region; None when there are no such packets."""
    space = Space(interfaces_for(ruleset, region))
    start = first_environment(region, space)
    if start is None:
        return None
    compiler = Compiler(prepared(ruleset), space, host, None)
    evaluator = Evaluator(compiler, order, budget)
    return Question(ruleset, host, region, space, evaluator, budget, start)
