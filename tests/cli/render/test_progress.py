from __future__ import annotations

import fcntl
import io
import os
import pty
import struct
import termios

from twiceshy.cli.render.progress import Progress
from twiceshy.model.verdict import Broken, Holds, Severity, Unknown


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_it_is_silent_where_nobody_watches() -> None:
    stream = io.StringIO()
    progress = Progress(stream, 2, {})
    progress.add(Holds("fine"))
    progress.end()
    assert stream.getvalue() == ""


def test_it_tells_how_far_it_is_and_leaves_the_terminal_clean() -> None:
    stream = Terminal()
    progress = Progress(stream, 4, {})
    progress.begin()
    assert "0/4, 0 broken, 0 unknown" in stream.getvalue()
    progress._next_seconds = 0.0
    progress.add(Broken(Severity.WARNING, "late"))
    progress.add(Unknown("no answer"))
    progress.end()
    assert "1/4, 1 broken, 0 unknown" in stream.getvalue()
    assert stream.getvalue().endswith("\r\x1b[2K")
    assert (progress.done, progress.broken, progress.unknown) == (2, 1, 1)


def test_it_is_silent_on_a_terminal_that_cannot_erase() -> None:
    stream = Terminal()
    progress = Progress(stream, 2, {"TERM": "dumb"})
    progress.begin()
    progress.add(Holds("fine"))
    progress.end()
    assert stream.getvalue() == ""


def test_it_stays_on_one_line_of_a_narrow_terminal() -> None:
    controller, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 30, 0, 0))
    with os.fdopen(terminal, "w", encoding="utf-8") as stream:
        Progress(stream, 2, {}).begin()
        shown = os.read(controller, 1000).decode().removeprefix("\r\x1b[2K")
    os.close(controller)
    assert len(shown) == 29
    assert shown.endswith("…")
