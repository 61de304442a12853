"""What an action wants done, read from its own words."""

from __future__ import annotations

import re
from dataclasses import dataclass

from twiceshy.guards.propose.intent_words import WORDS
from twiceshy.guards.propose.intents import Intent


@dataclass(frozen=True, slots=True)
class Wish:
    """An intent, and where in the text it is said."""

    intent: Intent
    start: int
    end: int


_INTENTS = tuple((row, re.compile("|".join(words))) for row, words in WORDS.items())


def wishes(text: str) -> tuple[Wish, ...]:
    """Every intent in `text` (lower case), in its order; the earlier row wins where two overlap."""
    found: list[Wish] = []
    for intent, pattern in _INTENTS:
        for match in pattern.finditer(text):
            start, end = match.span()
            if start < end and not any(start < w.end and w.start < end for w in found):
                found.append(Wish(intent, start, end))
    return tuple(sorted(found, key=lambda wish: wish.start))
