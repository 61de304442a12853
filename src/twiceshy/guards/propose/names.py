"""Readable, unique ids for guards."""

from __future__ import annotations

import re

from twiceshy.guards.propose.services import slug

_SMALL = frozenset(
    [
        "a",
        "an",
        "the",
        "and",
        "or",
        "of",
        "on",
        "in",
        "for",
        "to",
        "with",
        "by",
        "at",
        "from",
        "as",
        "is",
        "are",
        "be",
        "that",
        "this",
        "our",
        "their",
        "its",
        "any",
        "all",
        "how",
        "who",
        "it",
        "them",
        "before",
        "after",
        "during",
        "into",
        "both",
        "each",
        "every",
        "more",
        "most",
        "other",
        "such",
        "including",
        "include",
        "properly",
        "thorough",
        "ensure",
        "importance",
        "potential",
    ]
)
_LONGEST = 44


def practice_name(subject: str, what: str) -> str:
    """An id for a practice, such as `firewall-rules-reviewed`."""
    words = [word for word in re.findall(r"[a-z0-9]+", subject.lower()) if word not in _SMALL]
    return slug("-".join([*words[:4], what]) if words else f"action-{what}", longest=_LONGEST + 12)


def unique(stem: str, taken: set[str]) -> str:
    """`stem`, with a number when it is taken; the result is added to `taken`."""
    name, number = stem, 2
    while name in taken:
        name = f"{stem}-{number}"
        number += 1
    taken.add(name)
    return name
