"""What an alarm follows when no rule knows it: the action's own words, as the name of a series."""

from __future__ import annotations

import re

from twiceshy.guards.propose.phrases import bare, noun_phrase, purposeless, shortened, uncapitalised
from twiceshy.guards.propose.quantities import quantities
from twiceshy.guards.propose.quantity import Bound, Unit
from twiceshy.guards.propose.readings import Reading

_ASKING = re.compile(
    r"^(?:(?:we|please|also|let|have|make)\s+)*"
    r"(?:(?:add|set up|create|raise|sound|send|give|implement|introduce|put|get|show|build|"
    r"configure|enable)\s+)?"
    r"(?:an?\s+|the\s+)?(?:\w+\s+)?"
    r"(?:alert|alarm|monitor|watch|track|warn|page|notify|message|detect|observe|measure|"
    r"monitoring|"
    r"notification|tracking)(?:s|ing|ed|er)?"
    r"(?:\s+(?:us|me|people|somebody|someone|the (?:team|on-call(?: engineer)?)))?"
    r"(?:\s+(?:when|if|whenever|as soon as|once|on|for|about|at|of|that|check that|checks? "
    r"that))*\s+",
    re.IGNORECASE,
)
_WARNS_WHEN = re.compile(
    (
        r"\b(?:alert|alarm|warning|message|notification|mail|call)s? (?:when|if|as soon as) "
        r"(?P<what>\S.*)$"
    ),
    re.IGNORECASE,
)
_FAILS = re.compile(r"^(.+) (?:fails|is failing|has failed)$", re.IGNORECASE)
_REQUEST = re.compile(
    r"^(?:compare|monitor|watch|track|check|measure|observe|probe|follow|show|count|log)\s+",
    re.IGNORECASE,
)
_THEN_ALARM = re.compile(
    r",?\s+(?:and|then|with|so that)?\s*(?:raise|send|sound|give)?\s*(?:an?\s+)?\b"
    r"(?:alert|alarm|warn|notify|page|message)\w*\b.*$|\s+(?:is|are) (?:watched|monitored|"
    r"tracked)\b.*$"
    r"|\s+on (?:a|the|our) dash-?board.*$",
    re.IGNORECASE,
)
_NOTHING_COMES = re.compile(
    r"^(?:there (?:is|are|has been|have been) )?(?:no|not any|not a)\s+", re.IGNORECASE
)
_THERE = re.compile(r"^there (?:is|are|has been|have been)\s+", re.IGNORECASE)
_COMPARISON = re.compile(
    r"\s*[(]?\b(?:(?:is|are|gets?|goes|rises?|falls?|drops?|stays?|remains?|waits?|has been|"
    r"have been|holds?|takes?)\s+)?"
    r"(?:(?:above|over|below|under|exceed\w*|beyond|within|at|for|after|reach\w*|hits?|"
    r"(?:more|less|fewer|longer|higher|lower|older|greater|slower) than|at (?:least|most)|"
    r"every|each|once)\s+)*$",
    re.IGNORECASE,
)
_LAST_VERB = re.compile(
    r"\s+(?:is|are|gets?|goes|rises?|falls?|drops?|stays?|remains?|waits?|waiting|arrives?|"
    r"arrived|comes?|came|"
    r"runs?|holds?|takes?|grows?|changes?|happens?|occurs?|has|have|been|silent|quiet|missing)$",
    re.IGNORECASE,
)
_NO_NOUN = re.compile(r"^(?:in|on|at|after|before|during|for|with|when|if|it|its)\b", re.IGNORECASE)
_RISES = re.compile(
    r"\b(?:ris\w+|increas\w+|grow\w*|high\w*|spike\w*|surge\w*|too many|climb\w*)\b"
)
_FALLS = re.compile(r"\b(?:fall\w*|drop\w*|low|decreas\w+|sink\w*|shrink\w*|too few)\b")
_NONE_LEFT = re.compile(
    r"\b(?:no|silen\w+|missing|absent|stops?|stopped|(?:does|do|did|has|have) not)\b"
)


def topic_of(reading: Reading, service: str) -> str:
    """The series that `reading` wants followed, in its words; the service where it names none."""
    whole = purposeless(bare(reading.clause.said))
    text = _ASKING.sub("", whole, count=1)
    told = _WARNS_WHEN.search(text)
    if told is not None and not _NO_NOUN.match(told["what"]):
        text = told["what"]
    if text == whole:
        text = _REQUEST.sub("", whole, count=1)
    text = _THEN_ALARM.sub("", text).strip(" ,;") or text
    text = _THERE.sub("", _NOTHING_COMES.sub("", text))
    topic = _unnumbered(text).strip(" ,;()")
    if not any(q.bound is Bound.LASTING for q in quantities(whole.lower())):
        while _LAST_VERB.search(topic):
            topic = _LAST_VERB.sub("", topic)
    topic = noun_phrase(_FAILS.sub(r"failures of \1", topic))
    topic = re.sub(r"^(?:an?|any|the)\s+", "", topic, flags=re.IGNORECASE)
    if not topic or _NO_NOUN.match(topic):
        topic = service
    return shortened(uncapitalised(topic))


def _unnumbered(text: str) -> str:
    """`text` up to the number it is held against; what follows where nothing stands before."""
    for quantity in quantities(text.lower()):
        if quantity.bound is Bound.NONE and quantity.unit is Unit.COUNT:
            continue
        before = _COMPARISON.sub("", text[: quantity.start])
        after = re.sub(r"^\s+(?:of\s+)?(?:the\s+)?", "", text[quantity.end :])
        return before if before.strip() else after
    return text


def directions_of(reading: Reading) -> tuple[str, ...]:
    """What is abnormal, as far as the words tell: "alert when it falls" is about drops."""
    said = reading.clause.said.lower()
    told = tuple(
        name
        for name, pattern in (("spike", _RISES), ("drop", _FALLS), ("silence", _NONE_LEFT))
        if pattern.search(said)
    )
    return told or ("spike", "drop", "silence")
