"""Reading one mapping of the file: its keys are checked at once, its values as they are asked for.

A value that is missing or wrong is None (or empty), and the mistake is noted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import TypeVar

from twiceshy.estate.document import Mapping, Node, Refused, Scalar, Sequence
from twiceshy.estate.mistakes import Mistakes, Placed, shown

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Said:
    """A text of the file with its place."""

    text: str
    line: int
    column: int


class Fields:
    """The values of one mapping by key; unknown keys have been noted."""

    def __init__(self, node: Node, what: str, keys: Collection[str], mistakes: Mistakes) -> None:
        self.node = node
        self.what = what
        """What the mapping describes, as messages call it: `service 'mail'`."""
        self.mistakes = mistakes
        self.values: dict[str, Node] = {}
        if isinstance(node, Mapping):
            for text, (key, value) in node.entries.items():
                if text in keys:
                    self.values[text] = value
                else:
                    hint = mistakes.suggest(text, keys)
                    mistakes.add(key, f"unknown key {shown(text)} in {what}", hint)
        elif not isinstance(node, Refused) and not is_nothing(node):
            mistakes.add(node, f"{what} must be a mapping of keys, not {describe(node)}")

    def wrong(self, key: str, where: Placed, message: str, hint: str | None = None) -> None:
        """Note a mistake in the value of `key`."""
        self.mistakes.add(where, f"{key!r} of {self.what}: {message}", hint)

    def need(self, key: str, hint: str | None = None) -> None:
        """Note a mistake when `key` is not there at all."""
        if key not in self.values and isinstance(self.node, Mapping):
            self.mistakes.add(self.node, f"{self.what} needs {key!r}", hint)

    def said(self, key: str) -> Said | None:
        """The text of `key` with its place."""
        node = self.values.get(key)
        return None if node is None else self.said_at(key, node)

    def text(self, key: str) -> str | None:
        """The text of `key`."""
        said = self.said(key)
        return None if said is None else said.text

    def read(self, key: str, reader: Callable[[str], T]) -> T | None:
        """The text of `key` as `reader` understands it; its ValueError becomes a mistake."""
        said = self.said(key)
        return None if said is None else self.understood(key, said, reader)

    def texts(self, key: str) -> list[Said]:
        """The texts of `key`: a list, or one text alone."""
        node = self.values.get(key)
        if node is None:
            return []
        items = node.items if isinstance(node, Sequence) else (node,)
        return [said for item in items if (said := self.said_at(key, item)) is not None]

    def read_all(self, key: str, reader: Callable[[str], T]) -> tuple[T, ...]:
        """The texts of `key`, each as `reader` understands it."""
        found = (self.understood(key, said, reader) for said in self.texts(key))
        return tuple(value for value in found if value is not None)

    def said_at(self, key: str, node: Node) -> Said | None:
        """The text of a node that belongs to `key`."""
        if isinstance(node, Scalar) and isinstance(node.value, str):
            if node.value.strip():
                return Said(node.value, node.line, node.column)
            self._empty(key, node)
        elif is_nothing(node):
            self._empty(key, node)
        elif isinstance(node, Scalar):
            self.wrong(key, node, f"{node.text} is not text", "put quotes around it")
        elif not isinstance(node, Refused):
            self.wrong(key, node, f"this must be text, not {describe(node)}")
        return None

    def _empty(self, key: str, node: Node) -> None:
        self.mistakes.add(
            node, f"{key!r} of {self.what} is empty", "write a value or leave the key out"
        )

    def understood(self, key: str, said: Said, reader: Callable[[str], T]) -> T | None:
        """A text that belongs to `key` as `reader` understands it."""
        try:
            return reader(said.text)
        except ValueError as error:
            self.wrong(key, said, str(error))
            return None


def named(section: Fields, key: str, noun: str, form: str) -> Iterator[tuple[str, Scalar, Node]]:
    """The members of a section that is a mapping of names: name, its place, what it stands for.

    `form` is the regular expression of the names.
    """
    node = section.values.get(key)
    if node is None or isinstance(node, Refused) or is_nothing(node):
        return
    if not isinstance(node, Mapping):
        section.mistakes.add(node, f"{key!r} must be a mapping of names, not {describe(node)}")
        return
    pattern = re.compile(form)
    for name, (key_node, value) in node.entries.items():
        if pattern.fullmatch(name) is None:
            section.mistakes.add(
                key_node, f"{shown(name)} cannot be the name of a {noun}", f"allowed: {form}"
            )
        yield name, key_node, value


def describe(node: Node) -> str:
    """What a node is, in words."""
    if isinstance(node, Sequence):
        return "a list"
    if isinstance(node, Mapping):
        return "a mapping"
    return shown(node.value) if isinstance(node, Scalar) else "nothing"


def is_nothing(node: Node) -> bool:
    """Whether the node is `null`, or a key with nothing after it."""
    return isinstance(node, Scalar) and node.value is None
