"""The text of a rule becomes a rule, and equal texts are read once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from twiceshy.languages.firewall.conditions import Condition, Opaque
from twiceshy.languages.firewall.ipset import Sets
from twiceshy.languages.firewall.iptables.basis import of_base, protocol_number
from twiceshy.languages.firewall.iptables.line import Line, LineReader
from twiceshy.languages.firewall.iptables.matches.asked import (
    WHOLE,
    About,
    Asked,
    Clause,
    Module,
    Named,
    named,
)
from twiceshy.languages.firewall.iptables.matches.modules import IMPLIED_BY, MODULES
from twiceshy.languages.firewall.iptables.outcome import outcome_of, outcome_of_line
from twiceshy.languages.firewall.iptables.plain import Plain, clauses_of, told_apart
from twiceshy.languages.firewall.iptables.targets import Outcome
from twiceshy.languages.firewall.iptables.unreadable import (
    OtherFamilyError,
    UnreadableError,
    refuse,
)
from twiceshy.languages.firewall.iptables.words import words_of
from twiceshy.languages.firewall.ruleset import Effect, Rule, Target, Unmodelled
from twiceshy.model.place import Place

MOST_REMEMBERED = 250_000
"""Texts of each sort that a reader remembers before it begins anew."""

_PLAIN_BASE = frozenset({"-s", "-d", "-p", "-i", "-o"})


class Parts(NamedTuple):
    """What a rule's text means wherever it stands. A tuple, since there is one for each rule."""

    conditions: tuple[Condition, ...] | None
    """None when some of `asked` needs the rule's place."""
    asked: Sequence[Asked]
    target: Target | None
    effects: tuple[Effect, ...]
    comment: str | None


