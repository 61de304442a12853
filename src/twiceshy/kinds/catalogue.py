"""A list of kinds whose modules are imported when one of them is first asked for.

Every command loads an estate, and an estate has guards of a few kinds: importing all the others
would cost each command more time than it takes to judge.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module

from twiceshy.model.ids import KindId
from twiceshy.model.kind import Kind


class Catalogue(Mapping[KindId, Kind]):
    """Kinds by id, in the order the documentation shows them; each is the `KIND` of its folder."""

    def __init__(self, *ids: str) -> None:
        self._ids = tuple(KindId(id_) for id_ in ids)

    def __getitem__(self, id_: KindId) -> Kind:
        if id_ not in self._ids:
            raise KeyError(id_)
        kind: Kind = import_module(f"twiceshy.kinds.{id_}").KIND
        return kind

    def __iter__(self) -> Iterator[KindId]:
        return iter(self._ids)

    def __len__(self) -> int:
        return len(self._ids)

    def __contains__(self, id_: object) -> bool:
        return id_ in self._ids
