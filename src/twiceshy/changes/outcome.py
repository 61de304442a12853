"""What a review came to: the value that every format, an approval and the journal are made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from twiceshy.model.guard import Guard
from twiceshy.model.ids import ActionRef, KindId
from twiceshy.model.verdict import Broken, Holds, Unknown, Verdict

ID_DIGITS = 12


class Effect(StrEnum):
    """What a change does to one guard, worst first."""

    BREAKS = "breaks"
    """It did not break before, and would afterwards."""
    STAYS_BROKEN = "stays broken"
    BLINDS = "blinds"
    """It held, and afterwards nobody could say."""
    STAYS_UNKNOWN = "stays unknown"
    MENDS = "mends"
    KEEPS = "keeps"

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return tuple(Effect).index(self)


class How(StrEnum):
    """What happened to a file."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class ChangedFile:
    """One file of the change, and which kinds read it."""

    path: str
    """As people find it."""
    host: str
    """Which host of the change it stands on, as the change calls it; empty for the only one."""
    stands_at: str
    """Its absolute path there."""
    how: How
    before: str | None
    """SHA-256 of the content in hexadecimal; None where there is no such file."""
    after: str | None
    is_executable: bool = False
    """Afterwards."""
    kinds: tuple[tuple[KindId, str], ...] = ()
    """Kinds that read it, each with the dialect it takes the file for; empty: nobody's business."""


@dataclass(frozen=True, slots=True)
class Unread:
    """A file that may change and could not be read: it is no part of what is approved."""

    path: str
    """As people find it."""
    host: str
    why: str
    kinds: tuple[tuple[KindId, str], ...] = ()
    """Kinds that read its other side, each with the dialect."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One guard, judged on both sides of the change."""

    guard: Guard
    host: str
    """Which host of the change it was judged on, as the change calls it; empty for the only one."""
    before: Verdict
    after: Verdict

    @property
    def effect(self) -> Effect:
        """What the change does to the guard."""
        match self.before, self.after:
            case Broken(), Broken():
                return Effect.STAYS_BROKEN
            case _, Broken():
                return Effect.BREAKS
            case Holds(), Unknown():
                return Effect.BLINDS
            case _, Unknown():
                return Effect.STAYS_UNKNOWN
            case Broken(), Holds():
                return Effect.MENDS
            case _:
                return Effect.KEEPS


@dataclass(frozen=True, slots=True)
class Recalled:
    """An action that guards were put up for, and the outage it comes from."""

    action: ActionRef
    text: str | None
    """What was promised; None when the report could not be read."""
    title: str | None = None
    day: str | None = None
    """Of the outage, ISO 8601, when the report says."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that behaves otherwise after the change, in words."""

    kind: KindId
    host: str
    text: str


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What was seen when the change was tried in a sandbox."""

    host: str
    lines: tuple[str, ...]
    """For people, what matters first."""
    went_well: bool | None
    """Whether it loads and nothing went against a promise; None: it could not be rehearsed."""


@dataclass(frozen=True, slots=True)
class Review:
    """A change, judged."""

    hash: str
    """SHA-256 of what changes, in hexadecimal: the same change has the same hash, wherever it is
    reviewed; see `changes.identity`."""
    at: datetime
    before: str
    """Where each side came from."""
    after: str
    files: tuple[ChangedFile, ...]
    judged: tuple[Judged, ...]
    """Every guard whose kind reads a changed file, worst effect first."""
    differences: tuple[Difference, ...] = ()
    """The blast radius."""
    recalled: Mapping[ActionRef, Recalled] = field(default_factory=lambda: MappingProxyType({}))
    """The actions it would undo."""
    unguarded: tuple[ChangedFile, ...] = ()
    """Changed files that a kind reads, and no guard of the estate looks at."""
    running: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """For what runs on a host and is no file, such as a loaded rule set: its path among the
    configuration's `OUTPUTS` to the SHA-256 of what it means, when it was reviewed."""
    rehearsed: tuple[Rehearsed, ...] = ()
    """What was seen in a sandbox; empty when nobody asked for it."""
    unread: tuple[Unread, ...] = ()
    """Files that may change and could not be read on one side or both."""
    notes: tuple[str, ...] = ()
    """What a reader has to know to trust this: what was not part of the review, and why."""

    @property
    def id(self) -> str:
        """What people call it by: the beginning of its hash."""
        return self.hash[:ID_DIGITS]

    @property
    def exit_code(self) -> int:
        """As `check`: 0 all hold, 1 something would be broken, 2 something unknown.

        Also 2 when it changes configuration and no guard of the estate looks at any of it, or when
        a file that may change could not be read.
        """
        tries = {one.went_well for one in self.rehearsed}
        if False in tries or any(isinstance(one.after, Broken) for one in self.judged):
            return 1
        if None in tries or any(isinstance(one.after, Unknown) for one in self.judged):
            return 2
        return 2 if self.unread or (self.unguarded and not self.judged) else 0

    def having(self, *effects: Effect) -> tuple[Judged, ...]:
        """The guards on which the change has one of these effects."""
        return tuple(one for one in self.judged if one.effect in effects)
