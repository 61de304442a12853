"""JSON (RFC 8259) with the line and column of every value; comments as in `.jsonc` are passed over."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable
from json import decoder
from typing import NoReturn

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

_SPACE = re.compile(r"(?:[ \t\n\r]+|//[^\n]*|/\*.*?\*/)*", re.DOTALL)
_WORD = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null")


def read_json(data: bytes, file: str) -> Reading:
    """Every string, number and word; raises Unreadable where the text is not JSON."""
    reader = _Reader(decoded(data), file)
    reader.value((), 0)
    reader.space()
    if reader.offset < len(reader.text):
        reader.stop("something follows the end")
    return Reading(tuple(reader.entries))


class _Reader:
    def __init__(self, text: str, file: str) -> None:
        self.text = text
        self.file = file
        self.offset = 0
        self.entries: list[Entry] = []
        self.lines = [0, *(found.end() for found in re.finditer("\n", text))]

    def place(self, offset: int) -> Place:
        line = bisect_right(self.lines, offset)
        return Place(self.file, line, offset - self.lines[line - 1] + 1)

    def stop(self, what: str) -> NoReturn:
        place = self.place(self.offset)
        raise Unreadable(place.line, f"not valid JSON: {what}", place.column)

    def space(self) -> str:
        """Pass over white space; the character that follows, empty at the end."""
        found = _SPACE.match(self.text, self.offset)
        assert found is not None
        self.offset = found.end()
        return self.text[self.offset : self.offset + 1]

    def value(self, path: tuple[str, ...], depth: int) -> None:
        first = self.space()
        if depth > DEEPEST:
            self.stop(f"nested more than {DEEPEST} levels deep")
        if len(self.entries) >= MOST_ENTRIES:
            self.stop(f"more than {MOST_ENTRIES} values")
        if first == "{":
            self.mapping(path, depth)
        elif first == "[":
            self.sequence(path, depth)
        elif first == '"':
            at = self.offset
            text = self.string()
            self.entries.append(Entry(path, Spelled(text, self.place(at + 1))))
        else:
            word = _WORD.match(self.text, self.offset)
            if word is None:
                self.stop("a value is missing here")
            text = "" if word[0] == "null" else word[0]
            self.entries.append(Entry(path, Spelled(text, self.place(self.offset))))
            self.offset = word.end()

    def string(self) -> str:
        try:
            # The standard library's own, which typeshed does not list.
            scan: Callable[[str, int, bool], tuple[str, int]] = vars(decoder)["scanstring"]
            text, self.offset = scan(self.text, self.offset + 1, True)  # noqa: FBT003 - as it takes it
        except decoder.JSONDecodeError as error:
            self.stop(error.msg)
        return text.encode("utf-8", "replace").decode("utf-8")

    def mapping(self, path: tuple[str, ...], depth: int) -> None:
        self.offset += 1
        if self.space() == "}":
            self.offset += 1
            return
        while True:
            if self.space() != '"':
                self.stop("a key in double quotes is missing here")
            key = self.string()
            if self.space() != ":":
                self.stop("a ':' is missing here")
            self.offset += 1
            self.value((*path, key), depth + 1)
            if self.ended("}"):
                return

    def sequence(self, path: tuple[str, ...], depth: int) -> None:
        self.offset += 1
        if self.space() == "]":
            self.offset += 1
            return
        number = 0
        while True:
            self.value((*path, str(number)), depth + 1)
            number += 1
            if self.ended("]"):
                return

    def ended(self, closing: str) -> bool:
        """Whether the list or mapping ends here; passes over the comma when not."""
        found = self.space()
        if found not in (",", closing) or not found:
            self.stop(f"a ',' or {closing!r} is missing here")
        self.offset += 1
        return found == closing
