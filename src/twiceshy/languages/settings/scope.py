"""One running thing and its settings: how many processes of it there are, and what each opens."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from twiceshy.languages.settings.connection import Connection
from twiceshy.languages.settings.entries import Entry
from twiceshy.languages.settings.spelled import Spelled

_WORKERS = frozenset(
    {"webconcurrency", "gunicornworkers", "uvicornworkers", "workers", "numworkers", "webworkers"}
)
_WORKERS_FLAG = re.compile(r"(?:^|[\s\"',\[])(?:-w|--workers)(?:[ =]|[\"',\s]+)(\d{1,5})\b")


@dataclass(frozen=True, slots=True)
class Scope:
    """A file of settings, or one service of a compose file."""

    file: str
    name: str
    """The service's name; empty for a whole file."""
    connections: tuple[Connection, ...]
    workers: Spelled | None = None
    """Processes in each replica, each with pools of its own."""
    replicas: Spelled | None = None


def workers_in(entries: Iterable[Entry]) -> Spelled | None:
    """How many worker processes the settings ask for."""
    found: Spelled | None = None
    for entry in entries:
        if not entry.path:
            continue
        key = re.sub(r"[^a-z0-9]", "", entry.path[-1].lower())
        if key in _WORKERS and (entry.value.text.strip().isdecimal() or not entry.value.is_known):
            found = entry.value.stripped()
        elif key in ("gunicorncmdargs", "command", "cmd"):
            found = workers_of_command([entry.value]) or found
    return found


def workers_of_command(words: Sequence[Spelled]) -> Spelled | None:
    """The number behind `-w` or `--workers` of a command, given as one text or as its words."""
    for index, word in enumerate(words):
        flag = _WORKERS_FLAG.search(word.text)
        if flag is not None:
            return word.part(flag.start(1), flag.end(1))
        following = words[index + 1] if index + 1 < len(words) else None
        if word.text in ("-w", "--workers") and following is not None:
            return following
    return None


def number(value: Spelled | None) -> int | None:
    """A count that settings give; None when they give none that is known."""
    if value is None or not value.is_known:
        return None
    text = value.text.strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 8 else None  # noqa: PLR2004 - no more than that


def latest(entries: Iterable[Entry]) -> Mapping[tuple[str, ...], Entry]:
    """Of each path the entry that counts: the last one."""
    return {entry.path: entry for entry in entries}
