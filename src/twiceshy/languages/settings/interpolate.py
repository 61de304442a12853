"""`${NAME}` in a value, and what stands for it.

Docker Compose's forms: `$NAME`, `${NAME}`, `${NAME:-default}`, `${NAME-default}`, `${NAME:?message}`,
`${NAME:+other}` and `$$` for a dollar; Spring's `${name:default}`. What has no value stays a hole:
nobody is to take "not known" for "empty".
"""

from __future__ import annotations

import re
from collections.abc import Callable

from twiceshy.languages.settings.spelled import Hole, Spelled, joined
from twiceshy.model.place import Place

LookUp = Callable[[str], Spelled | None]
"""A name to its value, itself with or without variables; None when nobody sets it."""

DEEPEST = 12
LONGEST = 64 * 1024
MOST_STEPS = 5_000

_VARIABLE = re.compile(
    r"\$(?:(?P<dollar>\$)|(?P<bare>[A-Za-z_]\w*)|\{(?P<name>[A-Za-z_]\w*(?:\.\w+(?:-\w+)*)*)(?P<how>:?[-?+]|:|\}))"
)


def interpolated(value: Spelled, look_up: LookUp) -> Spelled:
    """The value with every variable that is known filled in, and holes for the others."""
    return _Filling(look_up).filled(value, 0)


class _Filling:
    """Fills in one value; what multiplies without end is stopped."""

    def __init__(self, look_up: LookUp) -> None:
        self.look_up = look_up
        self.steps = 0

    def filled(self, value: Spelled, depth: int) -> Spelled:
        if "$" not in value.text:
            return value
        parts: list[Spelled] = []
        text, offset, length = value.text, 0, 0
        while (found := _VARIABLE.search(text, offset)) is not None:
            parts.append(value.part(offset, found.start()))
            self.steps += 1
            one, offset = self.variable(value, found, depth)
            parts.append(one)
            length += len(parts[-1].text) + len(parts[-2].text)
            if length > LONGEST or self.steps > MOST_STEPS:
                return _hole("a value without end", value.place)
        parts.append(value.part(offset, len(text)))
        return joined([part for part in parts if part.text], value.place)

    def variable(self, value: Spelled, found: re.Match[str], depth: int) -> tuple[Spelled, int]:
        """What stands for one variable, and where the text goes on."""
        if found["dollar"]:
            return value.part(found.end() - 1, found.end()), found.end()
        end, rest = found.end(), None
        if found["how"] not in (None, "}"):
            closing = _closing(value.text, found.end())
            if closing is None:
                return _hole(found["name"], value.at(found.start())), len(value.text)
            rest, end = value.part(found.end(), closing), closing + 1
        known = self.known(found["bare"] or found["name"], depth)
        return self.chosen(value, found, rest, known, depth), end

    def known(self, name: str, depth: int) -> Spelled | None:
        known = self.look_up(name) if depth < DEEPEST else None
        return self.filled(known, depth + 1) if known is not None else None

    def chosen(
        self,
        value: Spelled,
        found: re.Match[str],
        rest: Spelled | None,
        known: Spelled | None,
        depth: int,
    ) -> Spelled:
        """The variable's value, or what is written for the case that it has none."""
        how = found["how"] or ""
        has_value = known is not None and (known.text != "" or not how.startswith(":"))
        if how in (":+", "+") and rest is not None:
            return self.filled(rest, depth + 1) if has_value else value.part(0, 0)
        if has_value and known is not None:
            return known
        if how in (":-", "-", ":") and rest is not None and depth < DEEPEST:
            return self.filled(rest, depth + 1)
        if found["bare"] and found.group() != value.text:
            # `pa$word` is more often a password than two words: only as a whole value it is a name.
            return value.part(found.start(), found.end())
        return _hole(found["bare"] or found["name"], value.at(found.start()))


def _hole(name: str, place: Place) -> Spelled:
    text = f"${{{name}}}"
    return Spelled(text, place, holes=(Hole(0, len(text), name),))


def _closing(text: str, start: int) -> int | None:
    """The `}` that ends what began before `start`."""
    depth = 0
    for found in re.finditer(r"\$\{|\}", text[start : start + LONGEST]):
        if found.group() != "}":
            depth += 1
        elif depth == 0:
            return start + found.start()
        else:
            depth -= 1
    return None
