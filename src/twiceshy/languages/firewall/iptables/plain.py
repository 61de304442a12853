"""Rules in the spelling of iptables-save: first what IP says, then the modules, then the target.

Nearly all rules are written so, and can be told apart without looking at each word in turn: the
text between two ` -m ` belongs to one module. Whatever looks different is left to `LineReader`,
which must come to the same result.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from twiceshy.languages.firewall.iptables.matches.asked import Clause

_COMMENT = re.compile(r'(?:^| )-m comment --comment (?:"([^"\\]+)"|([^\s"!-][^\s"]*))(?= |$)')


class Plain(NamedTuple):
    """A rule's text in its parts."""

    base: list[str]
    """The words before the first module."""
    modules: list[str]
    """Each module with its options, without the `-m`."""
    target: str
    """With its options, without the `-j`."""
    is_goto: bool
    comment: str | None


def told_apart(text: str) -> Plain | None:
    """None when the rule is spelt in another way."""
    comment = None
    if '"' in text or "--comment" in text:
        found = _COMMENT.search(text)
        if found is None:
            return None
        comment = found[1] or found[2]
        text = text[: found.start()] + text[found.end() :]
        if '"' in text or "--comment" in text:
            return None
    body, is_there, target = text.rpartition(" -j ")
    is_goto = False
    if not is_there:
        if text.startswith("-j "):
            target = text[3:]
        else:
            body, is_there, target = text.rpartition(" -g ")
            is_goto = True
            if not is_there:
                return None
    if body.startswith("-m "):
        body = " " + body
    base, *modules = body.split(" -m ")
    return Plain(base.split(), modules, target, is_goto, comment)


def clauses_of(
    options: Mapping[str, tuple[str, int]], words: list[str]
) -> tuple[Clause, ...] | None:
    """The options of a module or target in these words; None when there is anything else among them."""
    clauses: list[Clause] = []
    negated = False
    at, end = 0, len(words)
    while at < end:
        word = words[at]
        if word == "!":
            if negated:
                return None
            negated = True
            at += 1
            continue
        known = options.get(word)
        if known is None:
            return None
        option, arity = known
        values = tuple(words[at + 1 : at + 1 + arity])
        at += 1 + arity
        if at > end or "!" in values or any(one.option == option for one in clauses):
            return None
        clauses.append(Clause(option, negated, values))
        negated = False
    return None if negated else tuple(clauses)
