"""The impact: what share of users, which services, and who noticed first."""

from __future__ import annotations

import re
from collections.abc import Sequence

from twiceshy.model.report import DetectedBy, Entry, EntryKind
from twiceshy.reports.outline import Outline
from twiceshy.reports.phrases import Phrases
from twiceshy.reports.vocabulary import Part

_PEOPLE = r"(?:users?|customers?|clients?|subscribers?|visitors?|members?|people|players?|students?|employees|shoppers?|accounts?|readers?|listeners?|viewers?|merchants?|tenants?|patients?|guests?|user ?base|audience|consumers?|staff|teachers?|passengers?|drivers?|buyers?|sellers?)"


def _worded(lines: str) -> Phrases:
    return Phrases(lines.replace("PEOPLE", _PEOPLE))


_NUMBER = r"(?P<n>\d{1,3}(?:\.\d+)?)\s?(?:%|percent\b|per ?cent\b)"
_OF_USERS = re.compile(
    _NUMBER + r"\s?\)?\s?(?:(?:of|o|off)\s)?(?:all\s|the\s|our\s|its\s|total\s|active\s|registered\s|their\s|my\s|online\s|paying\s|end[- ]?|internal\s|external\s|company's\s|overall\s|web\s?site\s|platform\s|site\s|app\s|mobile\s|daily\s|global\s|us\s|european\s|customer\s|\w+(?:'s|’s)?\s){0,3}"
    + _PEOPLE + r"\b",
    re.IGNORECASE,
)  # fmt: skip
_USERS_THEN = re.compile(
    _PEOPLE + r"\b[^.%\d]{0,40}?(?:affected|impacted|hit)?[^.%\d]{0,15}?[:(\s~]\s?(?:about |approximately |around |~|an estimated |roughly |nearly |over |up to )*" + _NUMBER,
    re.IGNORECASE,
)  # fmt: skip
_AFFECTING = re.compile(
    r"(?:affect(?:ed|ing)|impact(?:ed|ing))\s(?:about |approximately |around |~|an estimated |roughly |nearly |over |almost |more than |up to |some )*" + _NUMBER + r"(?!\s?(?:of|o)\s(?:the |all |our )?(?!users|customers)[a-z]+\s?(?:requests|traffic|transactions|orders|calls|sessions))",
    re.IGNORECASE,
)  # fmt: skip
_ALL_USERS = _worded(
    r"""
    100%|all|every :: (?:all|every|100%)\s(?:of\s)?(?:the\s|our\s|its\s|active\s|registered\s|internal\s|external\s|platform\s|logged[- ]in\s|\w+\s)?PEOPLE\b
    everyone :: everyone\b
    everybody :: everybody\b
    nobody :: nobody\b
    no one :: no one\b
    none of :: none of (?:the|our) PEOPLE\b
    could|was able|were able :: no PEOPLE (?:could|was able|were able)\b
    """
)
_NOT_A_SHARE = re.compile(r"(?:drop|decrease|decline|reduction|loss|degradation|increase|rise|fall|slower|slowdown|availability|engagement|transactions?|requests?|traffic|revenue|conversion|sales|orders|success rate|error rate|errors|capacity|cpu|memory|disk|performance)\b", re.IGNORECASE)  # fmt: skip
_MILD = re.compile(r"\b(?:slow|slower|degradation|degraded|some|delayed?|latency)\b", re.IGNORECASE)

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
    """the our its a an all and or of to in on for with that this these those their his my both some company's company’s core entire whole user users customer customers
    client clients could not was were is are be been being had has have unable use using access reach open load complete full total partial major minor during when while because
    where which who including such as from into via through across affected affecting impacted disrupted hit experienced caused causing made left by no any every several
    multiple other various failed failing fails fail new old also only like namely down outage unavailable at without it they we i you your her log send receive view see get inability ability
    leading resulted resulting users' customers' users’ slow slower degraded broken intermittent meant means so but if then there about over between after before under until
    since respond responding returned returning showed saw seeing receiving preventing prevented sending loading opening accessing reaching trying inaccessible unreachable offline
    approximately around nearly most more than less percent one two three time times hour hours minute minutes day days first second impact issue issues problem incident
    would can cannot can't couldn't did do does didn't will may might still even very too up out off back well just each same own many much few lost lose became become
    important received completed interrupted said completely totally fully entirely people members visitors students staff employees""".split()
)
_ING_NOUNS = frozenset(
    "streaming messaging banking shopping ticketing billing booking processing printing reporting training routing hosting mailing learning trading accounting pricing building monitoring logging caching testing staging onboarding gaming invoicing shipping parking".split()
)
_MAX_ADJECTIVES = 4
_INCLUDING = re.compile(r"\b(?:including|namely|such as|i\.e\.|specifically)\b", re.IGNORECASE)
_SENTENCES = re.compile(r"(?<=[.!?;])\s+")
_NOT_SERVICES = frozenset(
    {"functionality", "function", "feature", "infrastructure", "environment", "module", "jobs", "reports", "lists", "list", "calls", "network",
     "service", "services", "system", "systems", "issue", "server", "servers", "page", "pages", "site", "feature", "application", "applications",
     "database", "notifications", "phones", "phone", "stack", "log in", "customer service", "stores", "imports", "downloads", "cache", "queue"}
)  # fmt: skip
_WEAK_BUT_BETTER_THAN_NOTHING = frozenset({"application", "site", "database", "server", "servers", "network", "service", "system", "page", "queue", "notifications"})  # fmt: skip

