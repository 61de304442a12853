"""The edge where a mapping of the file becomes a kind's own promise, checked by pydantic.

Kinds write plain frozen dataclasses; pydantic reads their annotations here and nowhere else. The
values are checked as JSON in strict mode: `"21"` is not a number, a list may become a tuple.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from types import MappingProxyType
from typing import Any

from pydantic import TypeAdapter, ValidationError

from twiceshy.estate.document import Mapping, Node, Refused, Scalar, Sequence
from twiceshy.estate.fields import describe, is_nothing
from twiceshy.estate.forms import SECRET_PLACE
from twiceshy.estate.mistakes import Mistakes, Placed, carries_credentials, shown
from twiceshy.estate.promise_mistakes import SECRET_KEY, Complaints

_SECRET = re.compile(SECRET_PLACE)


class PromiseReader:
    """Reads the promises of one file; a kind's adapter is built when its first guard is met."""

    def __init__(self, mistakes: Mistakes) -> None:
        self.mistakes = mistakes
        self._adapters: dict[type[Any], TypeAdapter[Any]] = {}

    def read(self, promise: type[Any], node: Node | None, what: str, owner: Placed) -> Any:
        """The kind's promise, or None when it has mistakes, which are noted with their places.

        `what` is whose promise it is, as messages call it; `owner` is where it would stand when
        `node` is None.
        """
        values = self._values(node, what)
        if values is None:
            return None
        if promise not in self._adapters:
            self._adapters[promise] = TypeAdapter(promise)
        adapter = self._adapters[promise]
        try:
            return adapter.validate_json(json.dumps(values), strict=True, extra="forbid")
        except ValidationError as error:
            Complaints(node, owner, what, self.mistakes).note(error, adapter)
            return None

    def keep(self, node: Node | None, what: str) -> MappingProxyType[str, Any]:
        """A promise of a kind that is not built yet: as it stands, frozen."""
        kept: MappingProxyType[str, Any] = _frozen(self._values(node, what) or {})
        return kept

    def _values(self, node: Node | None, what: str) -> dict[str, Any] | None:
        if node is None or is_nothing(node):
            return {}
        if isinstance(node, Refused) or _has_literal_secret(node, what, self.mistakes):
            return None
        if not isinstance(node, Mapping):
            self.mistakes.add(
                node, f"promise of {what} must be a mapping of keys, not {describe(node)}"
            )
            return None
        return {key: plain(value) for key, (_, value) in node.entries.items()}


def plain(node: Node) -> Any:
    """The node as dicts, lists and scalars; what was refused is left out as None."""
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    if isinstance(node, Mapping):
        return {key: plain(value) for key, (_, value) in node.entries.items()}
    return None


def _frozen(value: Any) -> Any:
    if isinstance(value, dict):
        return MappingProxyType({key: _frozen(inner) for key, inner in value.items()})
    if isinstance(value, list):
        return tuple(_frozen(inner) for inner in value)
    return value


def _has_literal_secret(node: Node, what: str, mistakes: Mistakes) -> bool:
    """Whether a password or the like stands in the promise; it is noted and never repeated."""
    found = False
    for key, value in _texts(node):
        secret_key = SECRET_KEY.fullmatch(key) is not None and not _SECRET.fullmatch(value.text)
        if secret_key or (carries_credentials(value.text) and _password_in(value.text)):
            found = True
            mistakes.add(
                value,
                f"promise of {what}: {shown(key)} holds a secret",
                "say where it is kept: env:NAME or file:PATH",
            )
    return found


def _texts(node: Node, key: str = "") -> Iterator[tuple[str, Scalar]]:
    if isinstance(node, Scalar) and isinstance(node.value, str):
        yield key, node
    elif isinstance(node, Sequence):
        for item in node.items:
            yield from _texts(item, key)
    elif isinstance(node, Mapping):
        for name, (_, value) in node.entries.items():
            yield from _texts(value, name)


def _password_in(text: str) -> bool:
    return ":" in text.split("://", 1)[1].split("@", 1)[0]
