"""The reports a command line names: files, folders and standard input, opened one at a time.

A folder stands for every report file below it, in sorted order; hidden files and folders are left
out, symbolic links are followed once. What cannot be read is `UnreadableInput`, never skipped.
"""

from __future__ import annotations

import os
import select
import stat
import sys
from collections.abc import Iterator, Sequence
from io import UnsupportedOperation
from pathlib import Path
from typing import BinaryIO

from twiceshy.errors import UnreadableInput

ENDINGS = (".md", ".markdown", ".mdx", ".txt", ".html")
"""What a report file in a folder is called; a file named itself may be called anything."""

STDIN = "-"
_HEARS_SECONDS = 0.2
"""How soon Ctrl-C is heard while a pipe is silent."""

STDIN_PATH = "<stdin>"
LARGEST_BYTES = 32 * 1024 * 1024
DEEPEST_FOLDERS = 64
PIPE_SECONDS = 10
"""How long a named pipe without a writer is waited for."""
_PIECE_BYTES = 1024 * 1024


def open_reports(paths: Sequence[str]) -> list[tuple[str, bytes]]:
    """Path and content of every report named; raises UnreadableInput for the first that fails."""
    return [(path, read_bounded(path)) for path in report_paths(paths)]


def report_paths(paths: Sequence[str]) -> list[str]:
    """The files behind the names, in the order given, each once; `<stdin>` for `-`."""
    found: dict[str, str] = {}
    for path in paths:
        if path == STDIN:
            found.setdefault(STDIN_PATH, STDIN_PATH)
            continue
        for file in _files_of(path):
            found.setdefault(os.path.realpath(file), str(file))
    return list(found.values())


def _files_of(path: str) -> list[Path]:
    try:
        is_folder = stat.S_ISDIR(Path(path).stat().st_mode)
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from error
    if not is_folder:
        return [Path(path)]
    files = list(_report_files(Path(path), set(), DEEPEST_FOLDERS))
    if not files:
        raise UnreadableInput(
            f"there is no report in the folder {path}",
            hint=f"looked for *{', *'.join(ENDINGS)} in it and below; name a file to read it as it is",
        )
    return files


def _report_files(folder: Path, seen: set[tuple[int, int]], depth: int) -> Iterator[Path]:
    """Every report file below a folder; `seen` holds the folders walked, by device and inode."""
    try:
        here = folder.stat()
        if depth == 0 or (here.st_dev, here.st_ino) in seen:
            return
        seen.add((here.st_dev, here.st_ino))
        entries = sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))
    except OSError as error:
        raise _unreadable(str(folder), error) from error
    for path in entries:
        is_named_so = path.name.lower().endswith(ENDINGS)
        try:
            mode = path.stat().st_mode
        except OSError as error:
            if is_named_so:
                raise _unreadable(str(path), error) from error
            continue
        if stat.S_ISDIR(mode):
            yield from _report_files(path, seen, depth - 1)
        elif stat.S_ISREG(mode) and is_named_so:
            yield path


def read_bounded(path: str) -> bytes:
    """A file's bytes, or standard input's for `<stdin>`; UnreadableInput when that fails."""
    try:
        if path == STDIN_PATH:
            return _bounded(sys.stdin.buffer, path)
        with open(path, "rb", opener=_without_waiting) as file:
            begun = _of_a_pipe(file.fileno(), path)
            os.set_blocking(file.fileno(), True)
            return _bounded(file, path, begun)
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from error


def _without_waiting(path: str, flags: int) -> int:
    # Opening a named pipe waits for somebody to write to it, for ever if nobody does.
    return os.open(path, flags | os.O_NONBLOCK)


def _of_a_pipe(descriptor: int, path: str) -> bytes:
    """What a pipe holds already; raises UnreadableInput when nobody comes to write to it."""
    if not stat.S_ISFIFO(os.fstat(descriptor).st_mode):
        return b""
    try:
        begun = os.read(descriptor, _PIECE_BYTES)
    except BlockingIOError:
        # Somebody has it open, and may take as long as they like.
        return b""
    if not begun and not select.select((descriptor,), (), (), PIPE_SECONDS)[0]:
        raise UnreadableInput(
            f"nobody wrote to the pipe {path} within {PIPE_SECONDS} s",
            hint="start the program that writes first, or pipe it in: PROGRAM | twiceshy read -",
        )
    return begun


def _has_come(file: BinaryIO) -> bool:
    """Wait until there is something to read, waking up in between; always True.

    A signal that comes just before a read blocks is heard only when that read ends (PEP 475), and
    somebody else's pipe may stay silent for ever.
    """
    try:
        descriptor = file.fileno()
    except UnsupportedOperation:
        return True  # what is in memory is there already
    while not select.select((descriptor,), (), (), _HEARS_SECONDS)[0]:
        pass
    return True


def _bounded(file: BinaryIO, path: str, begun: bytes = b"") -> bytes:
    pieces, length = [begun], len(begun)
    # Piece by piece: inside one long read Ctrl-C may go unheard.
    while _has_come(file) and (piece := file.read1(_PIECE_BYTES)):  # type: ignore[attr-defined] # BufferedReader has it
        pieces.append(piece)
        length += len(piece)
        if length > LARGEST_BYTES:
            raise UnreadableInput(
                f"{path} is larger than {LARGEST_BYTES // 1024 // 1024} MiB",
                hint="a report is text of a few pages; name the report itself, or a part of it",
            )
    return b"".join(pieces)


def _unreadable(path: str, error: Exception) -> UnreadableInput:
    shown = path if path.isprintable() else repr(path)
    match error:
        case FileNotFoundError() if Path(path).is_symlink():
            return UnreadableInput(
                f"{shown} is a link to what is not there", hint="mend the link, or remove it"
            )
        case FileNotFoundError():
            near = _near(path)
            hint = f"did you mean {near}?" if near else "check the path; - reads standard input"
            return UnreadableInput(f"there is no file or folder {shown}", hint=hint)
        case PermissionError():
            return UnreadableInput(
                f"{shown} may not be read by this user",
                hint="ask for read permission, or pipe it in: sudo cat FILE | twiceshy read -",
            )
        case OSError():
            why = error.strerror or str(error)
            return UnreadableInput(f"{shown} cannot be read: {why}", hint="check the path")
        case _:
            return UnreadableInput(f"{shown} is no usable path", hint="check the path")


def _near(path: str) -> str | None:
    """A neighbour of a missing file with nearly its name."""
    import difflib

    missing = Path(path)
    try:
        names = [entry.name for entry in missing.parent.iterdir()]
    except (OSError, ValueError):
        return None
    close = difflib.get_close_matches(missing.name, names, n=1, cutoff=0.75)
    return str(missing.with_name(close[0])) if close else None
