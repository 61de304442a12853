"""Lines of `key = value`: INI files with sections, and `.properties` as Java reads them."""

from __future__ import annotations

import re

from twiceshy.languages.settings.entries import MOST_ENTRIES, Entry, Reading, Trouble, decoded
from twiceshy.languages.settings.spelled import Spelled
from twiceshy.model.place import Place

_SECTION = re.compile(r"[ \t]*\[([^\]\n]*)\][ \t]*(?:[#;].*)?")
_SETTING = re.compile(r"[ \t]*([^=:\s#;\[][^=:\n]*?)[ \t]*[=:][ \t]*")
_PGBOUNCER_SETTING = re.compile(r"[ \t]*(\"[^\"\n]*\"|[^=\s#;\[][^=\n]*?)[ \t]*=[ \t]*")
_COMMENT = re.compile(r"[ \t]+[#;].*$")
_PROPERTY = re.compile(
    r"[ \t\f]*((?:[^\s=:#!\\]|\\.)(?:[^\s=:\\]|\\.)*)(?:[ \t\f]*[=:]|[ \t\f]+|$)[ \t\f]*"
)


def read_ini(data: bytes, file: str, *, pgbouncer: bool = False) -> Reading:
    """The settings of all sections; raises Unreadable when it is no text.

    `pgbouncer`: a comment stands on a line of its own there, `:` separates nothing, and
    `%include FILE` is an entry called `%include`.
    """
    setting = _PGBOUNCER_SETTING if pgbouncer else _SETTING
    entries: list[Entry] = []
    troubles: list[Trouble] = []
    section: tuple[str, ...] = ()
    for number, line in enumerate(decoded(data).split("\n"), 1):
        content = line.strip()
        if not content or content[0] in "#;":
            continue
        if len(entries) + len(troubles) >= MOST_ENTRIES:
            troubles.append(Trouble(Place(file, number), "there are more lines than are read"))
            break
        header = _SECTION.fullmatch(line)
        if header is not None:
            section = (header[1].strip(),)
            continue
        if pgbouncer and content.startswith("%include"):
            name = content.removeprefix("%include").strip()
            at = Place(file, number, max(1, line.find(name) + 1))
            entries.append(Entry((*section, "%include"), Spelled(name, at)))
            continue
        found = setting.match(line)
        if found is None:
            if line[:1] in (" ", "\t") and entries:
                continue  # a value that goes on: the settings we look for never do
            troubles.append(Trouble(Place(file, number), "this line is not key = value"))
            continue
        value = Spelled(line[found.end() :], Place(file, number, found.end() + 1)).stripped()
        if not pgbouncer:
            comment = _COMMENT.search(value.text)
            value = value.part(0, comment.start()) if comment else value
            value = _unquoted(value)
        entries.append(Entry((*section, found[1].strip('"')), value))
    return Reading(tuple(entries), tuple(troubles))


def read_properties(data: bytes, file: str) -> Reading:
    """Java properties; the dots of a key make its path."""
    entries: list[Entry] = []
    troubles: list[Trouble] = []
    lines = decoded(data).split("\n")
    number = 0
    while number < len(lines):
        first, line = number, lines[number]
        number += 1
        if not line.strip() or line.strip()[0] in "#!":
            continue
        if len(entries) >= MOST_ENTRIES:
            troubles.append(Trouble(Place(file, first + 1), "there are more lines than are read"))
            break
        parts = [line]
        while _goes_on(parts[-1]) and number < len(lines):
            parts[-1] = parts[-1][:-1]
            parts.append(lines[number].lstrip())
            number += 1
        whole = "".join(parts)
        found = _PROPERTY.match(whole)
        if found is None:
            troubles.append(Trouble(Place(file, first + 1), "this line is not key=value"))
            continue
        value = Spelled(whole[found.end() :], Place(file, first + 1, found.end() + 1))
        if "\\" in value.text:
            value = value.saying(re.sub(r"\\(.)", r"\1", value.text))
        key = re.sub(r"\\(.)", r"\1", found[1])
        entries.append(Entry(tuple(key.split(".")[:20]), value.stripped()))
    return Reading(tuple(entries), tuple(troubles))


def _goes_on(line: str) -> bool:
    return (len(line) - len(line.rstrip("\\"))) % 2 == 1


def _unquoted(value: Spelled) -> Spelled:
    text = value.text
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        return value.part(1, len(text) - 1)
    return value
