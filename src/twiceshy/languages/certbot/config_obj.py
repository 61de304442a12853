"""The dialect of renewal/*.conf: ConfigObj 5, as certbot reads it.

Sections nest by the number of their brackets, values may be lists, quoted, or run over lines
between triple quotes. One bad line makes the whole file unreadable for certbot, which then skips
the certificate; so every bad line is a fault here. Source: configobj.py 5.0, and its documentation.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from twiceshy.languages.certbot.setting import MOST_BYTES, Fault, Setting

_MOST_FAULTS = 20
_QUOTES = ("'", '"')
_TRIPLE = ("'''", '"""')
_CLOSERS = re.compile(r"\](?:\s*\])*")


@dataclass(frozen=True, slots=True)
class Section:
    """The settings between two brackets lines, and the sections inside."""

    name: str
    line: int
    settings: Mapping[str, Setting] = field(default_factory=dict)
    sections: Mapping[str, Section] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Document:
    """A file: its top section, and what certbot would stumble over."""

    top: Section
    faults: tuple[Fault, ...] = ()


class _Bad(Exception):
    """Why a line or value is none."""


@dataclass(slots=True)
class _Open:
    """A section that is being read."""

    name: str
    line: int
    depth: int
    settings: dict[str, Setting] = field(default_factory=dict)
    sections: dict[str, Section] = field(default_factory=dict)

    def closed(self) -> Section:
        return Section(self.name, self.line, self.settings, self.sections)


def read_config_obj(data: bytes) -> Document:
    """Read a file; never raises: what is wrong is in `faults`."""
    if len(data) > MOST_BYTES:
        why = f"{len(data)} bytes are more than any renewal configuration has"
        return Document(Section("", 1), (Fault(1, why),))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        return Document(Section("", 1), (Fault(line, "this is not UTF-8 text"),))
    return _Reader(re.split(r"\r\n|\r|\n", text)).document()


class _Reader:
    """Goes through the lines once."""

    def __init__(self, lines: list[str]) -> None:
        self._lines = lines
        self._at = 0
        """Index of the line that is being read."""
        self._stack = [_Open("", 1, 0)]
        self._faults: list[Fault] = []

    def document(self) -> Document:
        while self._at < len(self._lines):
            line = self._lines[self._at].lstrip()
            number = self._at + 1
            if line and not line.startswith("#"):
                try:
                    self._take(line, number)
                except _Bad as error:
                    if len(self._faults) < _MOST_FAULTS:
                        self._faults.append(Fault(number, str(error)))
            self._at += 1
        while len(self._stack) > 1:
            self._close()
        return Document(self._stack[0].closed(), tuple(self._faults))

    def _take(self, line: str, number: int) -> None:
        section = _section_marker(line.rstrip()) if line.startswith("[") else None
        if section is not None:
            self._open(*section, number)
            return
        key, value = _key_and_value(line)
        column = len(self._lines[number - 1]) - len(value) + 1
        if value[:3] in _TRIPLE:
            read: str | tuple[str, ...] = self._over_lines(value)
        else:
            read = _value(value.rstrip())
        settings = self._stack[-1].settings
        if key in settings or key in self._stack[-1].sections:
            raise _Bad(f"{key} is set twice")
        settings[key] = Setting(read, number, column)

    def _open(self, depth: int, name: str, number: int) -> None:
        if depth > self._stack[-1].depth + 1:
            raise _Bad(f"the section {name} is nested too deep")
        while self._stack[-1].depth >= depth:
            self._close()
        parent = self._stack[-1]
        if name in parent.sections or name in parent.settings:
            # Read on into a section that nobody sees: its lines are not of the section before.
            self._stack.append(_Open("", number, depth))
            raise _Bad(f"there are two sections {name}")
        self._stack.append(_Open(name, number, depth))

    def _close(self) -> None:
        closed = self._stack.pop().closed()
        if closed.name:
            self._stack[-1].sections[closed.name] = closed

    def _over_lines(self, value: str) -> str:
        quote, rest = value[:3], value[3:]
        if quote in rest:
            return rest[: _closing(rest, quote, "#")]
        parts = [rest]
        for index in range(self._at + 1, len(self._lines)):
            line = self._lines[index]
            if quote in line:
                self._at = index
                return "\n".join((*parts, line[: _closing(line, quote, "#")]))
            parts.append(line)
        raise _Bad(f"the value that begins with {quote} has no end")


def _section_marker(line: str) -> tuple[int, str] | None:
    """Depth and name of a section line; None when the line is none."""
    depth, at = 0, 0
    while at < len(line) and (line[at] == "[" or line[at].isspace()):
        depth += line[at] == "["
        at += 1
    for run in _CLOSERS.finditer(line, at):
        rest = line[run.end() :].lstrip()
        name = line[at : run.start()].strip()
        if rest and not rest.startswith("#"):
            continue
        if not name or (name[0] in _QUOTES and (len(name) < 3 or name[-1] != name[0])):  # noqa: PLR2004 - two quotes and something between them
            continue
        if run[0].count("]") != depth:
            raise _Bad("the brackets of the section do not match")
        return depth, _unquoted(name)
    return None


def _key_and_value(line: str) -> tuple[str, str]:
    if line[0] in _QUOTES:
        end = line.find(line[0], 1)
        key, rest = line[: end + 1], line[end + 1 :].lstrip()
        if end < 1 or not rest.startswith("="):
            raise _Bad("this is neither a section nor a setting")
        return _unquoted(key), rest[1:].lstrip()
    key, equals, value = line.partition("=")
    if not equals or not key.strip():
        raise _Bad("this is neither a section nor a setting")
    return key.strip(), value.lstrip()


def _value(text: str) -> str | tuple[str, ...]:
    """A value, or a list of values; a comment after it is left out."""
    if not text or text.startswith("#"):
        return ""
    if text.startswith(","):
        _only_comment(text[1:])
        return ()
    items: list[str] = []
    at = 0
    while True:
        item, at = _item(text, at)
        items.append(item)
        if at >= len(text) or text[at] == "#":
            return items[0] if len(items) == 1 else tuple(items)
        at += 1  # the comma
        while at < len(text) and text[at].isspace():
            at += 1
        if at >= len(text) or text[at] == "#":
            return tuple(items)


def _item(text: str, at: int) -> tuple[str, int]:
    """One item from `at` on, and where the comma, the comment or the end after it is."""
    if text[at] in _QUOTES:
        end = _closing(text, text[at], ",#", at + 1)
        after = end + 1
        while after < len(text) and text[after].isspace():
            after += 1
        return text[at + 1 : end], after
    end = at
    while end < len(text) and text[end] not in ",#":
        end += 1
    item = text[at:end].strip()
    if not item:
        raise _Bad("a list has an empty item")
    return _unquoted(item), end


def _unquoted(text: str) -> str:
    if len(text) > 1 and text[0] == text[-1] and text[0] in _QUOTES:
        return text[1:-1]
    return text


def _closing(text: str, quote: str, followers: str, at: int = 0) -> int:
    """Where the quote is that ends the value: the first one before the end or a follower."""
    end = text.find(quote, at)
    while end >= 0:
        after = end + len(quote)
        while after < len(text) and text[after].isspace():
            after += 1
        if after >= len(text) or text[after] in followers:
            return end
        end = text.find(quote, end + 1)
    raise _Bad("a quoted value has no end")


def _only_comment(text: str) -> None:
    rest = text.strip()
    if rest and not rest.startswith("#"):
        raise _Bad("something stands after the value")