_MONITORING = _worded(
    r"""
    monitor :: monitor(?:s|ing|ed)?\b
    alert :: alert(?:s|ed|ing)?\b
    alarm :: alarms?\b
    automated :: automated\b
    automatic :: automatic(?:ally)?\b
    health :: health ?checks?\b
    uptime :: uptime\b
    probe :: prober?s?\b
    synthetic :: synthetic\b
    pager :: pager\b
    paged :: paged\b
    pagerduty :: pagerduty\b
    pingdom :: pingdom\b
    datadog :: datadog\b
    nagios :: nagios\b
    zabbix :: zabbix\b
    prometheus :: prometheus\b
    grafana :: grafana\b
    relic :: new ?relic\b
    cloudwatch :: cloudwatch\b
    sentry :: sentry\b
    dashboard :: dashboard\b
    watchdog :: watchdog\b
    threshold :: thresholds?\b
    metric :: metrics?\b
    sensu :: sensu\b
    icinga :: icinga\b
    status :: status ?cake\b
    robot :: robot\b
    """
)
_USERS = _worded(
    r"""
    client|customer|help|service desk|support|user :: (?:customer|user|client|support|help ?desk|service desk) (?:\w+ )?(?:complaints?|reports?|tickets?|calls?|emails?|feedback|inquir\w+|messages?)\b
    complain :: complain(?:ts?|ed|ing)\b
    * :: (?<!affected )(?:PEOPLE|candidates?|residents?|participants?|organi[sz]ers?|partners?|parents?|marketing|sales)\b(?: \w+){0,6}? (?:report\w*|complain\w*|notic\w+|call\w*|writ\w+|wrote|phon\w+|tweet\w*|contact\w*|said|says|say|ask\w*|told|tells?|mail\w*|inform\w*|sent|send|arriv\w+|saw|came|com(?:e|ing)|begin|began|start\w*|experienc\w+|could not|couldn't|were unable|was unable|unable)\b
    by|from|through|via :: (?:report(?:s|ed)?|complaints?|tickets?|calls?|messages?|mails?|tweets?|told|notified|informed|alerted|noticed|raised|brought up|discovered|detected|found|observed|spotted|flagged) (?:\w+ ){0,4}?(?:by|from|through|via) (?:\w+ ){0,3}?PEOPLE\b
    social media :: social media\b
    support :: support (?:tickets?|inbox|desk|team received|received|gets|got)\b
    help :: help ?(?:desk|line)\b
    hotline :: hotline\b
    ticket :: tickets?\b
    """
)
_ENGINEER = _worded(
    r"""
    * :: (?:engineers?|developers?|admin(?:istrator)?s?|sysadmin|devops|sre|technicians?|operators?|ops|on-?call|programmers?|students? developer|one of us|we|i|colleagues?|team ?mates?|team members?|staff|intern|qa|testers?|teacher|maintainers?|partner)\b(?: \w+){0,6} (?:notic\w+|discover\w*|saw|sees|found|finds|observ\w*|detect\w*|reali[sz]\w*|spot\w*|open\w*|check\w*|saw|stumbl\w*|tried|tries|identified)
    by :: (?:noticed|discovered|detected|found|observed|spotted|identified|seen|raised|reported|flagged) (?:\w+ ){0,3}by (?:an? |the |our |one of (?:the|our) )?(?:\w+ ){0,3}(?:engineers?|developers?|admin(?:istrator)?s?|team|colleague|operators?|devops|sre|technicians?|intern|staff|teacher|maintainers?)
    """
)


