"""Where a journal is kept: reading a database URL, and showing it without its password."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from twiceshy.errors import WrongUsage

FILE_NAME = "twiceshy.db"
"""The journal beside `twiceshy.yaml` when nothing else is said."""

ACCEPTED = "sqlite:///FILE or postgresql://USER@HOST/DATABASE"

_PASSWORD_BEFORE_HOST = re.compile(r"(?<=://)([^/@:]*):.*@")
_PASSWORD_SETTING = re.compile(r"([?&](?:[a-z_]*password|passfile|sslkey)=)[^&]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Location:
    """A journal's address: a SQLite file, or a PostgreSQL URL that may carry a password."""

    file: Path | None
    """The SQLite file; None for PostgreSQL."""
    _url: str

    @property
    def url(self) -> str:
        """For the database driver alone: it may carry a password."""
        return self._url

    @property
    def is_absent(self) -> bool:
        """Whether this is a file that is not there: nothing was ever recorded."""
        return self.file is not None and not self.file.exists()

    def __str__(self) -> str:
        if self.file is not None:
            return str(self.file)
        return redacted(self._url.replace("+psycopg://", "://", 1))

    def __repr__(self) -> str:
        return f"Location({self})"


def beside(estate_path: str) -> Location:
    """The default journal: a SQLite file in the folder of `twiceshy.yaml`."""
    file = Path(estate_path).absolute().parent / FILE_NAME
    return Location(file, f"sqlite:///{file}")


def located(url: str) -> Location:
    """The journal a `--database` URL names; raises WrongUsage for a database we do not keep one in."""
    scheme, separator, rest = url.partition("://")
    if not separator:
        named = "what was given" if "@" in url else repr(url)
        raise WrongUsage(f"{named} is not a database URL", hint=f"write {ACCEPTED}")
    if scheme.lower() in {"postgresql", "postgres", "postgresql+psycopg"}:
        _refuse_ambiguous(rest)
        return Location(None, f"postgresql+psycopg://{rest}")
    if scheme.lower() in {"sqlite", "sqlite+pysqlite"}:
        name = rest.removeprefix("/")
        if not rest.startswith("/") or not name or name == ":memory:":
            raise WrongUsage(
                f"{url!r} names no file, and a journal must outlive the command",
                hint="three slashes and a path: sqlite:///twiceshy.db, sqlite:////var/lib/x.db",
            )
        return Location(Path(name), f"sqlite:///{name}")
    raise WrongUsage(f"a journal cannot be kept in {scheme!r}", hint=f"write {ACCEPTED}")


def _refuse_ambiguous(rest: str) -> None:
    """Raises WrongUsage where it is not plain what is password and what is host or port."""
    try:
        _ = urlsplit(f"postgresql://{rest}").port
        is_plain = rest.partition("?")[0].count("@") <= 1
    except ValueError:
        is_plain = False
    if not is_plain:
        # What stands there is not repeated: any part of it may belong to the password.
        raise WrongUsage(
            "the database URL cannot be taken apart into user, password, host and port",
            hint=f"write {ACCEPTED}, and in a password %40 for @, %2F for /, %3A for :, %23 for #",
        )


def redacted(url: str) -> str:
    """The URL with every password in it replaced by `***`."""
    hidden = _PASSWORD_BEFORE_HOST.sub(r"\1:***@", url)
    return _PASSWORD_SETTING.sub(r"\1***", hidden)
