"""A bound on time for work that never looks at a clock."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import TypeVar

from twiceshy.changes.patience import OutOfTime

T = TypeVar("T")

LOOK_SECONDS = 20.0
"""For one guard on one side: far more than a hundred thousand rules take."""
TOTAL_SECONDS = 40.0
"""For all that exceed it together: when it is used up, each later look gets a second."""
AGAIN_SECONDS = 1.0
"""The alarm is repeated: Python loses an exception that is raised while it collects garbage."""


class Deadline:
    """Ends each piece of work after `look_seconds`, by an alarm; only the main thread gets one."""

    def __init__(
        self, look_seconds: float = LOOK_SECONDS, total_seconds: float = TOTAL_SECONDS
    ) -> None:
        self._look_seconds = look_seconds
        self._left_seconds = total_seconds

    def __call__(self, work: Callable[[], T], /) -> T:
        """What `work` gives back; raises OutOfTime when that takes too long."""
        if threading.current_thread() is not threading.main_thread():
            return work()
        seconds = max(AGAIN_SECONDS, min(self._look_seconds, self._left_seconds))
        began_seconds = time.monotonic()
        before = signal.signal(signal.SIGALRM, _ring)
        signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN_SECONDS)
        try:
            return work()
        except OutOfTime:
            self._left_seconds -= time.monotonic() - began_seconds
            raise
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)


def _ring(_number: int, _frame: FrameType | None) -> None:
    raise OutOfTime
