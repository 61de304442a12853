"""`.env` files: `NAME=value` lines, as Docker Compose, systemd and the dotenv libraries read them."""

from __future__ import annotations

import re

from twiceshy.languages.settings.entries import MOST_ENTRIES, Entry, Reading, Trouble, decoded
from twiceshy.languages.settings.spelled import Spelled
from twiceshy.model.place import Place

_ASSIGNMENT = re.compile(r"[ \t]*(?:export[ \t]+)?([A-Za-z_][\w.-]*)[ \t]*=[ \t]*")
_BARE_NAME = re.compile(r"[ \t]*(?:export[ \t]+)?[A-Za-z_][\w.-]*[ \t]*(?:#.*)?")
_SINGLE = re.compile(r"'([^']*)'")
_DOUBLE = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_REST = re.compile(r"[ \t]*(?:#.*)?")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}


def read_dotenv(data: bytes, file: str) -> Reading:
    """The assignments of a file; raises Unreadable when it is no text."""
    text = decoded(data)
    entries: list[Entry] = []
    troubles: list[Trouble] = []
    offset, line = 0, 1
    while offset < len(text):
        end = text.find("\n", offset)
        end = len(text) if end < 0 else end
        if len(entries) + len(troubles) >= MOST_ENTRIES:
            troubles.append(Trouble(Place(file, line), "there are more lines than are read"))
            break
        entry, stop, complaint = _assignment(text, offset, end, Place(file, line))
        if entry is not None:
            entries.append(entry)
        if complaint is not None:
            troubles.append(Trouble(Place(file, line), complaint))
        line += text.count("\n", offset, stop) + 1
        offset = stop + 1
    return Reading(tuple(entries), tuple(troubles))


def _assignment(  # noqa: PLR0911 - one return per form
    text: str, start: int, end: int, place: Place
) -> tuple[Entry | None, int, str | None]:
    """What the line from `start` assigns, where it ends, and what is wrong with it."""
    content = text[start:end].strip()
    if not content or content[0] in "#;":
        return None, end, None
    head = _ASSIGNMENT.match(text, start, end)
    if head is None:
        wrong = _BARE_NAME.fullmatch(text, start, end) is None
        return None, end, "this line is not NAME=value" if wrong else None
    at = head.end()
    where = Place(place.file, place.line, at - start + 1)
    quote = text[at : at + 1]
    if quote not in ("'", '"') or at >= end:
        value = re.sub(r"(?:^|[ \t])#.*$", "", text[at:end]).rstrip()
        return Entry((head[1],), Spelled(value, where)), end, None
    quoted = (_SINGLE if quote == "'" else _DOUBLE).match(text, at)
    if quoted is None:
        return None, end, "a quote is opened here and never closed"
    stop = text.find("\n", quoted.end())
    stop = len(text) if stop < 0 else stop
    if _REST.fullmatch(text, quoted.end(), stop) is None:
        return None, stop, "something follows the closing quote"
    inside = Place(where.file, where.line, where.column + 1)
    if quote == "'":
        return Entry((head[1],), Spelled(quoted[1], inside), is_literal=True), stop, None
    value = _ESCAPE.sub(_unescaped, quoted[1])
    return Entry((head[1],), Spelled(value, inside)), stop, None


def _unescaped(found: re.Match[str]) -> str:
    if found[1] == "$":
        return "$$"
    return _ESCAPES.get(found[1], found[1] if found[1] in "\"'\\" else found[0])
