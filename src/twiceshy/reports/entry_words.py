"""The words by which a timeline entry tells what it tells; see `twiceshy.reports.phrases` for the form."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from twiceshy.reports.phrases import Phrasebook, Phrases

RULED_OUT = Phrases(
    r"""
    rul :: rul(?:ed|es|ing) (?:[\w'-]+ ){1,5}out\b
    ruled out :: ruled out\b
    scratch that :: scratch that
    not :: not (?:it|that|so)\b(?:[.,]|$)
    not :: (?:so|and) (?:it's |it is |this is |that is )?not\b
    are not|aren't|is not|isn't|was not|wasn't :: (?:wasn't|was not|isn't|is not|aren't|are not) (?:it|that|the \w+)(?:[.,]|$)
    suspicion :: suspicion (?:was )?dropped
    better|change|difference|effect|improvement :: no (?:difference|change|better|effect|improvement)\b
    same :: same (?:with|in|on|for|result|error|everywhere)\b
    still :: still (?:down|broken|silence|there|the same|failing|red|404|500|503)
    it's not :: it's not\b
    it is not :: it is not\b
    confirm|finds|found|indicated|report|reveal|said|showed|shows|verifie :: (?:confirm(?:ed|s|ing)?|report(?:ed|s)|verif(?:ied|ies)|said|showed|shows|reveal(?:ed|s|ing)|found|finds|indicated) (?:that )?(?:there (?:was|were|is|are) )?(?:no(?!\w)|nothing|zero)(?: \w+){0,4}
    confirmed|found|indicated|proved|revealed|showed|turned up|yielded :: (?:revealed|showed|found|indicated|yielded|confirmed|proved|turned up) (?:that )?(?:no|nothing|neither)\b
    detected|discovered|found|identified|observed|on their|seen :: no (?:\w+ ){0,3}(?:issues?|problems?|errors?|anomal(?:y|ies)|attacks?|faults?|evidence|signs?|trace)(?: \w+){0,4} (?:w(?:as|ere) )?(?:found|detected|identified|seen|observed|discovered|on their (?:end|side))
    no :: (?:found|saw|seen|observed) no (?:\w+ ){0,3}(?:issues?|problems?|errors?|anomal|evidence|signs?|attack)
    at fault|attack|cause|culprit|involved|issue|problem|reason|related|responsible|to blame :: (?:wasn't|was not|were not|weren't|isn't|is not|not) (?:the |a |an |actually )?(?:\w+ ){0,2}(?:cause|issue|problem|culprit|reason|attack|to blame|related|involved|responsible|at fault)
    turn :: turn(?:ed|s) out (?:to be )?(?:not|a false|a dead|a red|wrong|unrelated|fine|healthy|misleading|incorrect|innocent|nothing)
    false :: false (?:lead|alarm|trail|positive|path)
    red herring :: red herring
    dead :: dead[- ]end
    wild goose :: wild goose
    wrong :: wrong (?:track|path|tree|lead)
    cleared of|discarded|discounted|dismissed|disproved|disproven|eliminated|excluded|exonerated|refuted :: (?:dismissed|excluded|eliminated|discarded|disproved|disproven|refuted|cleared of|exonerated|discounted)
    * :: (?:was|were|is|are|looked|looks|appeared|seemed|all|everything|came back) (?:all |perfectly |completely |actually |found to be |operating |running |working |functioning |behaving )*(?:fine|healthy|normal(?:ly)?|ok|okay|clean|green|innocent|unaffected|as expected|correctly|properly|unrelated|within (?:normal )?limits)
    avail|change|difference|effect|explain|fix|help|improve|luck|solve|success|work :: (?:did not|didn't|had not|hadn't|does not|doesn't|without|no) (?:help|work|effect|change|improvement|improve|solve|resolve|fix|success|avail|luck|explain|difference)
    unrelated :: unrelated
    to no avail :: to no avail
    attack :: not (?:an?|under) (?:\w+ )?attack
    nothing :: nothing (?:unusual|wrong|abnormal|suspicious|out of the ordinary)
    misleading :: misleading
    not :: (?:database|network|provider|server|dns|firewall|cpu|memory|disk)s? (?:is|was|were|are) not\b
    not :: (?:so|hence|thus),? (?:it|this|that|they|the \w+) (?:does|did|do|is|was|were|are|has|had) not\b
    still :: still (?:offline|unreachable|unavailable|rejected|slow|failing|no )
    not guilty :: not guilty
    cleared :: (?:was|were|is|are|got|has been) cleared\b|(?<!cache )(?<!queue )cleared$
    """
)

SUSPECTED = Phrases(
    r"""
    suspect :: suspect(?:ed|ing|s)?\b
    suspicion :: suspicions?\b
    assum :: assum(?:ed|ing|es?|ptions?)\b
    hypothes :: hypothes
    theor :: theor(?:y|ies|ized|ised)\b
    attributed|believed|blamed|considered|figured|guessed|thought :: (?:initially|at first|first|wrongly|mistakenly|team|we|engineers?|everyone|they) (?:\w+ ){0,2}(?:thought|believed|blamed|considered|attributed|guessed|figured)\b
    believed|guessed|presumed|thought :: (?:thought|believed|presumed|guessed) (?:to be|that|it|the|this|we)\b
    presum :: presum(?:ed|ing|ably)\b
    speculat :: speculat
    blam :: blam(?:ed|ing|es)\b
    suspect :: suspect\w*:?
    assume|believe|guess|think|thought|wonder :: (?:i|we|they|team|engineer|developer|everyone|everybody|on-?call|support|\w+ team) (?:\w+ )?(?:guess|think|thinks|believes?|assumes?|wonders?|thought of|thought|believed)\b
    guess|idea|thought :: (?:^|[.:] )(?:first |our |the )?(?:guess|idea|thought)\b
    believes :: believes\b
    thinks :: thinks\b
    presumably :: presumably\b
    perhaps :: perhaps\b
    maybe :: maybe\b
    must be :: must be\b
    is it :: is it (?:the|a|our)\b
    chas :: chas(?:ed|ing|es)\b
    is asked :: is asked\b
    was asked :: was asked\b
    point :: (?:pointed|pointing|points) (?:to|at|towards?)\b
    initial :: initial (?:\w+ )?(?:guess|belief|thought|finger|focus|diagnosis|lead)\b
    be :: (?:might|may|could) (?:have been |be )(?:caused |due |related |a |an |the |under )
    possibl :: possibl[ey]\b
    potential :: potential(?:ly)? (?:\w+ ){0,2}(?:attack|issue|failure|problem|cause|outage|breach|overload|bottleneck)
    appeared|looked|looks|seemed|seems :: (?:appeared|seemed|looked|looks|seems) (?:to be|like|as if|as though)\b
    attention|effort|focus|investigation|search|suspicion :: (?:focus|attention|investigation|efforts?|suspicion|search)(?: \w+){0,2} (?:shifts?|shifted|turns?|turned|moves?|moved|switch(?:es|ed)|goes|went|fell|focused|centred|centered|concentrated)\b
    shifted|switched|turned :: (?:shifted|turned|switched) (?:focus|attention|our attention|our focus|the focus)\b
    investigation :: investigation (?:continued|extended|expanded|widened|moved|shifted) (?:in)?to\b
    misled :: misled\b
    misdiagnos :: misdiagnos
    likely :: likely (?:caused|due|culprit|cause|related)
    chased|chasing|considered|considering|explored|pursued :: (?:considered|considering|explored|pursued|chased|chasing) (?:\w+ ){0,4}(?:possib|attack|failure|issue|problem|cause|lead|hypothes|theory|bug|leak|overload|outage|fault)
    thought|believed|for :: (?:thought|believed) to (?:hang|be|have|lie|come)\b|(?:taken|took it) for
    """
)

CAUSE_FOUND = Phrases(
    r"""
    root cause :: root cause\b(?! analysis (?:began|started|initiated|underway|in progress|conducted|scheduled))(?! (?:was |is )?(?:unknown|not|still|unclear|investigation))
    cause|culprit|issue|problem|reason :: (?:actual|real|true|underlying) (?:cause|issue|problem|culprit|reason)\b
    culprit :: culprit\b
    * :: (?:identif(?:y|ies|ied)|discover(?:s|ed)?|pinpoint(?:s|ed)?|isolat(?:es?|ed)|uncover(?:s|ed)?|locat(?:es?|ed)|diagnos(?:es?|ed)|trac(?:es|ed)|track(?:s|ed) down|narrow(?:s|ed) (?:it )?down|spot(?:s|ted)|recogni[sz]e[sd]?|reali[sz]e[sd]?|determine[sd]?|deduce[sd]?|figure[sd]? out|conclude[sd]?)\b(?! (?:no\b|that (?:the )?users|by users|through monitoring|by (?:the )?monitoring))
    confirm|nd|notice|reveal|saw|see|show :: (?:notice[sd]?|f(?:ou|i)nds?|sees?|saw|reveal(?:s|ed)|show(?:s|ed)|confirm(?:s|ed))(?: out)?(?: \w+){0,3}? (?:that|the|a|an|out|missing|expired|wrong|incorrect|misconfigur\w*|corrupt\w*|typo|bug|error in|in the)\b
    nd :: f(?:ou|i)nds?(?: out)?:?\s
    found it :: found it\b
    got it :: got it\b
    there it is :: there it is\b
    cause :: (?:this|that|it|which) (?:is|was) (?:then )?the (?:root |real |actual )?cause\b
    clear|confirmed|determined|established|found|identified|known|located|spotted :: (?:cause|reason|bug|mistake|error|problem) (?:was |is |has been )?(?:now )?(?:found|identified|confirmed|determined|known|established|located|clear|spotted)
    determined|discovered|found|identified|traced :: (?:is|was|were) (?:found|identified|discovered|determined|traced) (?:to|as|in|that)\b
    eureka :: eureka
    out t :: turns? out (?:to be|that)
    turned out t :: turned out (?:to be|that)
    it :: it'?s (?:the|our|a) \w+
    identified: :: identified:
    finds the :: finds the\b
    """
)

RESTORED = Phrases(
    r"""
    restored :: (?:fully |completely |successfully |partially )?restored\b
    back :: back (?:online|up|to normal|to life|in service|in business|to full|to green|and running|to work)
    covery|storation :: (?:full|complete|service|system|normal) (?:service |system )?(?:restoration|recovery)\b(?! (?:plan|began|started|process|in progress))
    functional|green|healthy|online|operational|recovered|resolved|working :: (?:fully|completely|all) (?:\w+ ){0,2}(?:operational|recovered|functional|resolved|healthy|green|working|online)
    access|api|application|everything|functionality|operation|service|site|system|traffic|user :: (?:services?|systems?|operations?|site|website|traffic|functionality|access|everything|application|api|users?) (?:\w+ ){0,3}(?:resumed|recovered|restored|returned to normal|normali[sz]ed|back|stabili[sz]ed|(?:is|was|were|are) (?:up|online|operational|working|functional|live)|came back|up and running)
    clear|closed|ended|over|solved :: (?:incident|outage|issue|problem|case|ticket) (?:was |is |were |has been |officially |marked as |declared |marked |now |finally |fully |completely )*(?:resolved|closed|over|ended|solved|all[- ]clear)\b
    normal :: normal (?:operations?|service|levels?|functionality|functioning)\b
    clear :: all[- ]clear\b
    up and running :: up and running
    returned to normal :: returned to normal
    downtime|incident|outage :: (?:outage|incident|downtime) (?:ends|end|ended|over)\b
    end of :: end of (?:the )?(?:outage|incident)
    resumed normal :: resumed normal
    operational|recovered|restored|stable :: (?:service|site|system)s? (?:is|are|was|were) (?:\w+ )?(?:restored|recovered|operational|stable)
    declared :: declared (?:resolved|over|stable)
    error rate|latency|metrics|queue|response time :: (?:error rates?|latency|metrics|queue|response times?) (?:\w+ ){0,3}(?:normal|baseline|zero|recovered|drained)
    resolved :: (?<![a-z] )resolved(?:$|[,.;:!])
    """
)

FIX = Phrases(
    r"""
    fix :: fix(?:ed|es|ing)?\b
    patch :: patch(?:ed|ing)?\b
    hot :: hot-?fix
    roll :: roll(?:ed|ing|s)?[- ]?back\b
    rolled :: rolled (?:it |the \w+ )?back
    revert :: revert(?:ed|ing|s)?\b
    restart :: restart(?:ed|ing|s)?\b
    reboot :: reboot
    renew :: renew(?:ed|al|ing)?\b
    deploy :: (?:re)?deploy(?:ed|ing|s|ment)?\b
    appl :: appl(?:ied|ying|y)\b
    correct :: correct(?:ed|ing|ion)\b
    install :: (?:re)?install(?:ed|ing)?\b
    updat :: updat(?:ed|ing|e)\b
    replac :: replac(?:ed|ing|ement)\b
    increas :: increas(?:ed|ing) (?:the |memory|disk|pool|limit|capacity|connection|max|cpu|resource|thread)
    implement :: implement(?:ed|ing|s)?\b
    reconfigur :: reconfigur
    scal :: scal(?:ed|ing) (?:up|out)
    clear :: clear(?:ed|ing) (?:the |up |out |old |disk|cache|log|space)
    resolved :: resolved\b
    mitigat :: mitigat(?:ed|ing|ion)
    workaround :: workaround
    over :: fail(?:ed|ing)?[- ]?over (?:to|was|initiated|completed|performed|executed)
    switched :: switched (?:to|over|back|traffic|dns)
    disabled :: disabled\b
    enabled :: enabled\b
    enabled :: re-?enabled\b
    removed :: removed\b
    delet :: delet(?:ed|ing) (?:the |old |log)
    restor :: restor(?:ing|ation)\b
    added :: added\b
    freed :: freed\b
    purged :: purged\b
    kill :: kill(?:ed|ing)\b
    modif :: modif(?:ied|ying)\b
    chang :: chang(?:ed|ing) (?:the |it |back|config|setting)
    adjust :: adjust(?:ed|ing)\b
    repair :: repair(?:ed|ing)?\b
    rerouted :: rerouted\b
    solution :: solution\b
    recover :: recover(?:ing|y) (?:began|started|in progress)
    blocked :: blocked (?:the|traffic|ip)
    provisioned :: provisioned\b
    swapped :: swapped\b
    set :: set (?:the |up |it )
    merged :: merged\b
    pushed :: pushed\b
    migrat :: migrat(?:ed|ing)\b
    rebuil :: rebuil[td]
    resolving :: resolving\b
    optimi :: optimi[sz]ed\b
    started :: started (?:the )?(?:service|server|nginx|apache|database|mysql|postgres)
    began recovering :: began recovering
    remov :: remov(?:ing|al)
    edited :: edited\b
    tuned :: tuned\b
    restored :: power (?:was )?restored
    switch :: switch(?:ed|es|ing) (?:off|on)\b
    fails :: fails over\b
    put :: put (?:back|in place|in)\b
    exception in :: exception in the firewall
    """
)

ESCALATED = Phrases(
    r"""
    escalat :: escalat
    hand :: hand(?:ed|ing|s)?[ -](?:it |this |the case )?(?:over|off)\b
    can :: @\w+ can\b
    * :: (?:pag(?:e|es|ed)|pinged|summon(?:s|ed)|engag(?:es|ed)|loop(?:s|ed) in|br(?:ings?|ought) in|pull(?:s|ed) in|call(?:s|ed)(?: in)?|involv(?:es|ed)|notif(?:ies|ied)|alert(?:s|ed)|contact(?:s|ed)|reach(?:es|ed) out to|woke|wakes|ask(?:s|ed)|phon(?:es|ed)|passed (?:on )?to|forwarded to|inform(?:s|ed))(?: \w+){0,5} (?:teams?|engineers?|lead|manager|dbas?|administrators?|support|vendor|provider|on-call|department|specialists?|experts?|cto|sres?|devops|developers?)\b
    asked|brought in|called|engaged|involved|join|looped in|paged|phoned|pulled in|woken :: (?:team|engineers?|vendor|technician|developers?|dbas?|administrators?|manager|specialists?|experts?|department|partner|hoster) (?:is |was |are |were |gets |got )?(?:asked(?: for help)?|called(?: in| for help| to help)?|paged|joins?(?:ed)?\b|brought in|pulled in|involved|engaged|looped in|phoned|woken)
    bridge call :: bridge call
    asked for help :: asked for help
    joined the :: joined the (?:call|incident)
    informed|notified|alerted|called :: (?:team|engineers?|vendor|support|operations|department|desk|engineering|centre|center)s? (?:is |was |are |were )?(?:informed|notified|alerted|called),? (?:and )?takes? over
    pulled|brought|called|looped :: (?:is|was|are|were|got|gets) (?:pulled|brought|called|looped) in\b
     over :: (?:team|engineers?|vendor|support|desk|department) (?:takes|took) over
    mentor|tutor|senior|boss|expert|consultant|cto|head of :: (?:call|ask|phon|page|ping|contact|involv|inform|woke|wakes)\w*(?: in| for help)? (?:\w+ ){0,3}(?:mentor|tutor|senior|boss|expert|consultant|cto|head of \w+)
    raise|took|takes|br :: (?:raised|raises|took|takes|brought|brings) (?:it|this|the \w+) (?:with|to) (?:the |our )?(?:\w+ ){0,3}(?:teams?|engineers?|vendor|provider|lead|manager|support|dbas?)\b
    """
)

DETECTED = Phrases(
    r"""
    monitoring :: monitoring(?: bot)?:
    error rate :: error rates?\b
    ask|call|phone|post|said|say|tell|told|tweet|write|wrote :: (?:writes?|wrote|phones?|phoned|calls? the|tells?|told|says?|said|asks?|posts?|tweets?) (?:us|support|that|in|the|to|because|on|a|why)\b
    post :: (?:forum|blog|social media) post
    fires :: fires\b
    fails :: fails\b
    alert goes :: alert goes
    detect :: detect(?:ed|s|ion)\b
    alert :: alert(?:s|ed|ing)?\b
    alarm :: alarms?\b
    monitoring :: monitoring (?:system|tools?|alerts?|showed|flagged|detected|picked|reported|triggered)
    paged :: paged\b
    pager :: pager
    began|complain|experienc|getting|noticed|report|seeing|unable :: (?:users?|customers?|clients?|visitors?|employees|staff|students?) (?:\w+ ){0,3}(?:report(?:ed|s|ing)?|complain(?:ed|ing|ts?)?|noticed|experienc|unable|start(?:ed)? (?:seeing|experiencing|getting)|began)
    complain :: complain(?:ts|ed|ing)
    call|complaint|message|report|ticket|tweet :: (?:reports?|complaints?|tickets?|calls?|tweets?|messages?) (?:\w+ ){0,3}(?:from|by|of|about|came|started|began|flood|received|arriv|pour)
    first :: first (?:report|sign|symptom|alert|error|noticed|complaint)
    downtime|incident|issue|outage|problem :: (?:outage|incident|issue|problem|downtime) (?:\w+ )?(?:began|begins|begin|started|starts|start|occurred|noticed|observed|reported|identified|discovered|declared)\b
    noticed :: noticed\b
    ticket :: tickets?\b
    triggered :: triggered\b
    went :: went (?:down|offline|dark)
    failing|receiving|responding|returning|working :: (?:stopped|started) (?:responding|working|returning|failing|receiving)
    became|crashed :: (?:crashed|became (?:unavailable|unresponsive|slow|inaccessible))
    observed :: observed\b
    start of :: start of (?:the )?(?:outage|incident)
    flagged :: flagged\b
    reported :: reported\b
    drop|increase|rise|spike|surge :: (?:spike|surge|increase|rise|drop) in\b
    unresponsive :: unresponsive\b
    * :: (?:users?|customers?|clients?|visitors?|members?|people|employees|students?|teachers?|guests?|passengers?|drivers?|players?|readers?|staff|clerks?|residents?|citizens?|shoppers?|subscribers?|patients?|parents?|fans|viewers?|merchants?|partners?|stewards?|support|marketing|sales|finance) (?:\w+ ){0,2}(?:post(?:s|ed)?|wr[io]tes?|calls?|called|phones?|phoned|rings?|rang|tells?|told|mail(?:s|ed)|asks?|asked|says?|said|contact(?:s|ed)|tweet(?:s|ed)?|message(?:s|d)|cannot|can't|notices?)\b
    first :: first (?:\w+ ){0,2}(?:mails?|calls?|messages?|tweets?|posts?|reports?|complaints?|tickets?|customers?|users?|bounces?|errors?)\b
    phones|rings :: (?:phones|rings)(?::| us|$)
    """
)

INVESTIGATING = Phrases(
    r"""
    investigat :: investigat
    began|begin|start :: (?:starts?|started|begins?|began|starting) (?:to look|looking|checking|digging|with|debugging|the check|to check)
    a look :: takes? a look
    to look :: to look\b
    log :: logs? in\b
    look :: look(?:ed|ing|s)? (?:in(?:to)?|at|through|for)\b
    analy :: analy[sz]
    examin :: examin
    check :: check(?:ed|ing|s)?\b
    debug :: debug
    review :: review(?:ed|ing|s)?\b
    diagnos :: diagnos
    troubleshoot :: troubleshoot
    inspect :: inspect
    log :: log(?:s|ged)\b
    search :: search(?:ed|ing)\b
    test :: test(?:ed|ing)\b
    scrutini :: scrutini
    attempt :: attempt(?:ed|ing)?\b
    tried :: tried\b
    trying :: trying\b
    ran :: ran\b
    explor :: explor(?:ed|ing)
    verif :: verif(?:ied|ying)
    assess :: assess(?:ed|ing|ment)
    probing :: probing
    probed :: probed
    trac :: trac(?:ed|ing)\b
    acknowledg :: acknowledg
    work :: work(?:ed|ing) on
    began :: began\b
    incident :: incident (?:response )?team (?:assembled|formed|mobili[sz]ed)
    reproduc :: reproduc
    dug :: dug\b
    digging :: digging\b
    collected :: collected
    gathered :: gathered
    monitor :: monitor(?:ed|ing)\b
    triag :: triag(?:e|es|ed|ing)\b
    """
)

NO_CAUSE_YET = Phrases(
    r"""
    determine|diagnose|find|identify|isolate|locate|pinpoint :: (?:unable|failed|not able|could(?: not|n't)|hard|difficult|yet|trying|attempt\w*|working|began|started|continued|effort\w*|tried|hop\w+|help\w*|want\w*) (?:\w+ ){0,2}to (?:\w+ )?(?:identify|determine|find|isolate|locate|pinpoint|diagnose)
    to :: to (?:identify|determine|find|isolate|locate|pinpoint|diagnose|trace|uncover|figure out)\b
    clear cause|obvious|root cause|smoking gun :: no (?:smoking gun|clear cause|root cause|obvious)
    cause :: cause (?:was |is |remained )?(?:still )?(?:unknown|unclear|not)
    """
)

NAMES_CAUSE = Phrases.of(
    r"root cause|cause|reason|culprit|identif\w+|found it|got it|finds? out|found out|discover\w*|reali[sz]e\w*|pinpoint\w*|trac\w+",
    end=r"\b",
)
"""Plain words for naming a cause, whatever it is."""

_BOOK = Phrasebook(
    (phrases, phrases)
    for phrases in (
        RULED_OUT,
        SUSPECTED,
        CAUSE_FOUND,
        RESTORED,
        FIX,
        ESCALATED,
        DETECTED,
        INVESTIGATING,
        NO_CAUSE_YET,
        NAMES_CAUSE,
    )
)


@lru_cache(maxsize=512)
def told_in(text: str) -> Mapping[Phrases, re.Match[str]]:
    """What an entry tells: the first match of each of the lists above that has one.

    The entry's kind is asked for, then its neighbours', then the leads: one look serves them all.
    """
    return _BOOK.first_in(text)
