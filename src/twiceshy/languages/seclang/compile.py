"""Statements to rules: links chained together, and what is wrong with those that are none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from twiceshy.languages.seclang.actions import (
    DEFAULT_PHASE,
    DISRUPTIVE,
    Action,
    MalformedActions,
    actions_of,
    phase_number,
)
from twiceshy.languages.seclang.rule import Link, Operator, Rule, rule_of
from twiceshy.languages.seclang.statement import Statement
from twiceshy.model.place import Place

RULES = frozenset({"secrule", "secaction", "secrulescript"})


@dataclass(frozen=True, slots=True)
class Fault:
    """A directive with which the program does not start, or that is not understood here."""

    why: str
    place: Place


@dataclass(frozen=True, slots=True)
class Default:
    """What `block` comes to, by a SecDefaultAction."""

    phase: int
    disruptive: Action | None
    place: Place


@dataclass(slots=True)
class Chain:
    """Takes statements one by one, and gives back each rule when it is complete."""

    faults: list[Fault] = field(default_factory=list)
    _links: list[Link] = field(default_factory=list)

    def take(self, statement: Statement) -> Rule | None:
        """Add a SecRule, SecAction or SecRuleScript; the rule once its last link has come."""
        short = len(statement.line.text) <= _LONGEST_KEPT
        link = _kept_link_of(statement) if short else link_of(statement)
        if isinstance(link, Fault):
            self.faults.append(link)
            self._links.clear()
            return None
        self._links.append(link)
        if link.named("chain"):
            return None
        links = tuple(self._links)
        self._links.clear()
        return self._rule(links)

    def end(self) -> None:
        """Note a chain whose next link never came."""
        if self._links:
            place = self._links[-1].statement.place
            self.faults.append(
                Fault("the rule that should be chained to this one is missing", place)
            )
            self._links.clear()

    def _rule(self, links: tuple[Link, ...]) -> Rule | None:
        first = links[0]
        phases = [action.value for action in first.named("phase")]
        phase = phase_number(phases[-1]) if phases else DEFAULT_PHASE
        if phase is None:
            why = f"{phases[-1][:40]!r} is no phase"
            self.faults.append(Fault(why, first.statement.place))
            return None
        numbers = [action.value.strip("' ") for action in first.named("id")]
        if not numbers or not (numbers[-1].isascii() and numbers[-1][:18].isdigit()):
            self.faults.append(Fault("the rule has no id", first.statement.place))
            return None
        return rule_of(links, phase, int(numbers[-1][:18]))


def link_of(statement: Statement) -> Link | Fault:
    """Read a SecRule, SecAction or SecRuleScript by itself."""
    if any(not word.is_closed for word in statement.words):
        return Fault("a quoted string never ends", statement.place)
    position = {"secaction": 0, "secrulescript": 1}.get(statement.key, 2)
    if len(statement.words) < min(position + 1, 2) or len(statement.words) > position + 1:
        why = f"{statement.name} has {len(statement.words)} arguments"
        return Fault(why, statement.place)
    text, start = "", 0
    if len(statement.words) > position:
        text, start = statement.words[position].text, statement.words[position].start
    try:
        actions = actions_of(text)
    except MalformedActions as error:
        return Fault(f"the actions are malformed: {error}", statement.place)
    operator = None
    if statement.key == "secrule":
        operator = Operator.of(statement.words[1].text)
    elif statement.key == "secrulescript":
        operator = Operator("script", statement.first)
    return Link(statement, operator, actions, start)


_LONGEST_KEPT = 8192
_kept_link_of = lru_cache(maxsize=4096)(link_of)
"""The core rule set is the same at every server, and before and after most changes."""


def default_of(statement: Statement) -> Default | Fault:
    """Read a SecDefaultAction."""
    try:
        actions = actions_of(statement.first)
    except MalformedActions as error:
        return Fault(f"the actions are malformed: {error}", statement.place)
    phases = [action.value for action in actions if action.name == "phase"]
    phase = phase_number(phases[-1]) if phases else DEFAULT_PHASE
    if phase is None:
        return Fault(f"{phases[-1][:40]!r} is no phase", statement.place)
    disruptive = [action for action in actions if action.name in DISRUPTIVE]
    return Default(phase, disruptive[-1] if disruptive else None, statement.place)


def actions_in(statement: Statement, position: int) -> Iterator[Action]:
    """The actions of an exception, from its `position`th word; none when they are malformed."""
    if len(statement.words) <= position:
        return
    try:
        yield from actions_of(statement.words[position].text)
    except MalformedActions:
        return
