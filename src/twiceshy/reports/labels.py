"""Labels: the `Name:` or `**Name**` that opens a statement."""

from __future__ import annotations

import re
from typing import NamedTuple

from twiceshy.reports.markup import plain
from twiceshy.reports.vocabulary import part_named

_STRONG = re.compile(
    r"\s*(?P<mark>\*\*|__|\*|_)(?P<name>[^*\n]{1,100}?)(?P<inner>\s?[:\-–—]?\s?)(?P=mark)(?P<outer>\s*(?::|--?|–|—|\.)?)\s*(?P<value>.*)$",
    re.DOTALL,
)
_PLAIN = re.compile(
    r"(?P<name>[^:\n.;!?]{2,70}?)\s?:(?!//|\d\d)(?:\s+|$|(?=[A-Z]))(?P<value>.*)$", re.DOTALL
)
_DASHED = re.compile(r"(?P<name>[A-Z][\w/&' ]{2,40}?)\s(?:-|–|—)\s(?P<value>\S.*)$", re.DOTALL)
_MAX_LABEL_WORDS = 9
_MAX_NAME = 70


class Label(NamedTuple):
    """A label and what follows it."""

    name: str
    value: str
    strong: bool
    """Marked by emphasis, not by its colon alone."""


def label_of(raw: str, text: str) -> Label | None:
    """The label a statement opens with, or None.

    `raw` is the statement with emphasis marks, `text` the same without.
    """
    if raw[:1] in "*_ " and (strong := _STRONG.match(raw)) is not None:
        name = plain(strong["name"]).rstrip(" :-–—")
        value = plain(strong["value"])
        marked = ":" in strong["inner"] or bool(strong["outer"].strip()) or not value
        marked = marked or part_named(name) is not None
        if name and marked and name.count(" ") < _MAX_LABEL_WORDS + 3:
            return Label(name, value, strong=True)
    # The name has no colon in it, so the first one ends it or there is no label.
    match = _PLAIN.match(text) if 2 <= text.find(":") <= _MAX_NAME + 1 else None
    if match is not None and match["name"].count(" ") < _MAX_LABEL_WORDS:
        return Label(match["name"].strip(), match["value"].strip(), strong=False)
    return None


def dashed_label_of(text: str) -> Label | None:
    """A label set off by a dash, `Impact - users could not log in`; only sure for known names."""
    match = _DASHED.match(text)
    return (
        None
        if match is None
        else Label(match["name"].strip(), match["value"].strip(), strong=False)
    )
