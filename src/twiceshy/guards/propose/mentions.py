"""Where an action speaks of which subject."""

from __future__ import annotations

import re
from dataclasses import dataclass

from twiceshy.guards.propose.idioms import IDIOMS
from twiceshy.guards.propose.subject_words import WORDS
from twiceshy.guards.propose.subjects import Subject


@dataclass(frozen=True, slots=True)
class Mention:
    """A subject, and where in the text it is spoken of."""

    subject: Subject
    start: int
    end: int


_SUBJECTS = tuple(
    (row, re.compile("|".join(words))) for row, words in (*IDIOMS.items(), *WORDS.items())
)

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
        Subject.RATE_LIMIT,
        Subject.ATTACK,
        Subject.CONNECTIONS,
        Subject.PROCESS,
    }
)
PLACES = frozenset(
    {
        Subject.MAIL,
        Subject.LOGIN,
        Subject.DATABASE,
        Subject.WEB_SERVER,
        Subject.LOAD_BALANCER,
        Subject.QUEUE,
        Subject.CACHE,
        Subject.HARDWARE,
        Subject.JOBS,
        Subject.PROCESS,
    }
)
"""Where a part is; the part is what an action is about when it names both."""
_INSIDE = re.compile(r"\b(?:on|of|in|for|from|at)\s+(?:[\w-]+\s+){0,3}$")
_OWNS = re.compile(
    r"(?:\s*(?:server|host|machine|system|instance)s?)?(?:'s|s')?\s*"
    r"|\s+(?:to|onto|with|on|has|gets?|needs?|holds?|uses)"
    r"(?:\s+(?:an?|the|its|more|own|bigger|larger|faster|new)){1,3}\s*"
    r"|\s+(?:its|their)(?: own)?(?: \w+)?\s*"
)
_TAKES = re.compile(r"\s+(?:the |our |every |each |all )?")
"""Between a part and its place where the part is said as a verb: "rate limit the login"."""

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
        Subject.PAGE,
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


_OCCASION = re.compile(
    r"\b(?:using|via|with|by) (?:an? )?(?:cron ?jobs?|crons?|scripts?)\b|"
    r"\b(?:after|before|on|with|at|during) (?:each|every|any|all|an?) (?:[\w-]+ ){0,3}?"
    r"(?:changes?|deploy\w*|updates?|releases?|moves?|reloads?|upgrades?|push|migrations?|"
    r"rotations?|restarts?|sales?|"
    r"installations?|merges?|commits?|fail-?overs?)\b(?: in the \w+)?"
)
"""When something is to be done, which is not what it is about."""


def subjects_of(text: str) -> tuple[Subject, ...]:
    """The subjects of `text` (lower case), each once, in its order.

    "disk space on the database server" is about the disk: where a part is named, the place it is
    in is left out. What is named only as an occasion ("after each configuration change") counts
    when there is nothing else.
    """
    return _subjects_in(_OCCASION.sub(" ", text)) or _subjects_in(text)


def _subjects_in(text: str) -> tuple[Subject, ...]:
    found = mentions(text)
    parts = [mention for mention in found if mention.subject in _PARTS]
    kept = [m for m in found if m.subject not in PLACES or not _only_a_place(m, parts, text)]
    return tuple(dict.fromkeys(mention.subject for mention in kept))


def _only_a_place(place: Mention, parts: list[Mention], text: str) -> bool:
    before = [part for part in parts if part.end <= place.start]
    if before and _INSIDE.search(text[: place.start]):
        return True
    if any(
        p.subject is Subject.RATE_LIMIT and _TAKES.fullmatch(text[p.end : place.start])
        for p in before
    ):
        return True
    return any(_OWNS.fullmatch(text[place.end : p.start]) for p in parts if p.start >= place.end)
