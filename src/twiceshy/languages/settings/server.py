"""postgresql.conf: how many connections the server takes, and how many it keeps for itself."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from twiceshy.languages.settings.entries import Entry, Reading, Trouble, Unreadable, decoded
from twiceshy.languages.settings.spelled import Spelled
from twiceshy.model.configuration import Configuration
from twiceshy.model.place import Place

CAPACITY: Mapping[str, int] = MappingProxyType(
    {"max_connections": 100, "superuser_reserved_connections": 3, "reserved_connections": 0}
)
"""The settings that are looked for, and PostgreSQL's defaults."""
AUTO = "postgresql.auto.conf"
"""What ALTER SYSTEM writes; read after everything else."""
DEEPEST_INCLUDE = 10
MOST_FILES = 200

_LINE = re.compile(
    r"\s*(?P<key>[A-Za-z_][\w.]*)(?:\s*=\s*|\s+)(?:'(?P<quoted>(?:[^']|'')*)'|(?P<plain>[^\s#']+))\s*(?:#.*)?"
)


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """What one postgresql.conf, with all it includes, says of connections."""

    file: str
    settings: Mapping[str, Spelled]


def read_server(data: bytes, file: str) -> Reading:
    """The settings of one file; a file that it includes is an entry called `include`."""
    entries: list[Entry] = []
    troubles: list[Trouble] = []
    for number, line in enumerate(decoded(data).split("\n"), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        found = _LINE.fullmatch(line)
        if found is None:
            troubles.append(Trouble(Place(file, number), "this line is not key = value"))
            continue
        which = "quoted" if found["quoted"] is not None else "plain"
        value = Spelled(found[which], Place(file, number, found.start(which) + 1))
        entries.append(Entry((found["key"].lower(),), value))
    return Reading(tuple(entries), tuple(troubles))


def server_settings(
    path: str, configuration: Configuration
) -> tuple[ServerSettings, list[Trouble]]:
    """The capacity that a server gets from `path`, its includes and its postgresql.auto.conf."""
    walk = _Walk(configuration)
    auto = posixpath.join(posixpath.dirname(path), AUTO)
    walk.file(path, 0, None)
    if auto in configuration.files and auto != path:
        walk.file(auto, 0, None)
    settings = MappingProxyType(walk.settings)
    return ServerSettings(configuration.shown(path), settings), walk.troubles


class _Walk:
    def __init__(self, configuration: Configuration) -> None:
        self.configuration = configuration
        self.settings: dict[str, Spelled] = {}
        self.troubles: list[Trouble] = []
        self.files = 0

    def file(self, path: str, depth: int, named: Spelled | None) -> None:
        shown = self.configuration.shown(path)
        place = named.place if named is not None else Place(shown, 1)
        self.files += 1
        if depth > DEEPEST_INCLUDE or self.files > MOST_FILES:
            self.troubles.append(Trouble(place, "files include each other without end"))
            return
        data = self.configuration.files.get(path)
        if data is None:
            why = self.configuration.unseen.get(path, "not part of what was handed in")
            self.troubles.append(Trouble(place, f"the file {path} is included here: {why}"))
            return
        try:
            reading = read_server(data, shown)
        except Unreadable as error:
            self.troubles.append(Trouble(Place(shown, error.line, error.column), error.what))
            return
        self.troubles += reading.troubles
        for entry in reading.entries:
            key = entry.path[0]
            if key in CAPACITY:
                self.settings[key] = entry.value
            elif key.startswith("include"):
                self.include(key, posixpath.dirname(path), entry.value, depth)

    def include(self, how: str, folder: str, named: Spelled, depth: int) -> None:
        target = posixpath.normpath(posixpath.join(folder, named.text))
        if how == "include_dir":
            for path in self._in_folder(target):
                self.file(path, depth + 1, named)
        elif how == "include" or target in self.configuration.files:
            self.file(target, depth + 1, named)

    def _in_folder(self, folder: str) -> Iterator[str]:
        for path in self.configuration.under(folder):
            if path.endswith(".conf") and posixpath.dirname(path) == folder:
                yield path
