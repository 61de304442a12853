"""Tables while lines are applied to them: chains are added, rules come and go."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from math import prod

from twiceshy.languages.firewall.conditions import Opaque
from twiceshy.languages.firewall.iptables.line import Line
from twiceshy.languages.firewall.iptables.names import BASE_CHAINS
from twiceshy.languages.firewall.iptables.numbers import number
from twiceshy.languages.firewall.iptables.rule import unknown_rule
from twiceshy.languages.firewall.iptables.unreadable import refuse
from twiceshy.languages.firewall.iptables.words import words_of
from twiceshy.languages.firewall.ruleset import (
    Accept,
    Drop,
    Goto,
    Jump,
    Problem,
    Rule,
    Table,
    TableFamily,
    Unmodelled,
)
from twiceshy.model.place import Place

POLICIES: dict[str, Accept | Drop] = {"ACCEPT": Accept(), "DROP": Drop()}
MOST_PROBLEMS = 100
MOST_STEPS = 5_000_000
"""How many rules may be passed over in looking for those that commands name."""
LONGEST_NAME = 28
"""Characters of a chain's name (XT_EXTENSION_MAXNAMELEN less its end)."""


@dataclass(slots=True)
class WorkChain:
    """A chain that can still change."""

    rules: list[Rule] = field(default_factory=list)
    policy: Accept | Drop | None = None
    policy_place: Place | None = None
    place: Place | None = None


@dataclass(slots=True)
class WorkTable:
    """A table that can still change; its built-in chains are always there."""

    name: str
    place: Place | None
    chains: dict[str, WorkChain] = field(default_factory=dict)


