"""Parameters inside values: `$name`, `${name}`, `$(name)`, `${name?value:other}` (postconf(5)).

A name that is set nowhere is empty, as in Postfix; a known parameter whose built-in value depends
on the machine is told as unresolved. Bounded in depth and length.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

DEEPEST = 30
LONGEST = 20_000
MOST_STEPS = 100
_NAME = re.compile(r"\w+")
_COMPARISON = re.compile(
    r"\s*\{(?P<left>[^{}]*)\}\s*(?P<operator><=|>=|==|!=|<level|<=level|>level|>=level|==level|"
    r"!=level|<|>)\s*\{(?P<right>[^{}]*)\}\s*\Z"
)


@dataclass(frozen=True, slots=True)
class Expanded:
    """A value with everything filled in, as far as it is known."""

    text: str
    unresolved: tuple[str, ...] = ()
    """Parameters whose value is not known here; they are left as `$name`."""

    @property
    def is_known(self) -> bool:
        """Whether all of it is."""
        return not self.unresolved


class Unset:
    """Says that a name is no parameter and set nowhere: it is empty."""


UNSET = Unset()
LookUp = Callable[[str], "str | Unset | None"]
"""A name to its value as written; `UNSET` for an unknown one, None when it is not known here."""


def expanded(text: str, look_up: LookUp) -> Expanded:
    """The text with its parameters filled in."""
    if "$" not in text:
        return Expanded(text)
    walk = _Walk(look_up)
    return Expanded(walk.filled(text, 0), tuple(dict.fromkeys(walk.unresolved)))


class _Walk:
    def __init__(self, look_up: LookUp) -> None:
        self.look_up = look_up
        self.unresolved: list[str] = []
        self.steps = 0

    def filled(self, text: str, depth: int) -> str:
        parts: list[str] = []
        length, at = 0, 0
        while at < len(text):
            dollar = text.find("$", at)
            if dollar < 0:
                parts.append(text[at:])
                break
            parts.append(text[at:dollar])
            value, at = self._reference(text, dollar, depth)
            parts.append(value)
            length += len(value) + dollar
            if length > LONGEST:
                self.unresolved.append("a value that is too long")
                break
        return "".join(parts)[:LONGEST]

    def _reference(self, text: str, dollar: int, depth: int) -> tuple[str, int]:
        self.steps += 1
        after = dollar + 1
        opening = text[after : after + 1]
        if opening == "$":
            return "$", after + 1
        if depth > DEEPEST or self.steps > MOST_STEPS:
            self.unresolved.append("a value that is nested too deeply")
            return "", len(text)
        if opening in {"{", "("}:
            end = _closing(text, after)
            if end < 0:
                self.unresolved.append(text[dollar : dollar + 40])
                return "", len(text)
            return self._braced(text[after + 1 : end], depth), end + 1
        name = _NAME.match(text, after)
        if name is None:
            return "$", after
        return self._value(name[0], depth), name.end()

    def _braced(self, inside: str, depth: int) -> str:
        name = _NAME.match(inside.strip())
        whole = inside.strip()
        if name is not None and name.end() == len(whole):
            return self._value(whole, depth)
        question = _outside(inside, "?")
        colon = _outside(inside, ":")
        if question < 0 and colon < 0:
            self.unresolved.append(whole[:40])
            return ""
        cut = question if question >= 0 else colon
        condition, rest = inside[:cut], inside[cut + 1 :]
        is_true = self._is_true(condition, depth)
        if is_true is None:
            self.unresolved.append(condition.strip()[:40])
            return ""
        if question < 0:
            return "" if is_true else self.filled(_bare(rest), depth + 1)
        # `?value:other` needs braces around the value; without them a colon is part of it.
        split_at = _outside(rest, ":") if rest.lstrip().startswith("{") else -1
        value = rest if split_at < 0 else rest[:split_at]
        other = "" if split_at < 0 else rest[split_at + 1 :]
        return self.filled(_bare(value if is_true else other), depth + 1)

    def _is_true(self, condition: str, depth: int) -> bool | None:
        name = condition.strip()
        if _NAME.fullmatch(name):
            raw = self.look_up(name)
            if raw is None:
                return None
            return not isinstance(raw, Unset) and raw != ""
        comparison = _COMPARISON.match(condition)
        if comparison is None or comparison["operator"] not in {"==", "!="}:
            return None
        before = len(self.unresolved)
        left = self.filled(comparison["left"].strip(), depth + 1)
        right = self.filled(comparison["right"].strip(), depth + 1)
        if len(self.unresolved) > before:
            return None
        return (left == right) == (comparison["operator"] == "==")

    def _value(self, name: str, depth: int) -> str:
        raw = self.look_up(name)
        if isinstance(raw, Unset):
            return ""
        if raw is None:
            self.unresolved.append(name)
            return f"${name}"
        return self.filled(raw, depth + 1) if "$" in raw else raw


def _closing(text: str, opening: int) -> int:
    """The offset of the bracket that closes the one at `opening`; -1 when there is none."""
    pair = {"{": "}", "(": ")"}
    left, right = text[opening], pair[text[opening]]
    depth = 0
    for index in range(opening, min(len(text), opening + LONGEST)):
        depth += (text[index] == left) - (text[index] == right)
        if depth == 0:
            return index
    return -1


def _outside(text: str, wanted: str) -> int:
    depth = 0
    for index, one in enumerate(text):
        if depth == 0 and one == wanted:
            return index
        depth += (one == "{") - (one == "}")
    return -1


def _bare(text: str) -> str:
    shown = text.strip()
    return shown[1:-1].strip() if shown.startswith("{") and shown.endswith("}") else text
