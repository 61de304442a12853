"""Rules that can decide about no packet, because those before them take all that they ask for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from types import MappingProxyType

from twiceshy.kinds.firewall.decide.budget import Budget, GivenUp
from twiceshy.kinds.firewall.decide.compiled import Kind
from twiceshy.kinds.firewall.decide.compiler import Compiler
from twiceshy.kinds.firewall.decide.environment import FIELDS, INDEX, Environment, Term
from twiceshy.kinds.firewall.decide.evaluator import Evaluator
from twiceshy.kinds.firewall.decide.prepared import prepared
from twiceshy.kinds.firewall.decide.search import RIGHT, WRONG, Level, Search
from twiceshy.kinds.firewall.decide.space import Space
from twiceshy.kinds.firewall.hooks import BaseChain, base_chains, orders
from twiceshy.kinds.firewall.host import Host, Path
from twiceshy.kinds.firewall.packet import IPV4, IPV6
from twiceshy.languages.firewall.conditions import BITS, CtState, Field, Match
from twiceshy.languages.firewall.intervals import Intervals
from twiceshy.languages.firewall.ruleset import Goto, Hook, Jump, Rule, Ruleset, TableFamily

STEPS_EACH = 20_000
_PATHS = MappingProxyType(
    {
        Hook.PREROUTING: Path.INPUT,
        Hook.INPUT: Path.INPUT,
        Hook.FORWARD: Path.FORWARD,
        Hook.OUTPUT: Path.OUTPUT,
        Hook.POSTROUTING: Path.FORWARD,
    }
)


@dataclass(frozen=True, slots=True)
class Dead:
    """A rule that no packet reaches; `why` when that could not be told."""

    base: BaseChain
    rule: Rule
    why: str = ""


def dead_rules(ruleset: Ruleset, most_steps: int) -> Iterator[Dead]:
    """The rules of base chains and of the chains they call that no packet gets to.

    Whatever a packet is, whatever its connection: sets of rules before the rule take all of it.
    Of a rule that several base chains reach it has to be so in each of them. At most so many
    steps; the rules that are left then come with a why.
    """
    alive: set[int] = set()
    dead: dict[int, Dead] = {}
    left = most_steps
    for family in (IPV4, IPV6):
        for base in base_chains(ruleset, family):
            for rule in _rules(base):
                if id(rule) in alive or base.table.family not in _FAMILIES[family]:
                    continue
                budget = Budget(min(STEPS_EACH, max(left, 1)))
                why = ""
                try:
                    is_reached = _is_reached(ruleset, base, rule, family, budget)
                except GivenUp as given_up:
                    is_reached, why = False, str(given_up)
                left -= budget.spent
                if is_reached:
                    alive.add(id(rule))
                    dead.pop(id(rule), None)
                elif id(rule) not in dead or why:
                    dead[id(rule)] = Dead(base, rule, why)
    yield from dead.values()


_FAMILIES = MappingProxyType(
    {
        IPV4: frozenset({TableFamily.INET, TableFamily.IP}),
        IPV6: frozenset({TableFamily.INET, TableFamily.IP6}),
    }
)


def _rules(base: BaseChain) -> Iterator[Rule]:
    """The rules of a base chain and of all chains that it leads to."""
    seen = {base.chain.name}
    waiting = [base.chain]
    while waiting:
        chain = waiting.pop()
        for rule in chain.rules:
            yield rule
            if isinstance(rule.target, Jump | Goto) and rule.target.chain not in seen:
                seen.add(rule.target.chain)
                called = base.table.chains.get(rule.target.chain)
                if called is not None:
                    waiting.append(called)


def _is_reached(ruleset: Ruleset, base: BaseChain, rule: Rule, family: int, budget: Budget) -> bool:
    known = prepared(ruleset)
    space = Space(known.interfaces)
    env = _any_packet(rule, family, _PATHS[base.base.hook], space)
    if env is None:
        return True
    compiler = Compiler(known, space, Host(), rule)
    order = orders(ruleset, family)[0]
    evaluator = Evaluator(compiler, order, budget)

    def program() -> int:
        found = evaluator.base(base, env)
        hits = any(kind is Kind.HIT for kind, _ in found)
        misses = any(kind is not Kind.HIT for kind, _ in found)
        return (WRONG if hits else 0) | (RIGHT if misses else 0)

    search = Search(space, (evaluator,), program, budget)
    return search.run().level is not Level.NEVER


def _any_packet(rule: Rule, family: int, path: Path, space: Space) -> Environment | None:
    """All packets that a rule may be about, in any state; None for none of this family."""
    asked: dict[Field, Intervals] = {}
    for one in rule.conditions:
        if isinstance(one, Match) and isinstance(one.values, Intervals):
            asked[one.field] = asked.get(one.field, one.values) & one.values
    terms: list[Term] = [None] * len(FIELDS)
    for field in FIELDS:
        if _is_of_other(field, family):
            continue
        if field is Field.FAMILY:
            terms[INDEX[field]] = Intervals.single(family)
            continue
        if field in {Field.IIF, Field.OIF}:
            region = space.interfaces.every
        else:
            region = Intervals(((0, (1 << BITS[field]) - 1),))
        if field is Field.CT_STATE:
            region = Intervals(((CtState.INVALID, CtState.UNTRACKED),))
        region = region & asked[field] if field in asked and field in BITS else region
        if not region:
            return None
        terms[INDEX[field]] = space.dim(field, region)
    return Environment(0, family, path, tuple(terms), CtState.NEW, has_connection=True)


def _is_of_other(field: Field, family: int) -> bool:
    other = "6" if family == IPV4 else "4"
    return field.value.endswith(other)
