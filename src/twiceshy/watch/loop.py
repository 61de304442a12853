"""The event loop of a sweep: the quick one where it is installed, and always one that ends."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from importlib import import_module
from importlib.util import find_spec
from typing import Any, TypeVar

END_SECONDS = 1.0
"""How long cancelled looks may take to clean up before they are left behind."""

T = TypeVar("T")


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run `main` to its end; Ctrl-C cancels it and raises KeyboardInterrupt.

    Unlike `asyncio.run` this comes back although a task ignores its cancellation.
    """
    runner = asyncio.Runner(loop_factory=_quick_loop if find_spec("uvloop") else None)
    try:
        return runner.run(main)
    finally:
        loop = runner.get_loop()
        if _everyone_left(loop):
            runner.close()
        else:
            # What stayed behind dies with the process; saying so would only confuse.
            loop.set_exception_handler(lambda _loop, _context: None)


def _quick_loop() -> asyncio.AbstractEventLoop:
    loop: asyncio.AbstractEventLoop = import_module("uvloop").new_event_loop()
    return loop


def _everyone_left(loop: asyncio.AbstractEventLoop) -> bool:
    tasks = asyncio.all_tasks(loop)
    if not tasks:
        return True
    for task in tasks:
        task.cancel()
    _, staying = loop.run_until_complete(asyncio.wait(tasks, timeout=END_SECONDS))
    return not staying
