"""The actions of a rule: `id:1,phase:2,deny,msg:'what',setvar:'tx.score=+5'`, taken apart."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_ITEM = re.compile(
    r"""[\s,]*+(?P<name>[A-Za-z][A-Za-z0-9_.-]*+)\s*+
        (?::\s*+(?:'(?P<quoted>(?:[^'\\]|\\.)*+)(?P<closed>'?)|(?P<plain>[^,]*+)))?""",
    re.VERBOSE | re.DOTALL,
)
_PHASES = {"request": 2, "response": 4, "logging": 5}
FIRST_PHASE, LAST_PHASE = 1, 5
DEFAULT_PHASE = 2

BLOCKING = frozenset({"deny", "drop", "redirect", "proxy"})
"""Disruptive actions after which the request does not get through as it was sent."""
DISRUPTIVE = BLOCKING | {"block", "pass", "allow", "pause"}


@dataclass(frozen=True, slots=True)
class Action:
    """One action."""

    name: str
    """In lower case: `ctl`, `setvar`, `deny`."""
    value: str
    """What stands after the colon, without quotes; empty when there is nothing."""
    index: int
    """Where its name begins in the text of all actions."""


class MalformedActions(ValueError):
    """The text of actions cannot be cut into actions; says where it stops making sense."""


def actions_of(text: str) -> tuple[Action, ...]:
    """Cut the text of actions; raises MalformedActions."""
    return tuple(_cut(text))


def _cut(text: str) -> Iterator[Action]:
    position, end = 0, len(text.rstrip(" \t,\r\n"))
    while position < end:
        found = _ITEM.match(text, position)
        if found is None or found["closed"] == "":
            raise MalformedActions(
                f"no action begins at {text[position : position + 20].strip()!r}"
            )
        position = found.end()
        while position < end and text[position].isspace():
            position += 1
        if position < end and text[position] != ",":
            raise MalformedActions(f"a comma is missing before {text[position : position + 20]!r}")
        value = found["quoted"] if found["quoted"] is not None else (found["plain"] or "").strip()
        yield Action(found["name"].lower(), value, found.start("name"))


def phase_number(value: str) -> int | None:
    """`2` or `request` as a number from 1 to 5; None for anything else."""
    text = value.strip("' ").lower()
    if text in _PHASES:
        return _PHASES[text]
    if text.isascii() and text.isdigit() and FIRST_PHASE <= int(text[:3]) <= LAST_PHASE:
        return int(text)
    return None
