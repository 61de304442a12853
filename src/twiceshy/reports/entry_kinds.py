"""What a timeline entry tells, decided by its words.

The patterns are tried in the order of how much they say: an entry that rules something out also
investigates, one that restores also fixes. A label such as `Escalation:` decides alone.
"""

from __future__ import annotations

import re

from twiceshy.model.report import EntryKind


def _words(*patterns: str) -> re.Pattern[str]:
    return re.compile(r"\b(?:" + "|".join(patterns) + r")", re.IGNORECASE)


RULED_OUT = _words(
    r"rul(?:ed|es|ing) (?:it |this |that |them )?out", r"ruled out\b",
    r"scratch that|not (?:it|that|so)\b(?:[.,]|$)|(?:so|and) (?:it's |it is |this is |that is )?not\b|(?:wasn't|was not|isn't|is not|aren't|are not) (?:it|that|the \w+)(?:[.,]|$)|suspicion (?:was )?dropped|no (?:difference|change|better|effect|improvement)\b|same (?:with|in|on|for|result|error|everywhere)\b|still (?:down|broken|silence|there|the same|failing|red|404|500|503)|it's not\b|it is not\b", r"(?:confirm(?:ed|s|ing)?|report(?:ed|s)|verif(?:ied|ies)|said|showed|shows|reveal(?:ed|s|ing)|found|finds|indicated) (?:that )?(?:there (?:was|were|is|are) )?(?:no(?!\w)|nothing|zero)(?: \w+){0,4}",
    r"(?:revealed|showed|found|indicated|yielded|confirmed|proved|turned up) (?:that )?(?:no|nothing|neither)\b",
    r"no (?:\w+ ){0,3}(?:issues?|problems?|errors?|anomal(?:y|ies)|attacks?|faults?|evidence|signs?|trace)(?: \w+){0,4} (?:w(?:as|ere) )?(?:found|detected|identified|seen|observed|discovered|on their (?:end|side))",
    r"(?:found|saw|seen|observed) no (?:\w+ ){0,3}(?:issues?|problems?|errors?|anomal|evidence|signs?|attack)",
    r"(?:wasn't|was not|were not|weren't|isn't|is not|not) (?:the |a |an |actually )?(?:\w+ ){0,2}(?:cause|issue|problem|culprit|reason|attack|to blame|related|involved|responsible|at fault)",
    r"turned out (?:to be )?(?:not|a false|a dead|a red|wrong|unrelated|fine|healthy|misleading|incorrect|innocent|nothing)",
    r"false (?:lead|alarm|trail|positive|path)", r"red herring", r"dead[- ]end", r"wild goose", r"wrong (?:track|path|tree|lead)",
    r"(?:dismissed|excluded|eliminated|discarded|disproved|disproven|refuted|cleared of|exonerated|discounted)",
    r"(?:was|were|is|are|looked|looks|appeared|seemed|all|everything|came back) (?:all |perfectly |completely |actually |found to be |operating |running |working |functioning |behaving )*(?:fine|healthy|normal(?:ly)?|ok|okay|clean|green|innocent|unaffected|as expected|correctly|properly|unrelated|within (?:normal )?limits)",
    r"(?:did not|didn't|had not|hadn't|does not|doesn't|without|no) (?:help|work|effect|change|improvement|improve|solve|resolve|fix|success|avail|luck|explain|difference)",
    r"unrelated", r"to no avail", r"not (?:an?|under) (?:\w+ )?attack", r"nothing (?:unusual|wrong|abnormal|suspicious|out of the ordinary)", r"misleading",
    r"(?:database|network|provider|server|dns|firewall|cpu|memory|disk)s? (?:is|was|were|are) not\b",
)  # fmt: skip

