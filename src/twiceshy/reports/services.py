"""Which services an outage hit, in the report's words."""

from __future__ import annotations

import re

from twiceshy.reports.noun_phrases import NOT_SERVICES, THING, phrases_in
from twiceshy.reports.outline import Outline
from twiceshy.reports.vocabulary import Part

_INCLUDING = re.compile(r"\b(?:including|namely|such as|i\.e\.|specifically)\b", re.IGNORECASE)
_SENTENCES = re.compile(r"(?<=[.!?;])\s+")


def services(outline: Outline) -> tuple[str, ...]:
    """The services hit, in the report's words: from a label that lists them, else the impact."""
    listed = [s.text for s in outline.of(Part.AFFECTED)]
    if listed:
        parts = [p for text in listed for p in re.split(r"\s*(?:,|;|\band\b|/(?=\s))\s*", text)]
        return tuple(dict.fromkeys(p for part in parts if 2 < len(p := _trim(part)) <= 60))
    told = [
        sentence
        for statement in outline.of(Part.IMPACT, Part.SUMMARY, Part.SHARE)
        for sentence in _SENTENCES.split(statement.text)
    ]
    title = _services_in(outline.title or "")
    subjects = [_subject(sentence) for sentence in told[:_SENTENCES_JUDGED]]
    for sentence, subject in zip(told, subjects, strict=False):
        found = _services_in(sentence)
        if found and (subject is None or not _serves(subject)):
            return found
        if subject is None or not _serves(subject):
            continue
        if _any_within(found, subject):
            return found
        if subject.lower() not in NOT_SERVICES or not title:
            return (subject,)
    subject = next(
        (each for each in subjects if each and not (title and each.lower() in NOT_SERVICES)), None
    )
    if subject is not None and not (title and subject.count(" ") > 1):
        return (subject,)
    weak = next((found for each in told if (found := _services_in(each, weak=True))), ())
    elsewhere = outline.of(Part.CAUSE, Part.CAUSE_AND_RESOLUTION, Part.DURATION)[:4]
    lead = [s for s in outline.statements if s.part is None][:4]
    named = next(
        (
            found
            for s in [*lead, *elsewhere]
            for sentence in _SENTENCES.split(s.text)
            if (found := _services_in(sentence))
        ),
        (),
    )
    return title or named or weak


def _serves(subject: str) -> bool:
    """Whether a subject ends in a thing that serves, be it only `site`."""
    return THING.match(subject.rsplit(" ", 1)[-1]) is not None


def _any_within(found: tuple[str, ...], subject: str) -> bool:
    """Whether a service that was found is the sentence's subject, or part of it."""
    return any(f.lower() in subject.lower() or subject.lower() in f.lower() for f in found)


_EFFECTS = re.compile(
    r",?\s(?:preventing|causing|leading to|resulting in|so that|so users|making|which (?:caused|meant|prevented|led)|because of|due to)\b",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    r"^(?:on \d[\d-]+,? |on the [\w ]{3,40}?, |since \S+ |during [\w ]{3,30}, )?(?:the |our |all |its |this |whole |entire )*(?P<subject>[A-Za-z][\w'’ -]{2,40}?)(?: (?:at|in|on|from|for) [\w'’ -]{2,30}?)? "
    r"(?:was|were|is|are|did|didn['’]t|does|doesn['’]t|could|couldn['’]t|stood|gave|gives?|failed|fails?|had|has|went|stopped|returned|returns?|showed|shows?|refused|lost|opened|answered|answers?|took|takes|crashed|would|timed|arrived|came|accepted|rejected|rejects?|printed|stayed|became|hung|said|says|served|accepts?|responded|kept|experienced|suffered|dropped|delivered|sent|wrote)\b",
    re.IGNORECASE,
)
_NO_SUBJECT = re.compile(
    r"\b(?:no|it|we|i|they|he|she|this|that|there|users?|customers?|people|everyone|everybody|nobody|no one|which|who|what|about|outage|incident|issue|problem|impact|root cause|cause|clients?|visitors?|members?|teachers|students|guests|agents|players|half|some|many|most|none|all)\b|%",
    re.IGNORECASE,
)


def _subject(sentence: str) -> str | None:
    """What a sentence says something of, when it is a thing and not people."""
    match = _SUBJECT.match(sentence)
    if match is None or _NO_SUBJECT.search(match["subject"]):
        return None
    return match["subject"].strip()


_SENTENCES_JUDGED = 40


def _services_in(sentence: str, *, weak: bool = False) -> tuple[str, ...]:
    effects = _EFFECTS.search(sentence)
    if effects is not None and (before := phrases_in(sentence[: effects.start()], weak=False)):
        return before
    including = _INCLUDING.search(sentence)
    if including is not None and (inner := phrases_in(sentence[including.end() :], weak=weak)):
        return inner
    return phrases_in(sentence, weak=weak)


_ARTICLES = re.compile(r"^(?:(?:the|our|its|a|an|all|and)\s+)+", re.IGNORECASE)


def _trim(phrase: str) -> str:
    return _ARTICLES.sub("", phrase.strip(" .,:;()\"'"))
