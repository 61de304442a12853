"""Which rules an exception means: by numbers and ranges, by tag, by message; and which targets."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from twiceshy.languages.seclang.dialect import Dialect
from twiceshy.languages.seclang.rule import Rule, Variable

_RANGE = re.compile(r"[\"']?(\d{1,18})(?:-(\d{1,18}))?[\"']?")
_REPEATED_GROUP = re.compile(r"\)[*+{?]|\\[1-9]")
_LONGEST_PATTERN = 200
_MOST_REPEATS = 3
CORE_RULES = (900_000, 999_999)
"""The numbers that the core rule set uses."""


class NotUnderstood(ValueError):
    """The exception is written in a way that is not read here; says which."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """Numbers of rules: `(942100, 942100), (941000, 941999)`."""

    ranges: tuple[tuple[int, int], ...]

    def fits(self, rule: Rule) -> bool:
        """Whether the rule is one of them."""
        return rule.id is not None and any(low <= rule.id <= high for low, high in self.ranges)

    @property
    def is_of_core_rules(self) -> bool:
        """Whether some of them are numbers of the core rule set."""
        return any(low <= CORE_RULES[1] and high >= CORE_RULES[0] for low, high in self.ranges)


@dataclass(frozen=True, slots=True)
class Wording:
    """A tag or a message, in full or as an expression."""

    text: str
    expression: re.Pattern[str] | None
    """None: the whole text must be equal."""
    of_messages: bool = False

    def fits(self, rule: Rule) -> bool:
        """Whether a tag (or message) of the rule fits."""
        return any(map(self.fits_word, rule.messages if self.of_messages else rule.tags))

    def fits_word(self, word: str) -> bool:
        """Whether one tag or message fits."""
        if self.expression is not None:
            return self.expression.search(word) is not None
        return word == self.text

    @property
    def is_of_core_rules(self) -> bool:
        """Whether it is a tag that the core rule set uses."""
        return not self.of_messages and any(map(self.fits_word, _CORE_TAGS))


Selection = Numbers | Wording
_CORE_TAGS = (
    "OWASP_CRS",
    "attack-sqli",
    "attack-xss",
    "attack-rce",
    "attack-lfi",
    "attack-generic",
)


def numbers_of(words: Iterable[str]) -> Numbers:
    """Read `949110`, `941100-941999`, `1,2 3-5`; raises NotUnderstood."""
    ranges = []
    for word in words:
        for part in word.replace(",", " ").split():
            found = _RANGE.fullmatch(part)
            if found is None:
                raise NotUnderstood(f"{part[:40]!r} is no number of a rule")
            low = int(found[1])
            ranges.append((low, int(found[2] or low)))
    if not ranges:
        raise NotUnderstood("no number of a rule is given")
    return Numbers(tuple(ranges))


def wording_of(text: str, dialect: Dialect, *, of_messages: bool = False) -> Wording:
    """Read a tag or message; raises NotUnderstood for an expression that may take for ever."""
    if dialect is Dialect.LIBRARY:
        return Wording(text, None, of_messages)
    repeats = len(re.findall(r"[*+{]", text))
    if len(text) > _LONGEST_PATTERN or repeats > _MOST_REPEATS or _REPEATED_GROUP.search(text):
        raise NotUnderstood(f"the expression {text[:40]!r} is not evaluated here")
    try:
        return Wording(text, re.compile(text), of_messages)
    except re.error as error:
        raise NotUnderstood(f"{text[:40]!r} is no expression: {error}") from None


def narrowed(rule: Rule, targets: tuple[Variable, ...]) -> bool:
    """Whether a rule loses a whole collection, such as `ARGS`, and not one argument alone."""
    looked_at = {
        one.name
        for link in rule.links
        for one in link.variables
        if not (one.is_left_out or one.is_count or one.selector)
    }
    return any(not target.selector and target.name in looked_at for target in targets)