SUSPECTED = _words(
    r"suspect(?:ed|ing|s)?\b", r"suspicions?\b", r"assum(?:ed|ing|es?|ptions?)\b", r"hypothes", r"theor(?:y|ies|ized|ised)\b",
    r"(?:initially|at first|first|wrongly|mistakenly|team|we|engineers?|everyone|they) (?:\w+ ){0,2}(?:thought|believed|blamed|considered|attributed|guessed|figured)\b",
    r"(?:thought|believed|presumed|guessed) (?:to be|that|it|the|this|we)\b", r"presum(?:ed|ing|ably)\b", r"speculat", r"blam(?:ed|ing|es)\b", r"suspect\w*:?", r"(?:i|we|they|team|engineer|developer|everyone|everybody|on-?call|support|\w+ team) (?:\w+ )?(?:guess|think|thinks|believes?|assumes?|wonders?|thought of|thought|believed)\b", r"(?:^|[.:] )(?:first |our |the )?(?:guess|idea|thought)\b", r"believes\b|thinks\b|presumably\b|perhaps\b|maybe\b|must be\b|is it (?:the|a|our)\b|chas(?:ed|ing|es)\b|is asked\b|was asked\b",
    r"(?:pointed|pointing|points) (?:to|at|towards?)\b", r"initial (?:\w+ )?(?:guess|belief|thought|finger|focus|diagnosis|lead)\b",
    r"(?:might|may|could) (?:have been |be )(?:caused |due |related |a |an |the |under )", r"possibl[ey]\b", r"potential(?:ly)? (?:\w+ ){0,2}(?:attack|issue|failure|problem|cause|outage|breach|overload|bottleneck)",
    r"(?:appeared|seemed|looked|looks|seems) (?:to be|like|as if|as though)\b",
    r"(?:focus|attention|investigation|efforts?|suspicion|search)(?: \w+){0,2} (?:shifted|turned|moved|switched|went|fell|focused|centred|centered|concentrated)\b", r"(?:shifted|turned|switched) (?:focus|attention|our attention|our focus|the focus)\b",
    r"investigation (?:continued|extended|expanded|widened|moved|shifted) (?:in)?to\b", r"misled\b", r"misdiagnos", r"likely (?:caused|due|culprit|cause|related)",
    r"(?:considered|considering|explored|pursued|chased|chasing) (?:\w+ ){0,4}(?:possib|attack|failure|issue|problem|cause|lead|hypothes|theory|bug|leak|overload|outage|fault)",
)  # fmt: skip

CAUSE_FOUND = _words(
    r"root cause\b(?! analysis (?:began|started|initiated|underway|in progress|conducted|scheduled))(?! (?:was |is )?(?:unknown|not|still|unclear|investigation))", r"(?:actual|real|true|underlying) (?:cause|issue|problem|culprit|reason)\b", r"culprit\b",
    r"(?:identif(?:y|ies|ied)|discover(?:s|ed)?|pinpoint(?:s|ed)?|isolat(?:es?|ed)|uncover(?:s|ed)?|locat(?:es?|ed)|diagnos(?:es?|ed)|trac(?:es|ed)|track(?:s|ed) down|narrow(?:s|ed) (?:it )?down|spot(?:s|ted)|recogni[sz]e[sd]?|reali[sz]e[sd]?|determine[sd]?|deduce[sd]?|figure[sd]? out|conclude[sd]?)\b(?! (?:no\b|that (?:the )?users|by users|through monitoring|by (?:the )?monitoring))",
    r"(?:notice[sd]?|f(?:ou|i)nds?|sees?|saw|reveal(?:s|ed)|show(?:s|ed)|confirm(?:s|ed))(?: out)?(?: \w+){0,3}? (?:that|the|a|an|out|missing|expired|wrong|incorrect|misconfigur\w*|corrupt\w*|typo|bug|error in|in the|it)\b",
    r"f(?:ou|i)nds?(?: out)?:? ", r"found it\b|got it\b|there it is\b",
    r"(?:cause|reason|bug|mistake|error|problem) (?:was |is |has been )?(?:now )?(?:found|identified|confirmed|determined|known|established|located|clear|spotted)", r"(?:is|was|were) (?:found|identified|discovered|determined|traced) (?:to|as|in|that)\b", r"eureka", r"turns? out (?:to be|that)|turned out (?:to be|that)", r"it'?s (?:the|our|a) \w+", r"identified:", r"finds the\b",
)  # fmt: skip

