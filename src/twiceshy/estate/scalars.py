"""What a plain YAML scalar means: the core schema of YAML 1.2, where `yes` and `12:30` are text."""

from __future__ import annotations

import math
import re

Plain = str | int | float | bool | None

_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_TRUTHS = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_MAY_BEGIN_A_NUMBER = frozenset("+-.0123456789")
_DECIMAL = re.compile(r"[-+]?[0-9]+")
_BASED = re.compile(r"0(?:o[0-7]+|x[0-9a-fA-F]+)")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_LONGEST_NUMBER = 40


class NotAScalar(ValueError):
    """The text has the form of a number that cannot be used."""


def resolve(text: str) -> Plain:
    """The value of an unquoted scalar; raises NotAScalar for numbers without end."""
    if text in _NULLS:
        return None
    if text[0] not in _MAY_BEGIN_A_NUMBER:
        return _TRUTHS.get(text, text)
    if _DECIMAL.fullmatch(text) or _BASED.fullmatch(text):
        if len(text) > _LONGEST_NUMBER:
            raise NotAScalar(f"the number {text[:10]}… is too long")
        return int(text, 0) if text[1:2] in {"o", "x"} else int(text)
    if _NOT_FINITE.fullmatch(text):
        raise NotAScalar(f"{text} is not a finite number")
    if _FLOAT.fullmatch(text):
        number = float(text)
        if not math.isfinite(number):
            raise NotAScalar(f"the number {text[:10]}… is too large")
        return number
    return text
