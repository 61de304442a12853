"""Where an action speaks of which subject."""

from __future__ import annotations

import re
from dataclasses import dataclass

from twiceshy.guards.propose.subjects import WORDS, Subject


@dataclass(frozen=True, slots=True)
class Mention:
    """A subject, and where in the text it is spoken of."""

    subject: Subject
    start: int
    end: int


_SUBJECTS = tuple((row, re.compile("|".join(words))) for row, words in WORDS.items())

_PARTS = frozenset(
    {
        Subject.RENEWAL,
        Subject.CERTIFICATE,
        Subject.DISK,
        Subject.MEMORY,
        Subject.CPU,
        Subject.OPEN_FILES,
        Subject.SERVER,
        Subject.DATABASE_POOL,
        Subject.DATABASE_QUERY,
        Subject.PORT,
        Subject.CLOCK,
        Subject.BACKUP,
    }
)
_PLACES = frozenset(
    {
        Subject.MAIL,
        Subject.LOGIN,
        Subject.DATABASE,
        Subject.WEB_SERVER,
        Subject.LOAD_BALANCER,
        Subject.QUEUE,
        Subject.CACHE,
        Subject.HARDWARE,
    }
)
_INSIDE = re.compile(r"\b(?:on|of|in|for|from|at)\s+(?:[\w-]+\s+){0,3}$")
_OWNS = re.compile(r"(?:\s*(?:server|host|machine|system|instance)s?)?(?:'s|s')?\s*")

GENERIC = frozenset(
    {
        Subject.CONFIG,
        Subject.CHANGE,
        Subject.CODE,
        Subject.ERRORS,
        Subject.LATENCY,
        Subject.AVAILABILITY,
        Subject.SECURITY,
        Subject.UPDATES,
        Subject.INCIDENT,
        Subject.COMMUNICATION,
        Subject.LOGS,
        Subject.THIRD_PARTY,
        Subject.DEPLOY,
        Subject.SECRETS,
    }
)
"""Subjects that step back when the same words name something more definite."""


def mentions(text: str) -> tuple[Mention, ...]:
    """Every subject `text` (lower case) speaks of, in its order.

    Where two overlap the earlier row of the table wins: "web application firewall" is no firewall.
    """
    found: list[Mention] = []
    for subject, pattern in _SUBJECTS:
        for match in pattern.finditer(text):
            start, end = match.span()
            if start < end and not any(start < m.end and m.start < end for m in found):
                found.append(Mention(subject, start, end))
    return tuple(sorted(found, key=lambda mention: mention.start))


def subjects_of(text: str) -> tuple[Subject, ...]:
    """The subjects of `text` (lower case), each once, in its order.

    "disk space on the database server" is about the disk: where a part is named, the place it is
    in is left out.
    """
    found = mentions(text)
    parts = [mention for mention in found if mention.subject in _PARTS]
    kept = [m for m in found if m.subject not in _PLACES or not _only_a_place(m, parts, text)]
    return tuple(dict.fromkeys(mention.subject for mention in kept))


def _only_a_place(place: Mention, parts: list[Mention], text: str) -> bool:
    if any(part.end <= place.start for part in parts) and _INSIDE.search(text[: place.start]):
        return True
    return any(_OWNS.fullmatch(text[place.end : p.start]) for p in parts if p.start >= place.end)
