"""Which services an outage hit, in the report's words."""

from __future__ import annotations

import re
from itertools import pairwise

from twiceshy.reports.outline import Outline
from twiceshy.reports.vocabulary import Part

_THING = re.compile(
    r"(?:(?:micro)?services?|systems?|web-?sites?|sites?|web-?apps?|applications?|apps?|platforms?|portals?|stores?|shops?|apis?|gateways?|dashboards?|"
    r"databases?|servers?|pages?|stack|backends?|frontends?|networks?|clusters?|queues?|pipelines?|streams?|streaming|lists?|intranet|wiki|blog|forum|"
    r"log-?ins?|sign-?ins?|authentication|checkout|payments?|processing|search|uploads?|downloads?|e-?mails?|mails?|notifications?|messaging|chat|catalogue|catalog|"
    r"bookings?|reservations?|exports?|imports?|reporting|registrations?|sign-?ups?|quiz|game|maps?|tiles|feeds?|webhooks?|builds?|printing|vpn|proxy|cdn|dns|storage|"
    r"wi-?fi|telephony|phones?|infrastructure|environment|modules?|function(?:ality)?|features?|board|tracker|calendar|editor|console|interface|endpoints?|newsletter|invoices?|archive|exchange|library)$",
    re.IGNORECASE,
)
_TOKEN = re.compile(r"[A-Za-z0-9][\w.'’/&-]*[\w]|[A-Za-z0-9]|[,;:()–—.!?\"]")
_BREAKS = frozenset(
    [
        "the",
        "our",
        "its",
        "a",
        "an",
        "all",
        "and",
        "or",
        "of",
        "to",
        "in",
        "on",
        "for",
        "with",
        "that",
        "this",
        "these",
        "those",
        "their",
        "his",
        "my",
        "both",
        "some",
        "company's",
        "company’s",
        "core",
        "entire",
        "whole",
        "user",
        "users",
        "customer",
        "customers",
        "client",
        "clients",
        "could",
        "not",
        "was",
        "were",
        "is",
        "are",
        "be",
        "been",
        "being",
        "had",
        "has",
        "have",
        "unable",
        "use",
        "using",
        "access",
        "reach",
        "open",
        "load",
        "complete",
        "full",
        "total",
        "partial",
        "major",
        "minor",
        "during",
        "when",
        "while",
        "because",
        "where",
        "which",
        "who",
        "including",
        "such",
        "as",
        "from",
        "into",
        "via",
        "through",
        "across",
        "affected",
        "affecting",
        "impacted",
        "disrupted",
        "hit",
        "experienced",
        "caused",
        "causing",
        "made",
        "left",
        "by",
        "no",
        "any",
        "every",
        "several",
        "multiple",
        "other",
        "various",
        "failed",
        "failing",
        "fails",
        "fail",
        "new",
        "old",
        "also",
        "only",
        "like",
        "namely",
        "down",
        "outage",
        "unavailable",
        "at",
        "without",
        "it",
        "they",
        "we",
        "i",
        "you",
        "your",
        "her",
        "log",
        "send",
        "receive",
        "view",
        "see",
        "get",
        "inability",
        "ability",
        "leading",
        "resulted",
        "resulting",
        "users'",
        "customers'",
        "users’",
        "slow",
        "slower",
        "degraded",
        "broken",
        "intermittent",
        "meant",
        "means",
        "so",
        "but",
        "if",
        "then",
        "there",
        "about",
        "over",
        "between",
        "after",
        "before",
        "under",
        "until",
        "since",
        "respond",
        "responding",
        "returned",
        "returning",
        "showed",
        "saw",
        "seeing",
        "receiving",
        "preventing",
        "prevented",
        "sending",
        "loading",
        "opening",
        "accessing",
        "reaching",
        "trying",
        "inaccessible",
        "unreachable",
        "offline",
        "approximately",
        "around",
        "nearly",
        "most",
        "more",
        "than",
        "less",
        "percent",
        "one",
        "two",
        "three",
        "time",
        "times",
        "hour",
        "hours",
        "minute",
        "minutes",
        "day",
        "days",
        "first",
        "second",
        "impact",
        "issue",
        "issues",
        "problem",
        "incident",
        "would",
        "can",
        "cannot",
        "can't",
        "couldn't",
        "did",
        "do",
        "does",
        "didn't",
        "will",
        "may",
        "might",
        "still",
        "even",
        "very",
        "too",
        "up",
        "out",
        "off",
        "back",
        "well",
        "just",
        "each",
        "same",
        "own",
        "many",
        "much",
        "few",
        "lost",
        "lose",
        "became",
        "become",
        "important",
        "received",
        "completed",
        "interrupted",
        "said",
        "completely",
        "totally",
        "fully",
        "entirely",
        "people",
        "members",
        "visitors",
        "students",
        "staff",
        "employees",
    ]
)
_ING_NOUNS = frozenset(
    [
        "streaming",
        "messaging",
        "banking",
        "shopping",
        "ticketing",
        "billing",
        "booking",
        "processing",
        "printing",
        "reporting",
        "training",
        "routing",
        "hosting",
        "mailing",
        "learning",
        "trading",
        "accounting",
        "pricing",
        "building",
        "monitoring",
        "logging",
        "caching",
        "testing",
        "staging",
        "onboarding",
        "gaming",
        "invoicing",
        "shipping",
        "parking",
    ]
)
_MAX_ADJECTIVES = 4
_INCLUDING = re.compile(r"\b(?:including|namely|such as|i\.e\.|specifically)\b", re.IGNORECASE)
_SENTENCES = re.compile(r"(?<=[.!?;])\s+")
_NOT_SERVICES = frozenset(
    {"functionality", "function", "feature", "infrastructure", "environment", "module", "jobs", "reports", "lists", "list", "calls", "network",
     "service", "services", "system", "systems", "issue", "server", "servers", "page", "pages", "site", "application", "applications",
     "database", "notifications", "phones", "phone", "stack", "log in", "customer service", "stores", "imports", "downloads", "cache", "queue"}
)  # fmt: skip
_WEAK_BUT_BETTER_THAN_NOTHING = frozenset({"application", "site", "database", "server", "servers", "network", "service", "system", "page", "queue", "notifications"})  # fmt: skip