RESTORED = _words(
    r"(?:fully |completely |successfully |partially )?restored\b", r"back (?:online|up|to normal|to life|in service|in business|to full|to green|and running|to work)", r"(?:full|complete|service|system|normal) (?:service |system )?(?:restoration|recovery)\b(?! (?:plan|began|started|process|in progress))",
    r"(?:fully|completely|all) (?:\w+ ){0,2}(?:operational|recovered|functional|resolved|healthy|green|working|online)", r"(?:services?|systems?|operations?|site|website|traffic|functionality|access|everything|application|api|users?) (?:\w+ ){0,3}(?:resumed|recovered|restored|returned to normal|normali[sz]ed|back|stabili[sz]ed|(?:is|was|were|are) (?:up|online|operational|working|functional|live)|came back|up and running)",
    r"(?:incident|outage|issue|problem|case|ticket) (?:was |is |were |has been |officially |marked as |declared |marked |now |finally |fully |completely )*(?:resolved|closed|over|ended|solved|all[- ]clear)\b", r"normal (?:operations?|service|levels?|functionality|functioning)\b", r"all[- ]clear\b", r"up and running", r"returned to normal", r"(?:outage|incident|downtime) (?:ends|end|ended|over)\b", r"end of (?:the )?(?:outage|incident)", r"resumed normal", r"(?:service|site|system)s? (?:is|are|was|were) (?:\w+ )?(?:restored|recovered|operational|stable)", r"declared (?:resolved|over|stable)", r"(?:error rates?|latency|metrics|queue|response times?) (?:\w+ ){0,3}(?:normal|baseline|zero|recovered|drained)",
)  # fmt: skip

FIX = _words(
    r"fix(?:ed|es|ing)?\b", r"patch(?:ed|ing)?\b", r"hot-?fix", r"roll(?:ed|ing|s)?[- ]?back\b", r"rolled (?:it |the \w+ )?back", r"revert(?:ed|ing|s)?\b", r"restart(?:ed|ing|s)?\b", r"reboot", r"renew(?:ed|al|ing)?\b", r"(?:re)?deploy(?:ed|ing|s|ment)?\b", r"appl(?:ied|ying|y)\b", r"correct(?:ed|ing|ion)\b", r"(?:re)?install(?:ed|ing)?\b", r"updat(?:ed|ing|e)\b", r"replac(?:ed|ing|ement)\b", r"increas(?:ed|ing) (?:the |memory|disk|pool|limit|capacity|connection|max|cpu|resource|thread)", r"implement(?:ed|ing|s)?\b", r"reconfigur", r"scal(?:ed|ing) (?:up|out)", r"clear(?:ed|ing) (?:the |up |out |old |disk|cache|log|space)", r"resolved\b", r"mitigat(?:ed|ing|ion)", r"workaround", r"fail(?:ed|ing)?[- ]?over (?:to|was|initiated|completed|performed|executed)", r"switched (?:to|over|back|traffic|dns)", r"disabled\b", r"enabled\b", r"re-?enabled\b", r"removed\b", r"delet(?:ed|ing) (?:the |old |log)", r"restor(?:ing|ation)\b", r"added\b", r"freed\b", r"purged\b", r"kill(?:ed|ing)\b", r"modif(?:ied|ying)\b", r"chang(?:ed|ing) (?:the |it |back|config|setting)", r"adjust(?:ed|ing)\b", r"repair(?:ed|ing)?\b", r"rerouted\b", r"solution\b", r"recover(?:ing|y) (?:began|started|in progress)", r"blocked (?:the|traffic|ip)", r"provisioned\b", r"swapped\b", r"set (?:the |up |it )", r"merged\b", r"pushed\b", r"migrat(?:ed|ing)\b", r"rebuil[td]", r"resolving\b", r"optimi[sz]ed\b", r"started (?:the )?(?:service|server|nginx|apache|database|mysql|postgres)", r"began recovering", r"remov(?:ing|al)", r"edited\b", r"tuned\b", r"power (?:was )?restored",
)  # fmt: skip

