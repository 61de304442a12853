"""One setting of a configuration file, with the line it stands on."""

from __future__ import annotations

from dataclasses import dataclass

MOST_BYTES = 4 * 1024 * 1024
"""Of one file; certbot's are a few kilobytes."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A value as it is written, unquoted, and where."""

    value: str | tuple[str, ...]
    """A tuple for a list: `/var/www/html,` is a list of one."""
    line: int
    column: int = 1

    @property
    def text(self) -> str:
        """A single value; of a list its items with commas between them."""
        return self.value if isinstance(self.value, str) else ", ".join(self.value)

    @property
    def items(self) -> tuple[str, ...]:
        """The items of a list; a single value is a list of one."""
        return (self.value,) if isinstance(self.value, str) else self.value


@dataclass(frozen=True, slots=True)
class Fault:
    """What makes a file unreadable for the program it is for."""

    line: int
    why: str
    """One clause, without the file."""
