"""How the texts that a pattern matches begin, read off the pattern without compiling it.

Only what is plain to see counts: literal characters, and groups of alternatives of them. For
anything else the answer is None, "anywhere", which is always right and only slower.
"""

from __future__ import annotations

LETTERS = 3
"""How many letters of the first word are told, at most."""
MOST_OPENINGS = 64
_QUANTIFIERS = frozenset("?*+{")
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_")
_PARTING = frozenset(" '-:,/.!\n")
"""Literals that end a word; a dot only when it is escaped."""


def openings_of(pattern: str) -> frozenset[str] | None:
    """The first letters of every text the pattern matches, a short word whole; None: not known."""
    found = _openings(pattern, "")
    if found is None or len(found) > MOST_OPENINGS:
        return None
    return frozenset(found)


def _openings(pattern: str, before: str) -> set[str] | None:
    """As above, where `before` has been read of the word already."""
    at = 0
    word = before
    while len(word) < LETTERS:
        if pattern.startswith("(?:", at):
            return _of_group(pattern, at, word)
        character = pattern[at : at + 1]
        after = pattern[at + 1 : at + 2]
        if character in _PLAIN and character:
            if after and after in _QUANTIFIERS:
                return _of_quantified(pattern, at, word, after)
            word += character
            at += 1
            continue
        return {word} if word and _ends_word(pattern, at) else None
    return None if _has_top_level_choice(pattern) else {word}


def _of_quantified(pattern: str, at: int, word: str, quantifier: str) -> set[str] | None:
    """A letter that may be missing makes two ways to go on."""
    if quantifier != "?" or pattern[at + 2 : at + 3] in {"?", "+"}:
        return None
    rest = pattern[at + 2 :]
    with_it = (
        _openings(rest, word + pattern[at]) if len(word) + 1 < LETTERS else {word + pattern[at]}
    )
    without = _openings(rest, word)
    return None if with_it is None or without is None else with_it | without


def _of_group(pattern: str, at: int, word: str) -> set[str] | None:
    end = _closing(pattern, at)
    if end < 0:
        return None
    rest = pattern[end + 1 :]
    is_optional = rest[:1] == "?"
    if is_optional:
        rest = rest[1:]
    if rest[:1] and rest[0] in _QUANTIFIERS:
        return None
    found: set[str] = set()
    choices = _choices(pattern[at + 3 : end])
    for choice in [*choices, ""] if is_optional else choices:
        openings = _openings(choice + rest, word)
        if openings is None:
            return None
        found |= openings
        if len(found) > MOST_OPENINGS:
            return None
    return found


def _ends_word(pattern: str, at: int) -> bool:
    """Whether the word surely ends before this place of the pattern."""
    if pattern.startswith("\\b", at):
        return True
    character = pattern[at : at + 1]
    if character == "\\":
        return pattern[at + 1 : at + 2] in {".", "-", "(", "/", "s"} and not _may_be_missing(
            pattern, at + 2
        )
    return (
        character in _PARTING
        and character != "."
        and bool(character)
        and not _may_be_missing(pattern, at + 1)
    )


def _may_be_missing(pattern: str, at: int) -> bool:
    return pattern[at : at + 1] in {"?", "*", "{"}


def _closing(pattern: str, at: int) -> int:
    """Where the group that opens here closes; -1 when that is not plain."""
    depth = 0
    in_set = False
    number = at
    while number < len(pattern):
        character = pattern[number]
        if character == "\\":
            number += 2
            continue
        if in_set:
            in_set = character != "]"
        elif character == "[":
            in_set = True
            number += 1
        elif character == "(":
            depth += 1
        elif character == ")":
            depth -= 1
            if depth == 0:
                return number
        number += 1
    return -1


def _choices(inside: str) -> list[str]:
    """The alternatives of a group's inside."""
    found, start, depth, in_set, number = [], 0, 0, False, 0
    while number < len(inside):
        character = inside[number]
        if character == "\\":
            number += 2
            continue
        if in_set:
            in_set = character != "]"
        elif character == "[":
            in_set = True
            number += 1
        elif character == "(":
            depth += 1
        elif character == ")":
            depth -= 1
        elif character == "|" and depth == 0:
            found.append(inside[start:number])
            start = number + 1
        number += 1
    return [*found, inside[start:]]


def _has_top_level_choice(pattern: str) -> bool:
    return "|" in pattern and len(_choices(pattern)) > 1
