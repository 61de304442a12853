"""What a rule does to other rules when it fires: switches the engine, removes, skips, lets through."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from twiceshy.languages.seclang.actions import LAST_PHASE, Action
from twiceshy.languages.seclang.conditions import number
from twiceshy.languages.seclang.dialect import Dialect
from twiceshy.languages.seclang.exceptions import (
    NotUnderstood,
    Numbers,
    Selection,
    narrowed,
    numbers_of,
    wording_of,
)
from twiceshy.languages.seclang.rule import Link, Rule, variables_of
from twiceshy.languages.seclang.ruleset import RuleSet
from twiceshy.model.place import Place


class Weakens(StrEnum):
    """How a rule weakens the others when it fires."""

    ENGINE = "engine"
    ALLOW = "allow"
    REMOVAL = "removal"
    NARROWING = "narrowing"
    SKIP = "skip"
    BODY = "body"
    VARIABLE = "variable"


@dataclass(frozen=True, slots=True)
class Weakness:
    """What a rule does to other rules when it fires."""

    how: Weakens
    rule: Rule
    written: str
    """The action, as it is written."""
    place: Place
    value: str = ""
    """Of `ENGINE`: `off` or `detectiononly`; of `VARIABLE`: the new text."""
    name: str = ""
    """Of `VARIABLE`: which one, without `tx.`."""
    meant: tuple[int, ...] = ()
    """Positions of the rules that it takes away or skips."""
    of_core_rules: bool = False
    always: bool = False
    """Whether it fires for every request."""


def weaknesses_of(rules: RuleSet, index: int, *, always: bool) -> Iterator[Weakness]:
    """What the rule at a position does to the others when it fires; `always`: for every request."""
    rule = rules.rules[index]
    for link in rule.links:
        for action in link.named("ctl"):
            found = _control(rules, rule, link, action, always=always)
            if found is not None:
                yield found
    ending = rules.ending_of(index)
    if ending.name == "allow":
        yield Weakness(
            Weakens.ALLOW, rule, "allow", ending.place, ending.value.lower(), always=always
        )
    for action in rule.links[0].actions:
        if action.name in {"skipafter", "skip"}:
            yield _skipping(rules, index, action, always=always)


def _control(
    rules: RuleSet, rule: Rule, link: Link, action: Action, *, always: bool
) -> Weakness | None:
    option, _, value = action.value.partition("=")
    option, value = option.strip().lower(), value.strip()
    place, written = link.place_of(action), f"ctl:{action.value}"
    if option == "ruleengine":
        mode = value.lower()
        return Weakness(Weakens.ENGINE, rule, written, place, mode, always=always)
    if option == "requestbodyaccess" and value.lower() == "off":
        return Weakness(Weakens.BODY, rule, written, place, always=always)
    if not option.startswith("ruleremove"):
        return None
    return _removal(
        rules, Weakness(Weakens.REMOVAL, rule, written, place, always=always), option, value
    )


def _removal(rules: RuleSet, weakness: Weakness, option: str, value: str) -> Weakness | None:
    selected, _, targets = value.partition(";")
    try:
        selection = _selection(rules, option, selected)
    except NotUnderstood:
        # Taken for all of them: what is not understood must not look harmless.
        selection = Numbers(((0, 10**18),))
    fitting = rules.fitting(selection, weakness.place)
    if "target" not in option:
        of_core_rules = selection.is_of_core_rules
        return replace(weakness, meant=tuple(fitting), of_core_rules=of_core_rules)
    left_out = variables_of(targets)
    meant = tuple(n for n in fitting if narrowed(rules.rules[n], left_out))
    return replace(weakness, how=Weakens.NARROWING, meant=meant) if meant else None


def _selection(rules: RuleSet, option: str, selected: str) -> Selection:
    if option.endswith("byid"):
        return numbers_of((selected,))
    return wording_of(selected, rules.dialect, of_messages=option.endswith("bymsg"))


def _skipping(rules: RuleSet, index: int, action: Action, *, always: bool) -> Weakness:
    rule = rules.rules[index]
    written = f"{action.name}:{action.value}"
    name = action.value if action.name == "skipafter" else ""
    meant = () if always else tuple(_behind(rules, index, action))
    place = rule.links[0].place_of(action)
    return Weakness(Weakens.SKIP, rule, written, place, action.value, name, meant, always=always)


def _behind(rules: RuleSet, index: int, action: Action) -> Iterator[int]:
    """Positions of the rules that would be skipped."""
    if not rules.may_spend(len(rules.rules), rules.rules[index].place):
        return
    is_apache = rules.dialect is Dialect.APACHE
    count = number(action.value) if action.name == "skip" else None
    first = rules.rules[index].phase
    for phase in range(first, first + 1 if is_apache else LAST_PHASE):
        for position in range(index + 1 if phase == first else 0, len(rules.rules)):
            other = rules.rules[position]
            if other.marker is not None:
                if count is None and other.marker == action.value:
                    return
                continue
            if other.phase != phase:
                continue
            if count is not None:
                if count <= 0:
                    return
                count -= 1
            yield position
            if is_apache and count is None and str(other.id) == action.value:
                return
