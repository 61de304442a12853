"""What is suspected: its subject, and the report's own words for it."""

from __future__ import annotations

import re
from functools import lru_cache

from twiceshy.reports.phrases import Phrasebook, Phrases
from twiceshy.reports.vocabulary import Part, part_named

_SUBJECTS = Phrasebook(
    (
        (
            "attack",
            Phrases(
                r"""
            attack|bot|breach|brute|credential stuffing|dos|hack|intrusion|malicious|security incident :: (?:d?dos|attacks?|attacked|attackers?|hack\w*|breach|intrusion|malicious|botnet|security incident|brute|credential stuffing|bots?)\b
            """
            ),
        ),
        (
            "database",
            Phrases(
                r"""
            connection|data|db|index|mongo|postgres|queries|query|redis|replica|sql :: (?:data ?bases?|db|mysql|mariadb|postgres\w*|mongo\w*|redis|sql|queries|query|connections? pool|replica\w*|index(?:es)?|reindex\w*)\b
            """
            ),
        ),
        (
            "provider",
            Phrases(
                r"""
            aws|azure|cloudflare|gcp|google|hosting company|isp|partner|provider|stripe|supplier|third|upstream|vendor :: (?:provider|vendor|third[- ]party|partner|isp|aws|azure|gcp|google|cloudflare|stripe|upstream|hosting company|supplier)(?:'s|s)?\b
            """
            ),
        ),
        (
            "dns",
            Phrases(
                r"""
            a record|cname|dns|domain|resolv|server :: (?:dns|name ?server|domain|resolv\w+|a record|cname)\b
            """
            ),
        ),
        (
            "firewall",
            Phrases(
                r"""
            firewall|iptables|security group|waf :: (?:firewalls?|iptables|waf|security groups?)\b
            """
            ),
        ),
        (
            "load balancer",
            Phrases(
                r"""
            alb|balancer|elb|haproxy :: (?:load[- ]?balancers?|haproxy|elb|alb)\b
            """
            ),
        ),
        (
            "network",
            Phrases(
                r"""
            network :: networks?\b
            networking :: networking\b
            router :: routers?\b
            routing :: routing\b
            switch :: switch(?:es)?\b
            link :: links?\b
            cable :: cables?\b
            connectivity :: connectivity\b
            vpn :: vpn\b
            bandwidth :: bandwidth\b
            latency :: latency\b
            packet :: packet\b
            uplink :: uplink\b
            isp :: isp\b
            wi :: wi-?fi\b
            digger :: digger\b
            fib :: fib(?:er|re)\b
            """
            ),
        ),
        (
            "traffic",
            Phrases(
                r"""
            bottleneck|campaign|capacity|demand|load|spike|surge|too many|traffic|visitor :: (?:traffic|load|overload\w*|surge|spike|visitors?|campaign|too many (?:users|requests)|demand|bottleneck|capacity)\b
            """
            ),
        ),
        (
            "certificate",
            Phrases(
                r"""
            cert|ssl|tls :: (?:certificates?|certs?|ssl|tls)\b
            """
            ),
        ),
        (
            "memory",
            Phrases(
                r"""
            heap|leak|memory|oom|ram|swap :: (?:memory|ram|oom|leak\w*|heap|swap)\b
            """
            ),
        ),
        (
            "disk",
            Phrases(
                r"""
            disk|inode|storage|system|volume :: (?:disks?|storage|volumes?|inodes?|file ?system)\b
            """
            ),
        ),
        (
            "cpu",
            Phrases(
                r"""
            cpu|processor :: (?:cpu|processor)\b
            """
            ),
        ),
        (
            "cache",
            Phrases(
                r"""
            cache|caching|cdn|content delivery|varnish :: (?:caches?|caching|varnish|memcached|cdn|content delivery)\b
            """
            ),
        ),
        (
            "deployment",
            Phrases(
                r"""
            commit|deploy|librar|migration|plugin|release|roll|theme|update|upgrade|version :: (?:deploy\w*|releases?|roll-?out|version|update[sd]?|upgrade\w*|librar\w+|plugins?|theme|commit|migration)\b
            """
            ),
        ),
        (
            "hardware",
            Phrases(
                r"""
            cable|fan|hardware|machine|mixer|power|printer|router|server|switch :: (?:hardware|servers?|power|fan|machine|mixer|switch(?:es)?|printer|cable|router)\b
            """
            ),
        ),
        (
            "code",
            Phrases(
                r"""
            app|bug|code|function|script|software :: (?:code|bugs?|application|app|scripts?|software|function)\b
            """
            ),
        ),
        (
            "permissions",
            Phrases(
                r"""
            access rights|authenti|credential|login|password|permission :: (?:permissions?|access rights|credentials?|passwords?|authenti\w+|login)\b
            """
            ),
        ),
        (
            "web server",
            Phrases(
                r"""
            apache|nginx|php|server :: (?:apache2?|nginx|web ?server|php)\b
            """
            ),
        ),
        (
            "mail",
            Phrases(
                r"""
            blacklist|blocklist|mail|queue|smtp|spam :: (?:mail|smtp|spam|blocklists?|blacklists?|queue)\b
            """
            ),
        ),
        (
            "monitoring",
            Phrases(
                r"""
            alert|false alarm|monitoring :: (?:monitoring|false alarm|alert)\b
            """
            ),
        ),
        (
            "config",
            Phrases(
                r"""
            config|setting :: (?:config\w*|settings?|misconfig\w*)\b
            """
            ),
        ),
    )
)
_DETERMINERS = re.compile(
    r"^(?:(?:that|it|this|the|a|an|our|to|be|was|were|is|are|being|of|due|caused|by|some|possible|possibly|potential|potentially|potentiale|likely|maybe|perhaps|with|in|at|on|there|might|may|could|have|been|first|initial|initially|at|first|issue|problem|cause|root|because|towards?|into|for|as|from|had|has|something|their|its|about|and|a possible|some kind of|we)\b[\s:,]*)+",
    re.IGNORECASE,
)  # fmt: skip
_CLAUSE_END = re.compile(
    r"[.;!?][\"”’)]?\s|[.;!?]$|,\s(?:but|and|so|which|since|as|because|who|leading|causing|the team|we|then|however|started|restarted|it)\b|\sbut\s|\s(?:—|–)\s|\(|, \w+ing\b|\band (?:spent|gave|started|restarted|rolled|called|checked|looked|was|were|we|the team)\b|\bso (?:we|the|it|i)\b"
)
_SUSPECT_VERBS = r"(?:suspected|blamed|assumed|thought|believed|presumed|considered)"
_PICK = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # "The network team was asked because we thought of a switch failure."
        r"\b(?:because|as|since) (?:it|we|they|i|everyone) (?:was |were )?(?:first |initially )?(?:thought|suspected|believed|assumed|feared)(?: that| of| it (?:was|to be))? (?P<what>.+)",
        # "A slow database was suspected"; nobody but the thing itself stands before the verb.
        r"(?:^|[;.,:] )(?:\W|and |then |now |first |next )*(?:suspicion falls on )?(?P<what>(?!(?:it|we|i|they|the team|engineers?|this|that|there|which|everyone)\b)[^,.;:]+?) (?:was|were|is|are|gets|comes under)(?: (?:first|initially|also|wrongly|immediately|briefly|at first|next|then))? (?:" + _SUSPECT_VERBS + r"|under suspicion|asked)\b(?! (?:that|it))",
        r"^(?P<what>(?!(?:it|we|i|they|team|engineers?|this|that|there|which|everyone)\b)[^,.;:]+?) suspected(?=$|[.,;:]| (?:of|to|because|as|since|first|next|due|after)\b)",
        r"\b(?:it )?(?:was|is) (?:first |initially |wrongly )?" + _SUSPECT_VERBS + r" that (?P<what>.+)",
        r"(?:^|\b)(?:first |initial |early |our |the |an? |working |next )*(?:assumptions?|hypothes[ie]s|suspicions?|suspected causes?|theor(?:y|ies)|guess(?:es)?|beliefs?|(?<=first )thoughts?|(?<=our )thoughts?|idea|diagnosis)(?: \w+){0,3}?(?: (?:was|were|is|are|pointed|pointing|moved|fell|falls|turned|shifted|went|of)|:)(?: that| to(?:wards?)?| at| on)? (?P<what>.+)",
        r"(?:wrongly |first |initially |mistakenly |also |then )*(?:suspect(?:ed|ing|s)?|assum(?:ed|ing|es?)|presum(?:ed|ing)|presumably|hypothesi[sz]ed|theori[sz]ed|speculated|guess(?:ed|ing|es)?|blam(?:ed|ing|es?))(?: that| it (?:was|is|might be|to be)| on| at first| initially)* (?P<what>.+)",
        r"(?:thought|believed|considered|figured|attributed|thinks?|believes?|wonders?)(?: at first| initially| that| if| it (?:was|is|might be|to be|to)|(?= it's)| of| to be| about| the (?:issue|problem|cause) (?:was|to be))* (?:it's )?(?P<what>.+)",
        r"(?:pointed|pointing|points) (?:to|at|towards?) (?P<what>.+)",
        r"(?:focus|attention|investigation|efforts?|suspicion|search)(?: \w+){0,2} (?:shifted|turned|moved|switched|went|fell|focused|centred|centered|concentrated|continued|extended|expanded|widened)(?: \w+)? ?(?:in)?(?:to|on|onto|at|towards?) (?P<what>.+)",
        r"(?:shifted|turned|switched|moved) (?:our |their |the )?(?:focus|attention|investigation)? ?(?:to|towards|on) (?P<what>.+)",
        r"(?:looked|looks|appeared|seemed|looks?|seems?) (?:to be|like|as if|as though) (?P<what>.+)",
        r"is it (?P<what>.+)",
        r"(?:possible|potential|possibly|potentially|likely|perhaps|maybe) (?P<what>.+)",
        r"(?:might|may|could) (?:have been|be) (?P<what>.+)",
        r"(?:chas(?:e|ed|ing|es)|explor(?:ed|ing)|pursu(?:ed|ing)|analy[sz](?:ed|ing)|spent (?:on|time (?:on|analy[sz]ing|investigating|looking (?:at|into)|checking))|investigat(?:ed|ing|es)|check(?:ed|ing|s)|look(?:ed|ing|s) (?:at|into)|examin(?:ed|ing|es)|debug(?:ged|ging)|restart(?:ed|ing|s)|time (?:was )?(?:lost|wasted|spent) (?:on|with)) (?P<what>.+)",
    )
)  # fmt: skip
_RULED_WHAT = re.compile(
    r"(?:ruled out|excluded|eliminated|dismissed|discarded|no (?:sign of |evidence of |ongoing )?|not (?:an? |the )?)(?P<what>[^.,;]+)|(?P<before>.+?) (?:(?:was|were|is|are) )?(?:ruled out|excluded|fine|healthy|innocent|dismissed|eliminated|discarded|normal)",
    re.IGNORECASE,
)  # fmt: skip
_MAX_WORDS = 22
_TOLD = 600
_MIN_SAID = 8


