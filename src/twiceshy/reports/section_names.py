"""What reports call their sections and labels; see `twiceshy.reports.phrases` for the form.

Names are compared whole, in lower case and without numbering, brackets and punctuation; the first
list that has a name wins.
"""

from __future__ import annotations

NAMES = r"""
[CAUSE_AND_RESOLUTION]
root cause :: (?:the )?root causes? (?:analysis )?(?:and|/|,) ?(?:the )?(?:resolution|recovery|fix|remediation|solution).*
[CAUSE_AND_RESOLUTION]
and :: (?:cause|reason) and (?:resolution|fix|solution)
[CAUSE]
cause :: (?:the |blameless |probable |actual |technical |underlying |primary |identified |main )*(?:root[- ]?)?causes?(?: analysis| summary| identified| identification| explanation)?(?: of (?:the )?(?:outage|incident|issue|problem|failure))?
rca :: rca
why :: 5 ?whys?
five why :: five whys?
five why :: five why'?s?
5 why :: 5 why'?s?
gritty :: (?:the )?nitty[- ]gritty
contributing :: contributing (?:factors?|causes?|conditions?)
trigger :: trigger
why :: why
caused|went wrong :: what (?:went wrong|caused (?:it|the (?:outage|incident|issue|problem)))
it happen :: why (?:did )?it happen(?:ed)?
what :: what (?:was|is) the (?:root )?cause.*
challenge|problem :: core (?:challenges?|problem)
leadup :: leadup
lead :: lead[- ]up
culprit|reason :: (?:the )?(?:reason|culprit)(?: for .*)?
what happened technically :: what happened technically
problem identification :: problem identification
cause of :: (?:the )?cause of (?:the )?.*
root problem :: root problem
what it was :: what it was(?: in the end)?
[SUMMARY]
abstract|at a glance|overview|summary|synopsis|tl :: (?:executive |issue |incident |outage |problem |high[- ]level |event |post[- ]?mortem |general |brief )*(?:summary|overview|tl ?;? ?dr|abstract|synopsis|at a glance)(?: of (?:the )?(?:incident|issues?|outage|problem|event).*)?
summary of issues established :: summary of issues established.*
background :: background(?: context)?
context :: context
introduction :: introduction
what happened :: what happened
incident :: incident (?:details|report|information|description)
issue de :: issue (?:details|description)
incident|issue|outage|problem :: (?:the )?(?:problem|incident|issue|outage)(?: statement| description)?
service downtime :: service downtime
downtime :: downtime
stats :: stats
statistics :: statistics
metadata :: metadata
key facts :: key facts
facts :: facts
description :: description
details :: details
outage details :: outage details
incident metrics :: incident metrics
metrics :: metrics
fault :: (?:the )?fault
what broke :: what broke
what :: what
[START]
began|begin|from|onset|opened|start :: (?:the )?(?:outage |incident |issue |downtime |impact )?(?:start(?:ed|ing|s)?|began|begin(?:ning)?|onset|from|opened)(?: (?:time|date|at|on|date and time|time and date|date/time))*
time of :: time of (?:onset|start)
start of :: start of (?:outage|incident|impact|issue)
time started :: time started
occurred :: occurred(?: at| on)?
when did it start :: when did it start.*
[END]
closed|end|finish|mitigated|recovered|resolved|to|until :: (?:the )?(?:outage |incident |issue |downtime |impact |service )?(?:end(?:ed|ing|s)?|finish(?:ed)?|resolved|restored|until|closed|to|recovered|mitigated)(?: (?:time|date|at|on|date and time|time and date|date/time))*
time :: time (?:of|to) (?:end|resolved)
end of :: end of (?:outage|incident|impact|issue)
time :: time (?:resolved|ended|restored)
resolution time :: resolution time
recovery time :: recovery time
when did it end :: when did it end.*
[DURATION]
downtime|duration|length|outage time|period|time frame|time span|timeframe|window :: (?:the |total |overall |approximate )*(?:outage |incident |downtime |issue |service |impact )?(?:duration|length|timeframe|time frame|period|downtime|time span|window|outage time)(?: of (?:the |this )?(?:outage|incident|downtime|issue|impact|problem|disruption|service disruption))?(?: and (?:time|date).*)?
duration :: duration (?:and|&) impact
outage duration :: outage duration
incident :: incident (?:time|window|period)
time of :: time of (?:the )?(?:outage|incident)
how long :: how long.*
when :: when(?: did it happen)?
outage window :: outage window
time :: time
start :: start(?: time)?(?: and|/| &| -) ?end(?: times?)?
from :: from[ /-]+(?:to|until)
start :: start[ /-]+end(?: time)?
[DAY]
da :: (?:incident |outage |event |issue )?(?:date|day)s?(?: of (?:the )?(?:incident|outage|event|issue|occurrence))?
incident date :: incident date(?: and time)?
date and time :: date and time(?: of .*)?
date/time :: date/time
date and duration :: date and duration
[SHARE]
client|customer|number|percent|proportion|share|user :: (?:users?|customers?|clients?|percentage|percent|share|proportion|number)(?: of)?(?: the)?(?: users?| customers?)? ?(?:affected|impacted|hit)
affected|impacted :: (?:affected|impacted) (?:users?|customers?|clients?)
user :: users?
how many users :: how many users.*
[SHARE]
who :: who(?: was (?:hit|affected))?
whom :: whom
[AFFECTED]
affected|impacted :: (?:affected|impacted) (?:services?|systems?|components?|products?|areas?|applications?|apps?|infrastructure|resources|functionality)(?: (?:and|/) (?:services?|systems?|components?))?
component|product|service|system :: (?:services?|systems?|components?|products?) ?(?:affected|impacted|hit|involved|down)?
[IMPACT]
blast radius|consequence|damage|effect|impact :: (?:the |business |customer |user |users |service |system |overall |client |end[- ]user |reputational |financial )*(?:impact|effects?|consequences?|damage|blast radius)s?(?: on (?:the )?(?:users?|customers?|business|services?).*| of (?:the )?.*| details| analysis| summary| assessment| statement| scope| and scope)?
scope :: scope(?: of impact)?
what was :: what was (?:the )?(?:impact|affected).*
who was affected :: who was affected.*
symptom :: symptoms?
user experience :: user experience
severity and impact :: severity and impact
impact and scope :: impact and scope
what user :: what users? (?:saw|experienced).*
[TIMELINE]
chronicle|chronology|event log|incident log|log of events|order of events|sequence of events|time :: .*\b(?:time ?line|chronology|chronicle|sequence of events|event log|log of events|order of events|incident log)\b.*
* :: (?:schedule|key events|events|history|what happened and when|course of events|play[- ]by[- ]play|debugging process|how it (?:unfolded|went|happened)|the story so far|what happened when|step by step|course|log|diary)
[LEADS]
dead|false|incorrect|misleading|wrong :: (?:misleading|false|wrong|dead[- ]end|incorrect)[ /]?(?:investigations?|debugging|paths?|leads?|trails?|assumptions?|turns?|and|or|taken|explored|hypothes[ie]s|ends?|/| )*
red herring :: red herrings?
debugging path :: debugging paths?
dead end :: dead ends?
rabbit hole :: rabbit holes?
chased|ruled out :: (?:what )?(?:we )?(?:ruled out|chased).*
initial assumption :: initial assumptions?
hypothes :: hypothes[ie]s(?: tested)?
suspicion :: (?:initial )?suspicions?
suspected cause :: suspected causes?
false start :: false starts?
wild goose chase :: wild goose chases?
[DETECTION]
alerted|detect|discovered|discovery|identified|noticed|reported :: (?:issue |incident |problem |initial |outage )?(?:detect(?:ed|ion)|discovery|discovered|identified|noticed|reported|alerted)(?: (?:time|method|at|by|on|source|of (?:the )?(?:issue|incident|problem)|and (?:response|reporting|alerting)))*
detected|discovered|found|noticed :: how (?:was )?(?:it|the issue|the incident|the problem|we)(?: was)? (?:detected|discovered|noticed|found).*
time of detection :: time of detection
detection vs onset :: detection vs onset
noticed :: noticed(?: by)?
alerting :: alerting
first alert :: first alert
how we :: how we (?:noticed|found out).*
[ESCALATION]
escalat :: (?:incident |issue )?escalat(?:ion|ions|ed)(?: (?:path|process|to|procedure|level|timeline))?
called|involved|paged :: who (?:was|got) (?:paged|involved|called)
[RESOLUTION]
fix|mitigation|recovery|remedy|response|solution|summation|workaround :: (?:the |issue |incident |immediate |temporary |final |short[- ]term )*(?:resolution|fix(?:es)?|remedy|solution|recovery|mitigation|response|workaround|summation)s?(?: (?:and|&) (?:recovery|mitigation|fix|remediation|restoration|response))?(?: (?:steps|details|process|summary|taken|applied|of (?:the )?(?:issue|incident|outage|problem)))*
resolving the :: resolving the (?:issue|problem|incident)
fixed|recovered|resolved :: how (?:it|we|the issue|the problem)(?: was)? (?:fixed|resolved|recovered).*
taken :: (?:actions|steps) taken(?: to resolve.*)?
restoration :: restoration
incident response :: incident response
what :: what (?:was|did we) (?:done|do).*
what fixed it :: what fixed it
immediate :: immediate (?:actions|response|fix(?:es)?|steps) taken
service restoration :: service restoration
remediation :: remediation
[ACTIONS]
correct|follow|mitigation|prevent|remedial|remediation :: (?:the )?(?:correct(?:ive|ion|ing)?|prevent(?:ive|ative|ion)|remedial|remediation|follow[- ]?up|mitigation)[ ,/&-]*(?:and|or)?[ ,/&-]*(?:correct(?:ive)?|prevent(?:ive|ative|ion)|future|long[- ]?term|mitigat(?:ive|ion))?[ ,/&-]*(?:future )?(?:prevent(?:ion|ive|ative))?[ ,/&-]*(?:measures?|actions?|items?|steps?|tasks?|plans?|strateg(?:y|ies)|work|procedures?|recommendations?)(?: .{0,60})?
corrective|prevent :: (?:corrective|preventi?ve|preventative)(?: (?:and|&) (?:corrective|preventi?ve|preventative))?
prevention :: prevention(?: (?:and|&) .*| plan| of .*| measures?)?
mitigation and :: mitigation and (?:future )?prevention
action :: action (?:items?|plan|points?)(?: .{0,40})?
action :: actions?(?: items?)?
next step :: next steps?
recommendation :: recommendations?
future|preventing :: (?:future|preventing) (?:prevention|improvements?|measures?|actions?|work|plans?|steps?|recurrence|.*outages)
how :: how (?:we|to) (?:will )?(?:prevent|avoid|stop).*
enhancement|fixes|improvement :: (?:improvements?|enhancements?|fixes)(?: and| &|/)+ ?(?:improvements?|enhancements?|fixes|next steps|recommendations?|tasks?|prevention|preventive measures)
improvement :: improvements?(?: plan)?
what :: what (?:we|will|we will|we're|we are|we'll)(?: are)?(?: be| going to)? (?:do(?:ing)?|chang(?:e|ing)|improve|going to do).*
correction :: corrections?(?: and .*)?
follow :: follow[- ]?ups?
thing :: things? to (?:do|fix|improve)
improvement :: areas? (?:for|of) improvements?
to :: to[- ]?do(?:s| list| items?)?
closing the loop :: closing the loop
never again :: never again
so that it never happens again :: so that it never happens again
not again :: not again
commitment :: commitments?
promises :: promises
measures :: measures(?: .{0,60})?
remediation :: remediations?(?: items?| plan| steps?| tasks?| measures?)?
lessons learned and :: lessons learned and (?:action items|next steps|corrective.*|actions?)
preventing :: preventing (?:this|it).*
moving forward :: moving forward
going forward :: going forward
[GROUP]
action|fixes|immediate|improvement|long|measure|medium|short|task|to :: (?:the |broad |specific |general |proposed |planned |technical |key |immediate |short[- ]?term|medium[- ]?term|mid[- ]?term|long[- ]?term| |required )*(?:improvements?|improvements?/fixes|fixes|tasks?(?: list)?|task list|todo(?: list)?|to[- ]?do(?: list)?|action items?|actions?|measures?|short[- ]term|long[- ]term|immediate|medium[- ]term)(?: (?:to|for) (?:address|fix|prevent|resolve|be done|complete|do).*| list| items?| needed| identified| required| that can be improved.*)?
things that can be improved :: things that can be (?:improved|improved/fixed).*
list of tasks :: list of tasks.*
task :: tasks? to .*
process :: process
monitoring :: monitoring
testing :: testing
training :: training
technical :: technical
people :: people
tooling :: tooling
infrastructure :: infrastructure
[LESSONS]
* :: (?:key )?(?:lessons?(?: learn(?:ed|t))?|learnings?|takeaways?|insights|reflections?|retrospective|what went (?:well|wrong|right|badly|poorly)|what (?:worked|didn'?t work|we learned|did not go well|could have gone better).*|where we got lucky|things that went (?:well|wrong|poorly)|moral(?: of the story)?)(?: .{0,40})?
[CONCLUSION]
closing|conclusion|epilogue|final|outro|sign|wrap :: (?:in )?(?:conclusions?|closing(?: remarks?| thoughts?)?|final (?:thoughts?|remarks?|words?|notes?)|sign[- ]?off|epilogue|wrap[- ]?up|summary and conclusion|outro)
[ASIDE]
* :: (?:authors?|written by|prepared by|reported by|report date|date of (?:the )?(?:report|post[- ]?mortem|writing|publication)|post[- ]?mortem (?:date|author|owner)|reviewed by|attendees|participants|response team|team|incident (?:commander|id|number|owner|lead|manager)|severity(?: level)?|priority|status|category|related(?: issues?| incidents?| links?)?|appendix.*|references?|links?|glossary|acknowledge?ments?|thanks?|table of contents|contents|blameless framing|disclaimer|tags?|version|ticket|id|owner|environment|region|supporting (?:data|information|material|evidence)|screenshots?|logs?|license|resources)
"""
