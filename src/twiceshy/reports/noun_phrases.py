"""Noun phrases that end in a thing that serves, such as `email notification system`."""

from __future__ import annotations

import re
from itertools import pairwise

THING = re.compile(
    r"(?:(?:micro)?services?|systems?|web-?sites?|sites?|web-?apps?|applications?|apps?|platforms?|portals?|stores?|shops?|apis?|gateways?|dashboards?|"
    r"databases?|servers?|pages?|stack|backends?|frontends?|networks?|clusters?|queues?|pipelines?|streams?|streaming|lists?|intranet|wiki|blog|forum|"
    r"log-?ins?|sign-?ins?|authentication|checkout|payments?|processing|search|uploads?|downloads?|e-?mails?|mails?|notifications?|messaging|chat|catalogue|catalog|"
    r"bookings?|reservations?|exports?|imports?|reporting|registrations?|sign-?ups?|quiz|game|maps?|tiles|feeds?|webhooks?|builds?|printing|vpn|proxy|cdn|dns|storage|"
    r"wi-?fi|telephony|phones?|infrastructure|environment|modules?|function(?:ality)?|features?|board|tracker|calendar|editor|console|interface|endpoints?|newsletter|invoices?|archive|exchange|library)$",
    re.IGNORECASE,
)
_TOKEN = re.compile(r"[A-Za-z0-9][\w.'’/&-]*[\w]|[A-Za-z0-9]|[,;:()–—.!?\"]")
_BREAKS_TEXT = """
the our its a an all and or of to in on for with that this these those their his my both some
company's company’s core entire whole user users customer customers client clients could not
was were is are be been being had has have unable use using access reach open load complete
full total partial major minor during when while because where which who including such as from
into via through across affected affecting impacted disrupted hit experienced caused causing
made left by no any every several multiple other various failed failing fails fail new old also
only like namely down outage unavailable at without it they we i you your her log send receive
view see get inability ability leading resulted resulting users' customers' users’ slow slower
degraded broken intermittent meant means so but if then there about over between after before
under until since respond responding returned returning showed saw seeing receiving preventing
prevented sending loading opening accessing reaching trying inaccessible unreachable offline
approximately around nearly most more than less percent one two three time times hour hours
minute minutes day days first second impact issue issues problem incident would can cannot
can't couldn't did do does didn't will may might still even very too up out off back well just
each same own many much few lost lose became become important received completed interrupted
said completely totally fully entirely people members visitors students staff employees
"""
_BREAKS = frozenset(_BREAKS_TEXT.split())
_ING_NOUNS_TEXT = """
streaming messaging banking shopping ticketing billing booking processing printing reporting
training routing hosting mailing learning trading accounting pricing building monitoring
logging caching testing staging onboarding gaming invoicing shipping parking
"""
_ING_NOUNS = frozenset(_ING_NOUNS_TEXT.split())
_MAX_ADJECTIVES = 4
NOT_SERVICES = frozenset(
    {"functionality", "function", "feature", "infrastructure", "environment", "module", "jobs", "reports", "lists", "list", "calls", "network",
     "service", "services", "system", "systems", "issue", "server", "servers", "page", "pages", "site", "application", "applications",
     "database", "notifications", "phones", "phone", "stack", "log in", "customer service", "stores", "imports", "downloads", "cache", "queue"}
)  # fmt: skip
_WEAK_BUT_BETTER_THAN_NOTHING = frozenset({"application", "site", "database", "server", "servers", "network", "service", "system", "page", "queue", "notifications"})  # fmt: skip
_CLOCK_WORD = re.compile(r"\d+|[AaPp]\.?[Mm]\.?|[A-Z]{2,3}T|UTC")
_KINDS_OF_THING = frozenset({"web", "mobile", "online", "phone", "internet"})
_A_TEAM = re.compile(r"(?:teams?|engineers?|developers?|admins?|administrators?|desk|providers?|vendors?|department|on-call|staff)$", re.IGNORECASE)  # fmt: skip


def phrases_in(text: str, *, weak: bool) -> tuple[str, ...]:
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
        last = next((i for i in range(len(run) - 1, -1, -1) if THING.match(run[i])), None)
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
                bare in NOT_SERVICES and not (weak and bare in _WEAK_BUT_BETTER_THAN_NOTHING)
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
        and (THING.match(following) is not None or following.lower() in _KINDS_OF_THING)
    )


def _carries_on(word: str, run: list[str]) -> bool:
    """Whether a token goes on with the noun phrase before it."""
    if word in _BREAKS or not word[0].isalnum():
        return False
    if THING.match(word) or word in _ING_NOUNS:
        return True
    return not word.endswith(("ing", "ed", "ly")) and not (run and THING.match(run[-1]))
