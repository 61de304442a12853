"""Whether a rule matches a request of which nothing is known but the variables that rules set.

Three answers: it always does, it never does, or (None) it depends on the request.
"""

from __future__ import annotations

import ipaddress
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from twiceshy.languages.seclang.rule import Link, Operator, Variable
from twiceshy.model.place import Place

_MACRO = re.compile(r"%\{([^}]{1,200})\}")
LONGEST_VALUE = 4096
"""Of a variable; rules may double one again and again."""
_NUMBER = re.compile(r"\s*([+-]?\d{1,15})")
_EVERY_TEXT = frozenset({"", "^", ".*", "^.*", "^.*$", "(?s).*"})
_ALWAYS_THERE = frozenset(
    {
        "DURATION",
        "REMOTE_ADDR",
        "REMOTE_PORT",
        "REQUEST_FILENAME",
        "REQUEST_LINE",
        "REQUEST_METHOD",
        "REQUEST_PROTOCOL",
        "REQUEST_URI",
        "REQUEST_URI_RAW",
        "SERVER_ADDR",
        "TIME",
        "TIME_EPOCH",
        "UNIQUE_ID",
    }
)


@dataclass(frozen=True, slots=True)
class Value:
    """A variable of the collection TX: its text, and where it was set."""

    text: str | None
    """None when it depends on the request."""
    place: Place
    written: str = ""


Variables = Mapping[str, Value]
"""By name in lower case, without `tx.`."""


def matches(link: Link, tx: Variables) -> bool | None:
    """Whether one link matches."""
    if link.operator is None or link.operator.name == "unconditionalmatch":
        return True
    if link.operator.name == "nomatch":
        return False
    answers = [_one(variable, link.operator, tx) for variable in link.variables]
    if any(answer is True for answer in answers):
        return True
    return None if not answers or any(answer is None for answer in answers) else False


def _one(variable: Variable, how: Operator, tx: Variables) -> bool | None:
    if variable.is_left_out:
        return False
    if variable.name != "TX" or not variable.selector or variable.selector.startswith("/"):
        if variable.name in _ALWAYS_THERE and _fits_everything(how):
            return True
        return None
    value = tx.get(variable.selector)
    if variable.is_count:
        return _compare(how, "0" if value is None else "1", tx)
    if value is None:
        return False
    return None if value.text is None else _compare(how, value.text, tx)


def _fits_everything(how: Operator) -> bool:
    return not how.is_negated and how.name == "rx" and how.argument in _EVERY_TEXT


def _compare(how: Operator, text: str, tx: Variables) -> bool | None:
    argument = expanded(how.argument, tx)
    if argument is None:
        return None
    answer = _compared(how.name, text, argument)
    return answer if answer is None or not how.is_negated else not answer


def _compared(name: str, text: str, argument: str) -> bool | None:
    if name in _OF_NUMBERS:
        return _OF_NUMBERS[name](number(text), number(argument))
    if name in _OF_TEXTS:
        return _OF_TEXTS[name](text, argument)
    return True if name == "rx" and argument in _EVERY_TEXT else None


_OF_NUMBERS: Mapping[str, Callable[[int, int], bool]] = MappingProxyType(
    {"eq": operator.eq, "ge": operator.ge, "gt": operator.gt, "le": operator.le, "lt": operator.lt}
)
_OF_TEXTS: Mapping[str, Callable[[str, str], bool]] = MappingProxyType(
    {
        "streq": operator.eq,
        "contains": operator.contains,
        "beginswith": str.startswith,
        "endswith": str.endswith,
        "within": lambda text, argument: text in argument,
    }
)


def number(text: str) -> int:
    """The number a text begins with, 0 when it begins with none, as ModSecurity takes it."""
    found = _NUMBER.match(text)
    return int(found[1]) if found else 0


def expanded(text: str, tx: Variables) -> str | None:
    """The text with `%{tx.name}` filled in; None when a part of it depends on the request."""
    if "%{" not in text:
        return text
    if len(text) > LONGEST_VALUE:
        return None
    parts: list[str] = []
    end = 0
    for found in _MACRO.finditer(text):
        name = found[1].lower()
        if not name.startswith(("tx.", "tx:")):
            return None
        value = tx.get(name[3:])
        if value is not None and value.text is None:
            return None
        parts += (text[end : found.start()], "" if value is None else value.text or "")
        end = found.end()
    filled = "".join((*parts, text[end:]))
    return filled if len(filled) <= LONGEST_VALUE else None


def is_of_this_host(link: Link) -> bool:
    """Whether only requests from the host itself match: `REMOTE_ADDR "@ipMatch 127.0.0.1,::1"`."""
    how = link.operator
    if how is None or how.is_negated or how.name != "ipmatch":
        return False
    if [variable.name for variable in link.variables] != ["REMOTE_ADDR"]:
        return False
    try:
        networks = [
            ipaddress.ip_network(part.strip(), strict=False) for part in how.argument.split(",")
        ]
    except ValueError:
        return False
    return all(network.is_loopback for network in networks)
