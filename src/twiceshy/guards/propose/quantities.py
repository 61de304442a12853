"""Numbers in an action's words: how much of what."""

from __future__ import annotations

import re

from twiceshy.guards.propose.bounds import bound_of
from twiceshy.guards.propose.quantity import Bound, Quantity, Unit

MOST_QUANTITIES = 12
_LARGEST = 10**9

_WORDS = {
    "a": 1,
    "an": 1,
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "twelve": 12,
    "fifteen": 15,
    "twenty": 20,
    "thirty": 30,
    "forty-five": 45,
    "sixty": 60,
    "ninety": 90,
}
_SECONDS: tuple[tuple[str, float], ...] = (
    ("milliseconds?|msecs?|ms", 0.001),
    ("seconds?|secs?|s", 1),
    ("minutes?|mins?", 60),
    ("hours?|hrs?|h", 3600),
    ("days?|nights?", 86400),
    ("weeks?", 7 * 86400),
    ("fortnights?", 14 * 86400),
    ("months?", 30 * 86400),
    ("quarters?", 90 * 86400),
    ("years?", 365 * 86400),
)
_NUMBER = r"\d{1,3}(?:,\d{3})+|\d{1,9}(?:\.\d{1,3})?"
_WORD = "|".join(sorted(_WORDS, key=len, reverse=True))
_TIME = "|".join(pattern for pattern, _ in _SECONDS)
_AMOUNT = re.compile(
    rf"(?<![\w.#/:-])(?:(?P<list>(?:\d{{1,3}}(?:,\s+(?:and\s+|or\s+)?|/|\s+(?:and|or)\s+))+)"
    r"(?=\d{1,3}[\s-]*(?:%|[a-z])))?"
    rf"(?:(?P<number>{_NUMBER})(?!\d|[:.]\d)|(?P<word>{_WORD})\b|(?P<half>half an?)\b)"
    rf"(?P<kilo>k\b)?[\s-]*"
    rf"(?:(?P<percent>%|per ?cent\b|percent\b)|(?P<bytes>[kmgt]i?b\b|(?:giga|mega|"
    rf"tera)?bytes?\b)|(?P<bits>bits?\b)"
    rf"|(?P<degrees>°\s*[cf]?|degrees\b)|(?P<time>{_TIME})\b)?"
)
_PER = re.compile(
    r"\s*(?P<of>(?:[a-z-]+\s+){0,3}?(?:[a-z-]+(?=/))?)(?:per|an?|each|every|/)\s*(?P<unit>second|sec|s|minute|"
    r"min|hour|day)\b"
)
_OF = re.compile(
    r"\s+(?:of\s+)?(?:(?:the|all|its|our|their|your)\s+)*"
    r"(?!(?:and|or|for|in|on|at|to|when|if|before|after|per|as|is|are|during|then)\b)"
    r"(?P<noun>[a-z][a-z-]*(?: [a-z-]+)?)"
)
_EVERY_ONE = re.compile(rf"\b(?:every|each|once (?:a|per|an|every))\s+(?P<time>{_TIME})\b")
_ADVERB = re.compile(r"\b(?P<word>minutely|hourly|daily|nightly)\b")
_ADVERBS = {"minutely": 60.0, "hourly": 3600.0, "daily": 86400.0, "nightly": 86400.0}


def quantities(text: str) -> tuple[Quantity, ...]:
    """The amounts in `text` (lower case), in its order; numbers that bound nothing included."""
    found: list[Quantity] = []
    for match in _AMOUNT.finditer(text):
        if len(found) >= MOST_QUANTITIES:
            break
        found += _read(match, text)
    for pattern in (_EVERY_ONE, _ADVERB):
        for match in pattern.finditer(text):
            if not any(match.start() < q.end and q.start < match.end() for q in found):
                seconds = _ADVERBS.get(match.groupdict().get("word") or "") or _seconds(
                    match["time"]
                )
                found.append(Quantity(seconds, Unit.SECONDS, Bound.EVERY, *match.span()))
    return tuple(sorted(found, key=lambda q: q.start)[:MOST_QUANTITIES])


def _read(match: re.Match[str], text: str) -> list[Quantity]:
    unit = _unit(match)
    if unit is Unit.COUNT and match["number"] is None:
        return []
    amount = _amount(match) * (_seconds(match["time"]) if unit is Unit.SECONDS else 1)
    if not 0 < amount <= _LARGEST:
        return []
    start, end = match.span()
    per = _PER.match(text, end) if unit is Unit.COUNT else None
    if per is not None:
        end, unit = per.end(), Unit.RATE
    noun = _OF.match(text, end) if per is None else None
    of = per["of"].strip() if per is not None else noun["noun"] if noun is not None else ""
    bound = bound_of(text, start, end, unit)
    what = per["unit"] if per is not None else (match["bytes"] or "")
    one = Quantity(amount, unit, bound, start, end, _period(what), of)
    listed = re.findall(r"\d+", match["list"] or "")
    scale = amount / _amount(match)
    others = [
        Quantity(int(n) * scale, unit, bound, start, end, one.per, of) for n in listed if int(n)
    ]
    return [*others, one]


def _period(word: str) -> str:
    return {"s": "second", "sec": "second", "min": "minute"}.get(word, word)


def _unit(match: re.Match[str]) -> Unit:
    for unit in (Unit.PERCENT, Unit.BYTES, Unit.BITS, Unit.DEGREES):
        if match[unit.value]:
            return unit
    return Unit.SECONDS if match["time"] else Unit.COUNT


def _amount(match: re.Match[str]) -> float:
    if match["half"]:
        return 0.5
    if match["word"]:
        return float(_WORDS[match["word"]])
    return float(match["number"].replace(",", "")) * (1000 if match["kilo"] else 1)


def _seconds(word: str) -> float:
    return next(size for pattern, size in _SECONDS if re.fullmatch(pattern, word))


_PORTS = re.compile(
    r"\b(?:tcp[\s/]*)?ports?\s+(?P<numbers>\d{1,5}(?:\s*(?:,|and|or|/|,\s*and)\s*\d{1,5})*)\b"
)
_CLOCK = re.compile(r"\b(?:by|before|until|at)\s+(?P<clock>(?:[01]?\d|2[0-3]):[0-5]\d)\b")
_STATUS = re.compile(
    r"\b(?:status(?: code)?|answer\w*(?: with)?|returns?|respon[ds]\w* with|http)\s+(?:a\s+|"
    r"an\s+)?(?P<code>[23]\d\d)\b"
)


def ports(text: str) -> tuple[int, ...]:
    """The TCP ports that `text` (lower case) names: "ports 80 and 443"."""
    numbers = [
        int(n) for match in _PORTS.finditer(text) for n in re.findall(r"\d+", match["numbers"])
    ]
    return tuple(dict.fromkeys(n for n in numbers if 1 <= n <= 65535))  # noqa: PLR2004 - TCP's range


def clock_time(text: str) -> str | None:
    """The time of day by which something is due: "by 06:30"."""
    match = _CLOCK.search(text)
    return match["clock"].zfill(5) if match is not None else None


def status_code(text: str) -> int | None:
    """The HTTP status that is right: "answers with 204"."""
    match = _STATUS.search(text)
    return int(match["code"]) if match is not None else None
