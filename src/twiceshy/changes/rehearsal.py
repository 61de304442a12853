"""What a rehearsal is asked and what it saw: a rule set loaded, and connections tried through it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from twiceshy.kinds.firewall.host import Path
from twiceshy.kinds.firewall.packet import Packet
from twiceshy.kinds.firewall.trace import Outcome


@dataclass(frozen=True, slots=True)
class Attempt:
    """One connection to try: its first packet, and whether it is promised to pass."""

    what: str
    """In the user's words, such as `mail-out: tcp/25 from mail-1`."""
    packet: Packet
    path: Path
    must_pass: bool | None = None
    """None: nothing is promised of it."""


class Result(StrEnum):
    """What became of a try."""

    PASSED = "passed"
    """It was answered."""
    SILENT = "silent"
    """No answer in time: dropped."""
    REFUSED = "refused"
    """The firewall told the sender."""
    UNTRIED = "untried"


@dataclass(frozen=True, slots=True)
class Tried:
    """One connection, tried for real, beside what was worked out of the rules."""

    attempt: Attempt
    result: Result
    detail: str
    worked_out: Outcome
    """What the rules mean for the first packet and the reply."""

    @property
    def agrees(self) -> bool | None:
        """Whether both say the same; None when one of them does not know."""
        if self.result is Result.UNTRIED or self.worked_out is Outcome.DEPENDS:
            return None
        return (self.result is Result.PASSED) is self.worked_out.passes

    @property
    def is_as_promised(self) -> bool | None:
        """Whether it went as promised; None when nothing is, or it was not tried."""
        if self.attempt.must_pass is None or self.result is Result.UNTRIED:
            return None
        return (self.result is Result.PASSED) is self.attempt.must_pass

    def __str__(self) -> str:
        told = f"{self.attempt.what}: {self.result} ({self.detail})"
        if self.is_as_promised is not None:
            told += ", as promised" if self.is_as_promised else ", NOT as promised"
        if self.agrees is False:
            told += f"; the rules say {self.worked_out}: please report this"
        return told


@dataclass(frozen=True, slots=True)
class Loaded:
    """One file handed to the program that loads it."""

    path: str
    checked: str | None
    """What the program's own check complained of; None when it passed or there is none."""
    loaded: str | None
    """What the kernel or the program complained of when it was loaded; None when it was."""

    @property
    def is_loaded(self) -> bool:
        """Whether it was."""
        return self.loaded is None

    def __str__(self) -> str:
        if self.is_loaded:
            return f"{self.path}: loaded"
        passed = "" if self.checked else " although its check passed"
        return f"{self.path}: cannot be loaded{passed}: {self.loaded}"


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What happened in the sandbox."""

    why_not: str | None = None
    """Why nothing was rehearsed; None when it was."""
    before: tuple[Loaded, ...] = ()
    """What was loaded first, as the host has it now."""
    after: tuple[Loaded, ...] = ()
    tried: tuple[Tried, ...] = ()
    left_out: tuple[str, ...] = ()
    """What was not done, with the reason."""

    @property
    def is_loaded(self) -> bool:
        """Whether the change could be loaded, all of it."""
        return self.why_not is None and all(one.is_loaded for one in self.after)

    @property
    def is_as_promised(self) -> bool:
        """Whether it loads, and nothing that was tried went against a promise."""
        return self.is_loaded and all(one.is_as_promised is not False for one in self.tried)

    def lines(self) -> Iterator[str]:
        """The rehearsal for people, what matters first, a line each."""
        if self.why_not is not None:
            yield f"not rehearsed: {self.why_not}"
            return
        yield from (str(one) for one in self.after if not one.is_loaded)
        yield from (f"before the change: {one}" for one in self.before if not one.is_loaded)
        yield from map(str, sorted(self.tried, key=lambda one: one.is_as_promised is not False))
        yield from self.left_out
