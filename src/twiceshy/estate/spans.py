"""Where things stand in the text of an estate file, so that it can be added to without a rewrite.

Offsets count characters. A node's span ends with its last value: comments and blank lines that
follow belong to nobody. Anchors, aliases and tags do not occur: the loader refuses them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.events import (
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)


@dataclass(frozen=True, slots=True)
class Node:
    """A value: what it is, and from where to where it goes."""

    start: int
    end: int
    """After the last character of the last value in it; for `[` and `{` after the closing one."""
    column: int
    is_flow: bool = False
    """Written with brackets or braces."""
    items: tuple[Node, ...] = ()
    """Of a list."""
    values: tuple[tuple[str, Node], ...] = ()
    """Of a mapping, by key, in order."""
    shape: str = "scalar"
    """`scalar`, `list` or `mapping`."""
    text: str = ""
    """Of a scalar."""
    is_block_scalar: bool = False
    key_end: int = 0
    """Of a mapping's value: after its key, before the colon."""

    def get(self, key: str) -> Node | None:
        """The value of a key of a mapping."""
        return next((node for name, node in self.values if name == key), None)

    @property
    def last(self) -> Node | None:
        """The last item or value in it."""
        if self.items:
            return self.items[-1]
        return self.values[-1][1] if self.values else None


def read_spans(text: str) -> Node:
    """The top of the document; raises ruamel's YAMLError, or ValueError for an empty one."""
    yaml = YAML(typ="safe", pure=True)
    events: Iterator[Any] = (event for event in yaml.parse(text) if _counts(event))
    first = next(events, None)
    if first is None:
        raise ValueError("there is nothing in the file")
    return _node(first, events)


def _counts(event: Any) -> bool:
    return isinstance(event, NodeEvent | SequenceEndEvent | MappingEndEvent)


def _node(event: Any, events: Iterator[Any]) -> Node:
    match event:
        case ScalarEvent():
            return Node(
                event.start_mark.index,
                event.end_mark.index,
                event.start_mark.column,
                text=event.value,
                is_block_scalar=event.style in {"|", ">"},
            )
        case SequenceStartEvent():
            return _list(event, events)
        case MappingStartEvent():
            return _mapping(event, events)
        case _:
            raise ValueError("anchors and aliases cannot be added to")


def _list(event: Any, events: Iterator[Any]) -> Node:
    items: list[Node] = []
    while not isinstance(closing := next(events), SequenceEndEvent):
        items.append(_node(closing, events))
    end = closing.end_mark.index if event.flow_style else _end_of(items, event)
    return Node(
        event.start_mark.index,
        end,
        event.start_mark.column,
        is_flow=bool(event.flow_style),
        items=tuple(items),
        shape="list",
    )


def _mapping(event: Any, events: Iterator[Any]) -> Node:
    values: list[tuple[str, Node]] = []
    while not isinstance(closing := next(events), MappingEndEvent):
        key = _node(closing, events)
        value = replace(_node(next(events), events), key_end=key.end)
        values.append((key.text, value))
    ends = [node for _, node in values]
    end = closing.end_mark.index if event.flow_style else _end_of(ends, event)
    return Node(
        event.start_mark.index,
        end,
        event.start_mark.column,
        is_flow=bool(event.flow_style),
        values=tuple(values),
        shape="mapping",
    )


def _end_of(nodes: list[Node], event: Any) -> int:
    return max((node.end for node in nodes), default=event.start_mark.index)
