"""What a file of settings holds, whatever its format: values by their path of keys, with places."""

from __future__ import annotations

from dataclasses import dataclass

from twiceshy.languages.settings.spelled import Spelled
from twiceshy.model.place import Place

MOST_BYTES = 1024 * 1024
"""A file of settings is a few kilobytes; nobody waits for more than this to be read."""
MOST_ENTRIES = 20_000
DEEPEST = 40


@dataclass(frozen=True, slots=True)
class Entry:
    """One value: `("services", "login", "environment", "PGHOST")` is `db-1`."""

    path: tuple[str, ...]
    """Keys from the outside in; the place in a list is a number as text."""
    value: Spelled
    is_literal: bool = False
    """Whether `${NAME}` in it means just that (single quotes in a .env file)."""

    @property
    def name(self) -> str:
        """The path as people write it."""
        return ".".join(self.path)


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that could not be read, so that nothing can be said of what it sets."""

    place: Place
    what: str


@dataclass(frozen=True, slots=True)
class Reading:
    """All of a file; a key that stands there twice is there twice, and the last one counts."""

    entries: tuple[Entry, ...] = ()
    troubles: tuple[Trouble, ...] = ()


class Unreadable(Exception):
    """Nothing of a file can be used from this line on."""

    def __init__(self, line: int, what: str, column: int = 1) -> None:
        super().__init__(what)
        self.line = line
        self.column = column
        self.what = what


def decoded(data: bytes) -> str:
    r"""The file's text with `\n` for every line end; raises Unreadable for what is none."""
    if len(data) > MOST_BYTES:
        raise Unreadable(1, f"the file is larger than {MOST_BYTES // 1024} KiB and was not read")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Unreadable(line, f"byte 0x{data[error.start]:02x} is not UTF-8") from None
    if "\0" in text:
        raise Unreadable(text.count("\n", 0, text.index("\0")) + 1, "there is a NUL byte")
    return text.replace("\r\n", "\n").replace("\r", "\n")
