"""Which files an `include` means, and reading them where it stands.

As nft 1.0 does it: absolute paths and those that begin with `./` as they are, others under
`/etc`; a pattern may match nothing, and what it matches comes in sorted order, without files
whose name begins with a dot. What `./` is relative to, the folder where nft was started, is not
known here; the folder of the file that includes is taken for it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from posixpath import dirname, join, normpath

from twiceshy.languages.firewall.nft.cursor import Cursor
from twiceshy.languages.firewall.nft.reading import MOST_INCLUDED, Reading
from twiceshy.languages.firewall.nft.syntax import Unreadable
from twiceshy.languages.firewall.nft.tokens import Source
from twiceshy.model.configuration import Configuration

_FOLDER = "/etc"
_DEEPEST = 16
_LARGEST_BYTES = 64 << 20
_WILD = re.compile(r"[*?\[]")


def include(reading: Reading, cursor: Cursor, into: Callable[[Cursor], None]) -> None:
    """Reads what `include "..."` names; `into` reads statements of the block it stands in."""
    at = cursor.at
    cursor.expect("include")
    token = cursor.take()
    if token[0] != '"':
        raise Unreadable("expected a path in double quotes", at + 1)
    place = cursor.place(at)
    name = token.strip('"')
    path = _absolute(name, reading.stack[-1])
    if _WILD.search(name):
        paths = matching_paths(reading.configuration, path)
    elif path in reading.configuration.files:
        paths = [path]
    else:
        why = reading.configuration.unseen.get(path, "it is not part of what was handed in")
        reading.problem(place, f"{name} cannot be included: {why}")
        return
    for one in paths:
        if one in reading.stack or len(reading.stack) >= _DEEPEST:
            reading.problem(place, f"{one} includes itself, or files are nested too deeply")
            return
        reading.included += 1
        if reading.included > MOST_INCLUDED:
            reading.problem(
                place, f"more than {MOST_INCLUDED} files are included: the rest is not read"
            )
            cursor.skip_all()
            return
        reading.stack.append(one)
        source = source_of(reading, reading.configuration.files[one], one)
        into(Cursor(source, cursor.scope))
        reading.stack.pop()


def source_of(reading: Reading, data: bytes, path: str) -> Source:
    """The tokens of a file; of one that is too large there are none, and a Problem says so."""
    shown = reading.configuration.shown(path)
    source = Source("", shown)
    if len(data) > _LARGEST_BYTES:
        reading.problem(source.place(0), "larger than 64 MiB: not read")
        return source
    source = Source(data.decode("utf-8", "replace"), shown)
    if b"\r" in data:
        line = data.count(b"\n", 0, data.index(b"\r"))
        at = next((i for i in range(len(source.tokens)) if source.line(i) > line), 0)
        what = "a carriage return (line ends of Windows): nft refuses the file"
        reading.problem(source.place(at), what)
    return source


def _absolute(name: str, including: str) -> str:
    if name.startswith("/"):
        return normpath(name)
    return normpath(join(dirname(including) if name.startswith("./") else _FOLDER, name))


def matching_paths(configuration: Configuration, pattern: str) -> list[str]:
    """The files that a shell pattern means, sorted."""
    parts = pattern.split("/")
    tests = [re.compile(_translated(part)) for part in parts]
    found: list[str] = []
    for path in configuration.files:
        names = path.split("/")
        if len(names) == len(parts) and all(
            test.fullmatch(name) for test, name in zip(tests, names, strict=True)
        ):
            found.append(path)
    return sorted(found)


def _translated(part: str) -> str:
    """One name of a pattern as a regular expression, in linear time whatever it is."""
    expression = "" if part.startswith(".") else r"(?!\.)"
    at = 0
    while at < len(part):
        character = part[at]
        at += 1
        if character == "*":
            if not expression.endswith("[^/]*"):
                expression += "[^/]*"
        elif character == "?":
            expression += "[^/]"
        elif character == "[" and (end := part.find("]", at + 1)) > 0:
            inside = part[at:end].replace("\\", r"\\").replace("[", r"\[")
            negated = "^" if inside[0] in "!^" else ""
            expression += f"[{negated}{re.escape(inside.lstrip('!^')).replace(chr(92) + '-', '-')}]"
            at = end + 1
        else:
            expression += re.escape(character)
    return expression
