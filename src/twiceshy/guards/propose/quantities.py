"""Numbers in an action's words: how much of what, and on which side of it the trouble begins.

Theory. A clause such as "alert when disks are over 75% full" states an amount (75), a unit
(percent) and a comparison. What counts is the side where the promise is broken: "alert over 75%",
"keep it below 75%" and "must not exceed 75%" all say that the trouble is above.

1. A comparison right before the amount gives the side that is spoken of ("not older than": below).
2. A clause that raises an alarm speaks of the trouble, one that promises speaks of what is right:
   the word nearest before the amount decides ("when" or "keep"); without one, "over" is trouble
   and "under" is a promise.
3. Time has further roles: "every", "before", "for", and silence ("nothing for 15 minutes").

An amount without a known comparison has no bound, and means nothing to a check.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


class Unit(StrEnum):
    """What is counted."""

    PERCENT = "percent"
    SECONDS = "seconds"
    """Every span of time, whatever it was written in."""
    RATE = "rate"
    """So many of something in each span of time."""
    BYTES = "bytes"
    BITS = "bits"
    DEGREES = "degrees"
    COUNT = "count"


class Bound(StrEnum):
    """What the amount is to the promise."""

    ABOVE = "above"
    """The promise is broken above it."""
    BELOW = "below"
    """The promise is broken below it."""
    AT = "at"
    """The alarm is raised there; the measure tells from which side it is reached."""
    AHEAD = "ahead"
    """So long before an end."""
    LASTING = "lasting"
    """So long must it go on before it counts."""
    SILENT = "silent"
    """So long nothing came."""
    EVERY = "every"
    BY = "by"
    """An alarm is raised when it changes by so much."""
    NONE = "none"
    """A number that bounds nothing."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """An amount in its unit, its bound, and where in the text it stands."""

    amount: float
    """Spans of time in seconds, everything else as written."""
    unit: Unit
    bound: Bound
    start: int
    end: int
    per: str = ""
    """For a rate, what it is in: second, minute, hour or day; for bytes, the unit as written."""
    of: str = ""
    """The noun that follows: "80% of the heap" is of "heap", "5 failed logins" of "failed logins"."""

    @property
    def whole(self) -> int:
        """The amount without what is behind the point, and never less than one."""
        return max(1, round(self.amount))


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
    rf"(?:(?P<percent>%|per ?cent\b|percent\b)|(?P<bytes>[kmgt]i?b\b|(?:giga|mega|tera)?bytes?\b)|(?P<bits>bits?\b)"
    rf"|(?P<degrees>°\s*[cf]?|degrees\b)|(?P<time>{_TIME})\b)?"
)
_PER = re.compile(
    r"\s*(?P<of>(?:[a-z-]+\s+){0,3}?)(?:per|an?|each|every|/)\s*(?P<unit>second|sec|s|minute|min|hour|day)\b"
)
_OF = re.compile(
    r"\s+(?:of\s+)?(?:(?:the|all|its|our|their|your)\s+)*"
    r"(?!(?:and|or|for|in|on|at|to|when|if|before|after|per|as|is|are|during|then)\b)"
    r"(?P<noun>[a-z][a-z-]*(?: [a-z-]+)?)"
)
_EVERY_ONE = re.compile(rf"\b(?:every|each|once (?:a|per|an|every))\s+(?P<time>{_TIME})\b")
_ADVERB = re.compile(r"\b(?P<word>minutely|hourly|daily|nightly)\b")
_ADVERBS = {"minutely": 60.0, "hourly": 3600.0, "daily": 86400.0, "nightly": 86400.0}

_NEAR = r"[\s:=(~'\"]*(?:(?:the|a|an|about|around|some|only|as much as)\s+)*$"
_ABOVE = re.compile(
    r"(?:\b(?:above|over|exceed(?:s|ed|ing)?|beyond|past|surpass(?:es)?|(?:more|greater|longer|higher|larger|"
    rf"older|slower|later|bigger) than|crosses|goes above|rises? (?:above|to)|passes)|>=?){_NEAR}"
)
_BELOW = re.compile(
    r"(?:\b(?:below|under(?:neath)?|beneath|(?:less|fewer|lower|shorter|smaller|younger|faster|quicker|sooner) than|"
    rf"(?:falls?|drops?|sinks?) (?:below|under|to))|<=?){_NEAR}"
)
_AT_MOST = re.compile(
    rf"\b(?:at most|up to|no later than|maximum(?: of)?|max\.?|capped at|cap of|limit(?:ed)? (?:of|to)|within|inside){_NEAR}"
)
_AT_LEAST = re.compile(rf"\b(?:at least|minimum(?: of)?|min\.?|no fewer than|no less than){_NEAR}")
_AT = re.compile(
    r"\b(?:at|reach(?:es|ed|ing)?|hits?|thresholds? (?:of|to|at|is|be)|threshold|set (?:to|at))"
    + _NEAR
)
_NOT = re.compile(r"\b(?:not|never|no|n't|without|isn't|aren't)\s+(?:[a-z]+\s+){0,2}$")
_BY = re.compile(rf"\b(?:by|by (?:more|less) than|by (?:over|at least)){_NEAR}")
_FOR = re.compile(rf"\b(?:for|for (?:more|longer) than|for (?:over|at least)){_NEAR}")
_EVERY = re.compile(rf"\b(?:every|each|once(?: in)?(?: every| per)?){_NEAR}")
_INTERVAL = re.compile(r"[\s-]*(?:intervals?|cadence|checks?\b)")
_AHEAD = re.compile(
    r"[^.;]{0,40}?\b(?:before|prior|ahead|in advance|of expir|left|remain|to expir|to go|warning|notice)"
)
_NOTHING = re.compile(
    r"\b(?:no|nothing|none|silen\w*|missing|absent|absence|quiet|without|(?:has|have|had|is|are|was|does|do|did)(?: not|n't)"
    r"|stops?|stopped|stale)\b"
)
_SILENCE = re.compile(r"\s+(?:of|without)\s+(?:silence|quiet|inactivity|any|a|no)\b")
_ALARM = re.compile(
    r"\b(?:(?:alert|alarm|warn|notif|trigger|whenever|detect|exceed|rais|cross)\w*|when|if|once|soon as|"
    r"(?:page|message|mail|call|tell) (?:us|me|the team|on-call|when|if)|rises?|falls?|drops?)\b"
)
_PROMISE = re.compile(
    r"\b(?:keep|keeps|kept|stays?|remains?|must|should|shall|ensur\w+|make sure|limit\w*|caps?|maintain\w*|"
    r"guarantee\w*|never|verif\w+|(?:check|monitor|confirm|watch|assure|so) that|targets?|goals?)\b"
)
_HAS_LESS = re.compile(r"\b(?:has|have|with|only)\b[^.;]{0,20}$")
_REACTION = re.compile(
    r"\b(?:alert|notif|page|detect|inform|escalat|tell|react|respond|acknowledg|resolv|call|communicat)\w*"
    r"(?: (?!if\b|when\b|unless\b)[\w'-]+){0,6} (?:within|inside|in) +$"
)
"""How soon people are told or act, which is no threshold."""
_LEFT = re.compile(
    r"\s+(?:of\s+)?(?:[a-z]+\s+){0,2}?(?:is |are )?(?:free|left|remain\w*|available)\b"
)
_FULL = re.compile(
    r"[\s-]*(?:full|used|usage|use|utili[sz]ation|cpu|memory|disk|ram|in use|capacity)\b"
)


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
    bound = _bound(text, start, end, unit)
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


def _bound(text: str, start: int, end: int, unit: Unit) -> Bound:
    before, after = text[max(0, start - 80) : start], text[end : end + 60]
    if unit is Unit.SECONDS:
        in_time = _bound_in_time(before, after)
        if in_time is not None:
            return in_time
    if _BY.search(before):
        return Bound.BY if _ALARM.search(before) else Bound.NONE
    if _REACTION.search(before):
        return Bound.NONE
    spoken = _spoken_of(before)
    if spoken is not None:
        return _trouble(*spoken, before, after)
    if _AT.search(before) or (unit is Unit.PERCENT and _FULL.match(after)):
        return Bound.AT
    return Bound.NONE


def _bound_in_time(before: str, after: str) -> Bound | None:
    """What only a span of time can be."""
    if _EVERY.search(before) or _INTERVAL.match(after):
        return Bound.EVERY
    if _AHEAD.match(after):
        return Bound.AHEAD
    if _SILENCE.match(after):
        return Bound.SILENT
    lasting = _FOR.search(before) is not None
    if (
        lasting or re.search(r"\b(?:within|in|after)(?: the (?:last|past))?" + _NEAR, before)
    ) and _NOTHING.search(before):
        return Bound.SILENT
    return Bound.LASTING if lasting and _ALARM.search(before) else None


def _spoken_of(before: str) -> tuple[Bound, bool] | None:
    """The side that the comparison before an amount speaks of, and whether as of trouble."""
    if _AT_MOST.search(before):
        return Bound.BELOW, False
    if _AT_LEAST.search(before):
        return Bound.ABOVE, False
    above, below = _ABOVE.search(before), _BELOW.search(before)
    if above is not None:
        is_not = _NOT.search(before[: above.start()]) is not None
        return (Bound.BELOW, False) if is_not else (Bound.ABOVE, True)
    if below is not None:
        if _NOT.search(before[: below.start()]):
            return Bound.ABOVE, False
        return Bound.BELOW, _HAS_LESS.search(before[: below.start()]) is not None
    return None


def _trouble(spoken: Bound, is_trouble: bool, before: str, after: str) -> Bound:  # noqa: FBT001 - a pair
    """The side where the promise is broken; an alarm speaks of it, a promise of the other one."""
    alarms = [match.end() for match in _ALARM.finditer(before)]
    promises = [match.end() for match in _PROMISE.finditer(before)]
    if alarms or promises:
        is_trouble = max(alarms, default=-1) > max(promises, default=-1)
    elif _LEFT.match(after) or _ALARM.search(after):
        is_trouble = True
    if is_trouble:
        return spoken
    return Bound.BELOW if spoken is Bound.ABOVE else Bound.ABOVE


def as_duration(seconds: float) -> str:
    """A span as it is written in `twiceshy.yaml`: `30s`, `5m`, `6h`, `7d`."""
    whole = max(1, round(seconds))
    for letter, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if whole % size == 0:
            return f"{whole // size}{letter}"
    return f"{whole}s"


_PORTS = re.compile(
    r"\b(?:tcp[\s/]*)?ports?\s+(?P<numbers>\d{1,5}(?:\s*(?:,|and|or|/|,\s*and)\s*\d{1,5})*)\b"
)
_CLOCK = re.compile(r"\b(?:by|before|until|at)\s+(?P<clock>(?:[01]?\d|2[0-3]):[0-5]\d)\b")
_STATUS = re.compile(
    r"\b(?:status(?: code)?|answer\w*(?: with)?|returns?|respon[ds]\w* with|http)\s+(?:a\s+|an\s+)?(?P<code>[23]\d\d)\b"
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
