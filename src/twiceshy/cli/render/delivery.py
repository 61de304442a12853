"""Where output goes: standard output, or a file that is never seen half written."""

from __future__ import annotations

import os
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from twiceshy.errors import TheWorld, WrongUsage


def deliver(text: str, output: Path | None, *, for_people: bool = True) -> None:
    """Write the text; a file is replaced in one step, so that its readers never find half of it.

    What is not for people is UTF-8 wherever it goes, as its format says; what is, is written in
    the terminal's encoding. Raises WrongUsage when there is no place for the file, TheWorld when
    it cannot be written there.
    """
    if output is None:
        _print(text, for_people=for_people)
        return
    refuse_no_place(output)
    content = text.encode("utf-8", "replace")
    try:
        if output.exists() and not output.is_file():
            output.write_bytes(content)
        else:
            _replace(output, content)
    except OSError as error:
        raise TheWorld(
            f"cannot write {output}: {error.strerror or error}",
            hint="look at the folder, its permissions and the room on the disk",
        ) from error


def refuse_no_place(output: Path | None) -> None:
    """Raises WrongUsage where no file can be: better before the work than after it."""
    if output is None:
        return
    if output.is_dir():
        raise WrongUsage(f"{output} is a folder", hint="name a file in it")
    if not output.parent.is_dir():
        raise WrongUsage(f"there is no folder {output.parent}", hint="create it first")


def _print(text: str, *, for_people: bool) -> None:
    if for_people:
        encoding = sys.stdout.encoding or "ascii"
        sys.stdout.write(text.encode(encoding, "replace").decode(encoding))
    else:
        sys.stdout.buffer.write(text.encode("utf-8", "replace"))
    sys.stdout.flush()


def _replace(output: Path, content: bytes) -> None:
    # A link is kept and what it points to replaced, as writing in place would do.
    target = output.resolve()
    mode = target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask()
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "wb") as draft:
            draft.write(content)
        os.chmod(name, mode)  # noqa: PTH101 - the name is a string as mkstemp gives it
        os.replace(name, target)  # noqa: PTH105 - the same
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(name)  # noqa: PTH108 - the same
        raise


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