def services(outline: Outline) -> tuple[str, ...]:
    """The services hit, in the report's words: from a label that lists them, else the impact."""
    listed = [s.text for s in outline.of(Part.AFFECTED)]
    if listed:
        parts = [p for text in listed for p in re.split(r"\s*(?:,|;|\band\b|/(?=\s))\s*", text)]
        return tuple(dict.fromkeys(p for part in parts if 2 < len(p := _trim(part)) <= 60))
    told = [
        sentence
        for statement in outline.of(Part.IMPACT, Part.SUMMARY)
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
        if subject.lower() not in _NOT_SERVICES or not title:
            return (subject,)
    subject = next(
        (each for each in subjects if each and not (title and each.lower() in _NOT_SERVICES)), None
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
    return _THING.match(subject.rsplit(" ", 1)[-1]) is not None


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
_CLOCK_WORD = re.compile(r"\d+|[AaPp]\.?[Mm]\.?|[A-Z]{2,3}T|UTC")
_KINDS_OF_THING = frozenset({"web", "mobile", "online", "phone", "internet"})
_A_TEAM = re.compile(r"(?:teams?|engineers?|developers?|admins?|administrators?|desk|providers?|vendors?|department|on-call|staff)$", re.IGNORECASE)  # fmt: skip


def _services_in(sentence: str, *, weak: bool = False) -> tuple[str, ...]:
    effects = _EFFECTS.search(sentence)
    if effects is not None and (before := _phrases(sentence[: effects.start()], weak=False)):
        return before
    including = _INCLUDING.search(sentence)
    if including is not None and (inner := _phrases(sentence[including.end() :], weak=weak)):
        return inner
    return _phrases(sentence, weak=weak)


def _phrases(text: str, *, weak: bool) -> tuple[str, ...]:
    """Noun phrases that end in a thing that serves: `email notification system`."""
    found: list[str] = []
    run: list[str] = []
    denied = False
    tokens = [*_TOKEN.findall(text), "."]
    for token, following in pairwise([*tokens, "."]):
        word = token.lower()
        if _names_a_thing(word, following):
            run.append(token)
            continue
        if _carries_on(word, run):
            run.append(token)
            continue
        last = next((i for i in range(len(run) - 1, -1, -1) if _THING.match(run[i])), None)
        after = [*run, token][last + 1] if last is not None else ""
        if _A_TEAM.match(after) or denied:
            last = None
        if last is not None:
            opening = next(
                i for i, w in enumerate(run) if i == last or not _CLOCK_WORD.fullmatch(w)
            )
            phrase = " ".join(run[max(opening, last - _MAX_ADJECTIVES) : last + 1])
            bare = phrase.lower()
            if not (
                bare in _NOT_SERVICES and not (weak and bare in _WEAK_BUT_BETTER_THAN_NOTHING)
            ) and bare not in (f.lower() for f in found):
                found.append(phrase)
        run = []
        denied = word == "no"
    return tuple(found[:4])


def _names_a_thing(word: str, following: str) -> bool:
    """`voting page`, `food ordering app`: an -ing word that belongs to the thing behind it."""
    return (
        word.endswith("ing")
        and word not in _BREAKS
        and (_THING.match(following) is not None or following.lower() in _KINDS_OF_THING)
    )


def _carries_on(word: str, run: list[str]) -> bool:
    """Whether a token goes on with the noun phrase before it."""
    if word in _BREAKS or not word[0].isalnum():
        return False
    if _THING.match(word) or word in _ING_NOUNS:
        return True
    return not word.endswith(("ing", "ed", "ly")) and not (run and _THING.match(run[-1]))


_ARTICLES = re.compile(r"^(?:(?:the|our|its|a|an|all|and)\s+)+", re.IGNORECASE)


def _trim(phrase: str) -> str:
    return _ARTICLES.sub("", phrase.strip(" .,:;()\"'"))
