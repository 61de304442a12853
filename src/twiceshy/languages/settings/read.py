"""All database settings of one host: its files to what is started with them.

1. Each file is read by its format; values keep their lines.
2. Variables are filled in from the `.env` beside the file. What is set nowhere stays a hole.
3. Files of variables, trees of settings and compose files become scopes with their connections;
   pgbouncer.ini becomes a pooler, postgresql.conf a server.
4. A file that only feeds others (an env_file, a `.env` whose variables were used) is no scope.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from twiceshy.languages.settings.compose import read_compose
from twiceshy.languages.settings.connection import Connection
from twiceshy.languages.settings.entries import Entry, Trouble
from twiceshy.languages.settings.formats import Format, format_of, read_file
from twiceshy.languages.settings.interpolate import interpolated
from twiceshy.languages.settings.pgbouncer import Pooler, read_pgbouncer
from twiceshy.languages.settings.scope import Scope, workers_in
from twiceshy.languages.settings.server import ServerSettings, server_settings
from twiceshy.languages.settings.services import Services, services_of, with_service
from twiceshy.languages.settings.spelled import Spelled
from twiceshy.languages.settings.trees import connections_in_tree
from twiceshy.languages.settings.variables import connections_in_variables, variables_in
from twiceshy.model.configuration import Configuration
from twiceshy.model.place import Place

MOST_CONNECTIONS = 1000
NOT_HANDED_IN = "not part of what was handed in"


@dataclass(frozen=True, slots=True)
class Settings:
    """What the files of a host say of databases."""

    scopes: tuple[Scope, ...] = ()
    poolers: tuple[Pooler, ...] = ()
    servers: tuple[ServerSettings, ...] = ()
    troubles: tuple[Trouble, ...] = ()
    idle: tuple[str, ...] = ()
    """Files, by their absolute paths, in which nothing of a database was found."""


def read_settings(configuration: Configuration, paths: Iterable[str]) -> Settings:
    """The settings in `paths`, absolute paths of files in the configuration; the rest is left out."""
    reader = _Reader(configuration)
    for path in dict.fromkeys(paths):
        if path in configuration.files:
            reader.file(path)
    return reader.settings()


class _Reader:
    def __init__(self, configuration: Configuration) -> None:
        self.configuration = configuration
        self.scopes: dict[str, list[Scope]] = {}
        self.poolers: list[Pooler] = []
        self.servers: list[ServerSettings] = []
        self.troubles: list[Trouble] = []
        self.services: dict[str, dict[str, Spelled]] = {}
        self.read: list[str] = []
        self.useful: set[str] = set()
        self.feeds: set[str] = set()
        """Files that only feed others."""
        self.variables: dict[str, dict[str, Spelled]] = {}
        """The variables of each .env file that was looked at."""

    def settings(self) -> Settings:
        services: Services = self.services
        kept = [
            replace(
                scope, connections=tuple(with_service(one, services) for one in scope.connections)
            )
            for path, scopes in self.scopes.items()
            if path not in self.feeds
            for scope in scopes
        ]
        return Settings(
            tuple(self._with_workers(kept)),
            tuple(self.poolers),
            tuple(self.servers),
            tuple(dict.fromkeys(self.troubles)),
            tuple(path for path in self.read if path not in self.feeds | self.useful),
        )

    def file(self, path: str) -> None:
        self.read.append(path)
        content = self.configuration.files[path]
        shown = self.configuration.shown(path)
        form = format_of(path, content)
        if form is Format.SERVER:
            server, troubles = server_settings(path, self.configuration)
            self.troubles += troubles
            self.servers.append(server)
            self.useful.add(path)
            return
        reading = read_file(form, content, shown)
        self.troubles += reading.troubles
        if form is Format.PGBOUNCER:
            self.pooler(path, reading.entries)
            self.useful.add(path)
            return
        entries = [self.filled(entry, path, form, reading.entries) for entry in reading.entries]
        match form:
            case Format.SERVICES:
                latest = {entry.path: entry.value for entry in entries}
                for name, values in services_of(latest).items():
                    self.services.setdefault(name, dict(values))
                self.useful.add(path)
            case Format.COMPOSE:
                composed = read_compose(entries, path, shown, self.env_file)
                self.scopes[path] = list(composed.scopes)
                self.useful |= {path} if composed.scopes else set()
                self.troubles += composed.troubles
                self.feeds |= {*composed.env_files, self.beside(path)}
            case Format.DOTENV:
                connections = connections_in_variables(variables_in(entries))
                self.add(path, shown, connections, entries)
            case _:
                latest_entries = list({entry.path: entry for entry in entries}.values())
                self.add(path, shown, connections_in_tree(latest_entries), entries)

    def add(
        self, path: str, shown: str, connections: Iterable[Connection], entries: Sequence[Entry]
    ) -> None:
        found = tuple(one for _, one in zip(range(MOST_CONNECTIONS), connections, strict=False))
        workers = workers_in(entries)
        if found or workers is not None:
            self.scopes[path] = [Scope(shown, "", found, workers)]
            self.useful.add(path)

    def pooler(self, path: str, entries: Sequence[Entry]) -> None:
        """A pgbouncer.ini; files it includes are read in their place, one level deep."""
        all_entries: list[Entry] = []
        for entry in entries:
            if entry.path[-1] != "%include":
                all_entries.append(entry)
                continue
            target = posixpath.normpath(posixpath.join(posixpath.dirname(path), entry.value.text))
            data = self.configuration.files.get(target)
            if data is None:
                why = self.configuration.unseen.get(target, NOT_HANDED_IN)
                what = f"the file {target} is included here: {why}"
                self.troubles.append(Trouble(entry.value.place, what))
                continue
            inner = read_file(Format.PGBOUNCER, data, self.configuration.shown(target))
            self.troubles += inner.troubles
            section = entry.path[:-1]
            all_entries += (
                replace(one, path=(*section, *one.path)) if len(one.path) == 1 else one
                for one in inner.entries
            )
        self.poolers.append(read_pgbouncer(all_entries, self.configuration.shown(path)))

    def filled(self, entry: Entry, path: str, form: Format, entries: Sequence[Entry]) -> Entry:
        """The entry with its variables filled in."""
        if entry.is_literal or "$" not in entry.value.text:
            return entry
        if entry.value.holes:
            return entry
        own = self._own_variables(path, form, entries)

        def look_up(name: str) -> Spelled | None:
            if own is not None and name in own:
                return own[name]
            beside = self.beside(path)
            value = self._variables_of(beside).get(name) if beside != path else None
            if value is not None:
                self.feeds.add(beside)
            return value

        return replace(entry, value=interpolated(entry.value, look_up))

    def _own_variables(
        self, path: str, form: Format, entries: Sequence[Entry]
    ) -> dict[str, Spelled] | None:
        if form is Format.DOTENV:
            return self._remembered(path, entries)
        if form is Format.PROPERTIES:
            return {entry.name: entry.value for entry in entries}
        return None

    def _remembered(self, path: str, entries: Sequence[Entry]) -> dict[str, Spelled]:
        if path not in self.variables:
            self.variables[path] = {
                entry.path[-1]: (entry.value if not entry.is_literal else _literal(entry.value))
                for entry in entries
            }
        return self.variables[path]

    def beside(self, path: str) -> str:
        """The `.env` in the same folder."""
        return posixpath.join(posixpath.dirname(path), ".env")

    def _variables_of(self, path: str) -> dict[str, Spelled]:
        if path not in self.variables:
            data = self.configuration.files.get(path)
            shown = self.configuration.shown(path)
            entries = read_file(Format.DOTENV, data, shown).entries if data is not None else ()
            return self._remembered(path, entries)
        return self.variables[path]

    def env_file(self, path: str, named: Place) -> Sequence[Entry] | Trouble:
        """The variables of a service's env_file."""
        data = self.configuration.files.get(path)
        if data is None:
            why = self.configuration.unseen.get(path, NOT_HANDED_IN)
            return Trouble(named, f"the env_file {path} is named here: {why}")
        reading = read_file(Format.DOTENV, data, self.configuration.shown(path))
        self.troubles += reading.troubles
        return [self.filled(one, path, Format.DOTENV, reading.entries) for one in reading.entries]

    def _with_workers(self, scopes: Sequence[Scope]) -> list[Scope]:
        """A file that only counts workers (gunicorn.conf.py) counts those of its folder."""
        alone = {
            posixpath.dirname(scope.file): scope.workers
            for scope in scopes
            if not scope.connections
        }
        return [
            replace(scope, workers=scope.workers or alone.get(posixpath.dirname(scope.file)))
            for scope in scopes
            if scope.connections
        ]


def _literal(value: Spelled) -> Spelled:
    return replace(value, text=value.text.replace("$", "$$"))