def subjects_of(text: str) -> frozenset[str]:
    """The kinds of thing a suspicion is about: database, network, attack, provider..."""
    return _subjects(text[:_TOLD])


@lru_cache(maxsize=1024)
def _subjects(text: str) -> frozenset[str]:
    return frozenset(name for name, _ in _SUBJECTS.found_in(text))


def suspicion_in(text: str) -> str:
    """What an entry suspects, in its own words, without `initially thought that it was`."""
    text = _unlabelled(text)
    for pattern in _PICK:
        match = pattern.search(text)
        if match is not None and len(what := first_clause(match["what"])) > 1:
            return what
    return first_clause(text)


def first_clause(what: str) -> str:
    """The first clause of a text without articles and `it was`, in at most 22 words."""
    end = _CLAUSE_END.search(what)
    clause = what[: end.start()] if end is not None and end.start() > 2 else what
    clause = _DETERMINERS.sub("", clause.strip(" :,.\"'"))
    return " ".join(clause.split()[:_MAX_WORDS]).strip(" :,.;\"'")


def _unlabelled(text: str) -> str:
    """An entry without its `Misleading path:` in front."""
    label, colon, value = text.partition(":")
    if colon and part_named(label) is Part.LEADS and len(value) > _MIN_SAID:
        return value.strip()
    return text


def refuted_in(text: str) -> str:
    """What an entry rules out, in its own words."""
    text = _unlabelled(text)
    match = _RULED_WHAT.search(text)
    if match is None:
        return first_clause(text)
    return first_clause(match["what"] or match["before"] or text)
