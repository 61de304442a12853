"""What is not modelled, as choices: each is gone both ways, and the answer names those that matter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from twiceshy.model.place import Place


@dataclass(frozen=True, slots=True)
class Hinge:
    """Something that an answer hinges on, by name."""

    text: str
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class ChoiceKey:
    """Which choice: the same key is chosen once in a packet's walk."""

    text: str
    place: Place | None = None
    detail: str = ""
    """Tells choices apart that have the same text."""

    def __hash__(self) -> int:
        return hash((self.text, self.detail))

    def __eq__(self, other: object) -> bool:
        # the place is only where it was met first: the same condition in two places is one choice
        return (
            isinstance(other, ChoiceKey) and self.text == other.text and self.detail == other.detail
        )


class ChoicePending(Exception):
    """The walk met a choice that is not made yet."""

    def __init__(self, key: ChoiceKey, options: tuple[object, ...]) -> None:
        super().__init__(key.text)
        self.key = key
        self.options = options


@dataclass(frozen=True, slots=True)
class Choices:
    """The choices made so far."""

    made: Mapping[ChoiceKey, object] = field(default_factory=lambda: MappingProxyType({}))

    def with_choice(self, key: ChoiceKey, option: object) -> Choices:
        """These and one more."""
        return Choices(MappingProxyType({**self.made, key: option}))

    def of(self, key: ChoiceKey, options: tuple[object, ...]) -> object:
        """What was chosen; raises ChoicePending when nothing was."""
        if key not in self.made:
            raise ChoicePending(key, options)
        return self.made[key]
