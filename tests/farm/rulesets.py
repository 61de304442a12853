"""Rule sets from a seed: small and full of what rule sets are made of."""

from __future__ import annotations

import random
from dataclasses import replace
from types import MappingProxyType

from twiceshy.languages.firewall.conditions import (
    AnyOf,
    Condition,
    Field,
    Match,
    Names,
    Opaque,
)
from twiceshy.languages.firewall.intervals import Intervals
from twiceshy.languages.firewall.ruleset import (
    Accept,
    Base,
    Chain,
    ChainType,
    Drop,
    Effect,
    Goto,
    Hook,
    Jump,
    NoTrack,
    Reject,
    Return,
    Rule,
    Ruleset,
    SetMark,
    Table,
    TableFamily,
    Target,
    Translate,
    Translated,
    Unmodelled,
    UnmodelledEffect,
)
from twiceshy.model.place import Place

NET4 = 0x0A000000
NET6 = 0xFD00 << 112
OWN4 = (NET4 + 1, NET4 + 2)
OWN6 = (NET6 + 1, NET6 + 2)
ADDRESSES = 8
PORTS = (22, 25, 53, 80)
INTERFACES = ("lo", "eth0", "eth1")
MARKS = (0, 1, 2)


class Maker:
    """Makes rule sets of one family; `unmodelled` mixes in what cannot be modelled."""

    def __init__(self, seed: int, *, family: int = 4, unmodelled: bool = False) -> None:
        self._random = random.Random(seed)
        self._family = family
        self._unmodelled = unmodelled
        self._line = 0

    @property
    def _net(self) -> int:
        return NET4 if self._family == 4 else NET6

    def ruleset(self) -> Ruleset:
        """One to three tables with chains at some of the hooks."""
        tables = [self._table(number) for number in range(self._random.randint(1, 3))]
        return Ruleset(tuple(tables))

    def _table(self, number: int) -> Table:
        roll = self._random
        users = [f"user{one}" for one in range(roll.randint(0, 3))]
        chains: dict[str, Chain] = {}
        for at, name in enumerate(users):
            rules = self._rules(roll.randint(0, 4), users[at + 1 :], None)
            chains[name] = Chain(name, rules, None, self._place())
        for base in self._bases(number):
            chains[base[0]] = Chain(
                base[0], self._rules(roll.randint(0, 6), users, base[1]), base[1], self._place()
            )
        family = roll.choice(
            (TableFamily.INET, TableFamily.IP if self._family == 4 else TableFamily.IP6)
        )
        return Table(family, f"table{number}", MappingProxyType(chains), place=self._place())

    def _bases(self, number: int) -> list[tuple[str, Base]]:
        roll = self._random
        kinds: list[tuple[Hook, ChainType, int]] = [
            (hook, ChainType.FILTER, number)
            for hook in (Hook.INPUT, Hook.FORWARD, Hook.OUTPUT)
            if roll.random() < 0.7
        ]
        for hook in (Hook.PREROUTING, Hook.OUTPUT):
            if roll.random() < 0.25:
                kinds.append((hook, ChainType.FILTER, -300 + number))
            if roll.random() < 0.25:
                kinds.append((hook, ChainType.FILTER, -150 + number))
        for hook in (Hook.PREROUTING, Hook.OUTPUT, Hook.POSTROUTING, Hook.INPUT):
            kinds += [(hook, ChainType.NAT, number)] if roll.random() < 0.3 else []
        bases = []
        for hook, type_, priority in kinds:
            is_filter = type_ is ChainType.FILTER and priority >= 0
            policy = roll.choice((Accept(), Drop())) if is_filter else Accept()
            name = f"{hook}{priority}{type_}"
            bases.append((name, Base(type_, hook, priority, policy, self._place())))
        return bases

    def _rules(self, count: int, users: list[str], base: Base | None) -> tuple[Rule, ...]:
        return tuple(self._rule(users, base) for _ in range(count))

    def _rule(self, users: list[str], base: Base | None) -> Rule:
        roll = self._random
        place = self._place()
        conditions: list[Condition] = []
        for _ in range(roll.choice((0, 1, 1, 2, 2, 3))):
            conditions += self._condition(place)
        effects, target = self._what(users, base)
        for effect in effects:
            if isinstance(effect, Translate) and effect.is_netmap:
                conditions += self._network(effect)
        return Rule(tuple(conditions), target, place, f"rule {place.line}", effects)

    def _what(
        self, users: list[str], base: Base | None
    ) -> tuple[tuple[Effect, ...], Target | None]:
        roll = self._random
        if base is not None and base.type is ChainType.NAT:
            return (self._translate(base.hook),), Accept()
        if base is not None and base.priority < 0:
            early = base.priority < -200
            effect: Effect = NoTrack() if early and roll.random() < 0.5 else self._mark()
            return (effect,), roll.choice((None, None, Accept(), Drop()))
        targets: list[Target | None] = [
            Accept(),
            Drop(),
            Accept(),
            Drop(),
            Reject(),
            Return(),
            None,
        ]
        if users:
            targets += [Jump(roll.choice(users)), Jump(users[0]), Goto(roll.choice(users))]
        if self._unmodelled and roll.random() < 0.15:
            targets = [Unmodelled("-j NFQUEUE", may_continue=roll.random() < 0.5)]
        chosen = roll.choice(targets)
        effects: tuple[Effect, ...] = ()
        if roll.random() < 0.1:
            effects = (self._mark(),)
        if self._unmodelled and roll.random() < 0.05:
            effects = (
                UnmodelledEffect("-j TOS", frozenset({roll.choice((Field.MARK, Field.DPORT))})),
            )
        return effects, chosen

    def _mark(self) -> SetMark:
        roll = self._random
        return SetMark(
            roll.choice(MARKS), roll.choice((0xFFFFFFFF, 0xFFFFFFFF, 1)), roll.random() < 0.4
        )

    def _translate(self, hook: Hook) -> Translate:
        roll = self._random
        is_source = hook in {Hook.POSTROUTING, Hook.INPUT}
        end = Translated.SOURCE if is_source else Translated.DESTINATION
        low = self._net + roll.randrange(ADDRESSES)
        kind = roll.random()
        if kind < 0.2 and self._own_known:
            return Translate(end, to_own_address=True)
        if kind < 0.3:
            return Translate(end, ports=Intervals.single(roll.choice(PORTS)))
        if kind < 0.4:
            start = self._net + roll.choice((0, 4))
            return Translate(end, Intervals(((start, start + 3),)), is_netmap=True)
        ports = Intervals.single(roll.choice(PORTS)) if roll.random() < 0.4 else None
        high = low + (1 if self._unmodelled and roll.random() < 0.3 else 0)
        return Translate(end, Intervals(((low, high),)), ports)

    def _network(self, effect: Translate) -> list[Condition]:
        """A network translation is only for one network."""
        four = self._family == 4
        source = Field.SADDR4 if four else Field.SADDR6
        destination = Field.DADDR4 if four else Field.DADDR6
        asked = source if effect.end is Translated.SOURCE else destination
        start = self._net + self._random.choice((0, 4))
        return [
            Match(Field.FAMILY, Intervals.single(self._family)),
            Match(asked, Intervals(((start, start + 3),))),
        ]

    @property
    def _own_known(self) -> bool:
        return self._unmodelled

    def _condition(self, place: Place) -> list[Condition]:  # noqa: PLR0911 - one line for each kind of match
        roll = self._random
        kind = roll.randrange(13 if self._unmodelled else 12)
        four = self._family == 4
        family = Match(Field.FAMILY, Intervals.single(self._family))
        source = Field.SADDR4 if four else Field.SADDR6
        destination = Field.DADDR4 if four else Field.DADDR6
        match kind:
            case 0 | 1:
                asked = roll.choice((source, destination))
                return [family, Match(asked, self._addresses())]
            case 2 | 3 | 4:
                protocol = roll.choice((6, 6, 17))
                asked = roll.choice((Field.DPORT, Field.DPORT, Field.SPORT))
                return [
                    Match(Field.L4PROTO, Intervals.single(protocol)),
                    Match(asked, self._ports()),
                ]
            case 5:
                states = roll.sample(range(5), roll.randint(1, 3))
                return [Match(Field.CT_STATE, Intervals.of((one, one) for one in states))]
            case 6:
                return [Match(roll.choice((Field.IIF, Field.OIF)), self._names())]
            case 7:
                asked = roll.choice((Field.MARK, Field.CT_MARK))
                return [Match(asked, Intervals.single(roll.choice(MARKS)))]
            case 8:
                boxes = tuple(
                    (Match(source, self._addresses()), Match(Field.DPORT, self._ports()))
                    for _ in range(roll.randint(1, 3))
                )
                protocols = Match(Field.L4PROTO, Intervals(((6, 6), (17, 17))))
                return [family, protocols, AnyOf(boxes, roll.random() < 0.4)]
            case 9:
                asked = roll.choice((Field.CT_SNAT, Field.CT_DNAT, Field.CT_DIRECTION))
                return [Match(asked, Intervals.single(roll.randrange(2)))]
            case 10:
                asked = Field.CT_ORIG_DADDR4 if four else Field.CT_ORIG_DADDR6
                return [
                    Match(asked, self._addresses()),
                    Match(roll.choice((Field.SADDR_TYPE, Field.DADDR_TYPE)), Intervals.single(2)),
                ]
            case 11:
                flags = Intervals.of((one, one) for one in range(256) if one & 0x17 == 2)
                values = flags if roll.random() < 0.5 else flags.complement(8)
                return [
                    Match(Field.L4PROTO, Intervals.single(6)),
                    Match(Field.TCP_FLAGS, values),
                ]
            case _:
                own = str(place) if roll.random() < 0.5 else ""
                return [Opaque(f"-m string {roll.randrange(3)}", place, own)]

    def _addresses(self) -> Intervals:
        roll = self._random
        low = roll.randrange(ADDRESSES)
        high = min(ADDRESSES - 1, low + roll.choice((0, 0, 1, 3)))
        values = Intervals(((self._net + low, self._net + high),))
        bits = 32 if self._family == 4 else 128
        return values.complement(bits) if roll.random() < 0.2 else values

    def _ports(self) -> Intervals:
        roll = self._random
        chosen = Intervals.of((one, one) for one in roll.sample(PORTS, roll.randint(1, 2)))
        if roll.random() < 0.2:
            chosen = Intervals(((1024, 65535),))
        return chosen.complement(16) if roll.random() < 0.2 else chosen

    def _names(self) -> Names:
        roll = self._random
        if roll.random() < 0.3:
            return Names(prefixes=frozenset({"eth"}), negated=roll.random() < 0.3)
        return Names(frozenset({roll.choice(INTERFACES)}), negated=roll.random() < 0.3)

    def _place(self) -> Place:
        self._line += 1
        return Place("rules", self._line)


def changed(ruleset: Ruleset, roll: random.Random) -> Ruleset:
    """The same with one rule moved, or taken out."""
    table = roll.choice(ruleset.tables)
    chains = [chain for chain in table.chains.values() if chain.rules]
    if not chains:
        return Ruleset(ruleset.tables)
    chain = roll.choice(chains)
    rules = list(chain.rules)
    moved = rules.pop(roll.randrange(len(rules)))
    if roll.random() < 0.7:
        rules.insert(roll.randrange(len(rules) + 1), moved)
    new: dict[str, Chain] = {**table.chains, chain.name: replace(chain, rules=tuple(rules))}
    tables: list[Table] = [
        replace(one, chains=MappingProxyType(new)) if one is table else one
        for one in ruleset.tables
    ]
    return Ruleset(tuple(tables))
