"""How the texts that a pattern matches begin, read off the pattern without compiling it.

Only what is plain to see counts: literal characters, small sets, and groups of alternatives of
them. For anything else the answer is None, "anywhere", which is always right and only slower.
"""

from __future__ import annotations

LETTERS = 3
"""How many letters of the first word are told, at most."""
MOST_OPENINGS = 300
_MORE = "\0"
"""Stands for whatever a repetition goes on with."""
_ENDS_A_WORD = frozenset({"s", "W", "b"})
"""Escapes that no word goes on with: white space, what is no letter, a boundary."""


def openings_of(pattern: str) -> frozenset[str] | None:
    """The first letters of every text the pattern matches, a short word whole; None: not known.

    The pattern is bound to begin at a word.
    """
    found: set[str] = set()
    for choice in choices_of(pattern):
        openings = _openings(choice, "")
        if openings is None:
            return None
        found |= openings
    return None if len(found) > MOST_OPENINGS else frozenset(found)


def choices_of(pattern: str) -> list[str]:
    """The alternatives of a pattern, or of a group's inside."""
    if "|" not in pattern:
        return [pattern]
    found, start, depth, number = [], 0, 0, 0
    while number < len(pattern):
        character = pattern[number]
        if character == "\\":
            number += 2
            continue
        if character == "[":
            number = _end_of_set(pattern, number)
        elif character == "(":
            depth += 1
        elif character == ")":
            depth -= 1
        elif character == "|" and depth == 0:
            found.append(pattern[start:number])
            start = number + 1
        number += 1
    return [*found, pattern[start:]]


def _openings(pattern: str, word: str) -> set[str] | None:  # noqa: C901, PLR0911 - one way to go on after the other
    """As above for a pattern without alternatives, where `word` has been read of the word already."""
    at = 0
    while len(word) < LETTERS:
        if pattern.startswith(("(?!", "(?=", "(?<!", "(?<="), at):
            at = _closing(pattern, at) + 1  # only narrows what is matched
            continue
        character = pattern[at : at + 1]
        if character == "\\" and pattern[at + 1 : at + 2] == "b" and not word:
            at += 2
            continue
        if character == "^" and not word:
            # At the front of a text and of a word: nothing that is no letter goes before.
            at += 4 if pattern.startswith(r"^\W*", at) else 1
            continue
        if character in {"", ".", "(", "^", _MORE} and not pattern.startswith("(?:", at):
            return None
        if character == "$":
            return {word} if word else None
        alternatives, end = _element(pattern, at)
        least, most, end = _repeated(pattern, end)
        if alternatives is None:
            return None
        if least == most == 1 and _is_of_word(character):
            word += character  # the common case, without a look at the rest
            at = end
            continue
        rest = pattern[end:]
        found: set[str] = set()
        for alternative in alternatives:
            openings = (
                {word}
                if alternative is _WORD_ENDS and word
                else None
                if alternative is _WORD_ENDS
                else _openings(alternative + (rest if most == 1 else _MORE), word)
            )
            if openings is None:
                return None
            found |= openings
        if least == 0:
            openings = _openings(rest, word)
            if openings is None:
                return None
            found |= openings
        return None if len(found) > MOST_OPENINGS else found
    return {word}


_WORD_ENDS = " ends"
"""Alternative of an element: a character that is no part of a word."""


def _element(pattern: str, at: int) -> tuple[list[str] | None, int]:
    """What stands at a place of a pattern, as alternatives, and where it ends; None: anything."""
    character = pattern[at]
    if character == "(":
        end = _closing(pattern, at)
        return choices_of(pattern[at + 3 : end]), end + 1
    if character == "[":
        end = _end_of_set(pattern, at)
        return _members(pattern[at + 1 : end]), end + 1
    if character == "\\":
        escaped = pattern[at + 1 : at + 2]
        if escaped in _ENDS_A_WORD or not escaped.isalnum():
            return [_WORD_ENDS], at + 2
        return None, at + 2
    return [character if _is_of_word(character) else _WORD_ENDS], at + 1


def _members(inside: str) -> list[str] | None:
    """The characters of a set that names each of them."""
    if inside.startswith("^"):
        return None
    found: dict[str, None] = {}
    number = 0
    while number < len(inside):
        character = inside[number]
        if character == "\\":
            if inside[number + 1].isalnum() and inside[number + 1] not in {"s", "W"}:
                return None
            found[_WORD_ENDS] = None
            number += 2
            continue
        if character == "-" and 0 < number < len(inside) - 1:
            return None  # a range
        found[character if _is_of_word(character) else _WORD_ENDS] = None
        number += 1
    return list(found)


def _repeated(pattern: str, at: int) -> tuple[int, int, int]:
    """How often an element comes, at least and at most (2: many), and where its quantifier ends."""
    character = pattern[at : at + 1]
    if character == "{":
        end = pattern.index("}", at) + 1
        least = 0 if pattern[at + 1] in "0," else 1
        return least, 2, _behind_lazy(pattern, end)
    if character in {"?", "*", "+"} and character:
        least, most = {"?": (0, 1), "*": (0, 2), "+": (1, 2)}[character]
        return least, most, _behind_lazy(pattern, at + 1)
    return 1, 1, at


def _behind_lazy(pattern: str, at: int) -> int:
    return at + 1 if pattern[at : at + 1] in {"?", "+"} and at < len(pattern) else at


def _is_of_word(character: str) -> bool:
    return character.isalnum() or character == "_"


def _closing(pattern: str, at: int) -> int:
    """Where the group that opens here closes."""
    depth = 0
    number = at
    while number < len(pattern):
        character = pattern[number]
        if character == "\\":
            number += 2
            continue
        if character == "[":
            number = _end_of_set(pattern, number)
        elif character == "(":
            depth += 1
        elif character == ")":
            depth -= 1
            if depth == 0:
                return number
        number += 1
    raise ValueError(f"{pattern!r} has an open group")


def _end_of_set(pattern: str, at: int) -> int:
    """Where the set that opens here ends; a `]` right at its front is a member."""
    number = at + 1
    if pattern.startswith("^", number):
        number += 1
    if pattern.startswith("]", number):
        number += 1
    while pattern[number] != "]":
        number += 2 if pattern[number] == "\\" else 1
    return number
