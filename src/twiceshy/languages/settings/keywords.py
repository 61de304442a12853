"""Connection strings of keywords: libpq's `host=db-1 dbname=app`, and `Host=db-1;Database=app`.

Source: PostgreSQL documentation 34.1.1.1; the semicolons are ADO.NET's (Npgsql, MySqlConnector).
And the form of Go's MySQL driver: `app:secret@tcp(db-1:3306)/app?tls=true`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from types import MappingProxyType

from twiceshy.languages.settings.build import connection_of
from twiceshy.languages.settings.connection import Connection, Driver, Engine, Flaw
from twiceshy.languages.settings.parameters import LIBPQ, canonical, meant
from twiceshy.languages.settings.spelled import Spelled

_LOOKS_LIKE = re.compile(
    r"\s*(?:[a-z_]+\s*=\s*(?:'(?:[^'\\]|\\.)*'|[^\s;'=]*)\s+)*"
    r"(?:host|hostaddr|dbname|service|user|port)\s*="
)
_ADO = re.compile(
    r"\s*(?:[\w ]{1,40}=[^;]*;\s*)*(?:host|server|data source)\s*=[^;=]*(?:;|$)", re.IGNORECASE
)
_GO = re.compile(
    r"(?:(?P<user>[^:@/\s]*)(?::(?P<password>.*))?@)?(?P<net>tcp|unix)\((?P<host>[^)]*)\)"
    r"/(?P<dbname>[^?]*)(?:\?(?P<query>.*))?"
)
_PAIR = re.compile(r"\s*(?P<key>[^\s=]+)\s*(?P<equals>=?)\s*")
_ADO_NAMES = {"data source": "host", "user id": "user"}
LONGEST = 16 * 1024


def read_keywords(
    value: Spelled, name: str, beside: Mapping[str, Spelled] = MappingProxyType({})
) -> Connection | None:
    """The connection that a string of keywords describes; None when it is none.

    `beside`: what is set beside it, by canonical names; the string's own values go first.
    """
    text = value.text
    if ("=" not in text and "(" not in text) or len(text) > LONGEST:
        return None
    go = _GO.fullmatch(text)
    if go is not None:
        return _go(value, go, name)
    if ";" in text and _ADO.match(text):
        return _ado(value, name)
    if _LOOKS_LIKE.match(text) and not re.match(r"\s*[a-z]+://", text):
        return read_libpq(value, name, beside)
    return None


def read_libpq(
    value: Spelled,
    name: str,
    beside: Mapping[str, Spelled],
    known: Collection[str] = LIBPQ,
    reader: str = "libpq",
) -> Connection:
    """A string of `key=value`, each key one of `known` to its `reader`."""
    values: dict[str, Spelled] = {}
    flaws: list[Flaw] = []
    offset = 0
    while (found := _PAIR.match(value.text, offset)) is not None:
        key = found["key"]
        if not found["equals"]:
            flaws.append(Flaw(value.at(found.start("key")), f"{_safe(key)} is followed by no '='"))
            break
        taken, offset, complaint = _value(value, found.end(), doubled=reader == "pgbouncer")
        if complaint is not None:
            flaws.append(Flaw(value.at(found.end()), complaint))
        if key not in known:
            close = meant(key, known)
            hint = f"; {close} is probably meant" if close else ""
            what = f"{reader} knows no parameter {_safe(key)}{hint}"
            flaws.append(Flaw(value.at(found.start("key")), what))
        values[canonical(key)] = taken
    return connection_of(
        name, Engine.POSTGRESQL, Driver.LIBPQ, value.place, {**beside, **values}, flaws
    )


def _safe(key: str) -> str:
    """A key to show; one that may be half of a password is not."""
    return repr(key) if re.fullmatch(r"[a-z_]{1,40}", key) else "a word of it"


def _value(value: Spelled, start: int, *, doubled: bool) -> tuple[Spelled, int, str | None]:
    """The value from `start`, where it ends, and what is wrong with it.

    `doubled`: a quote inside quotes is written twice, as pgbouncer has it.
    """
    text = value.text
    if text[start : start + 1] != "'":
        end = start
        while end < len(text) and not text[end].isspace():
            end += 2 if text[end] == "\\" else 1
        end = min(end, len(text))
        return _unescaped(value.part(start, end)), end, None
    end = start + 1
    while end < len(text) and (text[end] != "'" or (doubled and text[end : end + 2] == "''")):
        end += 2 if text[end] in "\\'" else 1
    inside = _unescaped(value.part(start + 1, min(end, len(text))))
    if doubled and "''" in inside.text:
        inside = inside.saying(inside.text.replace("''", "'"))
    if end >= len(text):
        return inside, len(text), "a quote is opened here and never closed"
    return inside, end + 1, None


def _unescaped(part: Spelled) -> Spelled:
    if "\\" not in part.text:
        return part
    return part.saying(re.sub(r"\\(.)", r"\1", part.text, flags=re.DOTALL))


def _ado(value: Spelled, name: str) -> Connection:
    values: dict[str, Spelled] = {}
    offset = 0
    for piece in value.text.split(";"):
        key, equals, _ = piece.partition("=")
        if equals:
            at = offset + len(key) + 1
            short = key.strip().lower()
            taken = value.part(at, offset + len(piece)).stripped()
            values[canonical(_ADO_NAMES.get(short, short))] = taken
        offset += len(piece) + 1
    port = values.get("port")
    is_mysql = "sslmode" not in values and port is not None and port.text == "3306"
    mode = values.get("sslmode")
    if mode is not None:
        values["sslmode"] = mode.saying(mode.text.lower())
    if "uid" in value.text.lower() or is_mysql:
        return connection_of(name, Engine.MYSQL, Driver.MYSQL, value.place, values)
    return connection_of(name, Engine.POSTGRESQL, Driver.JDBC, value.place, values)


def _go(value: Spelled, found: re.Match[str], name: str) -> Connection:
    values = {
        key: value.part(*found.span(key))
        for key in ("user", "password", "host", "dbname")
        if found[key] is not None
    }
    offset = found.start("query")
    for piece in (found["query"] or "").split("&"):
        key, equals, _ = piece.partition("=")
        if equals:
            values[canonical(key)] = value.part(offset + len(key) + 1, offset + len(piece))
        offset += len(piece) + 1
    return connection_of(name, Engine.MYSQL, Driver.MYSQL, value.place, values)
