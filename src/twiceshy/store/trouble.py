"""What a database says when it cannot, in words for a person and with the next step."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from twiceshy.errors import JournalUnavailable
from twiceshy.store.location import Location, redacted

_SQLITE = (
    (
        ("SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_IOERR_SHMSIZE", "SQLITE_IOERR_FSYNC"),
        "there is no room left to write",
        "make room on the disk or raise the quota; what was recorded before is unharmed",
    ),
    (
        ("SQLITE_READONLY", "SQLITE_PERM", "SQLITE_AUTH"),
        "the file or its folder may not be written",
        "give this user the right to write both, or choose another place with --database",
    ),
    (
        ("SQLITE_CANTOPEN",),
        "the file cannot be opened",
        "the folder must exist and this user must be allowed to write in it",
    ),
    (
        ("SQLITE_NOTADB", "SQLITE_CORRUPT"),
        "the file is damaged or is no SQLite database",
        "move it away (a new journal is started) or restore it from a backup",
    ),
    (
        ("SQLITE_BUSY", "SQLITE_LOCKED"),
        "another process keeps it locked",
        "wait until it has finished, or end it, and repeat the command",
    ),
)


@contextmanager
def told_plainly(location: Location, doing: str) -> Iterator[None]:
    """Turn what the database raises inside into JournalUnavailable; `doing` is open, read, write."""
    try:
        yield
    except DBAPIError as error:
        why, hint = _explained(error)
        raise JournalUnavailable(
            f"cannot {doing} the journal {location}: {why}", hint=hint
        ) from error
    except PoolTimeout as error:
        raise JournalUnavailable(
            f"cannot {doing} the journal {location}: all its connections are taken"
        ) from error


def _explained(error: DBAPIError) -> tuple[str, str]:
    cause = error.orig
    said = redacted(" ".join(str(cause).split()))
    if isinstance(cause, sqlite3.Error):
        name = getattr(cause, "sqlite_errorname", "")
        for names, why, hint in _SQLITE:
            if name.startswith(names):
                return f"{why} ({said})", hint
        return said, "look at the disk and the file's permissions, then repeat the command"
    return said, "look whether the server runs and this user may connect and create tables"
