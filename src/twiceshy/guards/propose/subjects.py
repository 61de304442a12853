"""What an action speaks about, read from its own words: one row for each subject."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Subject(StrEnum):
    """What an action is about; the value names it in ids and sentences."""

    RENEWAL = "certificate renewal"
    CERTIFICATE = "certificate"
    WAF = "web application firewall"
    FIREWALL = "firewall"
    RATE_LIMIT = "rate limits"
    ATTACK = "attack traffic"
    DOMAIN = "domain registration"
    DNS = "DNS"
    DATABASE_SETTINGS = "database settings"
    DATABASE_POOL = "database connections"
    DATABASE_QUERY = "database queries"
    DATABASE = "database"
    MAIL = "mail"
    LOGIN = "login"
    LOAD_BALANCER = "load balancer"
    WEB_SERVER = "web server"
    BACKUP = "backups"
    DISK = "disk"
    MEMORY = "memory"
    CPU = "processor"
    OPEN_FILES = "open files"
    SERVER = "servers"
    PROCESS = "processes"
    PORT = "ports"
    CLOCK = "clock"
    POWER = "power"
    HARDWARE = "hardware"
    QUEUE = "queue"
    CACHE = "cache"
    CAPACITY = "capacity"
    TRAFFIC = "traffic"
    NETWORK_DEVICES = "network devices"
    NETWORK = "network"
    THIRD_PARTY = "third party"
    AVAILABILITY = "availability"
    LATENCY = "response time"
    ERRORS = "errors"
    LOGS = "logs"
    CONFIG_MANAGEMENT = "configuration management"
    CHANGE = "changes"
    DEPLOY = "deploys"
    CONFIG = "configuration"
    DELETION = "deletion"
    PERMISSIONS = "permissions"
    SECRETS = "secrets"
    UPDATES = "updates"
    SECURITY = "security"
    CODE = "code"
    INCIDENT = "incident response"
    COMMUNICATION = "communication"


@dataclass(frozen=True, slots=True)
class Mention:
    """A subject, and where in the text it is spoken of."""

    subject: Subject
    start: int
    end: int


_WORDS: Mapping[Subject, tuple[str, ...]] = MappingProxyType(
    {
        Subject.RENEWAL: (
            r"(?:(?:ssl|tls)(?:/(?:ssl|tls))?[\s-]+)?cert(?:ificate)?s?\s+(?:auto(?:matic|mated)?[\s-]+)?(?:re-?new\w*|rotation|management|manager|lifecycle|issuance|provisioning)(?:\s+(?:system|process|tool|procedure)\w*)?",
            r"(?:ssl|tls)\s+(?:auto[\s-]*)?renew\w*",
            r"\bauto(?:matic\w*|mat\w+)?[\s-]*renew\w*",
            r"re-?new\w*\s+(?:of\s+)?(?:the\s+|all\s+|our\s+)?(?:(?:ssl|tls)(?:/(?:ssl|tls))?[\s-]+)?cert(?:ificate)?s?",
            r"\bcert-?bot\b",
            r"\bacme\b",
            r"let'?s\s*encrypt",
            r"\bcert-manager\b",
            r"\brenewals?\b",
        ),
        Subject.CERTIFICATE: (
            r"\bcert(?:ificate)?s?\b",
            r"\bssl\b",
            r"\btls\b",
            r"\bx\.?509\b",
        ),
        Subject.WAF: (
            r"\bwafs?\b",
            r"web[\s-]application firewalls?",
            r"mod_?security",
            r"security modules?",
            r"core rule set",
        ),
        Subject.RATE_LIMIT: (
            r"\brate[\s-]*limit\w*",
            r"\bthrottl\w*",
            r"\brequests? (?:limit|quota)\w*",
            r"\bapi (?:limit|quota)\w*",
            r"limit\w* (?:the )?(?:number of )?(?:incoming |concurrent )?requests",
        ),
        Subject.FIREWALL: (
            r"\bfirewalls?\b",
            r"\biptables\b",
            r"\bnftables\b",
            r"\bfirewalld\b",
            r"\bufw\b",
            r"\bsecurity groups?\b",
            r"\bpacket filters?\b",
            r"\b(?:network )?acls?\b",
            r"\bnetwork polic(?:y|ies)\b",
        ),
        Subject.ATTACK: (
            r"\bd?dos\b",
            r"denial[\s-]of[\s-]service",
            r"\b(?:malicious|bot|attack) (?:traffic|requests?)",
            r"\bbrute[\s-]force\b",
            r"\bbotnets?\b",
        ),
        Subject.DOMAIN: (
            r"\bdomain(?: names?)? (?:expir|renew|registra|ownership)\w*",
            r"\b(?:renew|registra|expir)\w* (?:of |the |our )*domains?(?: names?)?\b",
        ),
        Subject.DNS: (
            r"\bdns(?:sec)?\b",
            r"\bname ?servers?\b",
            r"\bname resolution\b",
            r"\bdomain (?:name|resolution|record|registra|expir|renew)\w*",
            r"\bttls?\b",
            r"\broute ?53\b",
            r"\bresolvers?\b",
            r"\bzone files?\b",
            r"/etc/hosts",
            r"resolv\.conf",
        ),
        Subject.DATABASE_POOL: (
            r"\bconnection[\s-]*pool\w*",
            r"\b(?:database|db|mysql|postgres\w*) connections\b",
            r"\bmax_?\s?connections?\b",
            r"\bpgbouncer\b",
            r"\bidle connections?\b",
            r"\bconnection (?:leak|limit|exhaust|count|usage|saturation)\w*",
            r"\bpool (?:size|exhaust\w*|usage|saturation|setting|limit)\w*",
            r"\b(?:database|db|mysql|postgres\w*) connections? (?:leak|limit|exhaust|usage|count|manag|pattern|spike|satur|util|metric|number|level)\w*",
        ),
        Subject.DATABASE_SETTINGS: (
            r"\b(?:database|db|mysql|postgres\w*|mongo\w*)(?: connection| server)? (?:config\w*|setting\w*|parameter\w*|credential\w*|password\w*|url|string)",
            r"\bconnection (?:settings?|strings?|parameters?)",
            r"\b(?:database|db) connect(?:ion|ivity)(?: status| health)?\b",
        ),
        Subject.DATABASE_QUERY: (
            r"\b(?:slow|long[\s-]running|expensive|inefficient|database|sql|db|heavy|unoptimi[sz]ed|optimi[sz]e[d]?) (?:\w+ )?quer(?:y|ies)",
            r"\bquery (?:performance|time|plan|optimi|execution|analy|pattern)\w*",
            r"(?<!dns )\bquer(?:y|ies)\b",
            r"\bindex(?:es|ing)?\b",
            r"\bdeadlocks?\b",
            r"\btable locks?\b",
            r"\block contention\b",
            r"\b(?:schema|database|db|data) migrations?\b",
            r"\b(?:database |db )?schema\b",
            r"\btransactions? lock\w*",
        ),
        Subject.BACKUP: (
            r"\bback-?ups?\b(?! (?:server|generator|power|dns|provider|plan|site|instance|link|connection|system|load|node|route|internet|line|power|team|member|engineer|on-call))",
            r"\bbacked up\b",
            r"\bsnapshots?\b",
            r"\brestor(?:e|es|ing|ation)s?\b(?= (?:test|drill|process|procedure|from|of the data|data))",
            r"\bpoint-in-time\b",
            r"\bdata (?:recovery|loss|restor\w*)",
        ),
        Subject.DATABASE: (
            r"\bdatabases?\b",
            r"\bdbs?\b",
            r"\bdba\b",
            r"\bmysql\b",
            r"\bpostgres\w*",
            r"\bmaria ?db\b",
            r"\bmongo\w*",
            r"\brds\b",
            r"\bcassandra\b",
            r"\bsql server\b",
            r"\breplication lag\b",
            r"\b(?:read )?replicas?\b",
        ),
        Subject.MAIL: (
            r"\be-?mails?\b",
            r"\bmails?\b",
            r"\bsmtp\b",
            r"\bimap\b",
            r"\bpostfix\b",
            r"\bmx\b",
            r"\bdkim\b",
            r"\bspf\b",
            r"\bdmarc\b",
            r"\bmail(?:box|server)\w*",
        ),
        Subject.LOGIN: (
            r"\blog-?ins?\b",
            r"\blog(?:ging)? in\b",
            r"\bsign-?(?:in|on)s?\b",
            r"(?<!factor )\bauthenticat\w*",
            r"\bauth\b",
            r"\bsso\b",
            r"\boauth\w*",
            r"\bsession (?:store|management|handling)",
        ),
        Subject.LOAD_BALANCER: (
            r"\bload[\s-]*balanc\w*",
            r"\bha-?proxy\b",
            r"\b[ean]lbs?\b",
            r"\bupstreams?\b",
            r"\breverse prox\w*",
            r"\bbackend pool",
        ),
        Subject.WEB_SERVER: (
            r"\bnginx\b",
            r"\bapache2?\b",
            r"\bweb[\s-]?servers?\b",
            r"\bhttpd\b",
            r"\bvirtual hosts?\b",
            r"\bvhosts?\b",
            r"\bdocument root\b",
            r"\bsites-enabled\b",
        ),
        Subject.DISK: (
            r"\bdisks?\b",
            r"\bdisk[\s-]space\b",
            r"\bstorage\b",
            r"\bfile ?systems?\b",
            r"\binodes?\b",
            r"\blog[\s-]?rotat\w*",
            r"\brotat\w+ (?:of )?logs?\b",
            r"\blogrotate\b",
            r"\bpartitions?\b",
            r"\bfree space\b",
            r"\bvolumes? (?:usage|size|space|full)",
        ),
        Subject.MEMORY: (
            r"\bmemory\b",
            r"\bram\b",
            r"\boom\b",
            r"\bout[\s-]of[\s-]memory\b",
            r"\bheap\b",
            r"\bswap\b",
            r"\bgarbage collect\w*",
        ),
        Subject.CPU: (
            r"\bcpus?\b",
            r"\bprocessor\b",
            r"\bload average\b",
        ),
        Subject.OPEN_FILES: (
            r"\bopen[\s-]files?\b",
            r"\bfile descriptors?\b",
            r"\bulimits?\b",
            r"\btoo many files\b",
        ),
        Subject.SERVER: (
            r"\b(?:server|system|resource|infrastructure|application|instance|host|node)s?(?:'s)? (?:performance|health|load|metrics?|resources?|utili[sz]ation|usage|consumption|exhaustion|limits?|leaks?|stability)\b",
            r"\bresource (?:usage|allocation|contention)\b",
            r"\bresource (?:constraints?|monitoring)\b",
            r"\bserver monitoring\b",
        ),
        Subject.PROCESS: (
            r"\bprocess(?:es)? (?:monitor|crash|restart|manager|supervis|fail|health|status)\w*",
            r"\bdaemons?\b",
            r"\bsystemd\b",
            r"\bsupervisord?\b",
            r"\bauto(?:matic\w*)?[\s-]*restart\w*",
            r"\brestart\w* (?:the |of )?(?:service|process|server|failed|crashed|automatically)\w*",
            r"\bservice restarts?\b",
            r"\bcrash[\s-]?loops?\b",
            r"\bcron ?jobs?\b",
            r"\bcrons?\b",
            r"\bworkers?\b",
            r"\b(?:pods?|containers?) (?:crash|restart|fail|health|status)\w*",
            r"\bself-?heal\w*",
            r"\bbackground jobs?\b",
            r"\bservices? (?:is|are) running\b",
            r"\bboot\b",
            r"\bwatchdogs?\b",
        ),
        Subject.PORT: (r"\b(?:listening |open |tcp )?ports?\b",),
        Subject.CLOCK: (
            r"\bntp\b",
            r"\bchrony\w*",
            r"\bclocks?\b(?! in)",
            r"\btime[\s-]?sync\w*",
            r"\bdaylight saving\b",
            r"\btime ?zones?\b",
            r"\bleap (?:second|year)s?\b",
        ),
        Subject.POWER: (
            r"\bpower\b(?! ?(?:user|ful|shell))",
            r"\bups(?:es)?\b",
            r"\bgenerators?\b",
            r"\bbatter(?:y|ies)\b",
            r"\belectric\w*",
            r"\buninterruptible\b",
            r"\bpdus?\b",
        ),
        Subject.HARDWARE: (
            r"\bhardware\b",
            r"\bhard drives?\b",
            r"\braid\b",
            r"\bfirmware\b",
            r"\bspare (?:part|server|disk|drive|switch|router)(?:e?s)?\b",
            r"\bcooling\b",
            r"\btemperature\b",
            r"\bair[\s-]?condition\w*",
            r"\bphysical servers?\b",
            r"\bservers? (?:rack|room)s?\b",
            r"\bdata ?cent(?:er|re)s?\b",
        ),
        Subject.QUEUE: (
            r"\bqueues?\b",
            r"\bkafka\b",
            r"\brabbitmq\b",
            r"\bbacklogs?\b",
            r"\bmessage broker\b",
            r"\bconsumer lag\b",
            r"\bcelery\b",
            r"\bsidekiq\b",
        ),
        Subject.CACHE: (
            r"\bcach(?:e|es|ed|ing)\b",
            r"\bmemcached?\b",
            r"\bredis\b",
            r"\bvarnish\b",
        ),
        Subject.CAPACITY: (
            r"(?<!%\s)\bcapacit\w*",
            r"\bauto-?\s?scal\w*",
            r"\bscal(?:e|es|ing|ability|able)\b",
            r"\bload[\s-]test\w*",
            r"\bstress[\s-]test\w*",
            r"\bperformance test\w*",
            r"\b(?:more|additional|extra) (?:server|instance|node|resource)s?\b",
            r"\bpeak (?:load|traffic|hour|time)s?\b",
            r"\bhigh load\b",
            r"\bbottlenecks?\b",
            r"\bbenchmark\w*",
        ),
        Subject.TRAFFIC: (
            r"\b(?:web |network |site |website |http |user |incoming |outgoing |service )*traffic\b",
            r"\brequest (?:volume|rate|spike)s?\b",
            r"\b(?:load|user) (?:spike|surge)s?\b",
            r"\bsurges?\b",
        ),
        Subject.NETWORK_DEVICES: (
            r"\bnetwork (?:device|component|config\w*|equipment|infrastructure|setting|hardware|change|appliance)s?\b",
            r"\brouters?\b",
            r"\bswitch(?:es)\b",
            r"\bnetwork switch\b",
            r"\bbgp\b",
            r"\brouting (?:table|config|change|rule|polic)\w*",
        ),
        Subject.NETWORK: (
            r"\bnetwork(?:s|ing)?\b",
            r"\bconnectivity\b",
            r"\bbandwidth\b",
            r"\bpacket loss\b",
            r"\bvpns?\b",
            r"\bisps?\b",
            r"\binternet (?:link|connection|access|provider)\w*",
            r"\bfib(?:er|re)\b",
            r"\blinks? (?:down|fail|flap)\w*",
        ),
        Subject.THIRD_PARTY: (
            r"\bthird[\s-]part\w*",
            r"\bvendors?\b",
            r"\bexternal (?:service|provider|api|dependenc|system|partner)\w*",
            r"\bproviders?\b",
            r"\bpayment (?:gateway|processor|provider|api)s?\b",
            r"\bdependenc(?:y|ies)\b",
            r"\bcdns?\b",
            r"\bslas?\b",
            r"\bsuppliers?\b",
            r"\bpartner apis?\b",
            r"\bcircuit[\s-]?breakers?\b",
        ),
        Subject.AVAILABILITY: (
            r"\buptime\b",
            r"\bavailability\b",
            r"\bdowntime\b",
            r"\bhealth[\s-]*checks?\b",
            r"\bhealth (?:endpoint|probe|status|monitor\w*)s?\b",
            r"\bheartbeats?\b",
            r"\bsynthetic\b",
            r"\bsmoke[\s-]*tests?\b",
            r"\bsite is (?:up|down)\b",
            r"\bservices? (?:status|health|outage|interruption|disruption|failure|degradation)s?\b",
            r"\bserver (?:status|outage|failure|crash|downtime|availability)\w*",
            r"\bliveness\b",
            r"\breadiness\b",
            r"\bpingdom\b",
            r"\buptime ?robot\b",
            r"\boutages?\b",
            r"\bstatus codes?\b",
        ),
        Subject.LATENCY: (
            r"\bresponse[\s-]times?\b",
            r"\blatenc(?:y|ies)\b",
            r"\bslow\b",
            r"\bslowness\b",
            r"\bpage loads?\b",
            r"\bload(?:ing)? times?\b",
            r"\btime-?outs?\b",
            r"\bperformance\b",
        ),
        Subject.ERRORS: (
            r"\berror[\s-](?:rate|count|spike|budget|level|percent)\w*",
            r"\b5xx\b",
            r"\b50\d\b",
            r"\berrors?\b(?![\s-]?(?:handling|prone))",
            r"\bexceptions?\b",
            r"\bfailed requests?\b",
            r"\banomal(?:y|ies|ous)\b",
        ),
        Subject.LOGS: (
            r"\blogs\b",
            r"\blogging\b",
            r"\blog (?:aggregat|analy|monitor|collect|file|entr|level)\w*",
            r"\belk\b",
            r"\bsplunk\b",
            r"\blogstash\b",
            r"\baudit trails?\b",
        ),
        Subject.CONFIG_MANAGEMENT: (
            r"\bconfig(?:uration)?[\s-]*management\b",
            r"\bmanage\w* config\w*",
            r"\bansible\b",
            r"\bpuppet\b",
            r"\bchef\b",
            r"\bsaltstack\b",
            r"\bterraform\b",
            r"\binfrastructure[\s-]as[\s-]code\b",
            r"\biac\b",
            r"\bgit-?ops\b",
            r"\bversion[\s-]control\w*",
            r"\bconfig\w* drift\b",
            r"\bdrift\b",
            r"\bsource control\b",
        ),
        Subject.CHANGE: (
            r"\bchange[\s-](?:management|control|review|process|approval|advisory|request|window|freeze|log|calendar|polic)\w*",
            r"\b(?:rule|infrastructure|system|production|planned|all|any|critical|major) changes\b",
            r"\bmaintenance (?:window|procedure|plan|task|activit|work)\w*",
            r"\bchanges\b",
        ),
        Subject.DEPLOY: (
            r"\bdeploy\w*",
            r"\breleases?\b",
            r"\broll-?outs?\b",
            r"\broll(?:ing)?[\s-]?backs?\b",
            r"\bci\s?/\s?cd\b",
            r"\bci\b",
            r"\bcd\b",
            r"\bpipelines?\b",
            r"\bcanar(?:y|ies)\b",
            r"\bblue[\s/-]*green\b",
            r"\bfeature[\s-](?:flag|toggle)s?\b",
            r"\bstaging\b",
            r"\bcontinuous integration\b",
            r"\bpre-?production\b",
        ),
        Subject.CONFIG: (
            r"\bmis-?config\w*",
            r"\b(?:re)?config\w*",
            r"(?<![\w-])settings?\b",
            r"\benvironment variables?\b",
            r"\.env\b",
        ),
        Subject.DELETION: (
            r"\b(?:accidental\w*|unintended|mistaken\w*) (?:\w+ )?(?:delet|remov|drop|overwrit)\w*",
            r"\bdelet\w+",
            r"\bdestructive\b",
            r"\brm -rf\b",
            r"\bdrop table\b",
            r"\bsoft[\s-]?delet\w*",
            r"\bpurg\w+",
        ),
        Subject.PERMISSIONS: (
            r"\bpermissions?\b",
            r"\baccess (?:control|right|polic|manag|level|restrict|list|privilege)\w*",
            r"\bprivileges?\b",
            r"\bleast[\s-]privilege\b",
            r"\brbac\b",
            r"\biam\b",
            r"\bsudo\b",
            r"\bchmod\b",
            r"\bwho (?:can|may) access\b",
            r"\b(?:restrict|limit)\w* (?:\w+ ){0,3}access\b",
            r"\bproduction access\b",
            r"\baccess to production\b",
        ),
        Subject.SECRETS: (
            r"\bsecrets?\b",
            r"\bapi[\s-]keys?\b",
            r"\bcredentials?\b",
            r"\bpasswords?\b",
            r"\btokens?\b",
            r"\bssh keys?\b",
            r"\bkey rotation\b",
        ),
        Subject.UPDATES: (
            r"\bpatch(?:es|ing)\b",
            r"\b(?:software|system|server|package|security|os|kernel|version|regular|library|plugin)[\s-](?:update|upgrade|patch)(?:e?s|ing)?\b",
            r"\bup[\s-]to[\s-]date\b",
            r"\boutdated\b",
            r"\bend[\s-]of[\s-]life\b",
            r"\bupgrad(?:e|es|ing)\b",
        ),
        Subject.SECURITY: (
            r"\bsecurity\b",
            r"\bvulnerabilit\w*",
            r"\bpenetration\b",
            r"\bpen[\s-]?tests?\b",
            r"\bintrusion\b",
            r"\bmalware\b",
            r"\bhardening\b",
        ),
        Subject.CODE: (
            r"\bcodebase\b",
            r"\bcod(?:e|ing)\b",
            r"\b(?:unit|integration|regression|end-to-end|e2e|functional|automated) test\w*",
            r"\btest (?:suite|coverage|case)s?\b",
            r"\btest(?:s|ing)?\b",
            r"\bbugs?\b",
            r"\btypos?\b",
            r"\bsyntax\b",
            r"\blint\w*",
            r"\bstatic analysis\b",
            r"\bplugins?\b",
            r"\bnull\b",
            r"\bexception handling\b",
            r"\berror[\s-]handling\b",
            r"\bdevelopers?\b",
            r"\bedge cases?\b",
            r"\bqa\b",
            r"\bquality assurance\b",
            r"\binput validation\b",
            r"\brefactor\w*",
        ),
        Subject.INCIDENT: (
            r"\bincidents?\b",
            r"\bescalation\w*",
            r"\bon-?call\b",
            r"\bpost-?mortems?\b",
            r"\bresponse (?:plan|team|time target|procedure|protocol|process)s?\b",
            r"\bdisaster[\s-]recovery\b",
            r"\bcontingency\b",
            r"\bbusiness continuity\b",
            r"\btroubleshoot\w*",
            r"\brecovery (?:plan|procedure|process|time)\w*",
            r"\bemergenc(?:y|ies)\b",
            r"\broot[\s-]cause\b",
            r"\bgame[\s-]?days?\b",
            r"\bchaos\b",
            r"\bfail-?overs?\b",
        ),
        Subject.COMMUNICATION: (
            r"\bcommunicat\w*",
            r"\bstatus page\b",
            r"\bstakeholders?\b",
            r"\binform (?:customer|user|client)s?\b",
            r"\b(?:customer|user|client)s? (?:notif|support|service|inform|updat)\w*",
            r"\bannounce\w*",
            r"\bcollaborat\w*",
            r"\bapolog\w*",
            r"\brefunds?\b",
            r"\bcompensat\w*",
        ),
    }
)
"""Earlier rows win where two overlap; each string is a pattern on lower case text."""

_SUBJECTS = tuple((row, re.compile("|".join(words))) for row, words in _WORDS.items())

_PARTS = frozenset(
    {
        Subject.RENEWAL,
        Subject.CERTIFICATE,
        Subject.DISK,
        Subject.MEMORY,
        Subject.CPU,
        Subject.OPEN_FILES,
        Subject.SERVER,
        Subject.DATABASE_POOL,
        Subject.DATABASE_QUERY,
        Subject.PORT,
        Subject.CLOCK,
        Subject.BACKUP,
    }
)
_PLACES = frozenset(
    {
        Subject.MAIL,
        Subject.LOGIN,
        Subject.DATABASE,
        Subject.WEB_SERVER,
        Subject.LOAD_BALANCER,
        Subject.QUEUE,
        Subject.CACHE,
        Subject.HARDWARE,
    }
)
_INSIDE = re.compile(r"\b(?:on|of|in|for|from|at)\s+(?:[\w-]+\s+){0,3}$")
_OWNS = re.compile(r"(?:\s*(?:server|host|machine|system|instance)s?)?(?:'s|s')?\s*")

GENERIC = frozenset(
    {
        Subject.CONFIG,
        Subject.CHANGE,
        Subject.CODE,
        Subject.ERRORS,
        Subject.LATENCY,
        Subject.AVAILABILITY,
        Subject.SECURITY,
        Subject.UPDATES,
        Subject.INCIDENT,
        Subject.COMMUNICATION,
        Subject.LOGS,
        Subject.THIRD_PARTY,
        Subject.DEPLOY,
        Subject.SECRETS,
    }
)
"""Subjects that step back when the same words name something more definite."""


def mentions(text: str) -> tuple[Mention, ...]:
    """Every subject `text` (lower case) speaks of, in its order.

    Where two overlap the earlier row of the table wins: "web application firewall" is no firewall.
    """
    found: list[Mention] = []
    for subject, pattern in _SUBJECTS:
        for match in pattern.finditer(text):
            start, end = match.span()
            if start < end and not any(start < m.end and m.start < end for m in found):
                found.append(Mention(subject, start, end))
    return tuple(sorted(found, key=lambda mention: mention.start))


def subjects_of(text: str) -> tuple[Subject, ...]:
    """The subjects of `text` (lower case), each once, in its order.

    "disk space on the database server" is about the disk: where a part is named, the place it is
    in is left out.
    """
    found = mentions(text)
    parts = [mention for mention in found if mention.subject in _PARTS]
    kept = [m for m in found if m.subject not in _PLACES or not _only_a_place(m, parts, text)]
    return tuple(dict.fromkeys(mention.subject for mention in kept))


def _only_a_place(place: Mention, parts: list[Mention], text: str) -> bool:
    if any(part.end <= place.start for part in parts) and _INSIDE.search(text[: place.start]):
        return True
    return any(_OWNS.fullmatch(text[place.end : p.start]) for p in parts if p.start >= place.end)
