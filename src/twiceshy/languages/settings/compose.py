"""docker-compose: what each service is started with, and how often.

Source: the Compose specification. `environment` goes before `env_file`, of which the last file goes
first; `${NAME}` is filled in from the `.env` beside the compose file, as far as the shell that
starts it sets nothing else.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from twiceshy.languages.settings.entries import Entry, Trouble
from twiceshy.languages.settings.scope import Scope, workers_in, workers_of_command
from twiceshy.languages.settings.spelled import Hole, Spelled
from twiceshy.languages.settings.trees import connections_in_tree
from twiceshy.languages.settings.variables import connections_in_variables, variables_in
from twiceshy.model.place import Place

MOST_SERVICES = 500

ReadVariables = Callable[[str, Place], Sequence[Entry] | Trouble]
"""The variables of an env_file by its absolute path; the place is where it is named."""


@dataclass(frozen=True, slots=True)
class Composed:
    """The services of a compose file that connect to a database."""

    scopes: tuple[Scope, ...]
    troubles: tuple[Trouble, ...]
    env_files: tuple[str, ...]
    """Absolute paths; they are not settings of their own."""


def read_compose(
    entries: Sequence[Entry], path: str, file: str, read_variables: ReadVariables
) -> Composed:
    """The services of one compose file; its values are filled in already."""
    services: dict[str, list[Entry]] = {}
    others: list[Entry] = []
    for entry in entries:
        if entry.path[:1] == ("services",) and len(entry.path) > 2:  # noqa: PLR2004 - services.NAME.KEY
            services.setdefault(entry.path[1], []).append(Entry(entry.path[2:], entry.value))
        else:
            others.append(entry)
    scopes: list[Scope] = []
    troubles: list[Trouble] = []
    env_files: list[str] = []
    for name, service in list(services.items())[:MOST_SERVICES]:
        variables: list[Entry] = []
        for named in _env_files(service):
            absolute = posixpath.normpath(posixpath.join(posixpath.dirname(path), named.text))
            env_files.append(absolute)
            read = read_variables(absolute, named.place)
            if isinstance(read, Trouble):
                troubles.append(read)
            else:
                variables += read
        variables += _environment(service)
        connections = tuple(connections_in_variables(variables_in(variables)))
        if connections:
            scopes.append(
                Scope(file, name, connections, _workers(service, variables), _replicas(service))
            )
    elsewhere = tuple(connections_in_tree(others))
    if elsewhere:
        scopes.append(Scope(file, "", elsewhere))
    return Composed(tuple(scopes), tuple(troubles), tuple(env_files))


def _env_files(service: Sequence[Entry]) -> Iterator[Spelled]:
    for entry in service:
        if entry.path[0] == "env_file" and entry.path[-1] not in ("required", "format"):
            yield entry.value


def _environment(service: Sequence[Entry]) -> Iterator[Entry]:
    for entry in service:
        if entry.path[0] != "environment" or len(entry.path) != 2:  # noqa: PLR2004 - environment.KEY
            continue
        if not entry.path[1].isdecimal():
            yield Entry((entry.path[1],), entry.value)
            continue
        name, equals, _ = entry.value.text.partition("=")
        if equals:
            value = entry.value.part(len(name) + 1, len(entry.value.text))
            yield Entry((name,), value)
        elif entry.value.is_known:
            text = f"${{{name}}}"
            yield Entry(
                (name,), Spelled(text, entry.value.place, holes=(Hole(0, len(text), name),))
            )


def _workers(service: Sequence[Entry], variables: Sequence[Entry]) -> Spelled | None:
    words = [entry.value for entry in service if entry.path[0] in ("command", "entrypoint")]
    return workers_of_command(words) or workers_in(variables)


def _replicas(service: Sequence[Entry]) -> Spelled | None:
    for entry in service:
        if entry.path in (("deploy", "replicas"), ("scale",)):
            return entry.value
    return None
