"""What share of its users an outage hit."""

from __future__ import annotations

import re

from twiceshy.reports.outline import Outline
from twiceshy.reports.people import PEOPLE
from twiceshy.reports.phrases import Phrases, lower
from twiceshy.reports.vocabulary import Part

_SENTENCES = re.compile(r"(?<=[.!?;])\s+")
_NUMBER = r"(?P<n>\d{1,3}(?:\.\d+)?)\s?(?:%|percent\b|per ?cent\b)"
_A_SHARE = re.compile(_NUMBER, re.IGNORECASE)
_OF_USERS = re.compile(
    _NUMBER + r"\s?\)?\s?(?:(?:of|o|off)\s)?(?:all\s|the\s|our\s|its\s|total\s|active\s|registered\s|their\s|my\s|online\s|paying\s|end[- ]?|internal\s|external\s|company's\s|overall\s|web\s?site\s|platform\s|site\s|app\s|mobile\s|daily\s|global\s|us\s|european\s|customer\s|\w+(?:'s|’s)?\s){0,3}"
    + PEOPLE + r"\b",
    re.IGNORECASE,
)  # fmt: skip
_USERS_THEN = re.compile(
    PEOPLE + r"\b[^.%\d]{0,40}?(?:affected|impacted|hit)?[^.%\d]{0,15}?[:(\s~]\s?(?:about |approximately |around |~|an estimated |roughly |nearly |over |up to )*" + _NUMBER,
    re.IGNORECASE,
)  # fmt: skip
_AFFECTING = re.compile(
    r"(?:affect(?:ed|ing)|impact(?:ed|ing))\s(?:about |approximately |around |~|an estimated |roughly |nearly |over |almost |more than |up to |some )*" + _NUMBER + r"(?!\s?(?:of|o)\s(?:the |all |our )?(?!users|customers)[a-z]+\s?(?:requests|traffic|transactions|orders|calls|sessions))",
    re.IGNORECASE,
)  # fmt: skip

_ALL_USERS = Phrases(
    r"""
    all|every|100% :: (?:all|every|100%)\s(?:of\s)?(?:the\s|our\s|its\s|active\s|registered\s|internal\s|external\s|platform\s|logged[- ]in\s|\w+\s)?PEOPLE\b
    every :: (?:affect|impact|hit|reach)(?:ed|ing)? (?:everyone|everybody)|(?:down|unavailable|unreachable|broken|out|gone|offline|fail(?:ed|ing)(?: with [\w ]{1,20})?) for (?:everyone|everybody)
    every :: (?:everyone|everybody) (?:was (?:affected|hit|locked out|impacted|logged out)|could not|couldn't|got|lost)
    nobody|no one|none of the|none of our|no :: (?:nobody|no one|none of (?:the|our) PEOPLE|no PEOPLE) (?:could|was able|were able|got (?:in|through)|can\b|managed)
    """.replace("PEOPLE", PEOPLE)
)
_NOT_A_SHARE = re.compile(r"(?:drop|decrease|decline|reduction|loss|degradation|increase|rise|fall|slower|slowdown|availability|engagement|transactions?|requests?|traffic|revenue|conversion|sales|orders|success rate|error rate|errors|capacity|cpu|memory|disk|performance)\b", re.IGNORECASE)  # fmt: skip
_CHANGE_OF = re.compile(
    r"(?:degradation|slowdown|drop|increase|decrease|loss|reduction)\s(?:for|in|of)\s*$"
)
_SAID_TO_BE_HIT = re.compile(
    r"^[^,;%]{0,40}\b(?:affected|impacted|hit|could not|couldn't|unable)\b"
)
_MILD = re.compile(r"\b(?:slow|slower|degradation|degraded|some|delayed?|latency)\b", re.IGNORECASE)


def affected_percent(outline: Outline) -> float | None:
    """The share of users affected, in percent; None when the report gives no share of users."""
    for statement in outline.of(Part.SHARE):
        match = _A_SHARE.search(statement.text)
        if match is not None:
            return _percent(match)
    texts = [s.text for s in outline.of(Part.IMPACT, Part.SHARE, Part.SUMMARY, Part.AFFECTED)]
    texts += [s.text for s in outline.of(Part.DURATION)] + [
        s.text for s in outline.statements if s.part is None
    ]
    for text in texts:
        for sentence in _SENTENCES.split(text):
            share = _share_in(sentence)
            if share is not None:
                return share
    for text in texts:
        for sentence in _SENTENCES.split(text):
            if _ALL_USERS.search(sentence) and "%" not in sentence and not _MILD.search(sentence):
                return 100.0
    return None


def _shares(sentence: str) -> list[tuple[re.Pattern[str], re.Match[str]]]:
    """Every percentage that stands beside people; the ones said to be affected first."""
    if "%" not in sentence and "per" not in lower(sentence):
        return []
    found = [
        (pattern, match)
        for pattern in (_OF_USERS, _AFFECTING, _USERS_THEN)
        for match in pattern.finditer(sentence)
    ]
    return sorted(
        found,
        key=lambda each: (
            each[0] is not _OF_USERS
            or _SAID_TO_BE_HIT.search(sentence[each[1].end() :][:60]) is None
        ),
    )


def _share_in(sentence: str) -> float | None:
    for pattern, match in _shares(sentence):
        before = sentence[: match.start()]
        if pattern is _OF_USERS and _CHANGE_OF.search(
            sentence[: match.end()].rsplit("%", 1)[-1][:30]
        ):
            continue
        if pattern is not _OF_USERS and _NOT_A_SHARE.match(
            sentence[match.end() :].strip(" of.,")[:30].strip()
        ):
            continue
        if pattern is _USERS_THEN and _NOT_A_SHARE.search(match[0]):
            continue
        between = match[0][match.end("n") - match.start() :]
        if pattern is _OF_USERS and _NOT_A_SHARE.search(between):
            continue
        if pattern is _USERS_THEN and re.search(r"\bslow", before):
            continue
        return _percent(match)
    return None


def _percent(match: re.Match[str]) -> float | None:
    number = float(match["n"])
    return number if number <= 100 else None
