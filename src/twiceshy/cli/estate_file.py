"""The estate a verb is about: the file that was named, or the nearest one above."""

from __future__ import annotations

from pathlib import Path

from twiceshy.cli.report_files import read_bounded
from twiceshy.model.estate import Estate


def the_estate(named: Path | None) -> tuple[Path, Estate]:
    """Its path and what it says; raises UnreadableInput or InvalidEstate."""
    from twiceshy.estate.load import find_estate, load_estate, read_estate

    path = find_estate(Path()) if named is None else named
    if _is_pipe(path):
        return path, read_estate(read_bounded(str(path)), str(path))
    return path, load_estate(path)


def _is_pipe(path: Path) -> bool:
    try:
        return path.is_fifo()
    except OSError:
        # Opening it will tell why.
        return False
