"""What an action wants done about its subject, read from its own words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Intent(StrEnum):
    """What is to be done."""

    TRAIN = "train"
    REHEARSE = "rehearse"
    DOCUMENT = "document"
    AUDIT = "audit"
    PROCESS = "process"
    """A way of working is set up or mended: a policy, a procedure, better practices."""
    COMMUNICATE = "communicate"
    STAFF = "staff"
    REMIND = "remind"
    TEST = "test"
    """Software is tested before it is let out."""
    LOAD_TEST = "load test"
    MONITOR = "monitor"
    VALIDATE = "validate"
    """A machine checks, by itself and again and again."""
    STAND_BY = "stand by"
    """Something takes over: redundancy, failover, a replica."""
    REVIEW = "review"
    AUTOMATE = "automate"
    CHANGE = "change"
    """A concrete thing is mended or set."""


PEOPLE = frozenset(
    {
        Intent.TRAIN,
        Intent.REHEARSE,
        Intent.DOCUMENT,
        Intent.AUDIT,
        Intent.PROCESS,
        Intent.COMMUNICATE,
        Intent.STAFF,
        Intent.REVIEW,
    }
)
"""Only people can do these, and only people can say that they did."""


@dataclass(frozen=True, slots=True)
class Wish:
    """An intent, and where in the text it is said."""

    intent: Intent
    start: int
    end: int


_WORDS: Mapping[Intent, tuple[str, ...]] = MappingProxyType(
    {
        Intent.TRAIN: (
            r"\b(?:re-?)?train(?:ing|ings|ed|s)?\b(?! (?:data|model|job|set))",
            r"\bworkshops?\b",
            r"\beducat\w+",
            r"\bteach\w*",
            r"\bonboard\w*",
            r"\bknowledge[\s-](?:shar|transfer)\w*",
            r"\b(?:raise|increase|improve) awareness\b",
            r"\bawareness\b",
            r"\bfamiliar\w*",
            r"\bupskill\w*",
            r"\bcross-?train\w*",
            r"\bmentor\w*",
            r"\bcoach\w*",
            r"\blunch and learn\b",
            r"\bbrown[\s-]bag\b",
            r"\blearn how\b",
            r"\bwell-versed\b",
            r"\bseminars?\b",
            r"\bcourses?\b",
        ),
        Intent.LOAD_TEST: (
            r"\b(?:load|stress|performance|capacity|scalability|soak|volume)[\s-]*(?:and \w+ )?test(?:s|ing|ed)?\b",
            r"\bbenchmark\w*",
        ),
        Intent.REHEARSE: (
            r"\bdrills?\b",
            r"\bgame[\s-]?days?\b",
            r"\brehears\w+",
            r"\bsimulat\w+",
            r"\btable-?top\b",
            r"\bchaos\b",
            r"\bfault injection\b",
            r"\bmock (?:incident|outage)s?\b",
            r"\bdry[\s-]runs?\b",
            r"\b(?:fail-?over|disaster[\s-]recovery|restore|restoration|recovery|backup|dr|rollback|roll-back|generator|ups)[\s-](?:test|exercise|drill)(?:s|ing)?\b",
            r"\b(?:periodic\w*|regular\w*) test\w* (?:of )?(?:the |our )?(?:back-?up|fail-?over|recovery|restor|generator|ups|redundan)\w*",
            r"\b(?:test|verify|practi[cs]e|exercise) (?:the |our |all |data )?(?:database )?(?:back-?ups?|fail-?over|recover\w*|restor\w*|roll-?backs?|generators?|disaster|ups|batter\w+|stand-?by|redundan\w+)\b",
        ),
        Intent.DOCUMENT: (
            r"\bdocument(?:s|ed|ing|ation)?\b",
            r"\brun-?books?\b",
            r"\bplay-?books?\b",
            r"\bwikis?\b",
            r"\bknowledge[\s-]base\b",
            r"\bguidelines?\b",
            r"\bguides?\b",
            r"\bmanuals?\b(?! \w*renew)",
            r"\bstandard operating procedures?\b",
            r"\bsops?\b",
            r"\bread-?me\b",
            r"\bwrite (?:up|down)\b",
            r"\bpost-?mortem (?:report|document)s?\b",
            r"\bchangelogs?\b",
            r"\bdiagrams?\b",
            r"\binventory\b",
            r"\b(?:response|recovery|contingency|continuity|rollback|roll-back|communication|escalation|mitigation|capacity|maintenance|upgrade|failover) (?:plans?|procedures?|protocols?|polic(?:y|ies))\b",
            r"\bcheck-?lists?\b",
            r"\bpublish\w* (?:the )?(?:postmortem|report|lessons)\b",
        ),
        Intent.VALIDATE: (
            r"\bautomat\w+ (?:(?!tests?\b)\w+[\s-]){0,3}?(?:checks?|checking|validat\w*|audit\w*|verif\w*|scan\w*|review\w*|inspection\w*)\b",
            r"\bvalidat\w+",
            r"\bautomatically (?:check|verif|inspect)\w*",
            r"\bcheck\w*\b[^.;]{3,60}\bautomatically\b",
            r"\bverif(?:y|ies|ied|ication)\b",
            r"\bsanity checks?\b",
            r"\bconfig\w* (?:check|test|lint)\w*",
            r"\bsmoke[\s-]*tests?\b",
            r"\bsynthetic\b",
            r"\bpre-?flight\b",
            r"\bself-?tests?\b",
            r"\bautomat\w+ (?:\w+ )?scripts? to (?:check|verify|detect)\b",
            r"\bchecks? (?:that|if|whether|for)\b",
            r"\bdouble[\s-]check\w*",
        ),
        Intent.REMIND: (
            r"\breminders?\b",
            r"\bremind\w*",
            r"\bcalendar (?:event|entr|alert|notif)\w*",
            r"\bmark\w* (?:the )?calendars?\b",
        ),
        Intent.AUDIT: (
            r"\baudit(?:s|ed|ing)?\b",
            r"\bpenetration[\s-]test\w*",
            r"\bpen[\s-]?test\w*",
            r"\bvulnerability (?:scan|assess)\w*",
            r"\bsecurity (?:scan|assessment)s?\b",
            r"\binspect(?:ion|ions|ed)?\b",
            r"\brisk assessments?\b",
            r"\b(?:check|inspect)(?:ing|s)? [^.;]{0,60}\b(?:weekly|monthly|quarterly|yearly|annually)\b",
            r"\bcheck [^.;]{0,60}\bevery (?:\d+ |two |three |six )?(?:week|month|quarter|year)s?\b",
            r"\b(?:regular|periodic|routine|scheduled|quarterly|monthly|weekly|yearly|annual) (?:\w+ )?(?:checks|check-ups|health checks|assessments|maintenance)\b",
            r"\btake stock\b",
            r"\binventori\w+",
        ),
        Intent.TEST: (
            r"\b(?:unit|integration|regression|end-to-end|e2e|functional|automated|automatic|acceptance|ui|api|contract|syntax)[\s-](?:\w+ )?tests?(?:ing)?\b",
            r"\btest (?:suite|coverage|case)s?\b",
            r"\b(?:code )?lint(?:s|er|ers|ing)?\b",
            r"\bstatic (?:code )?analysis\b",
            r"\bci\s?/\s?cd\b",
            r"\bcontinuous integration\b",
            r"\bpre-?deploy\w*",
            r"\bstaging\b",
            r"\bpre-?production\b",
            r"\btest environments?\b",
            r"\bqa\b",
            r"\bquality assurance\b",
            r"\b(?:thorough\w*|rigorous\w*|properly|fully|more|proper|comprehensive|extensive|better|enough|adequate\w*|improved?|stricter|robust)(?: and \w+)? test(?:ed|ing|s)\b",
            r"\btest(?:ed|ing)?\b(?= (?:\w+ ){0,4}(?:before|prior|in (?:a )?(?:staging|test)))",
            r"\btests\b",
            r"\btesting\b",
            r"\btest (?:all |any |every |new |the )*(?:code|change|update|release|deploy|migration|config|patch|plugin|script)\w*",
        ),
        Intent.STAND_BY: (
            r"\bredundan\w+",
            r"\bfail-?overs?\b",
            r"\breplicas?\b",
            r"\breplicat\w+",
            r"\bhigh[\s-]availability\b",
            r"\bstand-?by\b",
            r"\bmulti-(?:az|region|zone|cloud|cdn|provider)\b",
            r"\bmulti(?:ple)? (?:availability zones|regions|providers)\b",
            r"\b(?:backup|secondary|second|alternate|alternative|fallback) (?:\w+ )?(?:server|generator|power|dns|provider|site|instance|link|connection|system|load|node|route|internet|supplier|vendor|gateway|database|resolver|name ?server|data ?cent(?:er|re))s?\b",
            r"\bsingle points? of failure\b",
            r"\bspof\b",
            r"\bclustering\b",
            r"\bfall-?backs?\b",
            r"\bgraceful(?:ly)? degrad\w*",
            r"\bcircuit[\s-]?breakers?\b",
        ),
        Intent.MONITOR: (
            r"\bmonitor(?:s|ed|ing)?\b",
            r"\balert(?:s|ed|ing)?\b",
            r"\balarms?\b",
            r"\bobservab\w+",
            r"\bdash-?boards?\b",
            r"\bmetrics?\b",
            r"\btelemetry\b",
            r"\bearly[\s-](?:warning|detection)s?\b",
            r"\bwarn(?:ing|ings|s|ed)?\b",
            r"\bhealth[\s-]*(?:checks?|probes?)\b",
            r"\bthresholds?\b",
            r"\bprometheus\b",
            r"\bgrafana\b",
            r"\bdatadog\b",
            r"\bnagios\b",
            r"\bzabbix\b",
            r"\bnew relic\b",
            r"\bsentry\b",
            r"\bpingdom\b",
            r"\buptime ?robot\b",
            r"\bcloudwatch\b",
            r"\bpager ?duty\b",
            r"\bopsgenie\b",
            r"\bdetect(?:s|ed|ion|ing|or)?\b",
            r"\btracking\b",
            r"\btracing\b",
            r"\bnotif(?:y|ied|ies|ication)s? (?:\w+ ){0,3}(?:team|engineer|operator|on-call|admin|developer|staff|us|when|if|about|of)\b",
            r"\bkeep (?:an eye|track)\b",
            r"\b(?:page|tell|e-?mail|send)\w*\b[^.;]{0,60}\b(?:when|if|as soon as|whenever)\b",
            r"\bwatch(?:es|ing|dog)?\b",
            r"\b(?:centrali[sz]ed|better|enhanced?|improved?|structured|more|detailed|add|comprehensive) log(?:ging|s)\b",
            r"\blog (?:aggregation|analysis|monitoring|collection)\b",
        ),
        Intent.COMMUNICATE: (
            r"\bcommunicat\w+",
            r"\balert to (?:\w+ ){0,2}(?:customer|user|client)s?\b",
            r"\bstatus page\b",
            r"\binform(?:s|ed|ing)?\b (?:\w+ ){0,2}(?:customer|user|client|stakeholder)s?\b",
            r"\bnotify (?:\w+ ){0,2}(?:customer|user|client|stakeholder)s?\b",
            r"\bapolog\w+",
            r"\bannounce\w*",
            r"\bcollaborat\w+",
            r"\bescalat\w+",
            r"\brefunds?\b",
            r"\bcompensat\w+",
            r"\bliais\w+",
            r"\bshare (?:the )?(?:findings|lessons|report|postmortem|this)\b",
        ),
        Intent.STAFF: (
            r"\bhir(?:e|ing)\b",
            r"\brecruit\w*",
            r"\bon-?call (?:rota\w*|schedule\w*|duty|shift)s?\b",
            r"\bassign(?:s|ed|ing)?\b",
            r"\bappoint\w*",
            r"\bdedicated (?:team|person|engineer|owner)s?\b",
            r"\bdesignat\w+",
            r"\bownership\b",
            r"\bstaffing\b",
            r"\bheadcount\b",
            r"\brotas?\b",
        ),
        Intent.PROCESS: (
            r"\b(?:change|configuration change|release|deployment|certificate|review|approval|maintenance|testing|incident|code review|security|access|operational|coding|backup|patch|update|development|qa|handover|configuration|config|management|escalation|response|communication|response and|capacity|troubleshooting|recovery|monitoring|better|best|strict(?:er)?|rigorous|robust|clear(?:er)?|formal|new|improved|dns|database|network|firewall|password|rotation|operations?|sign-off)[\s-](?:\w+[\s-]){0,2}?(?:process(?:es)?|polic(?:y|ies)|procedures?|protocols?|practices?|workflows?|standards?|disciplines?|governance|planning)\b",
            r"\b(?:change|release|quality) controls?\b",
            r"\balert (?:routing|fatigue|noise|tuning|polic\w+)\b",
            r"\bpaging\b",
            r"\bprocess(?:es)? (?:for|of|to|around)\b",
            r"(?<!scaling )\bpolic(?:y|ies)\b",
            r"\bprocedures?\b",
            r"\bprotocols?\b",
            r"\bbest practices?\b",
            r"\bchange (?:management|control|approval|freeze|window|advisory)\b",
            r"\btwo-person\b",
            r"\bfour[\s-]eyes?\b",
            r"\bsecond pair of eyes\b",
            r"\bfeature[\s-](?:flag|toggle)s?\b",
            r"\bcanar(?:y|ies)\b",
            r"\bblue[\s/-]*green\b",
            r"\b(?:gradual|staged|phased|progressive|incremental) (?:\w+ )?(?:roll-?out|release|deploy)\w*",
            r"\brelease (?:train|management)\b",
            r"\bcapacity planning\b",
            r"\bbe more careful\b",
            r"\bcareful\w*",
        ),
        Intent.REVIEW: (
            r"\breviews?\b",
            r"\breview(?:ed|ing)\b",
            r"\bpeer[\s-]review\w*",
            r"\bcode[\s-]review\w*",
            r"\bapprov(?:al|als|ed|e)\b",
            r"\bsign-?off\b",
            r"\bretrospectives?\b",
            r"\bassess(?:ment|ments|ing)?\b",
            r"\bevaluat\w+",
            r"\binvestigat\w+",
            r"\banaly[sz]e\b",
            r"\banalysis\b",
            r"\bexamin\w+",
            r"\bpost-?mortem meeting\w*",
            r"\bmeetings?\b",
            r"\bdebrief\w*",
            r"\bresearch\w*",
            r"\bstudy\b",
            r"\bre-?evaluat\w+",
            r"\brevisit\w*",
        ),
        Intent.AUTOMATE: (
            r"\bautomat(?:e|es|ed|ing|ion|ic|ically)\b",
            r"\bauto-?\s?(?:renew|scal|restart|heal|recover|updat|rotat)\w*",
            r"\bansible\b",
            r"\bpuppet\b",
            r"\bchef\b",
            r"\bterraform\b",
            r"\bscripts?\b",
            r"\bself-?heal\w*",
            r"\bcron(?:job)?s?\b",
            r"\bschedul(?:e|ed|ing)\b",
        ),
        Intent.CHANGE: (
            r"\bpatch(?:es|ed|ing)?\b",
            r"\bfix(?:es|ed|ing)?\b",
            r"\bthrottl\w+",
            r"\bupgrad\w+",
            r"\bupdat(?:e|es|ed|ing)\b",
            r"\bcorrect(?:ed|ing)?\b",
            r"\b(?:re)?configur(?:e|es|ed|ing|ation)\b",
            r"\bincreas\w+",
            r"\boptimi[sz]\w+",
            r"\breplac\w+",
            r"\badd(?:s|ed|ing)?\b",
            r"\brestrict\w*",
            r"\benforc\w+",
            r"\blimit(?:s|ed|ing)?\b",
            r"\btun(?:e|ed|ing)\b",
            r"\badjust\w*",
            r"\bset (?:up)?\b",
            r"\binstall\w*",
            r"\bdeploy\w*",
            r"\bimplement\w*",
            r"\bintroduc\w+",
            r"\benabl\w+",
            r"\bdisabl\w+",
            r"\bremov\w+",
            r"\bmigrat\w+",
            r"\brefactor\w*",
            r"\bresolv\w+",
            r"\bimprov\w+",
            r"\benhanc\w+",
            r"\bensur\w+",
            r"\bbuy\b",
            r"\bpurchas\w+",
            r"\bswitch to\b",
            r"\bstrengthen\w*",
            r"\bharden\w*",
            r"\bprotect\w*",
            r"\ballocat\w+",
            r"\bexpand\w*",
            r"\bscal(?:e|ing)\b",
            r"\bmake sure\b",
            r"\brewrit\w+",
            r"\brestor\w+",
            r"\brestart\w*",
            r"\brotat\w+",
            r"\bclean\w*",
            r"\bmov(?:e|ing)\b",
            r"\bintegrat\w+",
            r"\bestablish\w*",
            r"\bcreat\w+",
            r"\bus(?:e|ing)\b",
            r"\bprovid\w+",
            r"\brename\w*",
            r"\bredirect\w*",
            r"\brevert\w*",
            r"\broll(?:ed|ing)? back\b",
        ),
    }
)
"""Earlier rows win where two overlap; each string is a pattern on lower case text."""

_INTENTS = tuple((row, re.compile("|".join(words))) for row, words in _WORDS.items())


def wishes(text: str) -> tuple[Wish, ...]:
    """Every intent in `text` (lower case), in its order; the earlier row wins where two overlap."""
    found: list[Wish] = []
    for intent, pattern in _INTENTS:
        for match in pattern.finditer(text):
            start, end = match.span()
            if start < end and not any(start < w.end and w.start < end for w in found):
                found.append(Wish(intent, start, end))
    return tuple(sorted(found, key=lambda wish: wish.start))
