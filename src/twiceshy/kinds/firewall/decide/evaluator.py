"""Three-valued evaluation: what may become of the packets of one cell.

A rule matches all packets of the cell, none, or some. Where some, both ways are gone, so the
answer is a set of outcomes that is never too small; with nothing left open it is exactly one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from twiceshy.kinds.firewall.choices import ChoiceKey
from twiceshy.kinds.firewall.decide.budget import Budget
from twiceshy.kinds.firewall.decide.compiled import Alternatives, CompiledChain, CompiledRule, Kind
from twiceshy.kinds.firewall.decide.compiler import Compiler
from twiceshy.kinds.firewall.decide.environment import (
    INDEX,
    Environment,
    Shifted,
    counted_down,
    marked,
    tracked,
    untracked,
)
from twiceshy.kinds.firewall.decide.translation import is_here, rerouted, translated
from twiceshy.kinds.firewall.hooks import HOOKS, BaseChain, Nat, Order, Track
from twiceshy.kinds.firewall.host import LOOPBACK, Path
from twiceshy.kinds.firewall.walk import DEEPEST, FIRST
from twiceshy.languages.firewall.conditions import BITS, CtState, Field
from twiceshy.languages.firewall.intervals import Intervals
from twiceshy.languages.firewall.ruleset import (
    Accept,
    Chain,
    Effect,
    Hook,
    NoTrack,
    SetMark,
    Table,
    Translate,
    Translated,
    UnmodelledEffect,
)

NO, MAYBE, YES = 0, 1, 2
Ends = frozenset[tuple[Kind, Environment]]


@dataclass(slots=True)
class Walked:
    """What may become of the packets that set out in one environment."""

    may_drop: bool
    ends: frozenset[Environment]
    """The environments in which some of them leave."""
    may_hit: bool = False


class Evaluator:
    """Evaluates one rule set in one order; compiles chains when they are first met."""

    def __init__(self, compiler: Compiler, order: Order, budget: Budget) -> None:
        self.compiler = compiler
        self.order = order
        self.budget = budget
        self.active = -1
        self.pending: int | None = None
        self.reached = 0
        self._memo: dict[tuple[int, Environment, int], Ends] = {}
        self._compiled: dict[tuple[int, Environment], CompiledChain] = {}
        self._flags: dict[Environment, int] = {}
        self._known: dict[Environment, Environment] = {}
        self._stepped: dict[tuple[object, ...], Environment] = {}

    def look_at(self, active: int, pending: int | None) -> None:
        """Turn to another cell: the bits that may be true there, and those not yet sure."""
        self.active = active
        self.pending = pending
        self.reached = 0
        self._memo.clear()

    def walk(self, env: Environment) -> Walked:
        """All hooks of the way of a packet."""
        may_drop = may_hit = False
        ends: set[Environment] = set()
        first = HOOKS[env.path][0]
        waiting = [(self._once(_entering, env, first), first, 0)]
        seen = set(waiting)
        while waiting:
            env, hook, at = waiting.pop()
            steps = self.order.steps[hook]
            if at == len(steps):
                following = _after(hook, env.path)
                if following is None:
                    ends.add(env)
                    continue
                onward = [(self._once(_entering, env, following), following, 0)]
            else:
                step = steps[at]
                if isinstance(step, Track):
                    found: set[tuple[Kind, Environment]] = {(Kind.ACCEPT, self._once(tracked, env))}
                elif isinstance(step, Nat):
                    found = self._nat(step, env)
                else:
                    found = self.base(step, env)
                may_drop = may_drop or any(kind is Kind.DROP for kind, _ in found)
                may_hit = may_hit or any(kind is Kind.HIT for kind, _ in found)
                onward = [(after, hook, at + 1) for kind, after in found if kind is Kind.ACCEPT]
            for one in onward:
                if one not in seen:
                    seen.add(one)
                    waiting.append(one)
        return Walked(may_drop, frozenset(ends), may_hit)

    def base(self, base: BaseChain, env: Environment) -> set[tuple[Kind, Environment]]:
        """A base chain, its policy worked in: ACCEPT, DROP or HIT."""
        policy = Kind.ACCEPT if isinstance(base.base.policy, Accept) else Kind.DROP
        return {
            (policy if kind is Kind.RETURN else kind, after)
            for kind, after in self._chain(base.table, base.chain, env, 0)
        }

    def _nat(self, step: Nat, env: Environment) -> set[tuple[Kind, Environment]]:
        if not env.knows_connection:
            return {(Kind.ACCEPT, env)}
        if env.ct_state not in FIRST:
            return {(Kind.ACCEPT, self._once(rerouted, env, step.end))}
        found: set[tuple[Kind, Environment]] = set()
        waiting = [(env, 0)]
        seen = set(waiting)
        while waiting:
            env, at = waiting.pop()
            if at == len(step.chains):
                found.add((Kind.ACCEPT, env))
                continue
            for kind, after in self.base(step.chains[at], env):
                if kind is not Kind.ACCEPT:
                    found.add((kind, after))
                elif step.end in after.translated:
                    found |= {(Kind.ACCEPT, one) for one in self._led_on(step.end, after)}
                elif (after, at + 1) not in seen:
                    seen.add((after, at + 1))
                    waiting.append((after, at + 1))
        return found

    def _led_on(self, end: Translated, env: Environment) -> list[Environment]:
        """A translated destination may be this host itself, or another one, or both."""
        if end is Translated.SOURCE or not env.is_readdressed:
            return [env]
        space = self.compiler.space
        here = is_here(env, self.compiler.host, space.regions)
        status = {True: YES, False: NO}[here] if here is not None else self._flag(env)
        ways = []
        if status != NO:
            ways.append(self._arriving(env))
        if status != YES:
            if env.path is Path.INPUT:
                env = replace(env, path=Path.FORWARD).having(oif=space.interfaces.every)
            ways.append(env)
        return ways

    def _arriving(self, env: Environment) -> Environment:
        if env.path is Path.OUTPUT:
            lo = self.compiler.space.interfaces.numbers_of("lo")
            return env.having(oif=lo)
        return replace(env, path=Path.INPUT).having(oif=None)

    def _flag(self, env: Environment) -> int:
        """Whether the destination is this host, which differs or is not known, in this cell."""
        bit = self._flags.get(env)
        if bit is None:
            bit = self._flags[env] = self.compiler.space.bits(1)
            self.compiler.space.ask(bit, *self._here(env))
        self.reached |= 1 << bit
        return self._status(1 << bit)

    def _here(self, env: Environment) -> tuple[int, Intervals]:
        space = self.compiler.space
        term = env.terms[INDEX[Field(env.ends[1])]]
        own = self.compiler.host.own(env.family)
        if isinstance(term, Shifted) and own is not None:
            local = (own | LOOPBACK[env.family]) & term.block
            moved = term.start - term.to
            back = Intervals(tuple((low + moved, high + moved) for low, high in local.pairs))
            return term.dim, back & space.regions[term.dim]
        key = ChoiceKey(
            "whether a translated destination is an address of this host", detail=repr(term)
        )
        return space.choice(env.packet, key), Intervals.single(1)

    def _status(self, bit: int) -> int:
        if not self.active & bit:
            return NO
        return MAYBE if self.pending is None or self.pending & bit else YES

    def _chain(self, table: Table, chain: Chain, env: Environment, depth: int) -> Ends:
        known = self._memo.get((id(chain), env, 0))
        if known is not None:
            return known
        if depth > DEEPEST:
            self.budget.give_up(f"chains are called more than {DEEPEST} deep")
        ends: set[tuple[Kind, Environment]] = set()
        waiting = [(env, -1)]
        seen = set(waiting)
        while waiting:
            now, after = waiting.pop()
            for one in self._rules(table, chain, now, after, depth, ends):
                if one not in seen:
                    seen.add(one)
                    waiting.append(one)
        found = self._memo[id(chain), env, 0] = frozenset(ends)
        return found

    def _rules(  # noqa: PLR0917 - the inner loop of every answer
        self,
        table: Table,
        chain: Chain,
        env: Environment,
        after: int,
        depth: int,
        ends: set[tuple[Kind, Environment]],
    ) -> set[tuple[Environment, int]]:
        """The rules after rule number `after`; returns where to go on in other environments."""
        code = self._code(table, chain, env)
        start = code.position_after(after) if after >= 0 else 0
        part = (self.active >> code.first) & code.full
        if start:
            part = (part >> start) << start
        is_first = self.pending is None
        sure = part & (code.certain if is_first else ~((self.pending or 0) >> code.first))
        onward: set[tuple[Environment, int]] = set()
        stops = sure & code.simple
        stop = stops & -stops
        before = part & (stop - 1) if stop else part
        special = before & ~code.simple
        cut = 0
        while special:
            bit = special & -special
            special ^= bit
            rule = code.rules[bit.bit_length() - 1]
            status = self._rule_status(rule, bool(sure & bit))
            if status == NO:
                before ^= bit
                part ^= bit
                continue
            goes_on = self._special(rule, table, env, depth, ends, onward)
            if status == YES and not goes_on:
                cut = bit
                before &= bit - 1
                break
        for kind in (Kind.ACCEPT, Kind.DROP, Kind.RETURN):
            if before & code.of_kind[kind]:
                ends.add((kind, env))
        last = cut or stop
        if not cut and stop:
            ends.add((code.rules[stop.bit_length() - 1].kind, env))
        elif not cut:
            ends.add((Kind.RETURN, env))
        self.reached |= (part & ((last << 1) - 1) if last else part) << code.first
        return onward

    def _special(  # noqa: PLR0917 - where it stands, and where its ends go
        self,
        rule: CompiledRule,
        table: Table,
        env: Environment,
        depth: int,
        ends: set[tuple[Kind, Environment]],
        onward: set[tuple[Environment, int]],
    ) -> bool:
        """A rule that is more than a bit and a verdict; whether the next rule may be asked."""
        new = self._after_effects(rule, env)
        if rule.jumps_to is None:
            if rule.kind is not Kind.CONTINUE:
                ends.add((rule.kind, new))
                return False
            if new == env:
                return True
            onward.add((new, rule.number))
            return False
        goes_on = False
        for kind, end in self._chain(table, table.chains[rule.jumps_to], new, depth + 1):
            if kind is not Kind.RETURN or rule.kind is Kind.GOTO:
                ends.add((kind, end))
            elif end == env:
                goes_on = True
            else:
                onward.add((end, rule.number))
        return goes_on

    def _rule_status(self, rule: CompiledRule, is_sure: bool) -> int:  # noqa: FBT001 - one caller
        status = YES if is_sure else MAYBE
        for one in rule.alternatives:
            found = self._alternative_status(one)
            if found == NO:
                return NO
            status = min(status, found)
        for one in rule.alternatives:
            self.reached |= one.mask
        return status

    def _alternative_status(self, one: Alternatives) -> int:
        alive = self.active & one.mask
        if not alive:
            fits = NO
        elif self.pending is not None and alive & ~self.pending:
            fits = YES
        else:
            fits = MAYBE
        return YES - fits if one.negated else fits

    def _code(self, table: Table, chain: Chain, env: Environment) -> CompiledChain:
        key = (id(chain), env)
        code = self._compiled.get(key)
        if code is None:
            if self.pending is not None:
                self.budget.give_up("a chain was met in a way that was not foreseen")
            code = self._compiled[key] = self.compiler.compile(table, chain, env)
            self.budget.spend(1 + len(code.rules) // 16)
            if len(self._compiled) > self.budget.most_chains:
                self.budget.give_up("packets are marked or translated in too many ways")
        return code

    def _once(
        self, step: Callable[..., Environment], env: Environment, *more: object
    ) -> Environment:
        """A step that any packet takes, worked out once for each environment."""
        key = (step, env, *more)
        new = self._stepped.get(key)
        if new is None:
            new = step(env, *more)
            new = self._stepped[key] = self._known.setdefault(new, new)
        return new

    def _after_effects(self, rule: CompiledRule, env: Environment) -> Environment:
        if not rule.effects:
            return env
        return self._once(self._effects, env, rule)

    def _effects(self, env: Environment, rule: CompiledRule) -> Environment:
        regions = dict(self.compiler.space.regions)
        regions.update((dim, Intervals(pairs)) for dim, pairs in rule.left)
        for effect in rule.effects:
            env = self._effect(effect, env, regions, is_other=rule.is_other)
        return env

    def _effect(
        self, effect: Effect, env: Environment, regions: dict[int, Intervals], *, is_other: bool
    ) -> Environment:
        match effect:
            case SetMark():
                return marked(env, effect, regions)
            case NoTrack():
                return untracked(env)
            case Translate():
                if effect.end in env.translated or not (env.is_tracked and env.knows_connection):
                    return env
                host = self.compiler.host
                return translated(env, effect, host, regions, is_other=is_other)
            case UnmodelledEffect(_, fields):
                every = self.compiler.space.interfaces.every
                return env.having(
                    **{
                        field.value: every if field in _NAMED else _any_of(field)
                        for field in sorted(fields)
                    }
                )


_NAMED = frozenset({Field.IIF, Field.OIF})


def _any_of(field: Field) -> Intervals:
    return Intervals(((0, (1 << BITS[field]) - 1),))


def _entering(env: Environment, hook: Hook) -> Environment:
    tracks = hook in {Hook.PREROUTING, Hook.OUTPUT}
    is_tracked = not tracks or env.ct_state == CtState.UNTRACKED
    if hook is Hook.FORWARD:
        env = counted_down(env)
    return env if env.is_tracked is is_tracked else replace(env, is_tracked=is_tracked)


def _after(hook: Hook, path: Path) -> Hook | None:
    way = HOOKS[path]
    at = way.index(hook) + 1
    return way[at] if at < len(way) else None
