"""Database URLs: libpq's URIs, SQLAlchemy's `postgresql+driver://`, MySQL's, and JDBC's.

Source: PostgreSQL documentation 34.1.1.2 and its parser, conninfo_uri_parse_options: the user and
password end at the first `@` before a `/`, so that `@` and `/` in a password must be written
`%40` and `%2F`. Who forgets it makes a host name out of half a password: such a URL is never shown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import unquote

from twiceshy.languages.settings.build import connection_of, joined_list
from twiceshy.languages.settings.connection import Connection, Driver, Engine, Flaw
from twiceshy.languages.settings.parameters import canonical, is_known, meant
from twiceshy.languages.settings.spelled import Spelled

_HEAD = re.compile(
    r"(?P<jdbc>jdbc:)?(?P<scheme>postgres(?:ql)?|pgsql|psql|postgis|mysql2?|mariadb)"
    r"(?:\+(?P<driver>\w+))?:(?P<slashes>(?:[a-z]+:)?//)?",
    re.IGNORECASE,
)
_BAD_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})|%00")
MOST_PARAMETERS = 100


def is_url(text: str) -> bool:
    """Whether it begins as the URL of a database that we know."""
    head = _HEAD.match(text)
    return head is not None and (head["slashes"] is not None or head["jdbc"] is not None)


def read_url(
    value: Spelled, name: str, beside: Mapping[str, Spelled] = MappingProxyType({})
) -> Connection | None:
    """The connection that a URL describes; None when the text is no database URL.

    `beside`: what is set beside it, by canonical names; the URL's own values go first.
    """
    value = value.stripped()
    head = _HEAD.match(value.text)
    if head is None or (head["slashes"] is None and head["jdbc"] is None):
        return None
    engine = (
        Engine.MYSQL if head["scheme"].lower().startswith(("mysql", "maria")) else Engine.POSTGRESQL
    )
    driver = _driver(engine, head)
    reader = _Url(value, driver, (head["driver"] or "") == "" and head["jdbc"] is None)
    if head["slashes"] is None:
        reader.path(head.end())
    else:
        reader.authority(head.end())
    values = {**beside, **reader.values}
    return connection_of(name, engine, driver, value.place, values, reader.flaws)


def _driver(engine: Engine, head: re.Match[str]) -> Driver:
    if head["jdbc"]:
        return Driver.JDBC
    if engine is Engine.MYSQL:
        return Driver.MYSQL
    return Driver.ASYNCPG if (head["driver"] or "").lower() == "asyncpg" else Driver.LIBPQ


def _safe(key: str) -> str:
    """A parameter's name to show; what may be half of a password is not."""
    return repr(key) if re.fullmatch(r"[A-Za-z][A-Za-z_.-]{0,39}", key) else "that stands here"


class _Url:
    """Takes one URL apart; `plain` for one that libpq itself may read."""

    def __init__(self, value: Spelled, driver: Driver, plain: bool) -> None:  # noqa: FBT001 - one caller
        self.value = value
        self.text = value.text
        self.driver = driver
        self.plain = plain
        self.values: dict[str, Spelled] = {}
        self.flaws: list[Flaw] = []

    def authority(self, start: int) -> None:
        """What follows `//`."""
        stop = self._first("?", start)
        slash = self._first("/", start)
        at = self._end_of_user(start, slash, stop)
        if at >= 0:
            self._user(start, at)
            start = at + 1
        end = min(self._first("/", start), self._first("?", start))
        self._hosts(start, end)
        if end < len(self.text) and self.text[end] == "/":
            self.path(end + 1)
        else:
            self._query(end + 1)

    def path(self, start: int) -> None:
        """The database, and what follows `?`."""
        end = self._first("?", start)
        if end > start:
            self._put("dbname", self._decoded(start, end))
        self._query(end + 1)

    def _first(self, character: str, start: int) -> int:
        found = self.text.find(character, start)
        return len(self.text) if found < 0 else found

    def _end_of_user(self, start: int, slash: int, stop: int) -> int:
        """The `@` behind user and password, -1 without one; what should be escaped is noted."""
        at = self.text.find("@", start, slash)
        last = self.text.rfind("@", start, stop if at < 0 else self._first("?", at))
        if 0 <= at < last:
            self._unescaped("@", "%40", at)
            return last
        if at >= 0:
            return at
        if last >= 0 and ":" in self.text[start:slash]:
            self._unescaped("/", "%2F", slash)
            return last
        first = min(slash, stop)
        port = self.text[start:first].rpartition(":")[2]
        late = self.text.rfind("@", first)
        if late >= 0 and ":" in self.text[start:first] and not port.isdecimal():
            self._unescaped(self.text[first], "%3F" if first == stop else "%2F", first)
            return late
        return -1

    def _unescaped(self, character: str, written: str, at: int) -> None:
        what = f"the {character!r} in the password must be written {written}"
        self.flaws.append(Flaw(self.value.at(at), what))

    def _user(self, start: int, end: int) -> None:
        colon = self.text.find(":", start, end)
        if colon >= 0:
            self._put("password", self._decoded(colon + 1, end))
        if start < (end if colon < 0 else colon):
            self._put("user", self._decoded(start, end if colon < 0 else colon))

    def _hosts(self, start: int, end: int) -> None:
        hosts: list[Spelled] = []
        ports: list[Spelled] = []
        for piece in self.text[start:end].split(","):
            stop = start + len(piece)
            if piece.startswith("["):
                close = piece.find("]")
                name_end = stop if close < 0 else start + close
                hosts.append(self._decoded(start + 1, name_end))
                colon = name_end + 1 if self.text[name_end + 1 : name_end + 2] == ":" else stop
            else:
                at = piece.find(":")
                colon = stop if at < 0 else start + at
                hosts.append(self._decoded(start, colon))
            ports.append(self._decoded(min(colon + 1, stop), stop))
            start = stop + 1
        if any(host.text for host in hosts):
            self.values["host"] = joined_list(hosts)
        if any(port.text for port in ports):
            self.values["port"] = joined_list(ports)

    def _query(self, start: int) -> None:
        several: dict[str, list[Spelled]] = {}
        for number, piece in enumerate(self.text[start:].split("&")):
            stop = start + len(piece)
            key, equals, _ = piece.partition("=")
            if number >= MOST_PARAMETERS:
                self.flaws.append(Flaw(self.value.at(start), "more parameters than are read"))
                return
            if piece:
                self._check_key(key, bool(equals), start)
                value = self._decoded(min(start + len(key) + 1, stop), stop)
                several.setdefault(canonical(unquote(key)), []).append(value)
            start = stop + 1
        for name, values in several.items():
            self._put(name, joined_list(values) if name in ("host", "port") else values[-1])

    def _check_key(self, key: str, has_value: bool, at: int) -> None:  # noqa: FBT001 - one caller
        if not has_value and self.plain:
            self.flaws.append(Flaw(self.value.at(at), f"the parameter {_safe(key)} has no value"))
        if is_known(key):
            return
        close = meant(key)
        if close is not None and "ssl" in close:
            what = f"there is no parameter {_safe(key)}; {close} is probably meant"
            self.flaws.append(Flaw(self.value.at(at), what))

    def _put(self, name: str, value: Spelled) -> None:
        self.values[name] = value

    def _decoded(self, start: int, end: int) -> Spelled:
        part = self.value.part(start, end)
        if "%" not in part.text:
            return part
        if _BAD_PERCENT.search(part.text):
            what = "a % is followed by no two hexadecimal digits; the sign itself is written %25"
            self.flaws.append(Flaw(part.place, what))
            return part
        return part.saying(unquote(part.text))
