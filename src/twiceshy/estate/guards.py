"""The section `guards`: promises, each of a kind, with its target, cadence and reason."""

from __future__ import annotations

import re
from collections.abc import Mapping as MappingType
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from twiceshy.estate import forms
from twiceshy.estate.document import Mapping, Node, Refused, Scalar, Sequence
from twiceshy.estate.fields import Fields, describe, is_nothing
from twiceshy.estate.mistakes import shown
from twiceshy.estate.promises import PromiseReader
from twiceshy.estate.references import Reference
from twiceshy.estate.targets import TargetSaid
from twiceshy.kinds.planned import PLANNED_KINDS
from twiceshy.model.guard import Guard
from twiceshy.model.ids import ActionRef, GuardId, KindId
from twiceshy.model.kind import Kind

KEYS = ("id", "kind", "target", "promise", "every", "because", "why")

PLANNED_EVERY = timedelta(days=1)
"""Cadence of a kind that cannot look yet."""

_ID = re.compile(forms.GUARD_NAME)


@dataclass(frozen=True, slots=True)
class GuardsRead:
    """The guards, and the targets still to be found in the estate."""

    guards: dict[GuardId, Guard]
    targets: list[TargetSaid]


def read_guards(
    root: Fields, kinds: MappingType[KindId, Kind], references: list[Reference]
) -> GuardsRead:
    """Every guard by its id; the reports they name are appended to `references`."""
    section = root.values.get("guards")
    promises = PromiseReader(root.mistakes)
    read = GuardsRead({}, [])
    if isinstance(section, Sequence):
        for item in section.items:
            if is_nothing(item):
                root.mistakes.add(item, "a guard must be a mapping of keys, not nothing")
                continue
            _GuardReader(root, item, kinds, promises, references).into(read)
    elif not (section is None or isinstance(section, Refused) or is_nothing(section)):
        root.mistakes.add(section, f"'guards' must be a list, not {describe(section)}", "- id: ...")
    return read


class _GuardReader:
    """Reads one guard."""

    def __init__(
        self,
        root: Fields,
        node: Node,
        kinds: MappingType[KindId, Kind],
        promises: PromiseReader,
        references: list[Reference],
    ) -> None:
        self.node = node
        self.mistakes = root.mistakes
        self.kinds = kinds
        self.promises = promises
        self.references = references
        self.fields = Fields(node, _what(node), KEYS, root.mistakes)

    def into(self, read: GuardsRead) -> None:
        fields = self.fields
        for key in ("id", "kind"):
            fields.need(key)
        guard_id = self.id(read.guards)
        kind_id = self.kind()
        kind = self.kinds.get(kind_id) if kind_id is not None else None
        every = fields.read("every", forms.duration)
        guard = Guard(
            id=guard_id or GuardId(""),
            kind=kind_id or KindId(""),
            target=self.target(kind, kind_id, read.targets),
            promise=self.promise(kind, kind_id),
            every=every or (kind.every if kind is not None else PLANNED_EVERY),
            because=self.because(),
            why=fields.text("why"),
            place=self.mistakes.place(self.node),
        )
        if guard_id is not None:
            read.guards[guard_id] = guard

    def id(self, guards: MappingType[GuardId, Guard]) -> GuardId | None:
        said = self.fields.said("id")
        if said is None:
            return None
        guard_id = GuardId(said.text)
        earlier = guards.get(guard_id)
        if _ID.fullmatch(said.text) is None:
            self.fields.wrong(
                "id", said, f"{shown(said.text)} is no guard's name", f"allowed: {forms.GUARD_NAME}"
            )
        elif earlier is not None:
            first = "" if earlier.place is None else f"first on line {earlier.place.line}"
            self.mistakes.add(said, f"two guards have the id {shown(said.text)}", first or None)
            return None
        return guard_id

    def kind(self) -> KindId | None:
        said = self.fields.said("kind")
        if said is None:
            return None
        kind_id = KindId(said.text)
        if kind_id in self.kinds or kind_id in PLANNED_KINDS:
            return kind_id
        allowed = [
            *self.kinds,
            *(planned for planned in PLANNED_KINDS if planned not in self.kinds),
        ]
        self.fields.wrong(
            "kind",
            said,
            f"there is no kind {shown(said.text)}",
            self.mistakes.suggest(said.text, allowed),
        )
        return None

    def target(self, kind: Kind | None, kind_id: KindId | None, targets: list[TargetSaid]) -> str:
        said = self.fields.said("target")
        if kind_id is not None and (kind is None or kind.targets_estate):
            self.fields.need("target", "a service, service.endpoint, host or URL")
            if said is not None:
                targets.append(TargetSaid(said, self.fields.what))
        return "" if said is None else said.text

    def promise(self, kind: Kind | None, kind_id: KindId | None) -> Any:
        node = self.fields.values.get("promise")
        if kind is not None:
            return self.promises.read(kind.promise, node, self.fields.what, self.node)
        return self.promises.keep(node, self.fields.what) if kind_id is not None else None

    def because(self) -> tuple[ActionRef, ...]:
        actions = []
        for said in self.fields.texts("because"):
            action = self.fields.understood("because", said, _action)
            if action is not None:
                by = f"'because' of {self.fields.what}"
                self.references.append(Reference("report", action.report, said, by))
                actions.append(action)
        return tuple(actions)


def _what(node: Node) -> str:
    """How messages call a guard: by its id when it has one."""
    if isinstance(node, Mapping) and "id" in node.entries:
        value = node.entries["id"][1]
        if isinstance(value, Scalar) and isinstance(value.value, str):
            return f"guard {shown(value.value)}"
    return "a guard"


def _action(text: str) -> ActionRef:
    try:
        return ActionRef.parse(text)
    except ValueError:
        raise ValueError(
            f"{shown(text)} is not of the form <report>#<action>, such as mail-2024#a2"
        ) from None
