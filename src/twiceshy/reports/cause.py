"""The class of a cause, with the words that decided it.

Every class has patterns with weights; a text's score for a class is the sum over the patterns it
matches. More specific classes carry heavier patterns, so that "an expired certificate because the
renewal job failed" is a failed renewal, and "database connection settings" are not a database
failure. The words matched by the winner are kept, so that a reader can disagree.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from twiceshy.model.report import CauseClass as C
from twiceshy.reports.cause_words import RULES
from twiceshy.reports.phrases import Phrasebook, any_in

_ORDER = {cause: index for index, (cause, _, _) in enumerate(RULES)}
_BOOK = Phrasebook(((cause, strength), phrases) for cause, strength, phrases in RULES)
_WORDS_OF = {
    cause: tuple(phrases for own, _, phrases in RULES if own is cause) for cause, _, _ in RULES
}

_DENIALS = ("not", "isn't", "wasn't", "rather", "instead", "ruled out", "unlike", "neither")
"""One of them is in whatever denies what follows."""
_NOT_THIS = re.compile(
    r"\b(?:(?:is|was|were|are|had|has) not(?: caused by| due to)?|not (?:caused by|due to|an?|the|by)|isn't|wasn't|rather than|instead of|ruled out|unlike|neither)\s(?:[^.,;\s]+\s){0,3}$"
)  # fmt: skip
_TELLS_SIGNS = (
    "root cause",
    "caused by",
    "due to",
    "because",
    "reason",
    "culprit",
    "stemmed",
    "result",
    "traced",
    "since",
)
_TELLS = re.compile(
    r"\b(?:root cause|caused by|due to|because|reason|culprit|stemmed|resulted from|result of|traced|since)\b"
)
_RESULTS = re.compile(
    r"(?:,? (?:which|this|that) (?:caus\w+|led|result\w+|meant|made)|,? (?:causing|leading to|resulting in|so that|so the|preventing|making)|;)"
)  # fmt: skip
_CERTIFICATE = re.compile(
    r"\b(?:certificates?|certs?|ssl|tls|certbot|acme|let's encrypt)\b", re.IGNORECASE
)
_MAX_TEXT = 3_000


@dataclass(frozen=True, slots=True)
class Classified:
    """A cause class and the words that decided it."""

    cause_class: C
    words: tuple[str, ...]
    score: float


def classify(texts: Sequence[tuple[str, float]]) -> Classified:
    """The class of a cause from texts with weights: the cause's own sentences weigh most."""
    scores: dict[C, float] = {}
    words: dict[C, list[str]] = {}
    told = [(text[:_MAX_TEXT], weight) for text, weight in texts if text]
    for text, weight in told:
        for cause, score, said in _told_by(text):
            scores[cause] = scores.get(cause, 0.0) + score * weight
            words.setdefault(cause, []).extend(said)
    if C.CERTIFICATE_RENEWAL_FAILED in scores and not any(_CERTIFICATE.search(t) for t, _ in texts):
        # A domain, a licence or a contract was not renewed.
        del scores[C.CERTIFICATE_RENEWAL_FAILED]
    if not scores:
        return Classified(C.OTHER, (), 0.0)
    # A renewal that failed is why the certificate expired; the pair is the renewal's.
    if C.CERTIFICATE_RENEWAL_FAILED in scores and C.CERTIFICATE_EXPIRED in scores:
        scores[C.CERTIFICATE_RENEWAL_FAILED] += scores[C.CERTIFICATE_EXPIRED]
    best = max(scores, key=lambda cause: (scores[cause], -_ORDER[cause]))
    return Classified(best, tuple(dict.fromkeys(words[best]))[:4], scores[best])


@lru_cache(maxsize=1024)
def class_of(text: str) -> C:
    """The class that one text alone tells."""
    return classify([(text, 1.0)]).cause_class


def tells(text: str, cause: C) -> bool:
    """Whether one text alone tells this class more than any other."""
    # One class is asked for by its own words first, which is cheaper than asking for all.
    return any(phrases.search(text) for phrases in _WORDS_OF.get(cause, ())) and (
        class_of(text) is cause
    )


@lru_cache(maxsize=256)
def _told_by(text: str) -> tuple[tuple[C, float, tuple[str, ...]], ...]:
    """The classes that a text alone tells, each with its score and the words that tell it."""
    told = []
    for (cause, strength), matches in _BOOK.found_in(text):
        score = 0.0
        words = []
        for match in matches[:3]:
            low, start = match.string, match.start()
            before = low[max(0, start - 70) : start]
            if any_in(_DENIALS, before) and _NOT_THIS.search(before):
                continue
            value = strength
            sentence_start = max(low.rfind(". ", 0, start) + 1, 0)
            lead = low[sentence_start:start]
            if _RESULTS.search(lead):
                value *= 0.4
            elif sentence_start == 0:
                value *= 1.3
            if any_in(_TELLS_SIGNS, lead) and _TELLS.search(lead[-80:]):
                value *= 1.2
            score = max(score, value) + (0.15 * strength if score else 0.0)
            words.append(text[start : match.end()].strip()[:80])
        if words:
            told.append((cause, score, tuple(words)))
    return tuple(told)