def affected_percent(outline: Outline) -> float | None:
    """The share of users affected, in percent; None when the report gives no share of users."""
    for statement in outline.of(Part.SHARE):
        match = re.search(_NUMBER, statement.text, re.IGNORECASE)
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
            if (
                _ALL_USERS.search(sentence)
                and not re.search(r"%", sentence)
                and not _MILD.search(sentence)
            ):
                return 100.0
    return None


def _share_in(sentence: str) -> float | None:
    for pattern in (_OF_USERS, _AFFECTING, _USERS_THEN):
        match = pattern.search(sentence)
        if match is None:
            continue
        before = sentence[: match.start()]
        if pattern is _OF_USERS and re.search(
            r"(?:degradation|slowdown|drop|increase|decrease|loss|reduction)\s(?:for|in|of)\s*$",
            sentence[: match.end()].rsplit("%", 1)[-1][:30],
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
    return number if number <= 100 else None  # noqa: PLR2004 - a share


def services(outline: Outline) -> tuple[str, ...]:
    """The services hit, in the report's words: from a label that lists them, else the impact."""
    listed = [s.text for s in outline.of(Part.AFFECTED)]
    if listed:
        parts = [p for text in listed for p in re.split(r"\s*(?:,|;|\band\b|/(?=\s))\s*", text)]
        return tuple(dict.fromkeys(p for part in parts if 2 < len(p := _trim(part)) <= 60))  # noqa: PLR2004
    for group in (outline.of(Part.IMPACT), outline.of(Part.SUMMARY), outline.of(Part.DURATION)):
        for statement in group:
            for sentence in _SENTENCES.split(statement.text):
                found = _services_in(sentence)
                if found:
                    return found
    weak: tuple[str, ...] = ()
    for statement in outline.of(Part.IMPACT, Part.SUMMARY):
        weak = weak or _services_in(statement.text, weak=True)
    title = _services_in(outline.title or "")
    subject = next(
        (
            x
            for s in outline.of(Part.IMPACT, Part.SUMMARY)
            for sentence in _SENTENCES.split(s.text)
            if (x := _subject(sentence))
        ),
        None,
    )
    if subject is not None and not title:
        return (subject,)
    lead = [s.text for s in outline.statements if s.part is None][:4]
    return (
        title
        or weak
        or next(
            (
                f
                for text in lead
                for sentence in _SENTENCES.split(text)
                if (f := _services_in(sentence))
            ),
            (),
        )
    )


_EFFECTS = re.compile(
    r",?\s(?:preventing|causing|leading to|resulting in|so that|so users|making|which (?:caused|meant|prevented|led)|because of|due to)\b",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    r"^(?:on \d[\d-]+,? |since \S+ )?(?:the |our |all |its )?(?P<subject>[A-Za-z][\w'’ -]{2,40}?) (?:was|were|is|are|did|could|stood|gave|failed|had|went|stopped|returned|showed|refused|lost|opened|answered|took|crashed|would|timed|arrived|came)\b",
    re.IGNORECASE,
)
_NO_SUBJECT = re.compile(
    r"\b(?:it|we|i|they|he|she|this|that|there|users?|customers?|people|everyone|everybody|nobody|no one|which|who|what|about|outage|incident|issue|problem|impact|root cause|cause|clients?|visitors?|members?|teachers|students|guests|agents|players|half|some|many|most|none|all)\b|%",
    re.IGNORECASE,
)


def _subject(sentence: str) -> str | None:
    """What a sentence says something of, when it is a thing and not people."""
    match = _SUBJECT.match(sentence)
    if match is None or _NO_SUBJECT.search(match["subject"]):
        return None
    return match["subject"].strip()


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
    for token in [*_TOKEN.findall(text), "."]:
        word = token.lower()
        if _carries_on(word, run):
            run.append(token)
            continue
        last = next((i for i in range(len(run) - 1, -1, -1) if _THING.match(run[i])), None)
        if last is not None:
            phrase = " ".join(run[max(0, last - _MAX_ADJECTIVES) : last + 1])
            bare = phrase.lower()
            if not (
                bare in _NOT_SERVICES and not (weak and bare in _WEAK_BUT_BETTER_THAN_NOTHING)
            ) and bare not in (f.lower() for f in found):
                found.append(phrase)
        run = []
    return tuple(found[:4])


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


def detected_by(outline: Outline, timeline: Sequence[Entry]) -> DetectedBy:
    """Who noticed first: from what the report says of detection, else its first entries."""
    texts = [s.text for s in outline.of(Part.DETECTION) if re.search("[A-Za-z]{4}", s.text)]
    detected = [e.text for e in timeline if e.kind is EntryKind.DETECTED]
    firsts = detected[:2] if detected else [e.text for e in timeline[:2]]
    if timeline and timeline[0].text not in firsts:
        firsts.insert(1 if detected else 0, timeline[0].text)
    for text in [*texts, *firsts]:
        who = _noticer(text)
        if who is not DetectedBy.UNKNOWN:
            return who
    for statement in [
        *outline.of(Part.SUMMARY, Part.IMPACT),
        *[s for s in outline.statements if s.part is None],
    ]:
        for sentence in _SENTENCES.split(statement.text):
            if re.search(
                r"\b(?:detect|notic|discover|report|alert|complain|found out|alarm)",
                sentence,
                re.IGNORECASE,
            ):
                who = _noticer(sentence)
                if who is not DetectedBy.UNKNOWN:
                    return who
    return DetectedBy.UNKNOWN


_SPEAKS = _worded(
    r"""
    write :: writes?\b
    wrote :: wrote\b
    phone :: phones?\b
    phoned :: phoned\b
    call :: calls?\b
    called :: called\b
    complain :: complain\w*\b
    tell :: tells?\b
    told :: told\b
    ask :: asks?\b
    asked :: asked\b
    says :: says\b
    said :: said\b
    sent :: sent\b
    sends :: sends\b
    tweet :: tweet\w*\b
    post :: posts?\b
    posted :: posted\b
    mail :: mails?\b
    mailed :: mailed\b
    ring :: rings?\b
    rang :: rang\b
    report :: reports?\b
    reported :: reported\b
    notic :: notic\w+\b
    sees :: sees\b
    saw :: saw\b
    came :: came\b
    comes :: comes\b
    cannot :: cannot\b
    can't :: can't\b
    tries :: tries\b
    arrive :: arrive\b
    """
)
_OURS = _worded(
    r"""
    engineer :: engineers?\b
    developer :: developers?\b
    admin :: admin(?:istrator)?s?\b
    sysadmin :: sysadmin\b
    devops :: devops\b
    sre :: sre\b
    technician :: technicians?\b
    operator :: operators?\b
    ops :: ops\b
    call :: on-?call\b
    programmer :: programmers?\b
    we :: we\b
    i :: i\b
    us :: us\b
    one of us :: one of us\b
    colleague :: colleagues?\b
    intern :: intern\b
    qa :: qa\b
    tester :: testers?\b
    maintainer :: maintainers?\b
    our own :: our own\b
    own team :: own team\b
    facility team :: facility team\b
    duty :: duty\b
    partner :: partner\b
    team :: team\b
    desk :: desk\b
    """
)


def _noticer(text: str) -> DetectedBy:
    places = [
        (match.start(), rank, who)
        for rank, (who, pattern) in enumerate(
            (
                (DetectedBy.USERS, _USERS),
                (DetectedBy.MONITORING, _MONITORING),
                (DetectedBy.ENGINEER, _ENGINEER),
            )
        )
        if (match := pattern.search(text)) is not None
    ]
    if places:
        return min(places)[2]
    speaks = _SPEAKS.search(text)
    if speaks is None:
        return DetectedBy.UNKNOWN
    return DetectedBy.ENGINEER if _OURS.search(text[: speaks.start()]) else DetectedBy.USERS
