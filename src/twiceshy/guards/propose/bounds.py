"""On which side of a number the trouble begins.

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

from twiceshy.guards.propose.quantity import Bound, Unit

_NEAR = r"[\s:=(~'\"]*(?:(?:the|a|an|about|around|some|only|as much as)\s+)*$"
_ABOVE = re.compile(
    r"(?:\b(?:above|over|exceed(?:s|ed|ing)?|beyond|past|surpass(?:es)?|(?:more|greater|"
    r"longer|higher|larger|"
    rf"older|slower|later|bigger) than|crosses|goes above|rises? (?:above|to)|passes)|>=?){_NEAR}"
)
_BELOW = re.compile(
    r"(?:\b(?:below|under(?:neath)?|beneath|(?:less|fewer|lower|shorter|smaller|younger|"
    r"faster|quicker|sooner) than|"
    rf"(?:falls?|drops?|sinks?) (?:below|under|to))|<=?){_NEAR}"
)
_AT_MOST = re.compile(
    rf"\b(?:at most|up to|no later than|maximum(?: of)?|max\.?|capped at|cap of|limit(?:ed)? "
    rf"(?:of|to)|within|inside){_NEAR}"
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
    r"[^.;]{0,40}?\b(?:before|prior|ahead|in advance|of expir|left|remain|to expir|to go|"
    r"warning|notice)"
)
_NOTHING = re.compile(
    r"\b(?:no|nothing|none|silen\w*|missing|absent|absence|quiet|without|(?:has|have|had|is|"
    r"are|was|does|do|did)(?: not|n't)"
    r"|stops?|stopped|stale)\b"
)
_SILENCE = re.compile(r"\s+(?:of|without)\s+(?:silence|quiet|inactivity|any|a|no)\b")
_ALARM = re.compile(
    r"\b(?:(?:alert|alarm|warn|notif|trigger|whenever|detect|rais)\w*|when|if|"
    r"once|soon as|"
    r"(?:page|message|mail|call|tell) (?:us|me|the team|on-call|when|if))\b"
)
_PROMISE = re.compile(
    r"\b(?:keep|keeps|kept|stays?|remains?|must|should|shall|ensur\w+|make sure|limit\w*|"
    r"caps?|maintain\w*|"
    r"guarantee\w*|never|verif\w+|(?:check|monitor|confirm|watch|assure|so) that|targets?|goals?)\b"
)
_SINKS = re.compile(r"(?:falls?|drops?|sinks?)\b")
_HAS_LESS = re.compile(r"\b(?:has|have|with|only)\b[^.;]{0,20}$")
_QUICK = re.compile(r"(?:\d|\b)(?:ms|msecs?|milliseconds?|s|secs?|seconds?)$")
"""Quicker than people are."""
_REACTION = re.compile(
    r"\b(?:alert|notif|page|detect|inform|escalat|tell|react|respond|acknowledg|resolv|call|"
    r"communicat)\w*"
    r"(?: (?!if\b|when\b|unless\b)[\w'-]+){0,6} (?:within|inside|in) +$"
)
"""How soon people are told or act, which is no threshold."""
_LEFT = re.compile(
    r"\s+(?:of\s+)?(?:[a-z]+\s+){0,2}?(?:is |are )?(?:free|left|remain\w*|available)\b"
)
_FULL = re.compile(
    r"[\s-]*(?:full|used|usage|use|utili[sz]ation|cpu|memory|disk|ram|in use|capacity)\b"
)


def bound_of(text: str, start: int, end: int, unit: Unit) -> Bound:
    """What the amount from `start` to `end` of `text` (lower case) is to the promise."""
    before, after = text[max(0, start - 80) : start], text[end : end + 60]
    if unit is Unit.SECONDS:
        in_time = _bound_in_time(before, after)
        if in_time is not None:
            return in_time
    if _BY.search(before):
        return Bound.BY if _ALARM.search(before) else Bound.NONE
    if _REACTION.search(before) and not _QUICK.search(text[start:end]):
        return Bound.NONE
    spoken = _spoken_of(before)
    if spoken is not None:
        return _trouble(spoken, before, after)
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
        is_trouble = _SINKS.match(below[0]) or _HAS_LESS.search(before[: below.start()])
        return Bound.BELOW, is_trouble is not None
    return None


def _trouble(said: tuple[Bound, bool], before: str, after: str) -> Bound:
    """The side where the promise is broken; an alarm speaks of it, a promise of the other one."""
    spoken, is_trouble = said
    alarms = [match.end() for match in _ALARM.finditer(before)]
    promises = [match.end() for match in _PROMISE.finditer(before)]
    if alarms or promises:
        is_trouble = max(alarms, default=-1) > max(promises, default=-1)
    elif _LEFT.match(after) or _ALARM.search(after):
        is_trouble = True
    if is_trouble:
        return spoken
    return Bound.BELOW if spoken is Bound.ABOVE else Bound.ABOVE
