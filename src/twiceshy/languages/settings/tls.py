"""What the settings make of TLS: off, perhaps, encrypted for anybody, or with a verified server.

libpq's rules (PostgreSQL documentation, 34.19): without `sslmode` it is `prefer`, which neither
verifies nor insists; `require` verifies only when the file of the root certificate exists, and
silently does not when it is missing; `verify-ca` and `verify-full` fail without that file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from types import MappingProxyType

from twiceshy.languages.settings.connection import Connection, Driver, Engine
from twiceshy.languages.settings.spelled import Spelled
from twiceshy.model.place import Place


class Level(IntEnum):
    """How much TLS there is, least first."""

    OFF = 0
    PERHAPS = 1
    """Used when the server offers it; whoever sits in between says that it does not."""
    ENCRYPTED = 2
    """Always, with whoever answers."""
    AUTHORITY = 3
    """The server's certificate comes from the right authority; for any name."""
    FULL = 4
    """The right authority and the right name."""


@dataclass(frozen=True, slots=True)
class Tls:
    """The TLS of a connection."""

    level: Level
    word: str
    """As it is written, or which default counts."""
    place: Place
    """Where it is written; of the connection when nothing is written."""
    root: Spelled | None = None
    """The file of the root certificate."""
    better_with_root: bool = False
    """`require`: AUTHORITY when the file `root` exists, and the level given here when not."""
    missing: str = ""
    """The variable that all this hangs on, when it has no value."""


_LIBPQ = MappingProxyType(
    {
        "disable": Level.OFF,
        "allow": Level.PERHAPS,
        "prefer": Level.PERHAPS,
        "require": Level.ENCRYPTED,
        "verify-ca": Level.AUTHORITY,
        "verify-full": Level.FULL,
    }
)
_OTHERS = MappingProxyType(
    {**_LIBPQ, "no-verify": Level.ENCRYPTED, "verifyca": Level.AUTHORITY, "verifyfull": Level.FULL}
)
_MYSQL = MappingProxyType(
    {
        **dict.fromkeys(("disabled", "disable", "false", "0", "off"), Level.OFF),
        **dict.fromkeys(("preferred", "prefer", "preferred"), Level.PERHAPS),
        **dict.fromkeys(
            ("required", "require", "true", "1", "trust", "skip-verify"), Level.ENCRYPTED
        ),
        **dict.fromkeys(("verify_ca", "verify-ca"), Level.AUTHORITY),
        **dict.fromkeys(
            ("verify_identity", "verify-identity", "verify-full", "verify_full"), Level.FULL
        ),
    }
)
_TRUE = frozenset({"true", "1", "yes", "on", "", "require"})
_FALSE = frozenset({"false", "0", "no", "off"})
SSL_WORDS = _TRUE | _FALSE


def words_for(engine: Engine, driver: Driver) -> Mapping[str, Level]:
    """The words that `sslmode` takes."""
    if engine is Engine.MYSQL:
        return _MYSQL
    return _LIBPQ if driver is Driver.LIBPQ else _OTHERS


def tls_of(connection: Connection) -> Tls:
    """What the settings make of TLS."""
    parameters = connection.parameters
    root = parameters.get("sslrootcert")
    said = parameters.get("sslmode") or parameters.get("ssl")
    if said is None:
        return _unsaid(connection, root)
    if not said.is_known:
        return Tls(Level.OFF, said.text, said.place, root, missing=said.missing)
    word = said.text.strip().lower()
    key = "sslmode" if "sslmode" in parameters else "ssl"
    written = f"{key}={said.text.strip()}"
    level = words_for(connection.engine, connection.driver).get(word)
    if level is None or key == "ssl":
        level = _switched(word, connection, level)
    if connection.engine is Engine.MYSQL:
        return Tls(_mysql(level, parameters), written, said.place, root)
    if connection.driver is Driver.JDBC and "NonValidating" in _text(parameters.get("sslfactory")):
        level = min(level, Level.ENCRYPTED)
    if connection.driver is Driver.LIBPQ and root is not None and root.text == "system":
        # libpq 16 refuses every mode but verify-full with the system's roots.
        level = Level.FULL if level in (Level.FULL, Level.PERHAPS) else level
        return Tls(level, written, said.place, root)
    libpq = connection.driver is Driver.LIBPQ
    better = libpq and level is Level.ENCRYPTED and root is not None and root.text != ""
    return Tls(level, written, said.place, root, better)


def _unsaid(connection: Connection, root: Spelled | None) -> Tls:
    if connection.engine is Engine.MYSQL:
        level = Level.PERHAPS if root is None else Level.AUTHORITY
        level = _mysql(level, connection.parameters)
        return Tls(level, "no ssl-mode", connection.place, root)
    word = "no sslmode, so prefer"
    if connection.driver is Driver.LIBPQ and root is not None and root.text == "system":
        return Tls(Level.FULL, "sslrootcert=system", root.place, root)
    return Tls(Level.PERHAPS, word, connection.place, root)


def _switched(word: str, connection: Connection, level: Level | None) -> Level:
    """What `ssl=true` and the like come to."""
    if word in _FALSE:
        return Level.OFF
    if word in _TRUE:
        # pgjdbc verifies in full unless told otherwise; libpq takes ssl=true for require.
        return Level.FULL if connection.driver is Driver.JDBC else Level.ENCRYPTED
    return Level.PERHAPS if level is None else level


def _mysql(level: Level, parameters: Mapping[str, Spelled]) -> Level:
    """The older switches beside the mode."""
    if level is Level.OFF:
        return level
    if _text(parameters.get("verifyidentity")).lower() in ("true", "1", "yes", "on"):
        return Level.FULL
    if _text(parameters.get("verifycert")).lower() in ("true", "1", "yes", "on"):
        return max(level, Level.AUTHORITY)
    return level


def _text(value: Spelled | None) -> str:
    return value.text if value is not None else ""
