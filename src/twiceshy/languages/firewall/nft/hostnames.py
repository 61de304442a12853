"""Numbers behind names that only the host's own files tell: users, groups and services."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from twiceshy.languages.firewall.nft import datatypes as types
from twiceshy.languages.firewall.nft.datatypes import Datatype, integer
from twiceshy.languages.firewall.nft.syntax import Element, Group, Node, Span
from twiceshy.model.configuration import Configuration

_FILES: Mapping[Datatype, str] = {
    types.USER: "/etc/passwd",
    types.GROUP: "/etc/group",
    types.SERVICE: "/etc/services",
}
_NUMBER_AT = 2


@dataclass(slots=True)
class HostNames:
    """What the files say, as far as they are part of the configuration; read when asked for."""

    configuration: Configuration
    _known: dict[Datatype, Mapping[str, int]] = field(default_factory=dict)

    def resolved(self, node: Node, datatype: Datatype) -> Node:
        """The same value with numbers for names that are only known on the host."""
        if datatype not in _FILES:
            return node
        return self._replaced(node, datatype)

    def _replaced(self, node: Node, datatype: Datatype) -> Node:
        if isinstance(node, str):
            return self._number(node, datatype)
        if isinstance(node, Span):
            return Span(self._replaced(node.low, datatype), self._replaced(node.high, datatype))
        if isinstance(node, Group):
            return replace(
                node,
                plain=tuple(self._number(one, datatype) for one in node.plain),
                elements=tuple(self._element(one, datatype) for one in node.elements),
            )
        return node

    def _element(self, element: Element, datatype: Datatype) -> Element:
        if element.key is None:
            return element
        return replace(element, key=self._replaced(element.key, datatype))

    def _number(self, word: str, datatype: Datatype) -> str:
        name = word.strip('"')
        if name in datatype.symbols or integer(name) is not None:
            return word
        if datatype not in self._known:
            data = self.configuration.files.get(_FILES[datatype], b"")
            text = data.decode("utf-8", "replace")
            self._known[datatype] = _services(text) if datatype is types.SERVICE else _ids(text)
        number = self._known[datatype].get(name)
        return word if number is None else str(number)


def _ids(text: str) -> dict[str, int]:
    """passwd(5) and group(5): `name:password:number:...`."""
    found: dict[str, int] = {}
    for line in text.splitlines():
        parts = line.split(":")
        number = integer(parts[_NUMBER_AT]) if len(parts) > _NUMBER_AT else None
        if number is not None:
            found.setdefault(parts[0], number)
    return found


def _services(text: str) -> dict[str, int]:
    """services(5): `name port/protocol alias ...`; the first port of a name counts."""
    found: dict[str, int] = {}
    for line in text.splitlines():
        parts = line.partition("#")[0].split()
        number = integer(parts[1].partition("/")[0]) if len(parts) > 1 else None
        if number is not None:
            for name in (parts[0], *parts[2:]):
                found.setdefault(name, number)
    return found
