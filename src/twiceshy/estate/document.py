"""YAML 1.2 bytes to nodes that know their line and column.

Only what an estate file needs is read: one document of mappings, lists and core scalars. Tags,
anchors, aliases and merge keys are refused with their place, which also leaves no room for bombs;
size, depth and number of values are bounded. The events come from the C parser when it is there
(30 ms for 1,000 guards), from the pure one else.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamStartEvent,
)

from twiceshy.estate.mistakes import InvalidEstate, Mistakes, shown
from twiceshy.estate.scalars import NotAScalar, Plain, resolve

MAX_BYTES = 16 * 1024 * 1024
MAX_DEPTH = 40
MAX_VALUES = 500_000

_LINE_END = re.compile(r"\r\n|\r|\n")
_NOT_YAML = re.compile(
    "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\uf8ef\uf8f2-\ufffd\U00010000-\U0010ffff]"
)
_NO_TEXT = re.compile("[\0\ud800-\udfff]")
_OTHER_DIRECTIVE = re.compile(r"^%(?!YAML[ \t]+1\.2[ \t]*(?:#.*)?$).*", re.MULTILINE)
# libyaml follows YAML 1.1 inside {} and []: there `env:NAME` and `x?y` are errors, in 1.2 they are
# words. Such a colon or question mark goes through the parser as a private character of the same
# width and comes back in the scalar.
_IN_A_WORD = re.compile(
    r"""
    (?<! [^\s,\[{] ) ! \S*  # a tag stays as it is, to be told
    | : (?<! ["'\]}]: ) (?= [^\s,\[\]{}] )  # not after a quoted key, as in {"days":21}
    | \? (?: (?<= [^\s,\[\]{}]\? ) | (?= [^\s,\[\]{}] ) )
    """,
    re.VERBOSE,
)
_COLON, _QUESTION = "\uf8f0", "\uf8f1"
_HIDE = {":": _COLON, "?": _QUESTION}
_SHOW = str.maketrans({_COLON: ":", _QUESTION: "?"})

# They end a line for the C parser and for no editor; as spaces the places stay right.
_ODD_LINE_ENDS = str.maketrans(dict.fromkeys("\x85\u2028\u2029", " "))


@dataclass(frozen=True, slots=True)
class Scalar:
    """One value: text, a number, a truth value or nothing (`null`)."""

    value: Plain
    text: str
    """As written, without quotes."""
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list."""

    items: tuple[Node, ...]
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Mapping:
    """Keys and values in the order of the file; keys are unique."""

    entries: dict[str, tuple[Scalar, Node]]
    """The key's text to the key, for its place, and the value."""
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Refused:
    """Stands where something was that is already noted as a mistake."""

    line: int
    column: int


Node = Scalar | Sequence | Mapping | Refused


@dataclass(frozen=True, slots=True)
class Spot:
    """A bare position."""

    line: int
    column: int


START = Spot(1, 1)


def read_document(data: bytes, mistakes: Mistakes) -> Node:
    """The file's one document.

    Raises InvalidEstate when nothing after a mistake can be read: broken YAML, wrong encoding, too
    large, too deep, empty. Mistakes that can be read past are noted and leave a Refused.
    """
    return _Reader(_text(data, mistakes), mistakes).document()


def _text(data: bytes, mistakes: Mistakes) -> str:
    if len(data) > MAX_BYTES:
        _stop(mistakes, START, f"the file is larger than {MAX_BYTES // 1024 // 1024} MiB")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8", "replace")
        _stop(
            mistakes,
            _spot(before),
            f"byte 0x{data[error.start]:02x} is not UTF-8",
            "save the file as UTF-8",
        )
    wrong = _NOT_YAML.search(text)
    if wrong is not None:
        code = f"U+{ord(wrong[0]):04X}"
        _stop(
            mistakes, _spot(text[: wrong.start()]), f"the character {code} is not allowed in YAML"
        )
    directive = _OTHER_DIRECTIVE.search(text)
    if directive is not None:
        _stop(
            mistakes,
            _spot(text[: directive.start()]),
            "this line begins with a YAML directive, which is not used here",
            "the file is read as YAML 1.2",
        )
    return text.translate(_ODD_LINE_ENDS)


def _spot(before: str) -> Spot:
    lines = _LINE_END.split(before)
    return Spot(len(lines), len(lines[-1]) + 1)


def _stop(mistakes: Mistakes, where: Any, message: str, hint: str | None = None) -> NoReturn:
    mistakes.add(where, message, hint)
    raise InvalidEstate(mistakes.file, mistakes.found)


def event_source(text: str, *, pure: bool = False) -> Callable[[], Any]:
    """Gives the parser's next event at each call; raises YAMLError where the text is not YAML."""
    yaml: Any = YAML(typ="safe", pure=pure)
    _, parser = yaml.get_constructor_parser(text)
    next_event: Callable[[], Any] = parser.get_event
    return next_event


class _Reader:
    """Builds nodes from events, never deeper than MAX_DEPTH."""

    def __init__(self, text: str, mistakes: Mistakes) -> None:
        self.text = text
        self.mistakes = mistakes
        self.next_event = event_source(
            _IN_A_WORD.sub(lambda found: _HIDE.get(found[0], found[0]), text)
        )
        self.values = 0

    def document(self) -> Node:
        try:
            event = self.next_event()
            assert isinstance(event, StreamStartEvent)
            event = self.next_event()
            if not isinstance(event, DocumentStartEvent):
                self.stop(
                    START, "the file is empty", "`twiceshy propose REPORT` writes a first one"
                )
            node = self.node(self.next_event(), 1)
            self.next_event()
            event = self.next_event()
            if isinstance(event, DocumentStartEvent):
                self.stop(
                    _at(event.start_mark),
                    "a second document begins here",
                    "an estate is one document: remove the line '---'",
                )
        except (YAMLError, ValueError) as error:
            # ValueError: the pure parser on an escape beyond the last character.
            self.stop(*self.explain(error))
        return node

    def stop(self, where: Spot, message: str, hint: str | None = None) -> NoReturn:
        _stop(self.mistakes, where, message, hint)

    def node(self, event: Any, depth: int) -> Node:
        mark = event.start_mark
        line, column = mark.line + 1, mark.column + 1
        self.values += 1
        if self.values > MAX_VALUES:
            self.stop(Spot(line, column), f"the file has more than {MAX_VALUES} values")
        node: Node
        if isinstance(event, ScalarEvent):
            node = self.scalar(event, line, column)
        elif isinstance(event, AliasEvent):
            return self.refuse(line, column, "aliases (*) are not used here", "write the value out")
        elif depth > MAX_DEPTH:
            self.stop(Spot(line, column), f"this is nested more than {MAX_DEPTH} levels deep")
        elif isinstance(event, SequenceStartEvent):
            node = self.sequence(line, column, depth)
        else:
            assert isinstance(event, MappingStartEvent)
            node = self.mapping(line, column, depth)
        if event.anchor is not None:
            self.mistakes.add(Spot(line, column), "anchors (&) are not used here")
        if event.tag is not None:
            return self.refuse(line, column, "tags (!) are not used here", "write the plain value")
        return node

    def refuse(self, line: int, column: int, message: str, hint: str) -> Refused:
        refused = Refused(line, column)
        self.mistakes.add(refused, message, hint)
        return refused

    def scalar(self, event: ScalarEvent, line: int, column: int) -> Node:
        text = event.value
        if not text.isascii():
            text = text.translate(_SHOW)
        if not event.implicit[0]:
            # Only a double-quoted scalar can: it may spell any character as an escape.
            if _NO_TEXT.search(text):
                return self.refuse(line, column, "an escape stands for no character", "remove it")
            return Scalar(text, text, line, column)
        try:
            return Scalar(resolve(text), text, line, column)
        except NotAScalar as error:
            return self.refuse(line, column, str(error), "put quotes around it if it is text")

    def sequence(self, line: int, column: int, depth: int) -> Sequence:
        items: list[Node] = []
        while not isinstance(event := self.next_event(), SequenceEndEvent):
            items.append(self.node(event, depth + 1))
        return Sequence(tuple(items), line, column)

    def mapping(self, line: int, column: int, depth: int) -> Mapping:
        entries: dict[str, tuple[Scalar, Node]] = {}
        while not isinstance(event := self.next_event(), MappingEndEvent):
            key = self.node(event, depth + 1)
            value = self.node(self.next_event(), depth + 1)
            if isinstance(key, Refused):
                continue
            if not isinstance(key, Scalar) or key.value is None or not key.text:
                # Where an empty key stands is a matter of taste, in which the two parsers differ.
                is_empty = isinstance(key, Scalar) and not key.text
                where = Scalar(None, "", line, column) if is_empty else key
                self.mistakes.add(where, "a key is a word")
            elif key.text == "<<":
                self.mistakes.add(key, "merge keys (<<) are not used here", "write the values out")
            elif key.text in entries:
                first = entries[key.text][0]
                self.mistakes.add(
                    key, f"the key {shown(key.text)} is given twice", f"first on line {first.line}"
                )
            else:
                entries[key.text] = (key, value)
        return Mapping(entries, line, column)

    def explain(self, error: Exception) -> tuple[Spot, str, str | None]:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        if mark is None:
            return START, f"not valid YAML: {str(error).splitlines()[0]}", None
        where = _at(mark)
        lines = _LINE_END.split(self.text)
        line = lines[where.line - 1] if where.line <= len(lines) else ""
        before = line[: where.column]
        hint = "indent with spaces, not tabs" if before.strip() == "" and "\t" in before else None
        problem = getattr(error, "problem", None) or "it cannot be read"
        return where, f"not valid YAML: {problem}", hint


def _at(mark: Any) -> Spot:
    return Spot(mark.line + 1, mark.column + 1)
