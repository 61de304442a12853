"""The class of a cause, with the words that decided it.

Every class has patterns with weights; a text's score for a class is the sum over the patterns it
matches. More specific classes carry heavier patterns, so that "an expired certificate because the
renewal job failed" is a failed renewal, and "database connection settings" are not a database
failure. The words matched by the winner are kept, so that a reader can disagree.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from twiceshy.model.report import CauseClass as C

_DB = r"(?:data ?bases?|db|mysql|mariadb|postgres(?:ql)?|mongo(?:db)?|oracle|sql server|redis|rds|aurora|cassandra)"
_CONFIG = r"(?:mis-?config\w*|wrong(?:ly)?|incorrect(?:ly)?|bad|invalid|outdated|stale|old|missing|faulty|erroneous|improper(?:ly)?|mis-?set|mis-?typed)"
_CERT = r"(?:certificates?|certs?\b|ssl|tls)"

_RULES: tuple[tuple[C, float, str], ...] = (
    (C.CERTIFICATE_EXPIRED, 5, _CERT + r"[^.]{0,80}\bexpir\w*|\bexpir\w*[^.]{0,40}" + _CERT + r"|lapsed[^.]{0,30}" + _CERT + r"|" + _CERT + r"[^.]{0,40}\b(?:lapsed|ran out|out of date|no longer valid|had run out)"),
    (C.CERTIFICATE_RENEWAL_FAILED, 6, r"(?:automat\w+|auto-?)[\s-]?(?:certificate )?(?:renew\w*)[^.]{0,80}(?:fail\w*|broke\w*|misconfig\w*|did not|didn't|never|stopped|silently|disabled|not run)|renew\w*[^.]{0,60}(?:fail\w*|broke\w*|did not|didn't|never|stopped|silently|misconfig\w*|not (?:run|triggered|executed|reload))|(?:fail\w*|never|not|broke\w*|forgot\w*)[^.]{0,30}(?:to )?(?:renew(?!ed manually)\w*)|certbot[^.]{0,80}(?:fail\w*|broke\w*|not|never|stopped|error)|(?:acme|let's encrypt)[^.]{0,60}(?:fail\w*|challenge|rate limit)|certificate management (?:system|tool)[^.]{0,40}misconfig|renewed[^.]{0,60}(?:never|not|without) (?:\w+ ){0,2}reload|not reloaded[^.]{0,60}(?:certificate|renew)|cron (?:job )?[^.]{0,40}renew[^.]{0,40}"),
    (C.CERTIFICATE_OTHER, 4, r"\bCA\b[^.]{0,60}(?:trust\w*|know\w*)|(?:do|does|did) not (?:know|trust)[^.]{0,30}\bCA\b|chain (?:was |is )?(?:not trusted|incomplete|broken|untrusted)|" + _CERT + r"[^.]{0,80}(?:wrong|mismatch\w*|host ?names?|self[- ]signed|untrusted|chain|intermediate|incomplete|revoked|only covers|covers only|does not (?:cover|contain|include)|missing the|not trusted|misconfig\w*|invalid)|(?:missing|incomplete|wrong|untrusted|self[- ]signed|invalid|mismatched|revoked)[^.]{0,40}(?:intermediate|" + _CERT + r"|chain)"),
    (C.FIREWALL_RULE, 6, r"firewalls?[^.]{0,80}(?:rules?|block\w*|misconfig\w*|drop\w*|den(?:y|ied)|reject\w*|chang\w*|updat\w*|polic\w+)|(?:rules?|policy|block\w*|misconfig\w*|drop\w*)[^.]{0,60}firewalls?|security groups?[^.]{0,60}(?:rule|block|chang|wrong|missing|misconfig|clos|remov|port)|(?:iptables|nftables|ufw|network acl|access control list)\b|ip (?:address )?(?:block|deny|allow)[- ]?list"),
    (C.WAF_OR_SECURITY_MODULE, 7, r"\bwaf\b|web application firewall|mod_?security|security modules?|core rule set|\bse ?linux\b|\bapparmor\b|fail2ban"),
    (C.DATABASE_SETTINGS, 7, r"(?:connection pool|pool size|size of the (?:connection )?pool|max_connections)[^.]{0,80}(?:reduced|set to|lowered|misconfig\w*|by mistake|wrong\w*|changed)|misconfig\w*[^.]{0,40}(?:connection pool|pool)|" + _DB + r"[^.]{0,40}(?:connection )?(?:settings?|config\w*|credentials?|passwords?|host ?names?|user ?names?|urls?|connection strings?|dsn|parameters?)|(?:misconfig\w*|wrong|incorrect|old|outdated|invalid|bad|missing|rotated|changed)[^.]{0,60}" + _DB + r"[^.]{0,30}(?:settings?|config\w*|credentials?|passwords?|hosts?\b|host ?names?|users?\b|url|string|connection settings)|(?:credentials?|passwords?|connection strings?|host ?names?|settings)[^.]{0,40}(?:for|of|to|in) (?:the |our )?(?:\w+ ){0,2}" + _DB + r"|wp-config|db_(?:host|user|password|name)"),
    (C.DATABASE_CAPACITY, 6, r"(?:max_connections|connection pools?|connections? limit|too many connections|connections? (?:were )?(?:exhaust\w*|in use|used up|leak\w*|maxed)|out of connections|exhaust\w*[^.]{0,40}connections?|pool[^.]{0,30}(?:exhaust\w*|too small|full|size|limit)|all \d* ?connections|ran out of[^.]{0,30}connections)|(?:" + _DB + r"[^.]{0,60}(?:overload\w*|capacity|overwhelm\w*|could not handle|too small|under-?provision\w*|maximum|limit))"),
    (C.DATABASE_QUERY_OR_SCHEMA, 6, r"(?:slow|inefficient|unoptimi[sz]ed|long[- ]running|expensive|unindexed|heavy|bad|n\+1|poorly (?:written|optimi[sz]ed)|runaway)[^.]{0,30}(?:sql|queries|query|joins?)|(?:queries|query)[^.]{0,60}(?:slow|lock\w*|full table|without (?:an )?index|inefficient|unoptimi[sz]ed|deadlock)|missing (?:\w+ ){0,3}index|index(?:es)?[^.]{0,30}(?:missing|dropped|removed|not (?:built|created))|schema (?:change|migration|mismatch)|(?:" + _DB + r") migration|migration[^.]{0,40}(?:fail\w*|lock\w*|column|table|schema)|(?:column|table|schema)[^.]{0,40}(?:missing|renamed|dropped|lock\w*|mismatch|did not exist)|deadlocks?|table lock|full table scan"),
    (C.DATABASE_FAILURE, 4, _DB + r"(?: (?:server|service|cluster|instance|node|primary|master|process))?[^.]{0,40}(?:crash\w*|fail(?:ed|ure|ing|s)\b|down\b|corrupt\w*|unavailab\w*|died|stopped|went (?:down|offline)|unresponsive|outage|split[- ]brain)|(?:crash\w*|corrupt\w*|failure|fail(?:ed|ing) over)[^.]{0,40}(?:of |in |on |to )?(?:the |our )?(?:\w+ )?" + _DB + r"|replica(?:tion)?[^.]{0,40}(?:lag|broke|fail\w*|stopped|behind)|write[- ]ahead log"),
    (C.DNS, 6, r"\bdns\b|name ?servers?\b|\b(?:a|aaaa|cname|mx|ns|txt)[- ]records?\b|zone file|zone (?:transfer|serial|expired)|domain (?:name )?(?:expir\w*|registration|lapsed|was not renewed|resolv\w*)|name resolution|resolv\.conf|registrar|\bttl\b|secondary zone"),
    (C.LOAD_BALANCER, 6, r"load[- ]?balanc\w+|\bha ?proxy\b|\b(?:elb|alb|nlb)\b|health[- ]check (?:path|url|endpoint|port|config\w*)|sticky sessions?|round[- ]robin"),
    (C.NETWORK, 4, r"(?:network|router?s?|routing|switch(?:es)?\b|bgp|vlan|subnet|mtu|cables?|fib(?:er|re)|uplink|backbone|packet loss|vpn|gateway|isp|link|latency between|arp|spanning tree|network interface|nic)\b[^.]{0,60}(?:fail\w*|misconfig\w*|down|lost|loss|loop\w*|unplugged|cut|broke\w*|damaged|congest\w*|saturat\w*|partition\w*|issue|problem|wrong|flap\w*|leak\w*|outage|dead|error|changed|unreachable|storm)|(?:misconfig\w*|fault\w*|broken|failed|wrong|unplugged|cut|damaged|incorrect|loose|dead)[^.]{0,40}(?:network|router|routing|route|switch(?!ed)|bgp|vlan|subnet|cables?|fib(?:er|re)|uplink)|network (?:partition|congestion|misconfig|cable|loop|outage|failure|issue|switch)|routing table|default route|broadcast storm"),
    (C.WEB_SERVER_CONFIG, 5, r"worker connections|(?:nginx|apache2?|httpd|caddy|lighttpd|iis|web[- ]?server|tomcat|virtual ?host|vhost|reverse[- ]proxy|php-fpm)[^.]{0,100}(?:config\w*|misconfig\w*|settings?|directive|upstream|limit|worker_\w+|ulimit|open files|port\b|\.conf\b|syntax|symlink|sites-(?:enabled|available)|document root)|(?:misconfig\w*|config\w*|wrong|syntax error|incorrect|typo)[^.]{0,60}(?:nginx|apache2?|httpd|web[- ]?server|vhost|virtual host|reverse proxy)|worker_connections|too many open files|ulimit|proxy_pass|\.htaccess|redirect loop"),
    (C.TYPO_IN_CODE, 7, r"\btypos?\b|mis-?spel\w+|spelling (?:mistake|error)|\.phpp\b|missing (?:a )?(?:semicolon|bracket|brace|comma|quote|parenthesis|letter|colon)|extra (?:letter|character|\"?p\"?|comma|space|semicolon)|(?:letter|character) (?:too many|missing|short)|misplaced (?:comma|bracket|semicolon|character)|wrong (?:file )?(?:extension|ending)|(?:syntax error)[^.]{0,40}(?:code|script|file|php|javascript)"),
    (C.DEPLOYMENT, 4, r"(?:deploy|deployment|release|rollout) (?:script|job|process|tool)|(?:bad|faulty|broken|failed|botched|incomplete|wrong|stale|untested|erroneous|partial|recent|new|premature|accidental)[^.]{0,20}(?:deploy\w*|roll-?out|release|build|branch|image|artifact|version)|(?:deploy\w*|roll-?out|release(?! \d))[^.]{0,80}(?:fail\w*|broke\w*|without|incomplete|wrong|missing|stale|out of order|untested|incompatib\w*|skipped|introduced|did not include|not (?:include|tested|deployed|rolled))|(?:was|were) deployed (?:without|to the wrong|before|too early)|wrong (?:branch|image|tag|build|version|environment)|stale branch|environment variables?[^.]{0,40}(?:missing|not set|unset|wrong)|missing (?:an? )?environment variable|dependency (?:update|upgrade|version|conflict)|incompatib\w+[^.]{0,40}(?:version|librar|package|dependenc|update|upgrade)|ci/?cd|pipeline"),
    (C.APPLICATION_BUG, 4, r"\bbugs?\b|race condition|infinite loop|null ?pointer|unhandled (?:exception|error)|uncaught|logic error|off[- ]by[- ]one|regression|defect\b|rounding|edge case|code (?:error|change|defect|path)|error in (?:the |our )?(?:code|application|script|logic)|exception\b|faulty (?:code|logic)|parser|regular expression|regex|stack overflow|time ?zone (?:bug|error)|leap (?:year|second)|coding error|programming error|memory leak"),
    (C.RESOURCE_EXHAUSTION_MEMORY, 6, r"(?:^\W*(?:memory|ram)\W*$|out of memory|\boom\b|memory (?:leaks?|exhaust\w*|usage|pressure|limit|was full|consumption)|ran out of (?:memory|ram)|insufficient (?:memory|ram)|exhaust\w*[^.]{0,20}(?:memory|ram)\b|oom[- ]?kill\w*|heap (?:space|size|exhaust\w*)|not enough (?:memory|ram)|leak\w* memory|(?:memory|ram)[^.]{0,30}(?:exhaust\w*|full|run out|ran out))"),
    (C.RESOURCE_EXHAUSTION_DISK, 6, r"(?:disks?|volumes?|partitions?|file ?systems?|storage|drive|/var|/tmp|hard drive|root partition|log files?|inodes?)[^.]{0,50}(?:full|100 ?%|exhaust\w*|out of space|no space|ran out|filled|run out|used up|grew|grown|capacity)|(?:full|no space left|out of|ran out of|insufficient|low|running out of|filled (?:up )?(?:the|its|our|all)?)[^.]{0,20}(?:disks?|storage|space on|inodes?|volume)|disk (?:space|usage)|no space left"),
    (C.RESOURCE_EXHAUSTION_CPU, 6, r"cpu[^.]{0,50}(?:exhaust\w*|100 ?%|satur\w*|overload\w*|spik\w*|usage|starv\w*|limit|throttl\w*|maxed|load|high|all)|(?:high|excessive|all (?:the |of the )?|burn\w*|took all|eat\w*|maxed out|consum\w* all|100 ?%)[^.]{0,20}cpu|runaway process|noisy neighbou?r"),
    (C.DDOS, 7, r"(?:was|were|caused by|due to|victim of|under|by|from|of|an?) (?:an? |the )?(?:\w+ ){0,4}(?:ddos|denial[- ]of[- ]service|dos attack|botnet|syn flood|flood of (?:malicious|bot)|volumetric|layer 7 attack|amplification|brute[- ]force|credential stuffing)|^ddos|(?:ddos|denial[- ]of[- ]service) attack (?:on|against|that|which|overwhelm|flood)|malicious (?:traffic|requests|bots)"),
    (C.TRAFFIC_SURGE, 4, r"(?:sudden|unexpected|unusual|massive|huge|large|sharp|unprecedented|big|extreme|heavy|high|enormous|flash)[^.]{0,30}(?:surge|spike|increase|rush|influx|amount of|volume of|wave|levels? of|number of)[^.]{0,30}(?:traffic|users|visitors|requests|load|orders|demand|customers|sign-?ups)|(?:traffic|load|demand|visitor|request) (?:surge|spike|peak|burst)s?|(?:surge|spike|influx|rush|wave|peak) (?:in|of) (?:\w+ ){0,3}(?:traffic|users|visitors|requests|demand|orders|load|buyers|sign-?ups)|(?:black friday|flash sale|went viral|viral|hacker news|marketing campaign|pre-?sale|promotion)|too many (?:users|visitors|requests)|(?:more|forty|ten|five|three|twenty|\d+)[^.]{0,20}times (?:as many|more|the (?:usual|normal))|overload\w*|overwhelm\w*[^.]{0,30}(?:server|traffic|requests)"),
    (C.THIRD_PARTY, 5, r"^\W*third[- ]party\b|provider(?:'s|’s) (?:network|backbone|side|end|fault|data ?cent)|provider (?:changed|closed|turned off|moved|had)|(?:third[- ]party|3rd[- ]party|external (?:provider|service|vendor|api|supplier)|(?:cloud|hosting|payment|sms|mail|email|cdn|internet|dns|service|backbone|telecom|identity|upstream) (?:provider|vendor|processor|gateway|company|supplier)(?:'s|’s)?|provider(?:'s|’s)|vendor(?:'s|’s)|\baws\b|amazon web services|google cloud|azure|cloudflare|stripe|twilio|github|fastly)[^.]{0,80}(?:outage|fail\w*|down|issue|incident|problem|maintenance|chang\w*|deprecat\w*|limit\w*|degrad\w*|error|disrupt\w*|broke\w*|unavailab\w*|revoked|suspend\w*|closed|throttl\w*)|(?:outage|failure|incident|downtime|problem|disruption|maintenance)[^.]{0,30}(?:at|of|by|with|in|on) (?:the |our |a |an )?(?:third[- ]party|external|(?:\w+ ){0,2}(?:provider|vendor|supplier|partner)|aws|azure|google cloud|cloudflare|upstream)"),
    (C.HARDWARE, 6, r"hardware|(?:disk|drive|hdd|ssd|raid|controller|memory module|dimm|motherboard|mainboard|fan|power supply|psu|cooling|cpu|network card|nic|server|switch|sd card|battery)\b[^.]{0,30}(?:died|dead|defect\w*|broken|physically|burnt|burned|hardware|bad sectors?|worn)|(?:broken|defective|faulty|dead|failed|failing|bad|worn[- ]out)[^.]{0,20}(?:disk|drive|memory module|ram stick|dimm|controller|hdd|ssd|motherboard|fan|power supply|raid|network card|battery)|(?:disk|drive|raid|controller) (?:array )?failure|overheat\w*|air condition\w*|bad sectors?"),
    (C.POWER, 7, r"(?:loss of|lost|no|without|cut) (?:electrical )?power|\bpower (?:outage|cut|failure|loss|surge|supply to|was lost|strip|blackout)|electric\w*|blackout|\bups\b|generator|lost power|without power|fuse|circuit breaker|power (?:cable|cord|plug)"),
    (C.HUMAN_ERROR_DELETION, 7, r"human error[^.]{0,80}(?:delet\w*|remov\w*|dropp\w*|wip\w*)|(?:delet\w*|remov\w*)[^.]{0,60}wrong|(?:accident\w*|mistaken\w*|by mistake|inadvertent\w*|unintention\w*|wrong(?:ly)?|erroneous\w*)[^.]{0,50}(?:delet\w*|dropp\w*|remov(?:ed|al|ing)|wip\w*|truncat\w*|overw\w*|purg\w*|eras\w*|terminat\w*)|(?:delet\w*|dropp(?:ed|ing)|wip(?:ed|ing)|truncat\w*|remov(?:ed|ing)|purg\w*|eras\w*|overwr\w*)[^.]{0,60}(?:by mistake|accident\w*|wrong (?:server|database|table|directory|folder|environment|host|terminal)|production (?:database|data|table|server)|instead of|on (?:the )?production)|rm -rf|drop (?:table|database)\b|clean-?up script[^.]{0,50}(?:production|delet|wrong)"),
    (C.PERMISSIONS, 6, r"(?:bucket )?policy was (?:set|changed)|permissions?\b|access ?denied|\bchmod\b|\bchown\b|\biam\b|\bacls?\b|file owner\w*|(?:role|policy|privileg\w*|grants?)[^.]{0,40}(?:missing|removed|revoked|denied|detached|lost|insufficient|wrong)|(?:missing|removed|revoked|insufficient|wrong|incorrect)[^.]{0,30}(?:role|polic(?:y|ies)|privileg\w*|grants?|access rights)|403 forbidden|service account|not (?:allowed|permitted|authori[sz]ed) to"),
    (C.PROCESS_DOWN, 4, r"(?:process|service|daemon|worker|container|pod|server|application|job|cron ?job|scheduler|agent|cupsd|nginx|apache2?|mysqld|puppet|backend|instance|consumer)s?\b[^.]{0,40}(?:not (?:running|started|enabled|restarted|start)|stopped|died|\bdead\b|exited|crashed|was down|had crashed|hung|did(?: not|n't) (?:start|come back|restart)|never (?:started|restarted)|was killed|not (?:set|configured) to start|disabled at boot|terminated|froze\w*|stuck)|(?:stopped|killed|crash\w* of)[^.]{0,20}(?:process|service|daemon|worker)|not (?:enabled|started) (?:at|on|after) (?:boot|reboot)|after (?:the |a )?reboot"),
    (C.CONFIG_OTHER, 1.2, r"\bconfig\w*|\bflag\b|\bsettings?\b"),
    (C.CONFIG_OTHER, 2.5, r"mis-?config\w*|(?:wrong|incorrect|bad|invalid|faulty|missing|erroneous|outdated)(?:ly)? (?:\w+ ){0,3}(?:config\w*|settings?|value|parameter|variable|path|option|flag|api key|key|url|port|token)|config\w*[^.]{0,40}(?:error|mistake|wrong|change\w*|file|incorrect|drift|push\w*|missing|overwr\w*)|(?:setting|parameter|feature flag|flag|environment variable|api key|secret|token|limit)[^.]{0,40}(?:wrong|incorrect|missing|expired|not set|unset|disabled|too (?:low|high|small)|lower\w*|removed|default)|rate limit\w*[^.]{0,40}(?:wrong|too low|misconfig|config)"),
)  # fmt: skip
_PATTERNS = tuple(
    (cause, weight, re.compile(rf"\b(?:{pattern})", re.IGNORECASE))
    for cause, weight, pattern in _RULES
)
_ORDER = {cause: index for index, (cause, _, _) in enumerate(_RULES)}

_NOT_THIS = re.compile(
    r"\b(?:(?:is|was|were|are|had|has) not(?: caused by| due to)?|not (?:caused by|due to|an?|the|by)|isn't|wasn't|rather than|instead of|ruled out|unlike|neither)\s(?:[^.,;\s]+\s){0,3}$", re.IGNORECASE
)  # fmt: skip
_TELLS = re.compile(
    r"\b(?:root cause|caused by|due to|because|reason|culprit|stemmed|resulted from|result of|traced|since)\b",
    re.IGNORECASE,
)
_RESULTS = re.compile(
    r"(?:,? (?:which|this|that) (?:caus\w+|led|result\w+|meant|made)|,? (?:causing|leading to|resulting in|so that|so the|preventing|making)|;)", re.IGNORECASE
)  # fmt: skip
_MAX_TEXT = 3_000


@dataclass(frozen=True, slots=True)
class Classified:
    """A cause class and the words that decided it."""

    cause_class: C
    words: tuple[str, ...]
    score: float


def classify(texts: Sequence[tuple[str, float]]) -> Classified:
    """The class of a cause from texts with weights: the cause's own sentences weigh most."""
    scores: dict[C, float] = {}
    words: dict[C, list[str]] = {}
    for text, weight in texts:
        _score(text[:_MAX_TEXT], weight, scores, words)
    if not scores:
        return Classified(C.OTHER, (), 0.0)
    # A renewal that failed is why the certificate expired; the pair is the renewal's.
    if C.CERTIFICATE_RENEWAL_FAILED in scores and C.CERTIFICATE_EXPIRED in scores:
        scores[C.CERTIFICATE_RENEWAL_FAILED] += scores[C.CERTIFICATE_EXPIRED]
    best = max(scores, key=lambda cause: (scores[cause], -_ORDER[cause]))
    return Classified(best, tuple(dict.fromkeys(words[best]))[:4], scores[best])


def _score(text: str, weight: float, scores: dict[C, float], words: dict[C, list[str]]) -> None:
    for cause, strength, pattern in _PATTERNS:
        found = 0.0
        for count, match in enumerate(pattern.finditer(text)):
            if count == 3:  # noqa: PLR2004 - more of the same says no more
                break
            before = text[max(0, match.start() - 70) : match.start()]
            if _NOT_THIS.search(before):
                continue
            value = strength
            sentence_start = max(text.rfind(". ", 0, match.start()) + 1, 0)
            lead = text[sentence_start : match.start()]
            if _RESULTS.search(lead):
                value *= 0.4
            elif sentence_start == 0:
                value *= 1.3
            if _TELLS.search(lead[-80:]):
                value *= 1.2
            found = max(found, value) + (0.15 * strength if found else 0.0)
            words.setdefault(cause, []).append(match[0].strip()[:80])
        if found:
            scores[cause] = scores.get(cause, 0.0) + found * weight
