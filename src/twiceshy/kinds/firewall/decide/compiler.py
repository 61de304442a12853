"""Rules into what they still ask of a region, in the environment in which they are met."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import assert_never

from twiceshy.kinds.firewall.choices import ChoiceKey
from twiceshy.kinds.firewall.decide.compiled import (
    Alternatives,
    CompiledChain,
    CompiledRule,
    Kind,
)
from twiceshy.kinds.firewall.decide.environment import (
    INDEX,
    Environment,
    Shifted,
    Term,
)
from twiceshy.kinds.firewall.decide.prepared import Prepared
from twiceshy.kinds.firewall.decide.space import Literal, Space, clipped
from twiceshy.kinds.firewall.decide.translation import unchanged
from twiceshy.kinds.firewall.host import Host
from twiceshy.kinds.firewall.packet import IPV4
from twiceshy.languages.firewall.conditions import AnyOf, Condition, Field, Match, Names, Opaque
from twiceshy.languages.firewall.intervals import Intervals
from twiceshy.languages.firewall.ruleset import (
    Accept,
    Chain,
    Drop,
    Goto,
    Jump,
    Reject,
    Return,
    Rule,
    Table,
    Translate,
    Unmodelled,
)

_THREE = 3
_TYPES = frozenset({Field.SADDR_TYPE, Field.DADDR_TYPE})


@dataclass(slots=True)
class _Asked:
    """What a rule still asks: dimensions, and alternatives of them."""

    literals: dict[int, Intervals]
    any_of: list[tuple[list[dict[int, Intervals]], bool]]


class Compiler:
    """Compiles the chains of one rule set for one question."""

    def __init__(self, prepared_: Prepared, space: Space, host: Host, watched: Rule | None) -> None:
        self.prepared = prepared_
        self.space = space
        self.host = host
        self.watched = watched
        """The rule that the question is about; Kind.HIT when it is reached."""
        self.renamed: Mapping[int, str] = {}
        """Other occurrences for conditions and for rules with an unmodelled target, by their id."""

    def compile(self, table: Table, chain: Chain, env: Environment) -> CompiledChain:
        """The rules of a chain that may match, up to the first that ends it for all packets."""
        regions = self._regions(env, self.prepared.chain(chain).fields)
        rules: list[CompiledRule] = []
        asked: list[_Asked] = []
        for number in self.prepared.chain(chain).candidates(regions):
            rule = chain.rules[number]
            left = self._left(rule.conditions, env)
            if left is None:
                continue
            is_last = self._add(rules, asked, table, rule, number, env, left)
            if is_last and not left.literals and not left.any_of:
                break
        return self._with_bits(env, rules, asked)

    def _regions(self, env: Environment, fields: Iterable[Field]) -> dict[Field, Intervals]:
        found = {}
        for field in fields:
            if field in _TYPES and env.terms[INDEX[field]] is None:
                continue
            match env.of(field):
                case None:
                    found[field] = Intervals()
                case Intervals() as values:
                    found[field] = values
                case Shifted() as shifted:
                    found[field] = shifted.block
                case dim:
                    found[field] = self.space.regions[dim]
        return found

    def _add(  # noqa: PLR0917 - a rule, where it stands and what it still asks
        self,
        rules: list[CompiledRule],
        asked: list[_Asked],
        table: Table,
        rule: Rule,
        number: int,
        env: Environment,
        left: _Asked,
    ) -> bool:
        """Add a rule, as several when its target is not modelled; whether the chain ends there."""

        def add(
            kind: Kind,
            *more: Literal,
            jumps_to: str | None = None,
            is_other: bool = False,
        ) -> None:
            literals = {**left.literals, **dict(more)}
            kept = tuple((dim, values.pairs) for dim, values in literals.items())
            rules.append(
                CompiledRule(
                    number,
                    kind,
                    effects=effects,
                    jumps_to=jumps_to,
                    left=kept if effects else (),
                    is_other=is_other,
                )
            )
            asked.append(_Asked(literals, left.any_of))

        effects = rule.effects
        if rule is self.watched:
            add(Kind.HIT)
            return True
        kind, unmodelled, options = self._kind(table, rule)
        if unmodelled is None:
            jumps_to = getattr(rule.target, "chain", None)
            same = self._unchanged(rule, left, env)
            if same is not None:
                add(kind, *same.items(), jumps_to=jumps_to)
            add(kind, jumps_to=jumps_to, is_other=same is not None)
            return kind is not Kind.CONTINUE and kind is not Kind.JUMP
        choice = self.space.choice(env.packet, unmodelled, options)
        add(Kind.DROP, (choice, Intervals.single(0)))
        add(Kind.ACCEPT, (choice, Intervals.single(1)))
        if effects and options == _THREE:
            add(Kind.CONTINUE, (choice, Intervals.single(2)))
        return options < _THREE

    def _unchanged(self, rule: Rule, left: _Asked, env: Environment) -> dict[int, Intervals] | None:
        """The packets that a rule's translation leaves as they are; None: none, or not told."""
        translations = [one for one in rule.effects if isinstance(one, Translate)]
        if len(translations) != 1 or len(rule.effects) != 1 or not env.knows_connection:
            return None
        if translations[0].end in env.translated:
            return None
        regions = {**self.space.regions, **left.literals}
        same = unchanged(env, translations[0], self.host, regions)
        if same is None or any(not (regions[dim] & values) for dim, values in same.items()):
            return None
        return same

    def _kind(  # noqa: PLR0911 - one line for each target
        self, table: Table, rule: Rule
    ) -> tuple[Kind, ChoiceKey | None, int]:
        """What the target does; with a choice and its options when it is not modelled."""
        match rule.target:
            case None:
                translates = any(isinstance(one, Translate) for one in rule.effects)
                return (Kind.ACCEPT if translates else Kind.CONTINUE), None, 0
            case Accept():
                return Kind.ACCEPT, None, 0
            case Drop() | Reject():
                return Kind.DROP, None, 0
            case Return():
                return Kind.RETURN, None, 0
            case Jump(name) | Goto(name):
                if name not in table.chains:
                    text = f"there is no chain {name} in table {table.name}"
                    return Kind.DROP, ChoiceKey(text, rule.place), _THREE
                if name in self.prepared.cyclic(table):
                    text = f"chain {name} leads back to itself"
                    return Kind.DROP, ChoiceKey(text, rule.place), _THREE
                return (Kind.JUMP if isinstance(rule.target, Jump) else Kind.GOTO), None, 0
            case Unmodelled(text, may_continue):
                detail = self.renamed.get(id(rule), f"target {rule.place}")
                key = ChoiceKey(text, rule.place, detail)
                return Kind.DROP, key, _THREE if may_continue else 2
            case _:
                assert_never(rule.target)

    def _left(self, conditions: Sequence[Condition], env: Environment) -> _Asked | None:
        """What is left to ask of the region; None when it cannot be true there."""
        literals: dict[int, Intervals] = {}
        any_of: list[tuple[list[dict[int, Intervals]], bool]] = []
        for condition in conditions:
            match condition:
                case Match():
                    if not self._narrow(literals, condition, env):
                        return None
                case AnyOf():
                    boxes = self._boxes(condition, env)
                    if boxes is condition.negated:
                        return None
                    if not isinstance(boxes, bool):
                        any_of.append((boxes, condition.negated))
                case Opaque(text, place, occurrence):
                    occurrence = self.renamed.get(id(condition), occurrence)
                    key = ChoiceKey(text, place, occurrence)
                    literals[self.space.choice(env.packet, key)] = Intervals.single(1)
                case _:
                    assert_never(condition)
        return _Asked(literals, any_of)

    def _boxes(self, any_of: AnyOf, env: Environment) -> list[dict[int, Intervals]] | bool:
        """The boxes that may be true; or whether one is in any case, or none can be."""
        index = self.prepared.boxes(any_of)
        boxes: list[dict[int, Intervals]] = []
        for number in index.candidates(self._regions(env, index.fields)):
            literals: dict[int, Intervals] = {}
            if all(self._narrow(literals, match, env) for match in any_of.boxes[number]):
                if not literals:
                    return True
                boxes.append(literals)
        return boxes or False

    def _narrow(self, literals: dict[int, Intervals], match: Match, env: Environment) -> bool:
        """Narrow `literals` to what a match asks; False when nothing of the region is left."""
        found = self._literal(match, env)
        if isinstance(found, bool):
            return found
        dim, values = found
        if dim in literals:
            values &= literals[dim]
            if not values.pairs:
                return False
        literals[dim] = values
        return True

    def _literal(self, match: Match, env: Environment) -> Literal | bool:
        field, values = match.field, match.values
        if field in _TYPES and env.terms[INDEX[field]] is None:
            return self._type_literal(match, env)
        term = env.of(field) if field.value.startswith("ct_") else env.terms[INDEX[field]]
        if term is None:
            return False
        asked = self.space.interfaces.numbers(values) if isinstance(values, Names) else values
        if isinstance(term, int):
            found = clipped(asked, self.space.regions[term])
            return found if isinstance(found, bool) else (term, found)
        return self._constant(match, term, asked, env)

    def _constant(
        self, match: Match, term: Term, asked: Intervals, env: Environment
    ) -> Literal | bool:
        if isinstance(term, Shifted):
            found = clipped(asked, term.block)
            if isinstance(found, bool):
                return found
            moved = term.start - term.to
            shifted = Intervals(tuple((low + moved, high + moved) for low, high in found.pairs))
            back = clipped(shifted, self.space.regions[term.dim])
            return back if isinstance(back, bool) else (term.dim, back)
        assert isinstance(term, Intervals)
        is_asked = clipped(asked, term)
        if isinstance(is_asked, bool):
            return is_asked
        key = ChoiceKey(f"what {match.field} is then", detail=repr(match.values))
        return self.space.choice(env.packet, key), Intervals.single(1)

    def _type_literal(self, match: Match, env: Environment) -> Literal | bool:
        is_source = match.field is Field.SADDR_TYPE
        if not isinstance(match.values, Intervals):
            return False
        of_type = self.host.with_type(env.family, env.path, match.values, is_source=is_source)
        four = env.family == IPV4
        if is_source:
            address = Field.SADDR4 if four else Field.SADDR6
        else:
            address = Field.DADDR4 if four else Field.DADDR6
        return self._literal(Match(address, of_type), env)

    def _with_bits(
        self, env: Environment, rules: list[CompiledRule], asked: list[_Asked]
    ) -> CompiledChain:
        first = self.space.bits(len(rules))
        certain = 0
        finished: list[CompiledRule] = []
        for place, (rule, left) in enumerate(zip(rules, asked, strict=True)):
            for dim, values in left.literals.items():
                self.space.ask(first + place, dim, values)
            if not left.literals:
                certain |= 1 << place
            alternatives = tuple(
                self._alternatives(boxes, negated=negated) for boxes, negated in left.any_of
            )
            finished.append(
                CompiledRule(
                    rule.number, rule.kind, alternatives, rule.effects, rule.jumps_to, rule.left
                )
                if alternatives
                else rule
            )
        return CompiledChain(env, tuple(finished), first, certain)

    def _alternatives(self, boxes: list[dict[int, Intervals]], *, negated: bool) -> Alternatives:
        first = self.space.bits(len(boxes))
        for number, box in enumerate(boxes):
            for dim, values in box.items():
                self.space.ask(first + number, dim, values)
        return Alternatives(((1 << len(boxes)) - 1) << first, negated)
