"""TOML: the values from the standard library's parser, their lines from a look at the text.

`tomllib` tells no places. A second, simpler look at the lines finds where each key is set; where
that fails (a multi-line inline table) the value stands at its table's line.
"""

from __future__ import annotations

import re
import tomllib
from typing import Any

from twiceshy.languages.settings.entries import (
    DEEPEST,
    MOST_ENTRIES,
    Entry,
    Reading,
    Unreadable,
    decoded,
)
from twiceshy.languages.settings.spelled import Spelled
from twiceshy.model.place import Place

MOST_DOTS = 200
"""In one line: a longer dotted key takes tomllib time that grows with its square."""

_KEY_PART = r"""(?:[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*')"""
_KEY = rf"{_KEY_PART}(?:[ \t]*\.[ \t]*{_KEY_PART})*"
_TABLE = re.compile(rf"[ \t]*(\[\[?)[ \t]*({_KEY})[ \t]*\]")
_ASSIGNMENT = re.compile(rf"[ \t]*({_KEY})[ \t]*=[ \t]*")
_INLINE = re.compile(rf"[{{,][ \t]*({_KEY})[ \t]*=[ \t]*")
_PART = re.compile(_KEY_PART)
_LINE = re.compile(r"\(at line (\d+), column (\d+)\)")


def read_toml(data: bytes, file: str) -> Reading:
    """Every value; raises Unreadable where the text is not TOML."""
    text = decoded(data)
    lines = text.split("\n")
    for number, line in enumerate(lines, 1):
        if (
            line.count(".") > MOST_DOTS
            or line.count("[") > MOST_DOTS
            or line.count("{") > MOST_DOTS
        ):
            raise Unreadable(number, "this line is nested too deep")
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = _LINE.search(str(error))
        where = (int(found[1]), int(found[2])) if found else (len(lines), 1)
        what = _LINE.sub("", str(error)).strip()
        raise Unreadable(where[0], f"not valid TOML: {what}", where[1]) from None
    except RecursionError:
        raise Unreadable(1, "nested too deep") from None
    places = _places(lines, file)
    entries: list[Entry] = []
    _flatten(tree, (), entries, places, Place(file, 1))
    return Reading(tuple(entries))


def _flatten(
    value: Any,
    path: tuple[str, ...],
    entries: list[Entry],
    places: dict[tuple[str, ...], Place],
    above: Place,
) -> None:
    place = places.get(path, above)
    if len(path) > DEEPEST or len(entries) >= MOST_ENTRIES:
        raise Unreadable(place.line, "nested too deep, or too many values")
    if isinstance(value, dict):
        for key, inner in value.items():
            _flatten(inner, (*path, key), entries, places, place)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            _flatten(inner, (*path, str(number)), entries, places, place)
    else:
        text = str(value).lower() if isinstance(value, bool) else str(value)
        entries.append(Entry(path, Spelled(text, place)))


def _places(lines: list[str], file: str) -> dict[tuple[str, ...], Place]:
    """Where each path of keys gets its value."""
    places: dict[tuple[str, ...], Place] = {}
    counts: dict[tuple[str, ...], int] = {}
    table: tuple[str, ...] = ()
    for number, line in enumerate(lines, 1):
        header = _TABLE.match(line)
        if header is not None:
            table = _parts(header[2])
            if header[1] == "[[":
                counts[table] = counts.get(table, -1) + 1
                table = (*table, str(counts[table]))
            places.setdefault(table, Place(file, number, 1))
            continue
        found = _ASSIGNMENT.match(line)
        if found is None:
            continue
        path = (*table, *_parts(found[1]))
        quoted = line[found.end() : found.end() + 1] in ("'", '"')
        places.setdefault(path, Place(file, number, found.end() + 1 + quoted))
        for inner in _INLINE.finditer(line, found.end()):
            quoted = line[inner.end() : inner.end() + 1] in ("'", '"')
            inside = (*path, *_parts(inner[1]))
            places.setdefault(inside, Place(file, number, inner.end() + 1 + quoted))
    return places


def _parts(key: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in _PART.findall(key))
