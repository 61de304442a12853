from __future__ import annotations

import io

from twiceshy.cli.render.progress import Progress
from twiceshy.model.verdict import Broken, Holds, Severity, Unknown


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_it_is_silent_where_nobody_watches() -> None:
    stream = io.StringIO()
    progress = Progress(stream, 2)
    progress.add(Holds("fine"))
    progress.end()
    assert stream.getvalue() == ""


def test_it_tells_how_far_it_is_and_leaves_the_terminal_clean() -> None:
    stream = Terminal()
    progress = Progress(stream, 4)
    progress.add(Broken(Severity.WARNING, "late"))
    progress.add(Unknown("no answer"))
    progress.end()
    assert "1/4, 1 broken, 0 unknown" in stream.getvalue()
    assert stream.getvalue().endswith("\r\x1b[2K")
    assert (progress.done, progress.broken, progress.unknown) == (2, 1, 1)