class Workspace:
    """The tables of one family and source."""

    def __init__(self, family: TableFamily) -> None:
        self.family = family
        self.tables: dict[str, WorkTable] = {}
        self.problems: list[Problem] = []
        self._steps_left = MOST_STEPS

    @classmethod
    def of(cls, family: TableFamily, tables: Iterable[Table]) -> Workspace:
        """Begins with what other files said."""
        space = cls(family)
        for table in tables:
            work = space.begin(table.name, table.place)
            for chain in table.chains.values():
                base = chain.base
                work.chains[chain.name] = WorkChain(
                    list(chain.rules),
                    base.policy if base else None,
                    base.place if base else None,
                    chain.place,
                )
        return space

    def begin(self, name: str, place: Place | None) -> WorkTable:
        """The table with empty built-in chains, in place of one of this name."""
        work = self.tables[name] = WorkTable(name, place)
        for chain in BASE_CHAINS[name]:
            work.chains[chain] = WorkChain()
        return work

    def problem(self, place: Place, what: str, table: str = "", chain: str = "") -> None:
        """Remembers what could not be read."""
        where = (self.family, table, chain) if chain else None
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(Problem(place, what, where))
        elif not self.is_full:
            more = f"there are more than {MOST_PROBLEMS} problems; the rest is not told"
            self.problems.append(Problem(place, more))

    @property
    def is_full(self) -> bool:
        """Whether there are so many problems that there is no use in reading on."""
        return len(self.problems) > MOST_PROBLEMS

    def chain(self, table: WorkTable, name: str, place: Place) -> WorkChain:
        """The chain of this name; one that nobody declared is made, with a problem."""
        found = table.chains.get(name)
        if found is None:
            found = table.chains[name] = WorkChain(place=place)
            found.rules.append(unknown_rule(place, f"chain {name}"))
            self.problem(
                place, f"the chain `{name}` is not declared in `{table.name}`", table.name, name
            )
        return found

    def unreadable(
        self,
        table: WorkTable,
        chain: str,
        place: Place,
        text: str,
        why: str,
        *,
        first: bool = False,
    ) -> None:
        """Leaves in the chain, for a line that makes no sense, a rule that may do anything.

        `first`: before all others, when the line would have changed the rules that are there.
        """
        if chain in table.chains:
            rules = table.chains[chain].rules
            rules.insert(0 if first else len(rules), unknown_rule(place, text))
            self.problem(place, f"{why}: `{text}`", table.name, chain)
        else:
            self.problem(place, f"{why}: `{text}`")

    def declare(self, table: WorkTable, name: str, policy: str, place: Place) -> None:
        """`:INPUT DROP [0:0]` or `:mine - [0:0]`."""
        is_built_in = name in BASE_CHAINS[table.name]
        if not is_built_in:
            if name not in table.chains:
                self.new(table, name, place)
            elif table.chains[name].rules:
                refuse(f"the chain `{name}` is declared a second time, after its rules")
            return
        chain = table.chains[name]
        chain.place = place
        if policy != "-":
            self.set_policy(table, name, policy, place)

    def new(self, table: WorkTable, name: str, place: Place) -> None:
        """`-N name`."""
        if name in table.chains:
            refuse(f"there is a chain `{name}` already")
        if len(name) > LONGEST_NAME:
            refuse(f"`{name}` is longer than the {LONGEST_NAME} characters of a chain's name")
        table.chains[name] = WorkChain(place=place)

    def set_policy(self, table: WorkTable, name: str, policy: str, place: Place) -> None:
        """`-P INPUT DROP`."""
        if policy not in POLICIES:
            refuse(f"`{policy}` is no policy; there are ACCEPT and DROP")
        if name not in BASE_CHAINS[table.name]:
            refuse(f"`{name}` is no built-in chain of `{table.name}`, so it has no policy")
        chain = table.chains[name]
        chain.policy, chain.policy_place = POLICIES[policy], place

    def change(
        self,
        table: WorkTable,
        line: Line,
        rule: Rule | None,
        place: Place,
        *,
        is_strict: bool = False,
    ) -> None:
        """Does what the line's command says; UnreadableError when iptables would refuse it."""
        command, arguments = line.command, line.arguments
        name = arguments[0] if arguments else ""
        if command == "-A" and is_strict:
            self._existing(table, name)
        match command:
            case "-A" | "-I" | "-R" | "-D":
                self._change_rules(table, command, arguments, rule, place)
            case "-N":
                self.new(table, name, place)
            case "-P":
                self.set_policy(table, name, arguments[1], place)
            case "-F":
                for chain in [self._existing(table, name)] if name else table.chains.values():
                    chain.rules.clear()
            case "-X":
                self._remove(table, name)
            case "-E":
                self._rename(table, name, arguments[1])
            case "-Z" | "-L" | "-S" | "-C":
                pass
            case _:
                refuse("it has no command such as `-A`")

    def _existing(self, table: WorkTable, name: str) -> WorkChain:
        chain = table.chains.get(name)
        if chain is None:
            refuse(f"there is no chain `{name}` in `{table.name}`")
        return chain

    def _change_rules(
        self,
        table: WorkTable,
        command: str,
        arguments: tuple[str, ...],
        rule: Rule | None,
        place: Place,
    ) -> None:
        if command == "-A":
            assert rule is not None
            self.chain(table, arguments[0], place).rules.append(rule)
            return
        rules = self._existing(table, arguments[0]).rules
        told = number(arguments[1], 32, "rule number") if len(arguments) > 1 else None
        self._pass_over(len(rules) if told is not None else len(rules) // 64)
        if command == "-I":
            assert rule is not None
            rules.insert(0 if told is None else _index(rules, told, is_new=True), rule)
        elif command == "-R":
            assert rule is not None
            if told is None:
                refuse("`-R` needs the number of a rule")
            rules[_index(rules, told)] = rule
        elif told is not None:
            del rules[_index(rules, told)]
        else:
            assert rule is not None
            found = self.found(table, arguments[0], rule)
            if found is None:
                refuse(f"there is no such rule in `{arguments[0]}` to delete")
            del rules[found]

    def found(self, table: WorkTable, chain: str, rule: Rule) -> int | None:
        """Where the same rule stands in the chain, counted from 0."""
        rules = self._existing(table, chain).rules
        self._pass_over(len(rules))
        wanted = _asked(rule)
        for index, one in enumerate(rules):
            if _is_same(one, rule) and all(each in wanted for each in _asked(one)):
                return index
        return None

    def _pass_over(self, count: int) -> None:
        self._steps_left -= count
        if self._steps_left < 0:
            refuse("so many commands for single rules are not followed")

    def _remove(self, table: WorkTable, name: str) -> None:
        built_in = BASE_CHAINS[table.name]
        if not name:
            for one in [one for one in table.chains if one not in built_in]:
                if table.chains[one].rules:
                    refuse(f"the chain `{one}` still has rules")
                del table.chains[one]
            return
        if name in built_in:
            refuse(f"`{name}` is built in")
        if self._existing(table, name).rules:
            refuse(f"the chain `{name}` still has rules")
        del table.chains[name]

    def _rename(self, table: WorkTable, old: str, new: str) -> None:
        if new in table.chains or old in BASE_CHAINS[table.name]:
            refuse(f"`{old}` cannot be renamed to `{new}`")
        table.chains[new] = self._existing(table, old)
        del table.chains[old]
        for chain in table.chains.values():
            chain.rules = [_redirected(rule, old, new) for rule in chain.rules]


_LIST = re.compile(r"(?:^|\s)(?:-s|--source|--src|-d|--destination|--dst)[ =](\S*,\S*)")


def _index(rules: list[Rule], told: int, *, is_new: bool = False) -> int:
    """Where rule number `told` stands; one line with a list of addresses is several to iptables."""
    last = 0
    for index, rule in enumerate(rules):
        first = last + 1
        last += 1
        if "," in rule.text:
            last += prod(one.count(",") + 1 for one in _LIST.findall(rule.text)) - 1
        if first == told and (is_new or last == told):
            return index
        if first <= told <= last:
            refuse(f"number {told} is one of several rules that one line stands for")
    if not is_new or told != last + 1:
        refuse(f"there are only {last} rules")
    return len(rules)


def _redirected(rule: Rule, old: str, new: str) -> Rule:
    target = rule.target
    if isinstance(target, Jump | Goto) and target.chain == old:
        return Rule(
            rule.conditions, type(target)(new), rule.place, rule.text, rule.effects, rule.comment
        )
    return rule


def _asked(rule: Rule) -> Collection[object]:
    return [one.text if isinstance(one, Opaque) else one for one in rule.conditions]


def _is_same(one: Rule, other: Rule) -> bool:
    """Whether two rules do the same, whatever they ask for."""
    return (
        len(one.conditions) == len(other.conditions)
        and one.comment == other.comment
        and one.target == other.target
        and one.effects == other.effects
        and _told_target(one) == _told_target(other)
    )


def _told_target(rule: Rule) -> list[str]:
    """What stands after `-j` where the target itself does not say it all, as of `LOG`."""
    if not (rule.target is None or isinstance(rule.target, Unmodelled)):
        return []
    words = words_of(rule.text)
    return words[words.index("-j") :] if "-j" in words else []
