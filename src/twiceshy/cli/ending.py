"""How a process ends before its work is done: Ctrl-C, a closed terminal, a polite kill.

All of them are taken as Ctrl-C is, so that what was seen is kept and the terminal is left in
order; only the exit code tells them apart (128 and the signal's number, as shells report it).
"""

from __future__ import annotations

import atexit
import signal
from types import FrameType, TracebackType
from typing import Self

INTERRUPTED = 128 + signal.SIGINT
"""What a verb returns that was interrupted before its end."""


class Ending:
    """While it is entered, SIGTERM and SIGHUP interrupt as SIGINT does."""

    exit_code = INTERRUPTED
    """For the one who was interrupted: by which signal."""

    def __enter__(self) -> Self:
        # What is ignored (nohup, a job in the background) stays ignored.
        self._taken = [
            number
            for number in (signal.SIGTERM, signal.SIGHUP)
            if signal.getsignal(number) is signal.SIG_DFL
        ]
        for number in self._taken:
            signal.signal(number, self._interrupt)
        # Once the interpreter takes itself down, an impatient second Ctrl-C ends it at once.
        atexit.register(signal.signal, signal.SIGINT, signal.SIG_DFL)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for number in self._taken:
            signal.signal(number, signal.SIG_DFL)

    def _interrupt(self, number: int, frame: FrameType | None) -> None:
        self.exit_code = 128 + number
        on_ctrl_c = signal.getsignal(signal.SIGINT)
        if not callable(on_ctrl_c):
            on_ctrl_c = signal.default_int_handler
        on_ctrl_c(signal.SIGINT, frame)