class RuleReader:
    """Reads rules of one family, and remembers what equal texts mean."""

    def __init__(self, family: int, sets: Sets) -> None:
        self._family = family
        self._sets = sets
        self._parts: dict[str, Parts] = {}
        self._base: dict[tuple[str, str], Asked | None] = {}
        self._modules: dict[tuple[str, int], tuple[Asked, ...] | None] = {}
        self._targets: dict[tuple[str, bool, int], Outcome | None] = {}

    def rule(self, specification: str, place: Place, text: str) -> Rule:
        """The rule that stands after `-A chain`; UnreadableError when it makes no sense.

        OtherFamilyError when it is not for this family.
        """
        parts = self._parts.get(specification)
        if parts is None:
            if len(self._parts) >= MOST_REMEMBERED:
                self._forget()
            plain = told_apart(specification)
            parts = None if plain is None else self._quickly(plain)
            if parts is None:
                line = LineReader(words_of(specification)).read()
                if line.command:
                    refuse(f"`{line.command}` is not expected here")
                if line.table:
                    refuse("`-t` cannot stand here")
                if line.only_family not in {None, self._family}:
                    raise OtherFamilyError
                parts = self.parts(line)
            self._parts[specification] = parts
        return made(parts, place, text)

    def _quickly(self, plain: Plain) -> Parts | None:
        """None too when it seems wrong: what it misses may follow in an unusual place."""
        try:
            return self._of_plain(plain)
        except UnreadableError:
            return None

    def parts(self, line: Line) -> Parts:
        """What the line asks for and does, however it is spelt."""
        asked: list[Asked] = []
        for option, (negated, text) in line.base.items():
            one = of_base(option, text, self._family, negated=negated)
            if one is not None:
                asked.append(one)
        negated, text = line.base.get("-p", (True, ""))
        about = self._about(0 if negated else protocol_number(text))
        comment = None
        for segment in line.segments:
            assert isinstance(segment.module, Module)
            if segment.name == "comment":
                comment = segment.clauses[0].value if segment.clauses else comment
            else:
                asked += _of_module(segment.name, segment.module, tuple(segment.clauses), about)
        return _parts(asked, outcome_of_line(line, about), comment)

    def _forget(self) -> None:
        self._parts.clear()
        self._base.clear()
        self._modules.clear()
        self._targets.clear()

    def _about(self, protocol: int) -> About:
        return About(self._family, protocol or None, self._sets)

    def _of_plain(self, plain: Plain) -> Parts | None:
        """None when it is not that plain after all."""
        asked: list[Asked] = []
        protocol = self._plain_base(plain, asked)
        if protocol is None:
            return None
        remembered = self._modules
        for text in plain.modules:
            key = (text, protocol)
            found = remembered[key] if key in remembered else self._plain_module(text, protocol)
            if found is None:
                return None
            asked += found
        target = (plain.target, plain.is_goto, protocol)
        if target in self._targets:
            outcome = self._targets[target]
        else:
            outcome = outcome_of(plain.target, self._about(protocol), is_goto=plain.is_goto)
            self._targets[target] = outcome
        return None if outcome is None else _parts(asked, outcome, plain.comment)

    def _plain_base(self, plain: Plain, asked: list[Asked]) -> int | None:
        """The protocol, 0 for any; what is asked goes into `asked`."""
        words, remembered = plain.base, self._base
        protocol = at = 0
        end = len(words)
        implied: str | None = None
        seen: list[str] = []
        while at < end:
            option = words[at]
            sign = ""
            if option == "!":
                at += 1
                sign, option = "!", words[at] if at < end else ""
            if option not in _PLAIN_BASE or option in seen:
                if sign or implied is None or option[:2] != "--":
                    return None
                plain.modules.insert(0, " ".join((implied, *words[at:])))
                break
            at += 2
            if at > end or words[at - 1] == "!":
                return None
            text = words[at - 1]
            seen.append(option)
            if option == "-p" and not sign:
                protocol = protocol_number(text)
                implied = IMPLIED_BY.get(text.lower())
            key = (sign + option, text)
            if key in remembered:
                one = remembered[key]
            else:
                one = of_base(option, text, self._family, negated=bool(sign))
                remembered[key] = one
            if one is not None:
                asked.append(one)
        return protocol

    def _plain_module(self, text: str, protocol: int) -> tuple[Asked, ...] | None:
        name, *words = text.split()
        module = MODULES.get(name)
        found = None
        if module is not None:
            if module.quickly and IMPLIED_BY.get(str(protocol)) == name:
                found = module.quickly(words, protocol)
            if found is None and (clauses := clauses_of(module.options, words)) is not None:
                found = tuple(module.read(name, clauses, self._about(protocol)))
        self._modules[text, protocol] = found
        return found


def _of_module(name: str, module: Module, clauses: tuple[Clause, ...], about: About) -> list[Asked]:
    strange = () if module.open else tuple(c for c in clauses if c.option not in module.spellings)
    if not strange:
        return module.read(name, clauses, about)
    clear = tuple(clause for clause in clauses if clause not in strange)
    asked = module.read(name, clear, about) if clear else []
    return [*asked, named(name, strange)]


def _parts(asked: list[Asked], outcome: Outcome, comment: str | None) -> Parts:
    conditions: list[Condition] = []
    is_whole = is_placed = False
    for one in asked:
        if one is WHOLE:
            if not is_whole:
                conditions.append(WHOLE)
            is_whole = True
        elif isinstance(one, Named):
            is_placed = True
        else:
            conditions.append(one)
    known = tuple(conditions)
    return Parts(None if is_placed else known, asked if is_placed else known, *outcome, comment)


def made(parts: Parts, place: Place, text: str) -> Rule:
    """The rule at this place."""
    conditions = parts.conditions
    if conditions is None:
        conditions = tuple(
            Opaque(one.text, place, str(place) if one.varies else "")
            if isinstance(one, Named)
            else one
            for one in parts.asked
        )
    return Rule(conditions, parts.target, place, text, parts.effects, parts.comment)


def unknown_rule(place: Place, text: str) -> Rule:
    """What stands in for a line that could not be read: may match, may do anything."""
    return Rule((Opaque(text, place, str(place)),), Unmodelled(text), place, text)
