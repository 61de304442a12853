"""What a rule does once it matches: the part after `-j` or `-g`."""

from __future__ import annotations

from twiceshy.languages.firewall.iptables.line import Line
from twiceshy.languages.firewall.iptables.matches.asked import About, Clause
from twiceshy.languages.firewall.iptables.plain import clauses_of
from twiceshy.languages.firewall.iptables.targets import (
    TARGETS,
    VERDICTS,
    Extension,
    Outcome,
    text_of,
)
from twiceshy.languages.firewall.ruleset import Goto, Jump, Unmodelled

NOTHING: Outcome = (None, ())


def outcome_of(text: str, about: About, *, is_goto: bool) -> Outcome | None:
    """Of `REJECT --reject-with tcp-reset`; None when there is more than a target in it."""
    words = text.split()
    if not words or "-" in words[0][:1] or words[0] == "!":
        return None
    name = words[0]
    if is_goto or name not in TARGETS:
        if len(words) > 1:
            return None
        return (Goto(name) if is_goto else Jump(name)), ()
    clauses = clauses_of(TARGETS[name].options, words[1:])
    return None if clauses is None else _of_extension(name, TARGETS[name], clauses, about)


def outcome_of_line(line: Line, about: About) -> Outcome:
    """Of a line told apart."""
    name = line.jump
    if name is None:
        return NOTHING
    if line.is_goto:
        return Goto(name), ()
    assert line.target is not None
    clauses = tuple(line.target.clauses)
    if name not in TARGETS:
        return (Unmodelled(text_of(name, clauses)) if clauses else Jump(name)), ()
    return _of_extension(name, TARGETS[name], clauses, about)


def _of_extension(
    name: str, extension: Extension, clauses: tuple[Clause, ...], about: About
) -> Outcome:
    verdict = VERDICTS.get(name)
    if verdict is not None and not clauses:
        return verdict, ()
    if not extension.open and any(one.option not in extension.spellings for one in clauses):
        return Unmodelled(text_of(name, clauses)), ()
    return extension.read(name, clauses, about)
