"""The words that speak of each subject: one row for each, an earlier row wins."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from twiceshy.guards.propose.subjects import Subject

WORDS: Mapping[Subject, tuple[str, ...]] = MappingProxyType(
    {
        Subject.RENEWAL: (
            (
                r"(?:(?:ssl|tls)(?:/(?:ssl|tls))?[\s-]+)?cert(?:ificate)?s?\s+(?:auto(?:matic|"
                r"mated)?[\s-]+)?(?:re-?new\w*|rotation|management|manager|lifecycle|issuance|"
                r"provisioning)(?:\s+(?:system|process|tool|procedure)\w*)?"
            ),
            r"(?:ssl|tls)\s+(?:auto[\s-]*)?renew\w*|\bauto(?:matic\w*|mat\w+)?[\s-]*renew\w*",
            (
                r"re-?new\w*\s+(?:of\s+)?(?:the\s+|all\s+|our\s+)?(?:(?:ssl|tls)(?:/(?:ssl|"
                r"tls))?[\s-]+)?cert(?:ificate)?s?"
            ),
            r"\bcert(?:ificate)?s? (?:should|must|will|are|is|be|to) (?:\w+ ){0,2}renewed\b",
            r"\bcert-?bot\b|\bacme\b|let'?s\s*encrypt|\bcert-manager\b|\brenewals?\b",
        ),
        Subject.CERTIFICATE: (r"\bcert(?:ificate)?s?\b|\bssl\b|\btls\b|\bx\.?509\b",),
        Subject.WAF: (
            r"\bwafs?\b|web[\s-]application firewalls?|mod_?security|security modules?",
            r"core rule set|\battack (?:sample|canary|payload|string|pattern|request)s?\b",
        ),
        Subject.RATE_LIMIT: (
            r"\brate[\s-]*limit\w*|\bthrottl\w*|\b429\b|\btoo many requests\b",
            r"\brequests? (?:limit|quota)\w*",
            r"\bapi (?:limit|quota)\w*",
            (
                r"\b(?:limit|cap|allow|restrict)\w* [^.;]{0,40}\b(?:requests?|calls|hits) ?(?:per|"
                r"an?|each|/)"
            ),
            r"limit\w* (?:the )?(?:number of )?(?:incoming |concurrent )?requests",
        ),
        Subject.FIREWALL: (
            r"\bfirewalls?\b|\biptables\b|\bnftables\b|\bfirewalld\b|\bufw\b",
            r"\bsecurity groups?\b|\bpacket filters?\b|\b(?:network )?acls?\b",
            r"\bnetwork polic(?:y|ies)\b",
        ),
        Subject.ATTACK: (
            r"\bd?dos\b|denial[\s-]of[\s-]service",
            r"\b(?:malicious|bot|attack) (?:traffic|requests?)|\bbrute[\s-]force\b",
            r"\bbotnets?\b|\bscrubb\w+|\bcaptchas?\b|\bbot (?:detection|protection|mitigation)\b",
        ),
        Subject.DOMAIN: (
            r"\bdomain(?: names?)? (?:expir|renew|registra|ownership)\w*",
            r"\b(?:renew|registra|expir)\w* (?:of |the |our )*domains?(?: names?)?\b",
        ),
        Subject.DNS: (
            r"\bdns(?:sec)?\b|\bname ?servers?\b|\bname resolution\b",
            r"\bdomain (?:name|resolution|record|registra|expir|renew)\w*|\bttls?\b",
            r"\b(?:mx|a|aaaa|cname|txt|soa|ns|spf|dkim|dmarc) records?\b|\bsoa serial\b",
            r"\bdns quer\w+",
            r"\broute ?53\b|\bresolvers?\b|\bzone files?\b|/etc/hosts|resolv\.conf",
        ),
        Subject.DATABASE_POOL: (
            r"\bconnection[\s-]*pool\w*",
            r"(?<!failed )\b(?:database|db|mysql|postgres\w*) connections\b",
            r"\bmax_?\s?connections?\b|\bpgbouncer\b|\bidle connections?\b",
            r"\bconnection (?:leak|limit|exhaust|count|usage|saturation)\w*",
            r"\bpool (?:size|exhaust\w*|usage|saturation|setting|limit)\w*",
            (
                r"\b(?:database|db|mysql|postgres\w*) connections? (?:leak|limit|exhaust|usage|"
                r"count|manag|pattern|spike|satur|util|metric|number|level)\w*"
            ),
        ),
        Subject.DATABASE_SETTINGS: (
            r"\bfailed (?:database|db) connections?\b",
            (
                r"\b(?:database|db|mysql|postgres\w*|mongo\w*)(?: connection| server)? "
                r"(?:config\w*|setting\w*|parameter\w*|credential\w*|password\w*|url|string)"
            ),
            r"\bconnection (?:settings?|strings?|parameters?)",
            r"\b(?:database|db) connect(?:ion|ivity)(?: status| health)?\b",
        ),
        Subject.DATABASE_QUERY: (
            (
                r"\b(?:slow|long[\s-]running|expensive|inefficient|database|sql|db|heavy|"
                r"unoptimi[sz]ed|optimi[sz]e[d]?) (?:\w+ )?quer(?:y|ies)"
            ),
            r"\bquery (?:performance|time|plan|optimi|execution|analy|pattern)\w*",
            r"(?<!dns )(?<!parameteri[sz]ed )\bquer(?:y|ies)\b(?! logs?\b)",
            r"\bpartition\w* (?:\w+ ){0,2}tables?\b|(?<!missing )(?<!search )\bindex(?:es|ing)?\b",
            r"\bdeadlocks?\b|\btable locks?\b",
            r"\bsql statements?\b|\bstatements? (?:that|which) (?:run|take|wait)\w*",
            r"\block contention\b|\b(?:schema|database|db|data) migrations?\b",
            r"\bstatement[_ ]?timeout\b|\bidle[_ ]in[_ ]transaction\w*|\block[_ ]timeout\b",
            r"\b(?:database |db )?schema\b|\btransactions? lock\w*",
        ),
        Subject.BACKUP: (
            (
                r"\bback-?ups?\b(?! (?:server|generator|power|dns|provider|plan|site|instance|"
                r"link|connection|system|load|node|route|internet|line|power|team|member|engineer|"
                r"on-call))"
            ),
            r"\bbacked up\b|\bsnapshots?\b",
            (
                r"\brestor(?:e|es|ing|ation)s?\b(?= (?:test|drill|process|procedure|from|of the "
                r"data|data))"
            ),
            r"\bpoint-in-time\b|\bdata (?:recovery|loss|restor\w*)",
        ),
        Subject.DATABASE: (
            r"\bdatabases?\b|\bdbs?\b|\bdba\b|\bmysql\b|\bpostgres\w*|\bmaria ?db\b|\bmongo\w*",
            r"\brds\b|\bcassandra\b|\bsql server\b|\breplication lag\b",
            r"(?<!number of )\b(?:read )?replicas?\b",
        ),
        Subject.MAIL: (
            r"\be-?mails?\b|\bmails?\b|\bsmtp\b|\bimap\b|\bpostfix\b|\bmx\b|\bdkim\b|\bspf\b",
            r"\bdmarc\b|\bmail(?:box|server)\w*",
        ),
        Subject.LOGIN: (
            r"\blog-?ins?\b|\blog(?:ging)? in\b|\bsign-?(?:in|on)s?\b",
            r"(?<!factor )\bauthenticat\w*|\bauth\b|\bsso\b|\boauth\w*",
            r"\bsession (?:store|management|handling)",
        ),
        Subject.LOAD_BALANCER: (
            r"\bload[\s-]*balanc\w*|\bha-?proxy\b|\b[ean]lbs?\b|\bupstreams?\b",
            r"\breverse prox\w*|\bbackend pool",
        ),
        Subject.WEB_SERVER: (
            r"\bnginx\b|\bapache2?\b|\bweb[\s-]?servers?\b|\bhttpd\b|\bvirtual hosts?\b",
            r"\bhsts\b|\bsecurity headers?\b|\bvhosts?\b|\bdocument root\b|\bsites-enabled\b",
        ),
        Subject.DISK: (
            r"\b(?:volume|partition|drive|disk)s?\b(?=[^.;]{0,30}(?:\bfull\b|\bfree\b|\d\s*%))",
            r"\bdisks?\b(?! snapshots?)|\bdisk[\s-]space\b|\bstorage\b|\bfile ?systems?\b",
            r"\binodes?\b",
            r"\blog[\s-]?rotat\w*|\brotat\w+ (?:of )?logs?\b|\blogrotate\b",
            r"\b(?:disk|root|boot|data) partitions?\b",
            r"\b(?:percent|%) full\b|\bdisk quotas?\b|\bfull disks?\b",
            r"\b[gt]b\b[^.;]{0,15}\bfree\b|\b(?:free|full)\b[^.;]{0,12} /\w+|\bfree space\b",
            r"\bvolumes? (?:usage|size|space|full)",
        ),
        Subject.MEMORY: (
            r"\bmemory\b|\bram\b|\boom\b|\bout[\s-]of[\s-]memory\b|\bheap\b|\bswap\b",
            r"\bgarbage collect\w*",
        ),
        Subject.CPU: (r"\bfull core\b|\bcpu cores?\b|\bcpus?\b|\bprocessor\b|\bload average\b",),
        Subject.OPEN_FILES: (
            r"\bopen[\s-]files?\b|\bfile descriptors?\b|\bulimits?\b|\btoo many files\b",
        ),
        Subject.SERVER: (
            (
                r"\b(?:server|system|resource|infrastructure|application|instance|host|"
                r"node)s?(?:'s)? (?:performance|health|load|metrics?|resources?|utili[sz]ation|"
                r"usage|consumption|exhaustion|limits?|leaks?|stability)\b"
            ),
            r"\bresource (?:usage|allocation|contention)\b",
            r"\bresource (?:constraints?|monitoring)\b|\bserver monitoring\b",
        ),
        Subject.HEARTBEAT: (
            r"\bheart-?beats?\b|\bsigns? of life\b|\bkeep-?alives?\b",
            r"\bdead man'?s switch\b(?! for)",
        ),
        Subject.JOBS: (
            r"\bcron ?(?:jobs?|tabs?|entr(?:y|ies))\b|\bcrons?\b|\bbackground jobs?\b",
            r"\bjobs?\b(?! queue)",
            (
                r"\b(?:scheduled|batch|nightly|hourly|daily|weekly) "
                r"(?:jobs?|tasks?|runs?|loads?|imports?|exports?|sync\w*|batch(?:es)?|"
                r"clean-?ups?)\b"
            ),
            (
                r"\b(?:run|execute|move|copy|delete|purge|export|import|sync\w*|archive|clean|"
                r"dump|prune)\w* [^.;]{2,60}?"
                r"\b(?:(?:every|each) (?:night|day|week|month|hour|(?:\w+ )?(?:hours|"
                r"minutes))|nightly|hourly|daily|weekly)\b"
            ),
        ),
        Subject.PROCESS: (
            (
                r"\b(?:process|worker|scheduler|service)(?:es|s)?(?:'s process)? (?:(?:is|are|"
                r"has|have) )?(?:not |no longer )?"
                r"(?:gone|up|down|dead|died|alive|running|missing|exited|hung|stuck)\b"
            ),
            r"\b(?:is|are|be) (?:not |no longer )?running\b",
            r"\bprocess(?:es)?(?=[^.;]{0,12}\b(?:gone|dies|died|exits?)\b)",
            r"\b(?:at|on) (?:boot|start-?up)\b",
            r"\bprocess(?:es)? (?:monitor|crash|restart|manager|supervis|fail|health|status)\w*",
            r"\bdaemons?\b|\bsystemd\b|\bsupervisord?\b|\bauto(?:matic\w*)?[\s-]*restart\w*",
            r"\brestart\w* (?:the |of )?(?:service|process|server|failed|crashed|automatically)\w*",
            r"\bservice restarts?\b|\bcrash[\s-]?loops?\b|\bcrons?\b",
            r"\bworkers?\b|\b(?:pods?|containers?) (?:crash|restart|fail|health|status)\w*",
            r"\bself-?heal\w*|\bservices? (?:is|are) running\b|\bboot\b",
            r"\bwatchdogs?\b",
        ),
        Subject.CONNECTIONS: (
            (
                r"\b(?:nginx |apache |open |concurrent |active |client |websocket |http "
                r")*connections\b"
                r"(?=[^.;]{0,40}\b(?:in use|above|over|exceed\w*|below|limit\w*|reach\w*|"
                r"near\w*)\b)"
            ),
            r"\b(?:number|count|share) of (?:the )?(?:open )?connections\b|\bof the connections\b",
        ),
        Subject.PORT: (
            r"(?<!switch )(?<!flapping )\b(?:listening |open |tcp )?ports?\b(?! (?:flap|error)\w*)",
        ),
        Subject.CLOCK: (
            r"\bntp\b|\bchrony\w*|\bclocks?\b(?! in)|\btime[\s-]?sync\w*",
            r"\bleap (?:second|year)s?\b",
        ),
        Subject.POWER: (
            r"\bpower\b(?! ?(?:user|ful|shell))|\bups(?:es)?\b|\bgenerators?\b",
            r"\bfuses?\b|\b(?:electric|power) breakers?\b|\bbatter(?:y|ies)\b|\belectric\w*",
            r"\buninterruptible\b|\bpdus?\b",
        ),
        Subject.HARDWARE: (
            r"\bhardware\b|\bhard drives?\b|\braid\b|\bfirmware\b",
            r"\bspare (?:part|server|disk|drive|switch|router)(?:e?s)?\b|\bcooling\b",
            r"\btemperature\b|\bair[\s-]?condition\w*|\bphysical servers?\b",
            r"\bservers? (?:rack|room)s?\b|\bdata ?cent(?:er|re)s?\b",
        ),
        Subject.QUEUE: (
            r"\bqueues?\b|\bkafka\b|\brabbitmq\b|\bbacklogs?\b|\bmessage broker\b",
            r"\bconsumer lag\b|\bcelery\b|\bsidekiq\b",
        ),
        Subject.CACHE: (r"\bcach(?:e|es|ed|ing)\b|\bmemcached?\b|\bredis\b|\bvarnish\b",),
        Subject.CAPACITY: (
            r"(?<!%\s)\bcapacit\w*|\bauto-?\s?scal\w*|\bscal(?:e|es|ing|ability|able)\b",
            r"\bload[\s-]test\w*|\bstress[\s-]test\w*|\bperformance test\w*",
            r"\b(?:more|additional|extra) (?:server|instance|node|resource)s?\b",
            r"\bpeak (?:load|traffic|hour|time)s?\b|\bhigh load\b|\bbottlenecks?\b",
            r"\bbenchmark\w*",
        ),
        Subject.TRAFFIC: (
            (
                r"\b(?:web |network |site |website |http |user |incoming |outgoing |service "
                r")*traffic\b"
            ),
            r"\brequest (?:volume|rate|spike)s?\b|\b(?:load|user) (?:spike|surge)s?\b",
            r"\bsurges?\b",
        ),
        Subject.NETWORK_DEVICES: (
            (
                r"\bnetwork (?:device|component|config\w*|equipment|infrastructure|setting|"
                r"hardware|change|appliance)s?\b"
            ),
            r"\brouters?\b|\bswitch(?:es)\b|\b(?:network|core|access|edge|spare) switch\b|\bbgp\b",
            r"\bswitch (?:template|config|port|setting)\w*|\bspanning[\s-]tree\b|\bflapping\b",
            r"\b(?:port|link)s? flap\w*",
            r"\brouting (?:table|config|change|rule|polic)\w*",
        ),
        Subject.NETWORK: (
            r"\bnetwork(?:s|ing)?\b|\bconnectivity\b|\bbandwidth\b|\bpackets?\b(?! filter)",
            r"\bpacket loss\b|\bvpns?\b|\buplinks?\b",
            r"\bisps?\b|\binternet (?:link|connection|access|provider)\w*|\bfib(?:er|re)\b",
            r"\blinks? (?:down|fail|flap)\w*",
        ),
        Subject.THIRD_PARTY: (
            r"\bthird[\s-]part\w*|\bvendors?\b",
            r"\bexternal (?:service|provider|api|dependenc|system|partner)\w*",
            r"(?<!at another )(?<!at a different )(?<!at a second )\bproviders?\b",
            r"\bpayment (?:gateway|processor|provider|api)s?\b|\bdependenc(?:y|ies)\b",
            r"\bcdns?\b|\bslas?\b|\bsuppliers?\b|\bpartner apis?\b|\bcircuit[\s-]?breakers?\b",
        ),
        Subject.AVAILABILITY: (
            r"\buptime\b|\bavailability\b|\bdowntime\b|\bhealth[\s-]*checks?\b",
            r"\bhealth (?:endpoint|probe|status|monitor\w*)s?\b|\bsynthetic\b",
            (
                r"\b(?:request|fetch|query|load|open|look\w* up|check|ping|poll)\w*\b[^.;]{0,40}"
                r"\b(?:every|each) (?:\w+ )?(?:second|minute)s?\b"
            ),
            r"\bsmoke[\s-]*tests?\b|\bsite is (?:up|down)\b",
            r"\bservices? (?:status|health|outage|interruption|disruption|failure|degradation)s?\b",
            r"\bserver (?:status|outage|failure|crash|downtime|availability)\w*|\bliveness\b",
            r"\breadiness\b|\bpingdom\b|\buptime ?robot\b|\boutages?\b|\bstatus codes?\b",
        ),
        Subject.PAGE: (
            (
                r"\b(?:the|every|each|known|front|home|start|main|landing|payment|checkout|"
                r"product|our|some|all) "
                r"(?:\w+ )?pages?\b|\bweb ?(?:sites?|pages?)\b|\b(?:the|our) (?:site|shop|"
                r"store|portal|platform|app|api|gateway)\b|\bcheck pages\b"
            ),
        ),
        Subject.LATENCY: (
            r"\bresponse[\s-]times?\b|\blatenc(?:y|ies)\b|\bslow\b|\bslowness\b",
            r"\bpage loads?\b|\bload(?:ing)? times?\b|\btime-?outs?\b|\bperformance\b",
        ),
        Subject.ERRORS: (
            r"\berror[\s-](?:rate|count|spike|budget|level|percent)\w*|\b5xx\b|\b50[0-4]s\b",
            r"\b(?:http|status|code|returns?|with) 50[0-4]\b",
            r"\b50[0-4] (?:error|response|status|code|answer)s?\b",
            r"\berrors?\b(?![\s-]?(?:handling|prone))|\bexceptions?\b|\bfailed requests?\b",
            r"\brequests? (?:that )?fail\w*",
            r"\banomal(?:y|ies|ous)\b",
        ),
        Subject.LOGS: (
            r"\blogs\b|\blogging\b|\blog (?:aggregat|analy|monitor|collect|file|entr|level)\w*",
            r"\belk\b|\bsplunk\b|\blogstash\b|\baudit trails?\b",
        ),
        Subject.CONFIG_MANAGEMENT: (
            r"\bconfig(?:uration)?[\s-]*management\b|\bmanage\w* config\w*|\bansible\b",
            r"\bpuppet\b|\bchef\b|\bsaltstack\b|\bterraform\b",
            r"\binfrastructure[\s-]as[\s-]code\b|\biac\b|\bgit-?ops\b|\bversion[\s-]control\w*",
            r"\bconfig\w* drift\b|\bdrift\b|\bsource control\b",
        ),
        Subject.CHANGE: (
            (
                r"\bchange[\s-](?:management|control|review|process|approval|advisory|request|"
                r"window|freeze|log|calendar|polic)\w*"
            ),
            r"\b(?:rule|infrastructure|system|production|planned|all|any|critical|major) changes\b",
            r"\bmaintenance (?:window|procedure|plan|task|activit|work)\w*|\bchanges\b",
        ),
        Subject.DEPLOY: (
            r"\bdeploy\w*|\breleases?\b|\broll-?outs?\b|\broll(?:ing)?[\s-]?backs?\b",
            r"\bci\s?/\s?cd\b|\bci\b|\bcd\b|\bpipelines?\b|\bcanar(?:y|ies)\b",
            r"\bblue[\s/-]*green\b|\bfeature[\s-](?:flag|toggle)s?\b|\bstaging\b",
            r"\bcontinuous integration\b|\bpre-?production\b",
        ),
        Subject.CONFIG: (
            r"\bmis-?config\w*|\b(?:re)?config\w*|(?<![\w-])settings?\b",
            r"\benvironment variables?\b|\.env\b",
        ),
        Subject.DELETION: (
            r"\b(?:accidental\w*|unintended|mistaken\w*) (?:\w+ )?(?:delet|remov|drop|overwrit)\w*",
            r"\bdelet\w+|\bdestructive\b|\brm -rf\b|\bdrop table\b|\bsoft[\s-]?delet\w*",
            r"\bpurg\w+",
        ),
        Subject.PERMISSIONS: (
            r"\bfile (?:ownership|owner|mode)s?\b",
            r"\bpermissions?\b",
            r"\baccess (?:control|right|polic|manag|level|restrict|list|privilege)\w*",
            r"\bprivileges?\b|\bleast[\s-]privilege\b|\brbac\b|\biam\b|\bsudo\b|\bchmod\b",
            r"\bwho (?:can|may) access\b|\b(?:restrict|limit)\w* (?:\w+ ){0,3}access\b",
            r"\bproduction access\b|\baccess to production\b",
        ),
        Subject.SECRETS: (
            r"\bsecrets?\b|\bapi[\s-]keys?\b|\bcredentials?\b|\bpasswords?\b|\btokens?\b",
            r"\bssh keys?\b|\bkey rotation\b|\bvaults?\b",
        ),
        Subject.UPDATES: (
            r"\bpatch(?:es|ing)\b",
            (
                r"\b(?:software|system|server|package|security|os|kernel|version|regular|library|"
                r"plugin)[\s-](?:update|upgrade|patch)(?:e?s|ing)?\b"
            ),
            r"\bup[\s-]to[\s-]date\b|\boutdated\b|\bend[\s-]of[\s-]life\b",
            r"\bupgrad(?:e|es|ing)\b",
        ),
        Subject.SECURITY: (
            r"\bsecurity\b|\bvulnerabilit\w*|\bpenetration\b|\bpen[\s-]?tests?\b|\bintrusion\b",
            r"\bmalware\b|\bhardening\b",
        ),
        Subject.CODE: (
            r"\bcodebase\b|\bcod(?:e|ing)\b",
            r"\b(?:unit|integration|regression|end-to-end|e2e|functional|automated) test\w*",
            r"\btest (?:suite|coverage|case)s?\b|\btest(?:s|ing)?\b|\bbugs?\b|\btypos?\b",
            r"\bsyntax\b|\blint\w*|\bstatic analysis\b|\bplugins?\b|\bnull\b",
            r"\bexception handling\b|\berror[\s-]handling\b|\bdevelopers?\b|\bedge cases?\b",
            r"\bqa\b|\bquality assurance\b|\binput validation\b|\brefactor\w*",
        ),
        Subject.INCIDENT: (
            r"\bincidents?\b|\bescalation\w*|\bon-?call\b|\bpost-?mortems?\b",
            r"\bresponse (?:plan|team|time target|procedure|protocol|process)s?\b",
            r"\bdisaster[\s-]recovery\b|\bcontingency\b|\bbusiness continuity\b",
            r"\btroubleshoot\w*|\brecovery (?:plan|procedure|process|time)\w*",
            r"\bemergenc(?:y|ies)\b|\broot[\s-]cause\b|\bgame[\s-]?days?\b|\bchaos\b",
            r"\bfail-?overs?\b",
        ),
        Subject.COMMUNICATION: (
            r"\bcommunicat\w*|\bstatus page\b|\bstakeholders?\b",
            r"\binform (?:customer|user|client)s?\b",
            r"\b(?:customer|user|client)s? (?:notif|support|service|inform|updat)\w*",
            r"\bannounce\w*|\bcollaborat\w*|\bapolog\w*|\brefunds?\b|\bcompensat\w*",
        ),
    }
)
"""Earlier rows win where two overlap; each string is a pattern on lower case text."""
