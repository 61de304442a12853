"""The password to look with: from the settings, from where they refer to, from `credentials`."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from twiceshy.languages.settings.connection import Connection, Kept, Server
from twiceshy.languages.settings.secret import Masked
from twiceshy.model.configuration import Configuration

LARGEST_BYTES = 8192
NEXT_STEP = "Say in `credentials` where the password to look with is: env:NAME or file:PATH."


@dataclass(frozen=True, slots=True)
class Credentials:
    """What the promise's `credentials` hold."""

    password: Masked | None
    role: str | None = None


@dataclass(frozen=True, slots=True)
class NotThere:
    """A secret that could not be had: names its place, never its value."""

    why: str
    next_step: str = NEXT_STEP


def read_credentials(source: str, folder: Path) -> Credentials | NotThere:
    """`env:NAME` or `file:PATH`; a relative path starts at `folder`, the estate file's."""
    scheme, _, place = source.partition(":")
    if scheme == "env":
        value = os.environ.get(place)
        if value is None:
            return NotThere(
                f"the variable {place}, which holds the password to look with, is not set",
                f"Set {place} where twiceshy runs.",
            )
    else:
        path = folder / Path(place).expanduser()
        try:
            if not path.is_file():
                return NotThere(
                    f"{path} is no file, and should hold the password to look with",
                    f"Keep the password in {path}, alone.",
                )
            with path.open("rb") as file:
                value = file.read(LARGEST_BYTES + 1).decode("utf-8")
        except (OSError, ValueError) as error:
            why = (error.strerror if isinstance(error, OSError) else None) or "not UTF-8"
            return NotThere(
                f"the password to look with could not be read from {path} ({why})",
                f"Make {path} readable for twiceshy.",
            )
    text = value.strip("\r\n")
    role, colon, password = text.partition(":")
    if colon and re.fullmatch(r"[\w.@-]{1,63}", role):
        return Credentials(Masked(password), role)
    return Credentials(Masked(text) if text else None)


def password_of(
    connection: Connection,
    server: Server,
    configuration: Configuration,
    credentials: Credentials | None,
) -> Masked | NotThere | None:
    """The password for one server; None when the settings need none."""
    password = connection.password
    if password is not None and password.kept is Kept.LITERAL:
        return password.secret
    if password is not None:
        path = password.source.removeprefix("file:")
        if path in configuration.files:
            text = configuration.files[path].decode("utf-8", "replace").strip("\r\n")
            return Masked(text)
        if credentials is not None:
            return credentials.password
        why = configuration.unseen.get(path, "not known here")
        return NotThere(f"its password is kept in {password.source[:60]}: {why}")
    named = connection.parameters.get("passfile")
    if named is not None and named.text in configuration.files:
        found = of_passfile(configuration.files[named.text], connection, server)
        if found is not None:
            return found
    return credentials.password if credentials is not None else None


def of_passfile(data: bytes, connection: Connection, server: Server) -> Masked | None:
    r"""The line of a `.pgpass` that fits: `host:port:database:role:password`, `*` for any.

    Source: PostgreSQL documentation 34.16. The first fitting line counts; `\` escapes `:` and `\`.
    """
    host = server.host.text if server.host is not None else "localhost"
    wanted = (
        "localhost" if server.is_socket else host,
        str(connection.port_of(server)),
        connection.database.text if connection.database is not None else "",
        connection.role.text if connection.role is not None else "",
    )
    for line in data.decode("utf-8", "replace").splitlines()[:1000]:
        fields = [
            re.sub(r"\\(.)", r"\1", one) for one in re.findall(r"((?:[^:\\]|\\.)*)(?::|$)", line)
        ]
        if line.startswith("#") or len(fields) < len(wanted) + 1:
            continue
        if all(said in ("*", right) for said, right in zip(fields, wanted, strict=False)):
            return Masked(fields[len(wanted)])
    return None
