"""What running a command comes to, wherever it runs: how it ended, or why it was not reached."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Ran:
    """A command that ran to its end, whatever it found."""

    exit_code: int
    """As the command left it; negative when a signal ended it."""
    stdout: bytes
    stderr: bytes

    @property
    def complaint(self) -> str:
        """The last line of stderr, or the exit code in words: why it did not go well."""
        lines = self.stderr.decode("utf-8", "replace").strip().splitlines()
        return lines[-1][:200] if lines else f"exit code {self.exit_code}"


class OutputTooLong(Exception):
    """More bytes came than were allowed; the reader stopped there."""


class NotReached(Exception):
    """The host did not let us in or lost us on the way: why, and what a person can do."""

    def __init__(self, why: str, next_step: str | None = None) -> None:
        super().__init__(why)
        self.why = why
        self.next_step = next_step


class Readable(Protocol):
    """What asyncio's and asyncssh's streams have in common."""

    async def read(self, n: int = -1, /) -> bytes:
        """Up to `n` bytes; none at the end."""


async def read_bounded(streams: Sequence[Readable], limit_bytes: int) -> tuple[bytes, ...]:
    """Read all streams to their ends at once; raises OutputTooLong when one of them is longer."""
    readers = [asyncio.ensure_future(_read_one(stream, limit_bytes)) for stream in streams]
    try:
        return tuple(await asyncio.gather(*readers))
    finally:
        for reader in readers:
            reader.cancel()


async def _read_one(stream: Readable, limit_bytes: int) -> bytes:
    parts: list[bytes] = []
    length = 0
    while part := await stream.read(65536):
        length += len(part)
        if length > limit_bytes:
            raise OutputTooLong
        parts.append(part)
    return b"".join(parts)