ESCALATED = _words(
    r"escalat", r"hand(?:ed|ing|s)?[ -](?:it |this |the case )?(?:over|off)\b", r"@\w+ can\b",
    r"(?:pag(?:e|es|ed)|pinged|summon(?:s|ed)|engag(?:es|ed)|loop(?:s|ed) in|br(?:ings?|ought) in|pull(?:s|ed) in|call(?:s|ed)(?: in)?|involv(?:es|ed)|notif(?:ies|ied)|alert(?:s|ed)|contact(?:s|ed)|reach(?:es|ed) out to|woke|wakes|ask(?:s|ed)|phon(?:es|ed)|passed (?:on )?to|forwarded to|inform(?:s|ed))(?: \w+){0,5} (?:teams?|engineers?|lead|manager|dbas?|administrators?|support|vendor|provider|on-call|department|specialists?|experts?|cto|sres?|devops|developers?)\b",
    r"(?:team|engineers?|vendor|technician|developers?|dbas?|administrators?|manager|specialists?|experts?|department|partner|hoster) (?:is |was |are |were |gets |got )?(?:asked(?: for help)?|called(?: in| for help| to help)?|paged|joins?(?:ed)?\b|brought in|pulled in|involved|engaged|looped in|phoned|woken)", r"bridge call", r"asked for help", r"joined the (?:call|incident)",
)  # fmt: skip

DETECTED = _words(
    r"monitoring(?: bot)?:", r"error rates?\b", r"(?:writes?|wrote|phones?|phoned|calls? the|tells?|told|says?|said|asks?|posts?|tweets?) (?:us|support|that|in|the|to|because|on|a|why)\b", r"(?:forum|blog|social media) post", r"fires\b", r"fails\b", r"alert goes",
    r"detect(?:ed|s|ion)\b", r"alert(?:s|ed|ing)?\b", r"alarms?\b", r"monitoring (?:system|tools?|alerts?|showed|flagged|detected|picked|reported|triggered)", r"paged\b", r"pager", r"(?:users?|customers?|clients?|visitors?|employees|staff|students?) (?:\w+ ){0,3}(?:report(?:ed|s|ing)?|complain(?:ed|ing|ts?)?|noticed|experienc|unable|start(?:ed)? (?:seeing|experiencing|getting)|began)", r"complain(?:ts|ed|ing)", r"(?:reports?|complaints?|tickets?|calls?|tweets?|messages?) (?:\w+ ){0,3}(?:from|by|of|about|came|started|began|flood|received|arriv|pour)", r"first (?:report|sign|symptom|alert|error|noticed|complaint)", r"(?:outage|incident|issue|problem|downtime) (?:\w+ )?(?:began|begins|begin|started|starts|start|occurred|noticed|observed|reported|identified|discovered|declared)\b", r"noticed\b", r"tickets?\b", r"triggered\b", r"went (?:down|offline|dark)", r"(?:stopped|started) (?:responding|working|returning|failing|receiving)", r"(?:crashed|became (?:unavailable|unresponsive|slow|inaccessible))", r"observed\b", r"start of (?:the )?(?:outage|incident)", r"flagged\b", r"reported\b", r"(?:spike|surge|increase|rise|drop) in\b", r"unresponsive\b",
)  # fmt: skip

INVESTIGATING = _words(
    r"investigat", r"(?:starts?|started|begins?|began|starting) (?:to look|looking|checking|digging|with|debugging|the check|to check)|takes? a look|to look\b|logs? in\b", r"look(?:ed|ing|s)? (?:in(?:to)?|at|through|for)\b", r"analy[sz]", r"examin", r"check(?:ed|ing|s)?\b", r"debug", r"review(?:ed|ing|s)?\b", r"diagnos", r"troubleshoot", r"inspect", r"log(?:s|ged)\b", r"search(?:ed|ing)\b", r"test(?:ed|ing)\b", r"scrutini", r"attempt(?:ed|ing)?\b", r"tried\b", r"trying\b", r"ran\b", r"explor(?:ed|ing)", r"verif(?:ied|ying)", r"assess(?:ed|ing|ment)", r"probing|probed", r"trac(?:ed|ing)\b", r"acknowledg", r"work(?:ed|ing) on", r"began\b", r"incident (?:response )?team (?:assembled|formed|mobili[sz]ed)", r"reproduc", r"dug\b|digging\b", r"collected|gathered", r"monitor(?:ed|ing)\b",
)  # fmt: skip

