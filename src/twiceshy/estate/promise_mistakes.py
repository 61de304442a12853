"""What pydantic says about a promise, in the user's words and with the places of the file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from types import MappingProxyType
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from twiceshy.estate.document import Mapping, Node, Scalar, Sequence
from twiceshy.estate.fields import describe
from twiceshy.estate.mistakes import Mistakes, Placed, shown

SECRET_KEY = re.compile(
    r"(?:.*_)?(?:password|passwd|passphrase|secret|token|api_?key|private_?key|credentials?)",
    re.IGNORECASE,
)
"""Keys whose values are never repeated."""

_UNKNOWN = frozenset({"unexpected_keyword_argument", "extra_forbidden"})

_MUST_BE = MappingProxyType(
    {
        "int_type": "a whole number",
        "int_from_float": "a whole number",
        "float_type": "a number",
        "string_type": "text",
        "bool_type": "true or false",
        "tuple_type": "a list",
        "list_type": "a list",
        "frozen_set_type": "a list",
        "dict_type": "a mapping of keys",
        "dataclass_type": "a mapping of keys",
    }
)
"""Pydantic's types of complaints in the words of the file."""


class Complaints:
    """Turns the complaints about one promise into mistakes."""

    def __init__(self, node: Node | None, owner: Placed, what: str, mistakes: Mistakes) -> None:
        self.node: Node = node or Scalar(None, "", owner.line, owner.column)
        self.owner = owner
        self.what = what
        self.mistakes = mistakes

    def note(self, error: ValidationError, adapter: TypeAdapter[Any]) -> None:
        """Note each complaint once; those about one value, from the arms of a union, together."""
        reasons: dict[tuple[str, ...], tuple[Node, list[str]]] = {}
        for one in error.errors(include_url=False, include_context=False):
            path, nodes, last = self._walk(one["loc"])
            if one["type"] in _UNKNOWN:
                self._unknown_key(path, nodes, adapter)
            elif one["type"].startswith("missing"):
                where = nodes[-1] if isinstance(nodes[-1], Mapping) else self.owner
                name = _dotted((*path, last))
                self.mistakes.add(where, f"promise of {self.what} needs {name!r}")
            else:
                reasons.setdefault(path, (nodes[-1], []))[1].append(_reason(one))
        for path, (node, said) in reasons.items():
            self._wrong_value(path, node, said)

    def _walk(self, loc: tuple[int | str, ...]) -> tuple[tuple[str, ...], list[Node], str]:
        """Follow pydantic's way: keys followed, nodes passed, and the last step that was no key.

        Its way also names the arms of unions, which are no part of the file.
        """
        path: list[str] = []
        nodes = [self.node]
        last = ""
        for step in loc:
            node = nodes[-1]
            if isinstance(node, Mapping) and step in node.entries:
                nodes.append(node.entries[str(step)][1])
            elif isinstance(node, Sequence) and isinstance(step, int) and step < len(node.items):
                nodes.append(node.items[step])
            else:
                last = str(step)
                continue
            path.append(str(step))
        return tuple(path), nodes, last

    def _unknown_key(
        self, path: tuple[str, ...], nodes: list[Node], adapter: TypeAdapter[Any]
    ) -> None:
        key, parent = path[-1], nodes[-2]
        where: Placed = parent.entries[key][0] if isinstance(parent, Mapping) else parent
        inside = _dotted(("promise", *path[:-1]))
        schema = adapter.json_schema()
        allowed = sorted(set(_keys(schema, schema.get("$defs", {}), path[:-1])))
        self.mistakes.add(
            where,
            f"unknown key {shown(key)} in {inside} of {self.what}",
            self.mistakes.suggest(key, allowed),
        )

    def _wrong_value(self, path: tuple[str, ...], node: Node, said: list[str]) -> None:
        reason = " or ".join([said[0], *(later.removeprefix("must be ") for later in said[1:])])
        if reason.startswith("must be") and not SECRET_KEY.fullmatch(path[-1] if path else ""):
            got = shown(node.value) if isinstance(node, Scalar) else describe(node)
            reason += f", not {got}"
        subject = _dotted(("promise", *path))
        where = node if path or isinstance(node, Mapping) else self.owner
        self.mistakes.add(where, f"{subject} of {self.what} {_after(reason)}")


def _reason(complaint: ErrorDetails) -> str:
    words = _MUST_BE.get(complaint["type"])
    if words is not None:
        return f"must be {words}"
    reason = complaint["msg"].removeprefix("Value error, ")
    return reason.replace("Input should be", "must be", 1)


def _after(reason: str) -> str:
    return reason if reason.startswith("must be") else f"is refused: {reason}"


def _dotted(path: tuple[str, ...]) -> str:
    return ".".join(path)


def _keys(
    schema: dict[str, Any], definitions: dict[str, Any], path: tuple[str, ...]
) -> Iterator[str]:
    """The keys that a JSON schema allows at the end of `path`."""
    if "$ref" in schema:
        schema = definitions[schema["$ref"].rpartition("/")[2]]
    for arm in schema.get("anyOf", ()):
        yield from _keys(arm, definitions, path)
    properties: dict[str, Any] = schema.get("properties", {})
    if not path:
        yield from properties
    elif path[0] in properties:
        yield from _keys(properties[path[0]], definitions, path[1:])
    elif "items" in schema:
        yield from _keys(schema["items"], definitions, path[1:])
