"""How alike two sentences are, in a way that can be shown: by the words they share.

Words that say nothing in a report (`implement`, `ensure`, `the`) are left out, endings are cut so
that `monitoring` meets `monitor`, and the likeness is the shared part of all their words (Jaccard).
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

_WORD = re.compile(r"[a-z0-9]+(?:[./-][a-z0-9]+)*")

_EMPTY_WORDS = """
    a about above across after again all also an and any are as at be because been before being both
    but by can could did do does due during each for from further future had has have help her here his
    how i if in into is it its just like may might more most must need new no nor not now of off on once
    only or other our out over own per same set shall she should similar so some such than that the
    their them then there these they this those through to too under until up us very was we well were
    what when where which while who whom why will with within without would you your
    add additionally address adopt better carry conduct create develop enhance enhanced ensure establish
    follow good implement implementation improve improved improvement include including increase
    introduce maintain make necessary occur perform place plan practice prevent proper properly
    provide put rigorous robust schedule start strengthen take task team thorough update use using way
    """
_EMPTY = frozenset(_EMPTY_WORDS.split())

_ENDINGS = (
    "ations", "ation", "ments", "ment", "ings", "ing", "ions", "ion", "als", "al",
    "ies", "ied", "ers", "er", "ed", "es", "s", "e", "y",
)  # fmt: skip
_SHORTEST_STEM = 4


@lru_cache(maxsize=8192)
def _stem(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            return word if ending == "s" and word.endswith("ss") else word[: -len(ending)]
    return word


@lru_cache(maxsize=4096)
def telling_words(text: str) -> MappingProxyType[str, str]:
    """The words of a text that say something: stem to the word as first written, in order."""
    found: dict[str, str] = {}
    for word in _WORD.findall(text.lower()):
        if word not in _EMPTY and not word.isdigit():
            found.setdefault(_stem(word), word)
    return MappingProxyType(found)


_COMMON_WORDS = """
    issue issues problem problems incident outage outages root cause caused causing service services
    server servers system systems user users website web site application app failure failures failed
    fail failing error errors down downtime unavailable unavailability unable access accessible
    disruption interruption performance slow lead led leading result resulted resulting response
    request requests production company platform traffic identified found due stopped working degraded
    degradation impact impacted affected crash crashed interrupted broke broken complete total major
"""
_COMMON = frozenset(telling_words(_COMMON_WORDS))
"""Words that any outage has; they support no cause and explain none."""


@lru_cache(maxsize=1024)
def evidence_words(text: str) -> frozenset[str]:
    """The stems that set this outage apart from any other."""
    return frozenset(telling_words(text)) - _COMMON


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two texts are: 0 to 1, and the words that make them so."""

    score: float
    shared: tuple[str, ...]


SAME_PROMISE = 0.4
"""From this likeness on, and with three words shared, two actions promise the same."""
_ENOUGH_WORDS = 3

_MEANS = {
    "watch": r"monitor|alert|warn|remind|notif|detect|observ",
    "train": r"train|workshop|educat|course",
    "write": r"document|runbook|playbook|wiki|guide|knowledge|response plan",
    "look over": r"audit|review|inspect|assess|valid",
    "try": r"\btest|rehears|drill|simulat|exercise",
    "limit": r"rate.?limit|throttl|quota",
    "spare": r"backup|redundan|fail.?over|replica",
    "automate": r"automat|ansible|puppet|terraform",
}
_MEANS_PATTERNS = MappingProxyType(
    {means: re.compile(words, re.IGNORECASE) for means, words in _MEANS.items()}
)


@lru_cache(maxsize=4096)
def _means(text: str) -> frozenset[str]:
    """How an action works, as far as its words tell: an audit is no alarm, whatever it is about."""
    return frozenset(name for name, words in _MEANS_PATTERNS.items() if words.search(text))


def same_promise(one: str, other: str) -> Likeness | None:
    """The likeness of two actions that promise the same thing; None for two that do not.

    They share three telling words and enough of all their words, and they work by the same means.
    """
    left, right = telling_words(one), telling_words(other)
    shared = tuple(word for stem, word in left.items() if stem in right)
    if len(shared) < _ENOUGH_WORDS:
        return None
    means = _means(one), _means(other)
    if all(means) and not means[0] & means[1]:
        return None
    score = len(shared) / len(left.keys() | right.keys())
    return Likeness(score, shared) if score >= SAME_PROMISE else None


class PromiseIndex:
    """Many actions, asked which of them promise the same as a new one, without trying each."""

    def __init__(self) -> None:
        self._texts: list[str] = []
        self._numbers: dict[str, int] = {}
        self._holders: dict[str, list[int]] = {}

    def add(self, text: str) -> int:
        """Take an action in; its number is that of the same text, else the next one."""
        if text in self._numbers:
            return self._numbers[text]
        number = self._numbers[text] = len(self._texts)
        self._texts.append(text)
        for stem in telling_words(text):
            self._holders.setdefault(stem, []).append(number)
        return number

    def like(self, text: str) -> list[tuple[int, Likeness]]:
        """The numbers of the actions that promise the same, the likest first."""
        shared = Counter(
            number for stem in telling_words(text) for number in self._holders.get(stem, ())
        )
        found = [
            (number, alike)
            for number, count in shared.items()
            if count >= _ENOUGH_WORDS
            and (alike := same_promise(self._texts[number], text)) is not None
        ]
        return sorted(found, key=lambda item: (-item[1].score, item[0]))


def quoted(text: str, longest: int = 60) -> str:
    """The text in double quotes, on one line, cut at a word when it is long."""
    line = " ".join(text.split())
    if len(line) > longest:
        line = line[: longest - 3].rsplit(" ", 1)[0].rstrip(",;:.") + "..."
    return f'"{line}"'
