"""A packet's way through the hooks, with every choice made."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import assert_never

from twiceshy.kinds.firewall.asks import Asking, is_here, is_true
from twiceshy.kinds.firewall.choices import ChoiceKey, Choices
from twiceshy.kinds.firewall.hooks import HOOKS, BaseChain, Nat, Order, Track
from twiceshy.kinds.firewall.host import Host, Path
from twiceshy.kinds.firewall.packet import ICMP, ICMPV6, Connection, Packet
from twiceshy.kinds.firewall.rewriting import marked, may_be_anything, rerouted, translated
from twiceshy.languages.firewall.conditions import CtState, Field
from twiceshy.languages.firewall.ruleset import (
    Accept,
    Chain,
    Drop,
    Goto,
    Hook,
    Jump,
    NoTrack,
    Reject,
    Return,
    Rule,
    SetMark,
    Table,
    Translate,
    Translated,
    Unmodelled,
    UnmodelledEffect,
)
from twiceshy.model.place import Place

DEEPEST = 64
"""Chains within chains; the kernel stops at 16 for nft, and iptables at its stack."""
NOT_TRACKED = frozenset({CtState.INVALID, CtState.UNTRACKED})
FIRST = frozenset({CtState.NEW, CtState.RELATED})


@dataclass(frozen=True, slots=True)
class Decided:
    """Which rule or policy decided; `base` is None when no chain was asked at all."""

    passes: bool
    base: BaseChain | None = None
    rule: Rule | None = None
    """None: the policy of the base chain."""

    @property
    def place(self) -> Place | None:
        """Where it stands."""
        if self.rule is not None:
            return self.rule.place
        if self.base is None:
            return None
        return self.base.base.place or self.base.chain.place or self.base.table.place

    def __str__(self) -> str:
        if self.base is None:
            return "no rule is asked"
        if self.rule is not None:
            return self.rule.text
        policy = "accept" if isinstance(self.base.base.policy, Accept) else "drop"
        return f"policy {policy} of {self.base.name}"


@dataclass(frozen=True, slots=True)
class _Ended:
    """A chain came to a verdict: by which rule; `returns` when it has none of its own."""

    passes: bool = False
    rule: Rule | None = None
    returns: bool = False


_RETURNS = _Ended(returns=True)


class Walk:
    """One packet's walk in one order; `packet` and `path` are what became of them."""

    def __init__(
        self, order: Order, host: Host, choices: Choices, packet: Packet, path: Path
    ) -> None:
        self.order = order
        self.host = host
        self.choices = choices
        self.packet = packet
        self.path = path
        self._is_tracked = True
        self._translated: set[Translated] = set()
        self._is_sent_here = False
        self.asked = 0
        """How many rules were asked."""

    def whole_way(self) -> Decided:
        """All hooks of the way, until the packet is dropped or leaves."""
        last = Decided(passes=True)
        hook: Hook | None = HOOKS[self.path][0]
        while hook is not None:
            last = self._hook(hook, last)
            if not last.passes:
                return last
            hook = self._after(hook)
            if hook is Hook.FORWARD:
                # ip_forward() and ip6_forward() count down before they ask this hook
                self.packet = replace(self.packet, ttl=max(self.packet.ttl - 1, 0))
        return last

    def _after(self, hook: Hook) -> Hook | None:
        way = HOOKS[self.path]
        at = way.index(hook) + 1
        return way[at] if at < len(way) else None

    def _hook(self, hook: Hook, last: Decided) -> Decided:
        tracks = hook in {Hook.PREROUTING, Hook.OUTPUT}
        self._is_tracked = not tracks or self.packet.ct_state == CtState.UNTRACKED
        for step in self.order.steps[hook]:
            match step:
                case Track():
                    self._track()
                case Nat():
                    decided = self._nat(step, hook)
                    last = decided or last
                case BaseChain():
                    last = self._base(step)
            if not last.passes:
                break
        return last

    def _track(self) -> None:
        self._is_tracked = True
        packet = self.packet
        if packet.connection is None and packet.ct_state not in NOT_TRACKED:
            connection = Connection(packet.saddr, packet.daddr, packet.sport, packet.dport)
            self.packet = replace(packet, connection=connection)

    def _nat(self, step: Nat, hook: Hook) -> Decided | None:
        packet = self.packet
        if packet.ct_state in NOT_TRACKED or packet.connection is None:
            return None
        if self._is_first(packet):
            for base in step.chains:
                decided = self._base(base)
                if not decided.passes or step.end in self._translated:
                    break
            else:
                return None
        else:
            self.packet = rerouted(packet, step.end)
            return None
        if decided.passes and step.end is Translated.DESTINATION and self._is_readdressed(packet):
            self._lead_on(hook)
        return decided

    @staticmethod
    def _is_first(packet: Packet) -> bool:
        """Whether NAT chains are asked; an ICMP error is translated like what it is about."""
        is_error = packet.ct_state == CtState.RELATED and packet.l4proto in {ICMP, ICMPV6}
        return packet.ct_state in FIRST and not is_error

    def _is_readdressed(self, before: Packet) -> bool:
        fields = (Field.DADDR4, Field.DADDR6)
        return (
            self._is_sent_here
            or self.packet.daddr != before.daddr
            or any(field in self.packet.unsure for field in fields)
        )

    def _lead_on(self, hook: Hook) -> None:
        """A translated destination may be this host itself, or another one."""
        packet = self.packet
        here = self._is_sent_here or is_here(packet, self.host, self.choices)
        if hook is Hook.OUTPUT:
            self.packet = replace(packet, oif="lo") if here else packet
            return
        if here and self.path is Path.FORWARD:
            self.path = Path.INPUT
            self.packet = replace(packet, oif=None)
        elif not here and self.path is Path.INPUT:
            self.path = Path.FORWARD
            self.packet = may_be_anything(packet, Field.OIF)

    def _base(self, base: BaseChain) -> Decided:
        ended = self._chain(base.table, base.chain, ())
        if ended.returns:
            return Decided(isinstance(base.base.policy, Accept), base)
        return Decided(ended.passes, base, ended.rule)

    def _chain(self, table: Table, chain: Chain, inside: tuple[str, ...]) -> _Ended:
        if chain.name in inside or len(inside) > DEEPEST:
            key = ChoiceKey(f"chain {chain.name} leads back to itself", chain.place)
            return self._unmodelled(key, None) or _RETURNS
        asking = self._asking()
        for rule in chain.rules:
            self.asked += 1
            for condition in rule.conditions:
                if not is_true(condition, asking):
                    break
            else:
                ended = self._target(table, rule, (*inside, chain.name))
                if ended is not None:
                    return ended
                asking = self._asking()
        return _RETURNS

    def _asking(self) -> Asking:
        return Asking(self.packet, self.path, self.host, self._is_tracked, self.choices)

    def _target(  # noqa: PLR0911 - one line for each target
        self, table: Table, rule: Rule, inside: tuple[str, ...]
    ) -> _Ended | None:
        """The chain's end, or None to go on with the next rule."""
        translates = self._effects(rule)
        target = rule.target
        match target:
            case None:
                return _Ended(passes=True, rule=rule) if translates else None
            case Accept():
                return _Ended(passes=True, rule=rule)
            case Drop() | Reject():
                return _Ended(passes=False, rule=rule)
            case Return():
                return _RETURNS
            case Jump(name) | Goto(name):
                chain = table.chains.get(name)
                if chain is None:
                    key = ChoiceKey(f"there is no chain {name} in table {table.name}", rule.place)
                    return self._unmodelled(key, rule)
                ended = self._chain(table, chain, inside)
                is_back = ended.returns and isinstance(target, Jump)
                return None if is_back else ended
            case Unmodelled(text, may_continue):
                key = ChoiceKey(text, rule.place, f"target {rule.place}")
                return self._unmodelled(key, rule, may_continue=may_continue)
            case _:
                assert_never(target)

    def _unmodelled(
        self, key: ChoiceKey, rule: Rule | None, *, may_continue: bool = True
    ) -> _Ended | None:
        options = ("drop", "accept", "continue") if may_continue else ("drop", "accept")
        choice = self.choices.of(key, options)
        if choice == "continue":
            return None
        return _Ended(passes=choice == "accept", rule=rule)

    def _effects(self, rule: Rule) -> bool:
        """Apply them; returns whether NAT was set up, which ends the chain."""
        translates = False
        for effect in rule.effects:
            match effect:
                case SetMark():
                    self.packet = marked(self.packet, effect, is_tracked=self._has_connection())
                case NoTrack():
                    if not self._is_tracked:
                        self._is_tracked = True
                        self.packet = replace(
                            self.packet, ct_state=CtState.UNTRACKED, connection=None
                        )
                case Translate():
                    if effect.end not in self._translated and self._has_connection():
                        self._translated.add(effect.end)
                        self._is_sent_here = effect.to_own_address
                        self.packet = translated(self.packet, effect, self.host, self.path)
                        translates = True
                case UnmodelledEffect(_, fields):
                    self.packet = may_be_anything(self.packet, *fields)
        return translates

    def _has_connection(self) -> bool:
        return (
            self._is_tracked
            and self.packet.connection is not None
            and self.packet.ct_state not in NOT_TRACKED
        )
