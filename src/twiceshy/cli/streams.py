"""Standard input, output and error, usable whatever the shell connected them to.

Closed ones are filled, so that no socket or journal gets their numbers and is written on. A reader
who has left early is no error: the rest goes nowhere and the exit code still tells the verdict.
A full disk is one: the verb ends with one clear message. What standard error cannot take is lost,
for there is nobody left to tell.
"""

from __future__ import annotations

import io
import os
import select
import sys
from typing import TYPE_CHECKING, TextIO

from twiceshy.errors import TheWorld

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

_IN, _OUT, _ERR = 0, 1, 2


def secure() -> None:
    """Replace what the interpreter made of descriptors 0, 1 and 2; once, before anything is opened.

    Streams that somebody put in their place stay.
    """
    # The interpreter says None for a closed stream, whatever its annotations say.
    streams: tuple[object, object, object] = (sys.stdin, sys.stdout, sys.stderr)
    if streams[_IN] is None:
        # Filled the wrong way round, so that using it is an error, as with a closed one.
        _fill(_IN, os.O_WRONLY)
        sys.stdin = io.TextIOWrapper(io.BufferedReader(io.FileIO(_IN, "r", closefd=False)))
    if streams[_OUT] is None:
        _fill(_OUT, os.O_RDONLY)
    if streams[_OUT] is None or streams[_OUT] is sys.__stdout__:
        sys.stdout = _text(_Output(_OUT, "w", closefd=False), "replace", sys.__stdout__)
    if streams[_ERR] is None:
        _fill(_ERR, os.O_WRONLY)
    if streams[_ERR] is None or streams[_ERR] is sys.__stderr__:
        sys.stderr = _text(
            _Complaints(_ERR, "w", closefd=False), "backslashreplace", sys.__stderr__
        )


class _Output(io.FileIO):
    """Where the result goes."""

    def write(self, data: ReadableBuffer, /) -> int:
        """Write as much as fits; raises TheWorld when that is nothing, now and for ever."""
        try:
            return self._patiently(data)
        except BrokenPipeError:
            self._let_go()
        except OSError as error:
            self._let_go()
            raise TheWorld(
                f"cannot write to standard output: {error.strerror or error}",
                hint="look where it is sent to and at the room there, or write a file with -o",
            ) from error
        return memoryview(data).nbytes

    def _patiently(self, data: ReadableBuffer) -> int:
        # A terminal that another program made non-blocking takes nothing while it is busy.
        while (written := super().write(data)) is None:
            select.select((), (self,), ())
        return written

    def _let_go(self) -> None:
        """From here on everything goes nowhere, also what is still in buffers at exit."""
        _fill(self.fileno(), os.O_WRONLY)


class _Complaints(_Output):
    """Where progress and errors go."""

    def write(self, data: ReadableBuffer, /) -> int:
        """Write as much as fits; nothing at all is no error."""
        try:
            return self._patiently(data)
        except OSError:
            self._let_go()
        return memoryview(data).nbytes


def _fill(descriptor: int, access: int) -> None:
    opened = os.open(os.devnull, access)
    if opened != descriptor:
        os.dup2(opened, descriptor)
        os.close(opened)


def _text(raw: io.FileIO, errors: str, before: TextIO | None) -> TextIO:
    encoding = before.encoding if before is not None else "utf-8"
    return io.TextIOWrapper(
        io.BufferedWriter(raw), encoding, errors, newline="\n", line_buffering=raw.isatty()
    )
