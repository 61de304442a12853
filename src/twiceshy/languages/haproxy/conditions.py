"""Conditions of rules: `if`/`unless`, named ACLs and anonymous ones, as far as they are constant.

`or` and `||` part alternatives, words beside each other must all hold, `!` negates (Configuration
Manual, section 7.2). Predefined ACLs: section 7.4.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from twiceshy.languages.haproxy.sections import Section


class Always(Enum):
    """What a condition comes to for every request."""

    TRUE = "always"
    FALSE = "never"
    DEPENDS = "depends on the request"

    def __invert__(self) -> Always:
        return {Always.TRUE: Always.FALSE, Always.FALSE: Always.TRUE}.get(self, self)


@dataclass(frozen=True, slots=True)
class Term:
    """One test: a fetch with its values, and whether it is negated."""

    text: str
    """Such as `sc_http_req_rate(0) gt 20`; a named ACL with several lines has several terms."""
    negated: bool
    value: Always


@dataclass(frozen=True, slots=True)
class Condition:
    """The condition of a rule: alternatives, each of terms that must all hold."""

    alternatives: tuple[tuple[Term, ...], ...]
    """Empty when there is no condition."""
    negated: bool
    """After `unless`."""
    value: Always

    @property
    def terms(self) -> tuple[Term, ...]:
        """All tests."""
        return tuple(term for one in self.alternatives for term in one)


_PREDEFINED = {
    "TRUE": Always.TRUE,
    "FALSE": Always.FALSE,
    "always_true": Always.TRUE,
    "always_false": Always.FALSE,
    "HTTP": Always.DEPENDS,
}
MOST_TESTS = 100
"""Of one ACL, in its text."""
_OR = frozenset({"or", "||"})


def condition_of(words: tuple[str, ...], section: Section) -> Condition:
    """The condition at the end of a rule's words; always true when there is none."""
    start = next((at for at, word in enumerate(words) if word in {"if", "unless"}), None)
    if start is None:
        return Condition((), negated=False, value=Always.TRUE)
    named = _named(section)
    alternatives: list[tuple[Term, ...]] = []
    terms: list[Term] = []
    negated = False
    rest = list(reversed(words[start + 1 :]))
    while rest:
        word = rest.pop()
        if word in _OR:
            alternatives.append(tuple(terms))
            terms = []
        elif word == "!":
            negated = not negated
        else:
            while word.startswith("!"):
                negated, word = not negated, word[1:]
            if word == "{":
                text = _anonymous(rest)
                value = _value(text)
                terms.append(Term(text, negated, ~value if negated else value))
            else:
                terms.append(_term(word, named, negated=negated))
            negated = False
    alternatives.append(tuple(terms))
    value = _any(_all(one) for one in alternatives)
    unless = words[start] == "unless"
    return Condition(tuple(alternatives), unless, ~value if unless else value)


def _anonymous(rest: list[str]) -> str:
    """The words up to the closing brace, which are taken off `rest`."""
    inside: list[str] = []
    while rest:
        word = rest.pop()
        if word == "}":
            break
        inside.append(word)
    return " ".join(inside)


@lru_cache(maxsize=64)  # a section has many rules, and all of them ask for its ACLs
def _named(section: Section) -> Mapping[str, Term]:
    """Each ACL as a test: an ACL of several lines holds when one of them does."""
    tests: dict[str, list[str]] = {}
    for one in section.rules("acl"):
        if len(one.words) > 2:  # noqa: PLR2004 - acl, its name, and its test
            tests.setdefault(one.words[1], []).append(" ".join(one.words[2:]))
    return {
        name: Term("; ".join(each[:MOST_TESTS]), negated=False, value=_any(map(_value, each)))
        for name, each in tests.items()
    }


def _term(name: str, named: Mapping[str, Term], *, negated: bool) -> Term:
    found = named.get(name) or Term(
        name, negated=False, value=_PREDEFINED.get(name, Always.DEPENDS)
    )
    return Term(found.text, negated, ~found.value) if negated else found


def _value(text: str) -> Always:
    """Of one test; the two fetches that are constant by themselves."""
    words = text.split()
    if words[:1] in (["always_true"], ["always_false"]):
        return _PREDEFINED[words[0]]
    if words[:1] in (["bool(true)"], ["bool(1)"]):
        return Always.TRUE
    if words[:1] in (["bool(false)"], ["bool(0)"]):
        return Always.FALSE
    return Always.DEPENDS


def _all(terms: tuple[Term, ...]) -> Always:
    values = {term.value for term in terms}
    if Always.FALSE in values:
        return Always.FALSE
    return Always.DEPENDS if Always.DEPENDS in values else Always.TRUE


def _any(values: Iterable[Always]) -> Always:
    found = set(values)
    if Always.TRUE in found:
        return Always.TRUE
    return Always.DEPENDS if Always.DEPENDS in found else Always.FALSE
