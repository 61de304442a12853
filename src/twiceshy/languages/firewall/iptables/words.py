"""A line of iptables-save as words: only double quotes quote, only in them a backslash escapes."""

from __future__ import annotations

import re

from twiceshy.languages.firewall.iptables.unreadable import refuse

_WORD = re.compile(r'(?:[^\s"]|"(?:[^"\\]|\\.)*")+')
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_ESCAPED = re.compile(r"\\(.)")


def words_of(line: str) -> list[str]:
    """The words of the line without their quotes."""
    if '"' not in line:
        return line.split()
    if _QUOTED.sub("", line).count('"'):
        refuse("a quote is opened and not closed")
    return [_unquoted(word) for word in _WORD.findall(line)]


def _unquoted(word: str) -> str:
    if '"' not in word:
        return word
    return _QUOTED.sub(lambda quoted: _ESCAPED.sub(r"\1", quoted[1]), word)


def told(words: tuple[str, ...] | list[str]) -> str:
    """Words as one line that `words_of` reads back."""
    return " ".join(_quoted(word) if _must_be_quoted(word) else word for word in words)


def _must_be_quoted(word: str) -> bool:
    return not word or '"' in word or word.split() != [word]


def _quoted(word: str) -> str:
    return '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'
