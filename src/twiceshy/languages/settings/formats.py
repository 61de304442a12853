"""Which format a file of settings has, and its reader."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import partial
from types import MappingProxyType

from twiceshy.languages.settings.entries import Reading, Trouble, Unreadable
from twiceshy.languages.settings.from_dotenv import read_dotenv
from twiceshy.languages.settings.from_ini import read_ini, read_properties
from twiceshy.languages.settings.from_json import read_json
from twiceshy.languages.settings.from_python import read_python
from twiceshy.languages.settings.from_toml import read_toml
from twiceshy.languages.settings.from_yaml import read_yaml
from twiceshy.languages.settings.server import read_server
from twiceshy.model.place import Place


class Format(StrEnum):
    """The value is what a review calls it."""

    COMPOSE = "docker-compose"
    PGBOUNCER = "pgbouncer.ini"
    SERVER = "postgresql.conf"
    SERVICES = "pg_service.conf"
    DOTENV = "database settings (.env)"
    YAML = "database settings (YAML)"
    JSON = "database settings (JSON)"
    TOML = "database settings (TOML)"
    INI = "database settings (INI)"
    PROPERTIES = "database settings (properties)"
    PYTHON = "database settings (Python)"


BEGINNING_BYTES = 64 * 1024

_BY_ENDING = MappingProxyType(
    {
        ".env": Format.DOTENV,
        ".yml": Format.YAML,
        ".yaml": Format.YAML,
        ".json": Format.JSON,
        ".jsonc": Format.JSON,
        ".toml": Format.TOML,
        ".ini": Format.INI,
        ".cfg": Format.INI,
        ".conf": Format.INI,
        ".properties": Format.PROPERTIES,
        ".py": Format.PYTHON,
    }
)
_COMPOSE = re.compile(r"(?:docker-)?compose[\w.-]*\.ya?ml")
_SPEAKS_OF_A_DATABASE = re.compile(
    rb"(?:postgres(?:ql)?|mysql2?|mariadb)(?:\+\w+)?://|jdbc:|\bPG(?:HOST|DATABASE|USER|SERVICE)\b"
    rb"|(?:db|database|postgres|mysql|datasource)[_.-]?(?:host|url|uri|dsn|name|user|password)"
    rb"|^\[databases?\]|sslmode|dbname|django\.db\.backends|datasource|\bdatabases?\b['\"]?\s*[:=]",
    re.IGNORECASE | re.MULTILINE,
)


def format_by_name(path: str) -> Format | None:
    """What the name of a file says; None when it says nothing."""
    name = posixpath.basename(path).lower()
    if _COMPOSE.fullmatch(name):
        return Format.COMPOSE
    if "pgbouncer" in name and name.endswith((".ini", ".conf")):
        return Format.PGBOUNCER
    if name in ("postgresql.conf", "postgresql.auto.conf"):
        return Format.SERVER
    if name in ("pg_service.conf", ".pg_service.conf"):
        return Format.SERVICES
    if name == ".env" or name.startswith(".env.") or name == ".envrc":
        return Format.DOTENV
    return _BY_ENDING.get(posixpath.splitext(name)[1])


def recognised(path: str, content: bytes) -> Format | None:
    """The format of a file that holds database settings; None for any other file."""
    known = format_by_name(path)
    if known in (Format.PGBOUNCER, Format.SERVER, Format.SERVICES):
        return known
    if known is None or _SPEAKS_OF_A_DATABASE.search(content[:BEGINNING_BYTES]) is None:
        return None
    return known


def format_of(path: str, content: bytes) -> Format:
    """The format of a file that is known to hold settings, by its name or its beginning."""
    known = format_by_name(path)
    if known is not None:
        return known
    beginning = content[:BEGINNING_BYTES].lstrip()
    if beginning.startswith((b"{", b"[{", b'["')):
        return Format.JSON
    if re.search(rb"^\[[^\]\n]+\]\s*$", beginning, re.MULTILINE):
        return Format.INI
    if re.search(rb"^\s*[\w.-]+:(?:\s|$)", beginning, re.MULTILINE):
        return Format.YAML
    return Format.DOTENV


_READERS: Mapping[Format, Callable[[bytes, str], Reading]] = MappingProxyType(
    {
        Format.COMPOSE: read_yaml,
        Format.PGBOUNCER: partial(read_ini, pgbouncer=True),
        Format.SERVER: read_server,
        Format.SERVICES: read_ini,
        Format.DOTENV: read_dotenv,
        Format.YAML: read_yaml,
        Format.JSON: read_json,
        Format.TOML: read_toml,
        Format.INI: read_ini,
        Format.PROPERTIES: read_properties,
        Format.PYTHON: read_python,
    }
)


def read_file(form: Format, content: bytes, file: str) -> Reading:
    """All values of a file; what cannot be read is a trouble in it and never raised."""
    try:
        return _READERS[form](content, file)
    except Unreadable as error:
        return Reading(troubles=(Trouble(Place(file, error.line, error.column), error.what),))
