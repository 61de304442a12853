"""The words that say what is to be done: one row for each intent, an earlier row wins."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from twiceshy.guards.propose.intents import Intent

WORDS: Mapping[Intent, tuple[str, ...]] = MappingProxyType(
    {
        Intent.TRAIN: (
            r"\b(?:re-?)?train(?:ing|ings|ed|s)?\b(?! (?:data|model|job|set))|\bworkshops?\b",
            r"\beducat\w+|\bteach\w*|\bonboard\w*|\bknowledge[\s-](?:shar|transfer)\w*",
            r"\b(?:raise|increase|improve) awareness\b|\bawareness\b|\bfamiliar\w*",
            r"\bupskill\w*|\bcross-?train\w*|\bmentor\w*|\bcoach\w*|\blunch and learn\b",
            r"\bbrown[\s-]bag\b|\blearn how\b|\bshow\w* (?:[\w-]+ ){1,4}how to\b|\bwell-versed\b",
            r"\bseminars?\b|\bcourses?\b",
        ),
        Intent.LOAD_TEST: (
            (
                r"\b(?:load|stress|performance|capacity|scalability|soak|volume)[\s-]*(?:and \w+ "
                r")?test(?:s|ing|ed)?\b"
            ),
            r"\bbenchmark\w*",
        ),
        Intent.REHEARSE: (
            r"\bdrills?\b|\bgame[\s-]?days?\b|\brehears\w+",
            r"(?<!must )\bsimulat\w+(?! (?:[\w-]+ ){0,3}(?:rules?|config\w*|changes?)\b)",
            r"\btable-?top\b",
            r"\bpracti[sc]es? (?:the|our|a|restoring|switching)\b",
            r"\bchaos\b|\bfault injection\b|\bmock (?:incident|outage)s?\b|\bdry[\s-]runs?\b",
            r"\balerts? (?:reach|arrive|are (?:received|delivered))\w*",
            r"\b(?:test|practi[cs]e|exercise) (?:it|them|this)\b",
            r"\btest(?:s|ing)? (?:of )?(?:the |our )?(?:\w+ )?(?:restor|recover)\w*",
            (
                r"\b(?:fail-?over|disaster[\s-]recovery|restore|restoration|recovery|backup|dr|"
                r"rollback|roll-back|generator|ups)[\s-](?:test|exercise|drill)(?:s|ing)?\b"
            ),
            (
                r"\b(?:periodic\w*|regular\w*) test\w* (?:of )?(?:the |our )?(?:back-?up|"
                r"fail-?over|recovery|restor|generator|ups|redundan)\w*"
            ),
            (
                r"\b(?:test|verify|practi[cs]e|exercise) (?:the |our |all |data )?(?:database "
                r")?(?:back-?ups?|fail-?over|recover\w*|restor\w*|roll-?backs?|generators?|"
                r"disaster|ups|batter\w+|stand-?by|redundan\w+)\b"
            ),
        ),
        Intent.DOCUMENT: (
            r"\bdocument(?:s|ed|ing|ation)?\b",
            (
                r"\b(?:run|play)-?books?\b(?! (?:asks?|runs?|checks?|refuses?|must|should|stops?|"
                r"deploys?)\b)"
            ),
            r"\bwikis?\b",
            r"\bknowledge[\s-]base\b|\bguidelines?\b|\bguides?\b|\bmanuals?\b(?! \w*renew)",
            r"\bstandard operating procedures?\b|\bsops?\b|\bread-?me\b|\bwrite (?:up|down)\b",
            r"\bdescribe\b|\bwrite (?:the|a) (?:\w+ )?(?:list|page|guide|howto|how-to)\b",
            r"\b(?:post-?mortem|report|incident) templates?\b",
            r"\bpost-?mortem (?:report|document)s?\b|\bchangelogs?\b|\bdiagrams?\b",
            r"\binventory\b",
            (
                r"\b(?:keep|maintain|create|make|write) (?:an? )?(?:\w+ )?(?:list|register|record|"
                r"catalogue?)s? of\b"
            ),
            (
                r"\b(?:response|recovery|contingency|continuity|rollback|roll-back|communication|"
                r"escalation|mitigation|capacity|maintenance|upgrade|failover) (?:plans?|"
                r"procedures?|protocols?|polic(?:y|ies))\b"
            ),
            r"\bcheck-?lists?\b|\bpublish\w* (?:the )?(?:postmortem|report|lessons)\b",
        ),
        Intent.VALIDATE: (
            (
                r"\bautomat\w+ (?:(?!tests?\b)\w+[\s-]){0,3}?(?:checks?|checking|validat\w*|"
                r"audit\w*|verif\w*|scan\w*|review\w*|inspection\w*)\b"
            ),
            r"\bvalidat\w+|\bautomatically (?:check|verif|inspect)\w*",
            r"\bcheck\w*\b[^.;]{3,60}\bautomatically\b|\bverif(?:y|ies|ied|ication)\b",
            r"\bsimulat\w+ (?:[\w-]+ ){0,3}(?:rules?|config\w*|changes?)\b|\bprob(?:e|es|ing)\b",
            r"\b(?:open|request|fetch|load) (?:the|one|a|some|known) (?:\w+ ){0,2}pages?\b",
            (
                r"\b(?:check|compare|request|poll|ping|query|send|fetch|measure|test|look\w* "
                r"up)\w*\b[^.;]{0,60}?"
                r"\b(?:every|each) (?:\w+ )?(?:seconds?|secs?|s|minutes?|mins?|hours?|h)\b"
            ),
            r"^(?:double[\s-])?check(?:s|ed|ing)? (?!out\b|in\b|with (?:the )?(?:vendor|provider))",
            r"\bsanity checks?\b|\bconfig\w* (?:check|test|lint)\w*|\bsmoke[\s-]*tests?\b",
            r"\b(?:is|are|be|being|gets?) (?:\w+ly )?checked\b",
            r"\bsynthetic\b|\bpre-?flight\b|\bself-?tests?\b",
            r"\bautomat\w+ (?:\w+ )?scripts? to (?:check|verify|detect)\b",
            r"\bchecks? (?:that|if|whether|for)\b|\bdouble[\s-]check\w*",
        ),
        Intent.REMIND: (
            r"\breminders?\b|\bremind\w*|\bcalendar (?:event|entr|alert|notif)\w*",
            r"\bmark\w* (?:the )?calendars?\b",
        ),
        Intent.AUDIT: (
            r"\baudit(?:s|ed|ing)?\b|\bpenetration[\s-]test\w*|\bpen[\s-]?test\w*",
            r"\bvulnerability (?:scan|assess)\w*|\bsecurity (?:scan|assessment)s?\b",
            r"\binspect(?:ion|ions|ed)?\b|\brisk assessments?\b",
            (
                r"\b(?:check|inspect)(?:ing|s)? [^.;]{0,60}\b(?:weekly|monthly|quarterly|yearly|"
                r"annually)\b"
            ),
            r"\bcheck [^.;]{0,60}\bevery (?:\d+ |two |three |six )?(?:week|month|quarter|year)s?\b",
            (
                r"\b(?:regular|periodic|routine|scheduled|quarterly|monthly|weekly|yearly|annual) "
                r"(?:\w+ )?(?:checks|check-ups|health checks|assessments|maintenance)\b"
            ),
            r"\btake stock\b|\binventori(?:ed|sed|zed|ng|se|ze)\b",
        ),
        Intent.TEST: (
            (
                r"\b(?:unit|integration|regression|end-to-end|e2e|functional|automated|automatic|"
                r"acceptance|ui|api|contract|syntax)[\s-](?:\w+ )?tests?(?:ing)?\b"
            ),
            r"\btest (?:suite|coverage|case)s?\b|\b(?:code )?lint(?:s|er|ers|ing)?\b",
            r"\bstatic (?:code )?analysis\b|\bci\s?/\s?cd\b|\bcontinuous integration\b",
            r"\bpre-?deploy\w*|\bstaging\b|\bpre-?production\b|\btest environments?\b|\bqa\b",
            r"\bquality assurance\b",
            (
                r"\b(?:thorough\w*|rigorous\w*|properly|fully|more|proper|comprehensive|extensive|"
                r"better|enough|adequate\w*|improved?|stricter|robust)(?: and \w+)? test(?:ed|ing|"
                r"s)\b"
            ),
            r"\btest(?:ed|ing)?\b(?= (?:\w+ ){0,4}(?:before|prior|in (?:a )?(?:staging|test)))",
            r"\btests\b|\btesting\b|^test\b|\b(?:is|are|be|being|get|gets) (?:\w+ly )?tested\b",
            r"\b(?:test|trial) (?:zone|system|network|cluster|machine|bed)\b",
            r"\btr(?:y|ies) [^.;]{3,50} first\b",
            r"\b(?:log|report|detection|monitor|audit|warn)-only\b",
            (
                r"\btest (?:all |any |every |new |the )*(?:code|change|update|release|deploy|"
                r"migration|config|patch|plugin|script)\w*"
            ),
        ),
        Intent.STAND_BY: (
            r"\bredundan\w+|\bfail-?overs?\b",
            (
                r"\b(?:add|set up|creat\w*|deploy|provision|build|install|second|another|hot) "
                r"(?:[\w-]+ ){0,3}replicas?\b"
            ),
            r"\breplicat\w+\b(?! (?:lag|delay|slot|status|documentation))",
            r"\bhigh[\s-]availability\b|\bstand-?by\b",
            r"\bmulti-(?:az|region|zone|cloud|cdn|provider)\b",
            r"\bmulti(?:ple)? (?:availability zones|regions|providers)\b",
            (
                r"\b(?:backup|secondary|second|alternate|alternative|fallback) (?:\w+ )?(?:server|"
                r"generator|power|dns|provider|site|instance|link|connection|system|load|node|"
                r"route|internet|supplier|vendor|gateway|database|resolver|name ?server|"
                r"data ?cent(?:er|re))s?\b"
            ),
            (
                r"\b(?:second|secondary|redundant|backup) (?:\w+ )?(?:line|uplink|relay|machine|"
                r"host|rack|carrier)s?\b"
            ),
            r"\bsingle points? of failure\b|\bspof\b|\bclustering\b|\bfall-?backs?\b",
            r"\bgraceful(?:ly)? degrad\w*|\bcircuit[\s-]?breakers?\b",
        ),
        Intent.MONITOR: (
            r"\bmonitor(?:s|ed|ing)?\b",
            r"\balert(?:s|ed|ing)?\b(?! (?:routing|fatigue|noise|tuning|polic))|\balarms?\b",
            r"\bobservab\w+",
            r"\b(?:creat|build|add|set up|design|implement)\w*(?: \w+){0,4} dash-?boards?\b",
            r"\bdash-?boards\b|\bon (?:a|the) dash-?board\b",
            r"\b(?:grafana|monitoring|metrics?|alerting) dash-?boards?\b|\bmetrics?\b",
            r"\btelemetry\b",
            r"\bearly[\s-](?:warning|detection)s?\b|\bwarn(?:ing|ings|s|ed)?\b",
            r"\bhealth[\s-]*(?:checks?|probes?)\b|\bthresholds?\b|\bprometheus\b|\bgrafana\b",
            r"\bdatadog\b|\bnagios\b|\bzabbix\b|\bnew relic\b|\bsentry\b|\bpingdom\b",
            r"\buptime ?robot\b|\bcloudwatch\b|\bpager ?duty\b|\bopsgenie\b",
            r"(?<!time to )\bdetect(?:s|ed|ion|ing|or)?\b|\btracking\b|\btracing\b",
            (
                r"\bnotif(?:y|ied|ies|ication)s? (?:\w+ ){0,3}(?:team|engineer|operator|on-call|"
                r"admin|developer|staff|us|when|if|about|of)\b"
            ),
            r"\bkeep (?:an eye|track)\b",
            r"\b(?:page|tell|e-?mail|send)\w*\b[^.;]{0,60}\b(?:when|if|as soon as|whenever)\b",
            r"\bwatch(?:es|ed|ing|dog)?\b",
            r"\b(?:message|mail|call|sms|text)s? (?:when|if|as soon as)\b",
            (
                r"\b(?:centrali[sz]ed|better|enhanced?|improved?|structured|more|detailed|add|"
                r"comprehensive) log(?:ging|s)\b"
            ),
            r"\blog (?:aggregation|analysis|monitoring|collection)\b",
        ),
        Intent.COMMUNICATE: (
            r"\bcommunicat\w+|\balert to (?:\w+ ){0,2}(?:customer|user|client)s?\b",
            r"\b(?:on|via|through|with|to|using) (?:the |a |our )?(?:public )?status page\b",
            r"\b(?:update|maintain|use|keep) (?:the |a |our )?(?:public )?status page\b",
            r"\binform(?:s|ed|ing)?\b (?:\w+ ){0,2}(?:customer|user|client|stakeholder)s?\b",
            r"\bnotify (?:\w+ ){0,2}(?:customer|user|client|stakeholder)s?\b|\bapolog\w+",
            r"\bannounce\w*|\bcollaborat\w+|\bescalat\w+|\brefunds?\b|\bcompensat\w+",
            r"\bliais\w+|\bshare (?:the )?(?:findings|lessons|report|postmortem|this)\b",
        ),
        Intent.STAFF: (
            r"\bhir(?:e|ing)\b|\brecruit\w*|\bon-?call (?:rota\w*|schedule\w*|duty|shift)s?\b",
            r"\bassign(?:s|ed|ing)?\b|\bappoint\w*",
            r"\bdedicated (?:team|person|engineer|owner)s?\b|\bdesignat\w+|(?<!file )\bownership\b",
            r"\bstaffing\b|\bheadcount\b|\brotas?\b",
        ),
        Intent.TIMING: (
            (
                r"\b(?:only|never|not|no) (?:[\w'-]+ ){0,5}?(?:on (?:a )?fridays?|(?:friday|"
                r"monday)?s? ?(?:mornings?|evenings?)|weekends?|"
                r"holidays?|nights?|busy hours|peak hours)\b"
            ),
            r"\bin the (?:mornings?|evenings?)\b|\bon fridays?\b",
            r"\b(?:office|business|working) hours\b",
            (
                r"\bno (?:releases?|deploy\w*|changes?|maintenance|updates?) (?:[\w-]+ "
                r"){0,4}(?:before|during|in|on|at)\b"
            ),
        ),
        Intent.PROCESS: (
            (
                r"\b(?:change|configuration change|release|deployment|certificate|review|approval|"
                r"maintenance|testing|incident|code review|security|access|operational|coding|"
                r"backup|patch|update|development|qa|handover|configuration|config|management|"
                r"escalation|response|communication|response and|capacity|troubleshooting|"
                r"recovery|monitoring|better|best|strict(?:er)?|rigorous|robust|clear(?:er)?|"
                r"formal|new|improved|dns|database|network|firewall|password|rotation|operations?|"
                r"sign-off)[\s-](?:\w+[\s-]){0,2}?(?:process(?:es)?|polic(?:y|ies)|procedures?|"
                r"protocols?|practices?|workflows?|standards?|disciplines?|governance|planning)\b"
            ),
            r"\b(?:change|release|quality) controls?\b",
            r"\balert (?:routing|fatigue|noise|tuning|polic\w+)\b|\bpaging\b",
            r"\bprocess(?:es)? (?:for|of|to|around)\b|(?<!scaling )\bpolic(?:y|ies)\b",
            r"\bprocedures?\b|\bprotocols?\b|\bbest practices?\b",
            r"\bchange (?:management|control|approval|freeze|window|advisory)\b|\btwo-person\b",
            (
                r"\b(?:second|another|two|other) (?:persons?|people|engineers?|reviewers?|team "
                r"members?)\b"
            ),
            r"\b(?:progressive|gradual|incremental|staged)ly\b",
            r"\bfour[\s-]eyes?\b|\bsecond pair of eyes\b|\bfeature[\s-](?:flag|toggle)s?\b",
            r"\bcanar(?:y|ies)\b|\bblue[\s/-]*green\b",
            (
                r"\b(?:gradual|staged|phased|progressive|incremental) (?:\w+ )?(?:roll-?out|"
                r"release|deploy)\w*"
            ),
            r"\brelease (?:train|management)\b|\bcapacity planning\b|\bbe more careful\b",
            r"\bcareful\w*",
        ),
        Intent.REVIEW: (
            r"\bneeds? a (?:second )?look\b|\bgo(?:es|ing)? over\b",
            r"\breviews?\b|\breview(?:ed|ing)\b|\bpeer[\s-]review\w*|\bcode[\s-]review\w*",
            r"\bapprov(?:al|als|ed|e)\b|\bsign-?off\b|\bretrospectives?\b",
            r"\bassess(?:ment|ments|ing)?\b|\bevaluat\w+|\binvestigat\w+|\blook(?:ing)? into\b",
            r"\banaly[sz]e\b",
            r"\banalysis\b|\bexamin\w+|\bpost-?mortem meeting\w*|\bmeetings?\b|\bdebrief\w*",
            r"\bresearch\w*|\bstudy\b|\bre-?evaluat\w+|\brevisit\w*",
        ),
        Intent.AUTOMATE: (
            r"\bautomat(?:e|es|ed|ing|ion|ic|ically)\b",
            r"\bauto-?\s?(?:renew|scal|restart|heal|recover|updat|rotat)\w*|\bansible\b",
            r"\bpuppet\b|\bchef\b|\bterraform\b|\bscript\b|\bscript(?:ed|ing)\b",
            r"\bscripts (?:to|that|which|for)\b|\bself-?heal\w*",
            r"\bcron(?:job)?s?\b|\bschedul(?:e|ed|ing)\b",
        ),
        Intent.CHANGE: (
            r"\bpatch(?:es|ed|ing)?\b|\bfix(?:es|ed|ing)?\b|\bthrottl\w+|\bupgrad\w+",
            r"\bupdat(?:e|es|ed|ing)\b|\bcorrect(?:ed|ing)?\b",
            r"\b(?:re)?configur(?:e|es|ed|ing|ation)\b|\bincreas\w+|\boptimi[sz]\w+",
            r"\breplac\w+|\badd(?:s|ed|ing)?\b|\brestrict\w*|\benforc\w+",
            r"\blimit(?:s|ed|ing)?\b|\btun(?:e|ed|ing)\b|\badjust\w*|\bset (?:up)?\b",
            r"\binstall\w*|\bdeploy\w*|\bimplement\w*|\bintroduc\w+|\benabl\w+|\bdisabl\w+",
            r"\bremov\w+|\bmigrat\w+|\brefactor\w*|\bresolv\w+|\bimprov\w+|\benhanc\w+",
            r"\bensur\w+|\bbuy\b|\bpurchas\w+|\bswitch to\b|\bstrengthen\w*|\bharden\w*",
            r"\bprotect\w*|\ballocat\w+|\bexpand\w*|\bscal(?:e|ing)\b|\bmake sure\b",
            r"\brewrit\w+|\brestor\w+|\brestart\w*|\brotat\w+|\bclean\w*|\bmov(?:e|ing)\b",
            r"\bintegrat\w+|\bestablish\w*|\bcreat\w+|\bus(?:e|ing)\b|\bprovid(?:e|es|ed|ing)\b",
            r"\brename\w*",
            r"\bredirect\w*|\brevert\w*|\broll(?:ed|ing)? back\b",
        ),
    }
)
"""Earlier rows win where two overlap; each string is a pattern on lower case text."""