_LABELS: tuple[tuple[EntryKind, re.Pattern[str]], ...] = (
    (EntryKind.RULED_OUT, re.compile(r"(?:misleading|false|wrong|red herring|dead end|ruled? out|(?:\w+ )?(?:suspicion|assumption|hypothesis|theory) (?:refuted|dropped|rejected))", re.IGNORECASE)),
    (EntryKind.ESCALATED, re.compile(r"(?:incident |issue )?escalat", re.IGNORECASE)),
    (EntryKind.CAUSE_FOUND, re.compile(r"(?:root )?cause (?:identified|found|discovered|confirmed|determined|identification|discovery|analysis)|root cause$|issue identified|identified|identification|diagnosis", re.IGNORECASE)),
    (EntryKind.RESTORED, re.compile(r"(?:(?:issue |incident |service |full |outage )*(?:resolution|resolved|restored|restoration|recovery|recovered|resumed|closed|end(?:ed)?)(?: (?:time|confirmed|verified))?|back online|verification|end of outage|all clear)$", re.IGNORECASE)),
    (EntryKind.FIX, re.compile(r"(?:fix|hotfix|patch|mitigation|remediation|rollback|workaround|solution|resolution (?:began|started|implemented)|fix (?:applied|deployed|implemented)|temporary fix)", re.IGNORECASE)),
    (EntryKind.DETECTED, re.compile(r"(?:issue|incident|problem|outage|initial|first)? ?(?:detect(?:ed|ion)|alert|noticed|discovered|discovery|report(?:ed)?|start(?:ed)?|began|onset)(?: (?:time|method))?$|detect", re.IGNORECASE)),
    (EntryKind.SUSPECTED, re.compile(r"(?:initial )?(?:assumptions?|hypothesis|suspicions?|suspected)", re.IGNORECASE)),
    (EntryKind.INVESTIGATING, re.compile(r"(?:initial |further )?(?:investigat|debug|troubleshoot|analysis|triage|actions? taken|response)", re.IGNORECASE)),
)  # fmt: skip

_NO_CAUSE_YET = _words(
    r"(?:unable|failed|not able|could(?: not|n't)|hard|difficult|yet|trying|attempt\w*|working|began|started|continued|effort\w*|tried|hop\w+|help\w*|want\w*) (?:\w+ ){0,2}to (?:\w+ )?(?:identify|determine|find|isolate|locate|pinpoint|diagnose)",
    r"to (?:identify|determine|find|isolate|locate|pinpoint|diagnose|trace|uncover|figure out)\b",
    r"no (?:smoking gun|clear cause|root cause|obvious)", r"cause (?:was |is |remained )?(?:still )?(?:unknown|unclear|not)",
)  # fmt: skip
_BUT_RESTORED = re.compile(
    r"(?:not (?:yet )?|un|partially |partly )(?:fully )?restored|to (?:be )?restore|until|waiting|prior to|before (?:being )?restor"
    r"|(?:began|started|starting|begin|being|start) (?:\w+ )?(?:recover|restor|to recover|to restore)",
    re.IGNORECASE,
)  # fmt: skip
_SYMPTOM = re.compile(
    r"(?:identified|noticed|found|saw|discovered|confirmed|showed|realized|revealed|determined)(?: \w+){0,4} (?:that )?(?:users|customers|the (?:issue|problem|incident|outage)\b|issue\b|problem\b|(?:the )?(?:web)?site (?:was|is) (?:down|slow)|a (?:failure|spike|surge|drop|slowdown)|an? (?:increase|issue|problem|outage|alert))",
    re.IGNORECASE,
)  # fmt: skip
_FALSE = _words(
    r"ruled out",
    r"turned out",
    r"false lead",
    r"refuted",
    r"which (?:was|were|did) not?",
    r"at \d+[:.]\d+ we knew",
)
_PURSUES = _words(
    r"suspect(?:ed|ing|s)\b(?! (?:was|is) (?:dropped|wrong))",
    r"was blamed",
    r"blam(?:ed|es)",
    r"assum(?:ed|es|ing)\b",
    r"believed that",
    r"thought (?:that|it|to)",
    r"chas(?:ed|ing)",
)
_MIXED_RULED_OUT = re.compile(r"no smoking gun", re.IGNORECASE)


