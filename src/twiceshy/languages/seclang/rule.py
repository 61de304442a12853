"""A rule of ModSecurity: its conditions, chained or not, and what it does."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property

from twiceshy.languages.seclang.actions import DEFAULT_PHASE, DISRUPTIVE, Action
from twiceshy.languages.seclang.statement import Statement, short
from twiceshy.model.place import Place

VENDOR = "OWASP_CRS/"
"""How the `ver` of the core rule set's own rules begins."""

_VARIABLE = re.compile(r"(?P<sign>[!&]?)(?P<name>[A-Za-z_]+)(?:[:.](?P<selector>.+))?", re.DOTALL)
_PIECE = re.compile(r"(?:/[^/]*+/|[^|])++")
"""Up to the next bar that stands in no expression."""


@dataclass(frozen=True, slots=True)
class Variable:
    """One thing that is looked at: `ARGS`, `&TX:score`, `!REQUEST_COOKIES:/^utm/`."""

    name: str
    """In upper case."""
    selector: str = ""
    """In lower case; empty for the whole collection."""
    is_count: bool = False
    is_left_out: bool = False


def variables_of(text: str) -> tuple[Variable, ...]:
    """The variables of a rule, or of an exception; what is none is left out."""
    found = []
    for part in _PIECE.findall(text.replace(",", "|") if "/" not in text else text):
        match = _VARIABLE.fullmatch(part.strip().strip("'\""))
        if match is not None:
            selector = (match["selector"] or "").strip("'\"").lower()
            found.append(
                Variable(
                    match["name"].upper(), selector, match["sign"] == "&", match["sign"] == "!"
                )
            )
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Operator:
    """How a variable is compared."""

    name: str
    """In lower case, without `@`: `rx` when none is written."""
    argument: str
    is_negated: bool = False

    @classmethod
    def of(cls, text: str) -> Operator:
        """Read `@ge 5`, `!@eq 0`, or an expression."""
        negated = text.startswith("!")
        rest = text[1:] if negated else text
        if not rest.startswith("@"):
            return cls("rx", rest, negated)
        name, _, argument = rest[1:].partition(" ")
        return cls(name.lower(), argument.strip(), negated)


@dataclass(frozen=True)
class Link:
    """One SecRule or SecAction: the first of a rule, or one that is chained to it."""

    statement: Statement
    operator: Operator | None
    """None for a SecAction, which always matches."""
    actions: tuple[Action, ...]
    actions_start: int
    """Where the text of the actions begins in the line."""

    @cached_property
    def variables(self) -> tuple[Variable, ...]:
        """What is looked at."""
        return variables_of(self.statement.first) if self.operator is not None else ()

    @property
    def condition(self) -> str:
        """The condition in the words of the file, shortened."""
        if self.operator is None:
            return "always"
        words = self.statement.words
        return short(" ".join(word.text for word in words[:2]))

    def place_of(self, action: Action) -> Place:
        """Where an action is written."""
        return self.statement.line.at(self.actions_start + action.index)

    def named(self, name: str) -> tuple[Action, ...]:
        """The actions of that name."""
        return tuple(action for action in self.actions if action.name == name)


@dataclass(frozen=True)
class Rule:
    """A rule with all its links, or a marker to which others skip."""

    links: tuple[Link, ...]
    id: int | None = None
    phase: int = DEFAULT_PHASE
    marker: str | None = None
    """The name of a SecMarker, which has no links and stands in every phase."""
    marked_at: Place | None = None
    tags: tuple[str, ...] = ()
    messages: tuple[str, ...] = ()
    is_vendors: bool = False
    """Whether it says that it is one of the core rule set's own."""
    disruptive: Action | None = field(default=None)
    """Its own last disruptive action; `block` stands for that of the SecDefaultAction."""

    @property
    def place(self) -> Place:
        """Of its first directive."""
        if self.links:
            return self.links[0].statement.place
        assert self.marked_at is not None, "a rule without links is a marker"
        return self.marked_at

    @property
    def title(self) -> str:
        """How it is called in messages."""
        return f"rule {self.id}" if self.id is not None else f"the rule at {self.place}"

    @property
    def condition(self) -> str:
        """All conditions in the words of the file."""
        return short(" and ".join(link.condition for link in self.links if link.operator))


def rule_of(links: tuple[Link, ...], phase: int, number: int | None) -> Rule:
    """A rule of its links, the first of which carries id, phase and what it does in the end."""
    first = links[0]
    disruptive = [action for action in first.actions if action.name in DISRUPTIVE]
    return Rule(
        links,
        number,
        phase,
        tags=tuple(action.value for action in first.named("tag")),
        messages=tuple(action.value for action in first.named("msg")),
        is_vendors=any(action.value.startswith(VENDOR) for action in first.named("ver")),
        disruptive=disruptive[-1] if disruptive else None,
    )
