"""Values as JSON takes them, and text as every database takes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from math import isfinite
from typing import Any

DEEPEST = 20
"""Nesting below this is written as text: a promise is a few settings, not a tree."""


def plain(value: Any, depth: int = 0) -> Any:  # noqa: C901, PLR0911 - one branch per type
    """The value in dicts, lists, text, numbers, true, false and null; durations in seconds."""
    match value:
        case float():
            return value if isfinite(value) else str(value)
        case bool() | int() | None:
            return value
        case Enum():
            return plain(value.value, depth)
        case str():
            return storable(value)
        case datetime() | date():
            return value.isoformat()
        case timedelta():
            return value.total_seconds()
    if depth >= DEEPEST:
        return storable(str(value))
    if is_dataclass(value) and not isinstance(value, type):
        return {part.name: plain(getattr(value, part.name), depth + 1) for part in fields(value)}
    if isinstance(value, Mapping):
        return {storable(str(key)): plain(item, depth + 1) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item, depth + 1) for item in value]
    if isinstance(value, (set, frozenset)):
        return sorted((plain(item, depth + 1) for item in value), key=str)
    return storable(str(value))


def storable(text: str) -> str:
    """The text without what PostgreSQL or UTF-8 refuse: NUL and lone surrogates become U+FFFD."""
    if text.isascii() and "\0" not in text:
        return text
    return text.replace("\0", "\ufffd").encode("utf-8", "surrogatepass").decode("utf-8", "replace")
