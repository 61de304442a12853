"""What can go wrong, one class per cause: each says whose fault it is and how to go on.

Three families. `YourInput` is wrong usage or configuration (exit code 3), `TheWorld` is a disk,
database or network that stood in the way (exit code 4), `BugInTwiceshy` is ours (exit code 70).
A probe that fails to see its target raises none of these: it returns `model.fact.Unseen`.
"""

from __future__ import annotations

from typing import ClassVar


class TwiceshyError(Exception):
    """Something to tell a person: what is wrong, and a hint for the next step."""

    exit_code: ClassVar[int] = 70

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return self.message if self.hint is None else f"{self.message}\n\nhint: {self.hint}"


class YourInput(TwiceshyError):
    """What was asked for or configured cannot be done as it stands; repeating it will not help."""

    exit_code = 3


class WrongUsage(YourInput):
    """The command line asks for something that does not exist or does not go together."""


class UnreadableInput(YourInput):
    """A file or folder named by the user is missing, not permitted, or not what it should be."""


class TheWorld(TwiceshyError):
    """Something outside stood in the way; the same call may go through later."""

    exit_code = 4


class JournalUnavailable(TheWorld):
    """The journal could not be opened or written: full disk, read-only file, no database."""


class BugInTwiceshy(TwiceshyError):
    """We broke one of our own rules; please report it."""

    exit_code = 70