def kind_of(text: str, label: str | None, *, first: bool) -> EntryKind:
    """The kind of an entry by its words; `first` leans towards detection."""
    if label:
        for kind, pattern in _LABELS:
            if pattern.match(label):
                blamed = (
                    kind is EntryKind.RULED_OUT
                    and _PURSUES.search(text)
                    and not _FALSE.search(text)
                )
                return EntryKind.SUSPECTED if blamed else kind
    ruled_out, suspects = RULED_OUT.search(text), SUSPECTED.search(text)
    if (
        ruled_out is not None
        and suspects is not None
        and suspects.start() < ruled_out.start()
        and _PURSUES.search(text)
    ):
        return EntryKind.SUSPECTED
    if ruled_out is not None and not _MIXED_RULED_OUT.search(text):
        return _ruled_out_or_cause(text)
    escalated = ESCALATED.search(text)
    if escalated is not None and escalated[0].lower().startswith("escalat"):
        return EntryKind.ESCALATED
    if first and DETECTED.search(text):
        return EntryKind.DETECTED
    restored = RESTORED.search(text)
    if restored is not None and not _BUT_RESTORED.search(text):
        # "Misconfiguration resolved and traffic restored" fixes; a later entry tells the end.
        return EntryKind.RESTORED
    cause = CAUSE_FOUND.search(text) if not _NO_CAUSE_YET.search(text) else None
    suspected = SUSPECTED.search(text)
    if suspected is not None and (cause is None or suspected.start() < cause.start()):
        return EntryKind.SUSPECTED
    if cause is not None and not _SYMPTOM.search(text):
        return EntryKind.CAUSE_FOUND
    if escalated is not None:
        return EntryKind.ESCALATED
    fix, detected, investigating = (
        FIX.search(text),
        DETECTED.search(text),
        INVESTIGATING.search(text),
    )
    if suspected is not None:
        return EntryKind.SUSPECTED
    if detected is not None and (first or _leads(detected, fix, investigating)):
        return EntryKind.DETECTED
    if fix is not None and (investigating is None or fix.start() <= investigating.start() + 60):
        return EntryKind.FIX
    if investigating is not None:
        return EntryKind.INVESTIGATING
    return EntryKind.FIX if fix is not None else EntryKind.NOTE


def _leads(match: re.Match[str], *others: re.Match[str] | None) -> bool:
    return all(other is None or match.start() <= other.start() for other in others)


def _ruled_out_or_cause(text: str) -> EntryKind:
    """An entry that rules one thing out and names the real cause in the same breath names it."""
    cause = re.search(
        r"(?:root cause (?:was |is |of \w+ )|but (?:found|discovered|identified|noticed)|instead (?:found|was|identified)|"
        r"(?:discovered|identified|realized|found|noticed) that (?:the|our|an?) (?!issue was not)\w+)",
        text,
        re.IGNORECASE,
    )
    ruled = RULED_OUT.search(text)
    if (
        cause is not None
        and ruled is not None
        and cause.start() > ruled.start()
        and not re.search(
            r"(?:found|showed|revealed|discovered|realized|identified) that [^.]{0,60}\b(?:was|were|is|are) (?:not|fine|healthy|normal|unrelated)",
            text,
            re.IGNORECASE,
        )
    ):
        return EntryKind.CAUSE_FOUND
    return EntryKind.RULED_OUT
