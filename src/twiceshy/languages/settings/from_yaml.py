"""YAML: events from the parser to values with places; anchors, aliases and merge keys included.

The tree is never built: an alias is replayed from the events of its anchor, and the number of
values is bounded, so that a few lines cannot grow into billions.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

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
    StreamEndEvent,
)

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

_NOT_YAML = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MERGE = "<<"


@dataclass(slots=True)
class _Node:
    """A mapping (pairs) or a list (values), each child a node or a scalar."""

    is_mapping: bool
    children: list[tuple[str, _Node | Spelled]] = field(default_factory=list)


def read_yaml(data: bytes, file: str) -> Reading:
    """Every scalar of all documents; raises Unreadable where the text is not YAML."""
    text = decoded(data)
    wrong = _NOT_YAML.search(text)
    if wrong is not None:
        line = text.count("\n", 0, wrong.start()) + 1
        raise Unreadable(line, f"the character U+{ord(wrong[0]):04X} is not allowed in YAML")
    reader = _Reader(text, file)
    try:
        reader.stream()
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        line, column = (1, 1) if mark is None else (mark.line + 1, mark.column + 1)
        problem = getattr(error, "problem", None) or "it cannot be read"
        raise Unreadable(line, f"not valid YAML: {problem}", column) from None
    except ValueError:
        # The pure parser on an escape beyond the last character.
        raise Unreadable(1, "not valid YAML: an escape stands for no character") from None
    return Reading(tuple(reader.entries))


class _Reader:
    def __init__(self, text: str, file: str) -> None:
        yaml: Any = YAML(typ="safe")
        _, parser = yaml.get_constructor_parser(text)
        self.next_event = parser.get_event
        self.file = file
        self.anchors: dict[str, _Node | Spelled] = {}
        self.entries: list[Entry] = []
        self.nodes = 0

    def stream(self) -> None:
        self.next_event()
        while not isinstance(event := self.next_event(), StreamEndEvent):
            assert isinstance(event, DocumentStartEvent)
            self.anchors.clear()
            node = self.node(self.next_event(), 0)
            self.next_event()
            self.flatten(node, (), 0)

    def node(self, event: Any, depth: int) -> _Node | Spelled:
        """One value; an anchor counts only once it is complete, so that nothing holds itself."""
        line, column = event.start_mark.line + 1, event.start_mark.column + 1
        self.nodes += 1
        if self.nodes > MOST_ENTRIES:
            raise Unreadable(line, f"there are more than {MOST_ENTRIES} values", column)
        if isinstance(event, AliasEvent):
            if event.anchor not in self.anchors:
                raise Unreadable(line, "an alias has no anchor before it", column)
            return self.anchors[event.anchor]
        if depth > DEEPEST:
            raise Unreadable(line, f"this is nested more than {DEEPEST} levels deep", column)
        node: _Node | Spelled
        if isinstance(event, ScalarEvent):
            node = self.scalar(event, Place(self.file, line, column))
        elif isinstance(event, SequenceStartEvent):
            node = self.sequence(depth)
        else:
            assert isinstance(event, MappingStartEvent)
            node = self.mapping(depth)
        if event.anchor is not None:
            self.anchors[event.anchor] = node
        return node

    def scalar(self, event: ScalarEvent, place: Place) -> Spelled:
        if event.style in ("'", '"'):
            return Spelled(event.value, Place(place.file, place.line, place.column + 1))
        is_null = event.implicit[0] and event.value in ("~", "null", "Null", "NULL")
        return Spelled("" if is_null else event.value, place)

    def sequence(self, depth: int) -> _Node:
        node = _Node(is_mapping=False)
        while not isinstance(inner := self.next_event(), SequenceEndEvent):
            node.children.append((str(len(node.children)), self.node(inner, depth + 1)))
        return node

    def mapping(self, depth: int) -> _Node:
        node = _Node(is_mapping=True)
        while not isinstance(inner := self.next_event(), MappingEndEvent):
            key = self.node(inner, depth + 1)
            value = self.node(self.next_event(), depth + 1)
            node.children.append((key.text if isinstance(key, Spelled) else "?", value))
        return node

    def flatten(self, node: _Node | Spelled, path: tuple[str, ...], depth: int) -> None:
        if len(self.entries) >= MOST_ENTRIES:
            raise Unreadable(1, f"with its aliases there are more than {MOST_ENTRIES} values")
        if isinstance(node, Spelled):
            self.entries.append(Entry(path, node))
            return
        self.nodes += 1
        if depth > DEEPEST or self.nodes > 2 * MOST_ENTRIES:
            raise Unreadable(1, "aliases lead too deep or to too many values")
        own = {key for key, _ in node.children}
        for key, child in node.children:
            if key == _MERGE and node.is_mapping:
                self.merge(child, path, own, depth)
        for key, child in node.children:
            if key != _MERGE or not node.is_mapping:
                self.flatten(child, (*path, key), depth + 1)

    def merge(
        self, child: _Node | Spelled, path: tuple[str, ...], own: set[str], depth: int
    ) -> None:
        """What `<<` brings in, except what the mapping says itself."""
        if isinstance(child, Spelled):
            return
        if depth > DEEPEST:
            raise Unreadable(1, "merge keys lead too deep")
        sources = [child] if child.is_mapping else [one for _, one in child.children]
        taken = set(own)
        for source in sources:
            if isinstance(source, Spelled):
                continue
            for key, value in source.children:
                if key == _MERGE:
                    self.merge(value, path, taken, depth + 1)
                elif key not in taken:
                    self.flatten(value, (*path, key), depth + 1)
            taken |= {key for key, _ in source.children}
