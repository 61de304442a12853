"""The words by which a cause tells its class; see `twiceshy.reports.phrases` for the form.

Each list is headed by its class and the weight of a match. `DB`, `CERT` and `CONFIG` stand for what
databases, certificates and wrong settings are called. Of equal classes the earlier one wins.
"""

from __future__ import annotations

from twiceshy.model.report import CauseClass as C
from twiceshy.reports.phrases import Phrases, sections

_DB = r"(?:data ?bases?|db|mysql|mariadb|postgres(?:ql)?|mongo(?:db)?|oracle|sql server|redis|rds|aurora|cassandra)"
_CONFIG = r"(?:mis-?config\w*|wrong(?:ly)?|incorrect(?:ly)?|bad|invalid|outdated|stale|old|missing|faulty|erroneous|improper(?:ly)?|mis-?set|mis-?typed)"
_CERT = r"(?:certificates?|certs?\b|ssl|tls)"
_WORDS = r"""
[certificate_expired 5]
expir :: CERT[^.]{0,80}(?<!not )(?<!not yet )\bexpir\w*
expir :: \bexpir\w*[^.]{0,40}CERT
lapsed :: lapsed[^.]{0,30}CERT
had run out|lapsed|no longer valid|out of date|ran out :: CERT[^.]{0,40}\b(?:lapsed|ran out|out of date|no longer valid|had run out)
[certificate_renewal_failed 6]
renew :: (?:automat\w+|auto-?)[\s-]?(?:certificate )?(?:renew\w*)[^.]{0,80}(?:fail\w*|broke\w*|misconfig\w*|did not|didn't|never|stopped|silently|disabled|not run)
renew :: renew\w*[^.]{0,60}(?:fail\w*|broke\w*|did not|didn't|never|stopped|silently|misconfig\w*|not (?:run|triggered|executed|reload))
renew :: (?:fail\w*|never|not|broke\w*|forgot\w*)[^.]{0,30}(?:to )?(?:renew(?!ed manually)\w*)
certbot :: certbot[^.]{0,80}(?:fail\w*|broke\w*|not|never|stopped|error)
acme|let's encrypt :: (?:acme|let's encrypt)[^.]{0,60}(?:fail\w*|challenge|rate limit)
certificate management :: certificate management (?:system|tool)[^.]{0,40}misconfig
renewed :: renewed[^.]{0,60}(?:never|not|without) (?:\w+ ){0,2}reload
not reloaded :: not reloaded[^.]{0,60}(?:certificate|renew)
cron :: cron (?:job )?[^.]{0,40}renew[^.]{0,40}
[certificate_other 4]
know|trust :: \bca\b[^.]{0,60}(?:trust\w*|know\w*)
not :: (?:do|does|did) not (?:know|trust)[^.]{0,30}\bca\b
chain :: chain (?:was |is )?(?:not trusted|incomplete|broken|untrusted)
cert|ssl|tls :: CERT[^.]{0,80}(?:wrong|mismatch\w*|host ?names?|self[- ]signed|untrusted|chain|intermediate|incomplete|revoked|only covers|covers only|does not (?:cover|contain|include)|missing the|not trusted|misconfig\w*|invalid)
incomplete|invalid|mismatched|missing|revoked|signed|untrusted|wrong :: (?:missing|incomplete|wrong|untrusted|self[- ]signed|invalid|mismatched|revoked)[^.]{0,40}(?:intermediate|CERT|chain)
[firewall_rule 6]
firewall :: firewalls?[^.]{0,80}(?:rules?|block\w*|misconfig\w*|drop\w*|den(?:y|ied)|reject\w*|chang\w*|updat\w*|polic\w+)
firewall :: (?:rules?|policy|block\w*|misconfig\w*|drop\w*)[^.]{0,60}firewalls?
security group :: security groups?[^.]{0,60}(?:rule|block|chang|wrong|missing|misconfig|clos|remov|port)
access control list|iptables|network acl|nftables|ufw :: (?:iptables|nftables|ufw|network acl|access control list)\b
list :: ip (?:address )?(?:block|deny|allow)[- ]?list
[waf_or_security_module 7]
waf :: \bwaf\b
web application firewall :: web application firewall
security :: mod_?security
security module :: security modules?
core rule set :: core rule set
linux :: \bse ?linux\b
apparmor :: \bapparmor\b
fail2ban :: fail2ban
[database_settings 7]
connection pool|max_connections|pool size|size of the :: (?:connection pool|pool size|size of the (?:connection )?pool|max_connections)[^.]{0,80}(?:reduced|set to|lowered|misconfig\w*|by mistake|wrong\w*|changed)
misconfig :: misconfig\w*[^.]{0,40}(?:connection pool|pool)
config|connection string|credential|dsn|host|parameter|password|setting|url|user :: DB[^.]{0,40}(?:connection )?(?:settings?|config\w*|credentials?|passwords?|host ?names?|user ?names?|urls?|connection strings?|dsn|parameters?)
config|credential|host|password|setting|string|url|user :: (?:misconfig\w*|wrong|incorrect|old|outdated|invalid|bad|missing|rotated|changed)[^.]{0,60}DB[^.]{0,30}(?:settings?|config\w*|credentials?|passwords?|hosts?\b|host ?names?|users?\b|url|string|connection settings)
connection string|credential|host|password|settings :: (?:credentials?|passwords?|connection strings?|host ?names?|settings)[^.]{0,40}(?:for|of|to|in) (?:the |our )?(?:\w+ ){0,2}DB
wp-config :: wp-config
host|name|password|user :: db_(?:host|user|password|name)
[database_capacity 6]
connection|pool :: (?:max_connections|connection pools?|connections? limit|too many connections|connections? (?:were )?(?:exhaust\w*|in use|used up|leak\w*|maxed)|out of connections|exhaust\w*[^.]{0,40}connections?|pool[^.]{0,30}(?:exhaust\w*|too small|full|size|limit)|all \d* ?connections|ran out of[^.]{0,30}connections)
capacity|could not handle|limit|maximum|overload|overwhelm|provision|too small :: (?:DB[^.]{0,60}(?:overload\w*|capacity|overwhelm\w*|could not handle|too small|under-?provision\w*|maximum|limit))
[database_query_or_schema 6]
join|queries|query|sql :: (?:slow|inefficient|unoptimi[sz]ed|long[- ]running|expensive|unindexed|heavy|bad|n\+1|poorly (?:written|optimi[sz]ed)|runaway)[^.]{0,30}(?:sql|queries|query|joins?)
quer :: (?:queries|query)[^.]{0,60}(?:slow|lock\w*|full table|without (?:an )?index|inefficient|unoptimi[sz]ed|deadlock)
missing :: missing (?:\w+ ){0,3}index
index :: index(?:es)?[^.]{0,30}(?:missing|dropped|removed|not (?:built|created))
schema :: schema (?:change|migration|mismatch)
migration :: (?:DB) migration
migration :: migration[^.]{0,40}(?:fail\w*|lock\w*|column|table|schema)
column|schema|table :: (?:column|table|schema)[^.]{0,40}(?:missing|renamed|dropped|lock\w*|mismatch|did not exist)
deadlock :: deadlocks?
table lock :: table lock
full table scan :: full table scan
[database_failure 4]
corrupt|crash|died|down|fail|outage|split|stopped|unavailab|unresponsive|went :: DB(?: (?:server|service|cluster|instance|node|primary|master|process))?[^.]{0,40}(?:crash\w*|fail(?:ed|ure|ing|s)\b|down\b|corrupt\w*|unavailab\w*|died|stopped|went (?:down|offline)|unresponsive|outage|split[- ]brain)
corrupt|crash|failure|over :: (?:crash\w*|corrupt\w*|failure|fail(?:ed|ing) over)[^.]{0,40}(?:of |in |on |to )?(?:the |our )?(?:\w+ )?DB
replica :: replica(?:tion)?[^.]{0,40}(?:lag|broke|fail\w*|stopped|behind)
ahead log :: write[- ]ahead log
[dns 6]
dns :: \bdns\b
server :: name ?servers?\b
record :: \b(?:a|aaaa|cname|mx|ns|txt)[- ]records?\b
zone file :: zone file
expired|serial|transfer :: zone (?:transfer|serial|expired)
domain :: domain (?:name )?(?:expir\w*|registration|lapsed|was not renewed|resolv\w*)
name resolution :: name resolution
resolv.conf :: resolv\.conf
registrar :: registrar
ttl :: \bttl\b
secondary zone :: secondary zone
[load_balancer 6]
balanc :: load[- ]?balanc\w+
proxy :: \bha ?proxy\b
alb|elb|nlb :: \b(?:elb|alb|nlb)\b
health :: health[- ]check (?:path|url|endpoint|port|config\w*)
sticky session :: sticky sessions?
round :: round[- ]robin
[network 4]
* :: (?:network|router?s?|routing|switch(?:es)?\b|bgp|vlan|subnet|mtu|cables?|fib(?:er|re)|uplink|backbone|packet loss|vpn|gateway|isp|link|latency between|arp|spanning tree|network interface|nic)\b[^.]{0,60}(?:fail\w*|misconfig\w*|down|lost|loss|loop\w*|unplugged|cut|broke\w*|damaged|congest\w*|saturat\w*|partition\w*|issue|problem|wrong|flap\w*|leak\w*|outage|dead|error|changed|unreachable|storm)
bgp|cable|fib|network|route|routing|subnet|switch|uplink|vlan :: (?:misconfig\w*|fault\w*|broken|failed|wrong|unplugged|cut|damaged|incorrect|loose|dead)[^.]{0,40}(?:network|router|routing|route|switch(?!ed)|bgp|vlan|subnet|cables?|fib(?:er|re)|uplink)
network :: network (?:partition|congestion|misconfig|cable|loop|outage|failure|issue|switch)
routing table :: routing table
default route :: default route
broadcast storm :: broadcast storm
[web_server_config 5]
worker connections :: worker connections
apache|caddy|httpd|iis|nginx|php-fpm|reverse|server|tomcat|vhost|virtual :: (?:nginx|apache2?|httpd|caddy|lighttpd|iis|web[- ]?server|tomcat|virtual ?host|vhost|reverse[- ]proxy|php-fpm)[^.]{0,100}(?:config\w*|misconfig\w*|settings?|directive|upstream|limit|worker_\w+|ulimit|open files|port\b|\.conf\b|syntax|symlink|sites-(?:enabled|available)|document root)
apache|httpd|nginx|reverse proxy|server|vhost|virtual host :: (?:misconfig\w*|config\w*|wrong|syntax error|incorrect|typo)[^.]{0,60}(?:nginx|apache2?|httpd|web[- ]?server|vhost|virtual host|reverse proxy)
worker_connections :: worker_connections
too many open files :: too many open files
ulimit :: ulimit
proxy_pass :: proxy_pass
.htaccess :: \.htaccess
redirect loop :: redirect loop
[typo_in_code 7]
typo :: \btypos?\b
spel :: mis-?spel\w+
spelling :: spelling (?:mistake|error)
.phpp :: \.phpp\b
missing :: missing (?:a )?(?:semicolon|bracket|brace|comma|quote|parenthesis|letter|colon)
extra :: extra (?:letter|character|\"?p\"?|comma|space|semicolon)
character|letter :: (?:letter|character) (?:too many|missing|short)
misplaced :: misplaced (?:comma|bracket|semicolon|character)
wrong :: wrong (?:file )?(?:extension|ending)
syntax error :: (?:syntax error)[^.]{0,40}(?:code|script|file|php|javascript)
typing :: typing (?:error|mistake)
[deployment 4]
deploy|release|rollout :: (?:deploy|deployment|release|rollout) (?:script|job|process|tool)
artifact|branch|build|deploy|image|release|roll|version :: (?:bad|faulty|broken|failed|botched|incomplete|wrong|stale|untested|erroneous|partial|recent|new|premature|accidental)[^.]{0,20}(?:deploy\w*|roll-?out|release|build|branch|image|artifact|version)
deploy|release|roll :: (?:deploy\w*|roll-?out|release(?! \d))[^.]{0,80}(?:fail\w*|broke\w*|without|incomplete|wrong|missing|stale|out of order|untested|incompatib\w*|skipped|introduced|did not include|not (?:include|tested|deployed|rolled))
deployed :: (?:was|were) deployed (?:without|to the wrong|before|too early)
wrong :: wrong (?:branch|image|tag|build|version|environment)
stale branch :: stale branch
environment variable :: environment variables?[^.]{0,40}(?:missing|not set|unset|wrong)
environment variable :: missing (?:an? )?environment variable
dependency :: dependency (?:update|upgrade|version|conflict)
incompatib :: incompatib\w+[^.]{0,40}(?:version|librar|package|dependenc|update|upgrade)
ci :: ci/?cd
pipeline :: pipeline
[application_bug 4]
bug :: \bbugs?\b
race condition :: race condition
infinite loop :: infinite loop
pointer :: null ?pointer
unhandled e :: unhandled (?:exception|error)
uncaught :: uncaught
logic error :: logic error
off :: off[- ]by[- ]one
regression :: regression
defect :: defect\b
rounding :: rounding
edge case :: edge case
code :: code (?:error|change|defect|path)
error in :: error in (?:the |our )?(?:code|application|script|logic)
exception :: exception\b
faulty :: faulty (?:code|logic)
parser :: parser
regular expression :: regular expression
regex :: regex
stack overflow :: stack overflow
zone :: time ?zone (?:bug|error)
leap :: leap (?:year|second)
coding error :: coding error
programming error :: programming error
memory leak :: memory leak
[resource_exhaustion_memory 6]
* :: (?:^\W*(?:memory|ram)\W*$|out of memory|\boom\b|memory (?:leaks?|exhaust\w*|usage|pressure|limit|was full|consumption)|ran out of (?:memory|ram)|insufficient (?:memory|ram)|exhaust\w*[^.]{0,20}(?:memory|ram)\b|oom[- ]?kill\w*|heap (?:space|size|exhaust\w*)|not enough (?:memory|ram)|leak\w* memory|(?:memory|ram)[^.]{0,30}(?:exhaust\w*|full|run out|ran out))
[resource_exhaustion_disk 6]
/tmp|/var|disk|drive|inode|log file|partition|storage|system|volume :: (?:disks?|volumes?|partitions?|file ?systems?|storage|drive|/var|/tmp|hard drive|root partition|log files?|inodes?)[^.]{0,50}(?:full|100 ?%|exhaust\w*|out of space|no space|ran out|filled|run out|used up|grew|grown|capacity)
disk|inode|space on|storage|volume :: (?:full|no space left|out of|ran out of|insufficient|low|running out of|filled (?:up )?(?:the|its|our|all)?)[^.]{0,20}(?:disks?|storage|space on|inodes?|volume)
disk :: disk (?:space|usage)
no space left :: no space left
[resource_exhaustion_cpu 6]
cpu :: cpu[^.]{0,50}(?:exhaust\w*|100 ?%|satur\w*|overload\w*|spik\w*|usage|starv\w*|limit|throttl\w*|maxed|load|high|all)
cpu :: (?:high|excessive|all (?:the |of the )?|burn\w*|took all|eat\w*|maxed out|consum\w* all|100 ?%)[^.]{0,20}cpu
runaway process :: runaway process
noisy neighbo :: noisy neighbou?r
[ddos 7]
amplification|botnet|brute|credential stuffing|ddos|dos attack|flood of|layer 7 attack|service|syn flood|volumetric :: (?:was|were|caused by|due to|victim of|under|by|from|of|an?) (?:an? |the )?(?:(?!not )\w+ ){0,4}(?:ddos|denial[- ]of[- ]service|dos attack|botnet|syn flood|flood of (?:malicious|bot)|volumetric|layer 7 attack|amplification|brute[- ]force|credential stuffing)
ddos :: ^ddos
attack :: (?:ddos|denial[- ]of[- ]service) attack (?:on|against|that|which|overwhelm|flood)
malicious :: malicious (?:traffic|requests|bots)
[traffic_surge 4]
customers|demand|load|orders|requests|sign|traffic|users|visitors :: (?:sudden|unexpected|unusual|massive|huge|large|sharp|unprecedented|big|extreme|heavy|high|enormous|flash)[^.]{0,30}(?:surge|spike|increase|rush|influx|amount of|volume of|wave|levels? of|number of)[^.]{0,30}(?:traffic|users|visitors|requests|load|orders|demand|customers|sign-?ups)
burst|peak|spike|surge :: (?:traffic|load|demand|visitor|request) (?:surge|spike|peak|burst)s?
influx|peak|rush|spike|surge|wave :: (?:surge|spike|influx|rush|wave|peak) (?:in|of) (?:\w+ ){0,3}(?:traffic|users|visitors|requests|demand|orders|load|buyers|sign-?ups)
black friday|hacker news|marketing campaign|promotion|sale|viral :: (?:black friday|flash sale|went viral|viral|hacker news|marketing campaign|pre-?sale|promotion)
too many :: too many (?:users|visitors|requests)
times :: (?:more|forty|ten|five|three|twenty|\d+)[^.]{0,20}times (?:as many|more|the (?:usual|normal))
overload :: overload\w*
overwhelm :: overwhelm\w*[^.]{0,30}(?:server|traffic|requests)
[third_party 5]
third :: ^\W*third[- ]party\b
provider :: provider(?:'s|’s) (?:network|backbone|side|end|fault|data ?cent)
provider :: provider (?:changed|closed|turned off|moved|had)
* :: (?:third[- ]party|3rd[- ]party|external (?:provider|service|vendor|api|supplier)|(?:cloud|hosting|payment|sms|mail|email|cdn|internet|dns|service|backbone|telecom|identity|upstream) (?:provider|vendor|processor|gateway|company|supplier)(?:'s|’s)?|provider(?:'s|’s)|vendor(?:'s|’s)|\baws\b|amazon web services|google cloud|azure|cloudflare|stripe|twilio|github|fastly)[^.]{0,80}(?:outage|fail\w*|down|issue|incident|problem|maintenance|chang\w*|deprecat\w*|limit\w*|degrad\w*|error|disrupt\w*|broke\w*|unavailab\w*|revoked|suspend\w*|closed|throttl\w*)
disruption|downtime|failure|incident|maintenance|outage|problem :: (?:outage|failure|incident|downtime|problem|disruption|maintenance)[^.]{0,30}(?:at|of|by|with|in|on) (?:the |our |a |an )?(?:third[- ]party|external|(?:\w+ ){0,2}(?:provider|vendor|supplier|partner)|aws|azure|google cloud|cloudflare|upstream)
[hardware 6]
hardware :: hardware
bad sector|broken|burned|burnt|dead|defect|died|hardware|physically|worn :: (?:disk|drive|hdd|ssd|raid|controller|memory module|dimm|motherboard|mainboard|fan|power supply|psu|cooling|cpu|network card|nic|server|switch|sd card|battery)\b[^.]{0,30}(?:died|dead|defect\w*|broken|physically|burnt|burned|hardware|bad sectors?|worn)
bad|broken|dead|defective|failed|failing|faulty|worn :: (?:broken|defective|faulty|dead|failed|failing|bad|worn[- ]out)[^.]{0,20}(?:disk|drive|memory module|ram stick|dimm|controller|hdd|ssd|motherboard|fan|power supply|raid|network card|battery)
failure :: (?:disk|drive|raid|controller) (?:array )?failure
overheat :: overheat\w*
air condition :: air condition\w*
bad sector :: bad sectors?
[power 7]
power :: (?:loss of|lost|no|without|cut) (?:electrical )?power
power :: \bpower (?:outage|cut|failure|loss|surge|supply to|was lost|strip|blackout)
electric :: electric\w*
blackout :: blackout
ups :: \bups\b
generator :: generator
lost power :: lost power
without power :: without power
fuse :: fuse
circuit breaker :: circuit breaker
power :: power (?:cable|cord|plug)
[human_error_deletion 7]
human error :: human error[^.]{0,80}(?:delet\w*|remov\w*|dropp\w*|wip\w*)
wrong :: (?:delet\w*|remov\w*)[^.]{0,60}wrong
accident|by mistake|erroneous|inadvertent|mistaken|unintention|wrong :: (?:accident\w*|mistaken\w*|by mistake|inadvertent\w*|unintention\w*|wrong(?:ly)?|erroneous\w*)[^.]{0,50}(?:delet\w*|dropp\w*|remov(?:ed|al|ing)|wip\w*|truncat\w*|overw\w*|purg\w*|eras\w*|terminat\w*)
accident|by mistake|instead of|production|wrong :: (?:delet\w*|dropp(?:ed|ing)|wip(?:ed|ing)|truncat\w*|remov(?:ed|ing)|purg\w*|eras\w*|overwr\w*)[^.]{0,60}(?:by mistake|accident\w*|wrong (?:server|database|table|directory|folder|environment|host|terminal)|production (?:database|data|table|server)|instead of|on (?:the )?production)
rm -rf :: rm -rf
drop :: drop (?:table|database)\b
up script :: clean-?up script[^.]{0,50}(?:production|delet|wrong)
[permissions 6]
policy was :: (?:bucket )?policy was (?:set|changed)
permission :: permissions?\b
access :: access ?denied
chmod :: \bchmod\b
chown :: \bchown\b
iam :: \biam\b
acl :: \bacls?\b
file owner :: file owner\w*
grant|policy|privileg|role :: (?:role|policy|privileg\w*|grants?)[^.]{0,40}(?:missing|removed|revoked|denied|detached|lost|insufficient|wrong)
incorrect|insufficient|missing|removed|revoked|wrong :: (?:missing|removed|revoked|insufficient|wrong|incorrect)[^.]{0,30}(?:role|polic(?:y|ies)|privileg\w*|grants?|access rights)
403 forbidden :: 403 forbidden
service account :: service account
allowed|authori|permitted :: not (?:allowed|permitted|authori[sz]ed) to
[process_down 4]
* :: (?:process|service|daemon|worker|container|pod|server|application|job|cron ?job|scheduler|agent|cupsd|nginx|apache2?|mysqld|puppet|backend|instance|consumer)s?\b[^.]{0,40}(?:not (?:been )?(?:running|started|enabled|restarted|start)|stopped|died|\bdead\b|exited|crashed|was down|had crashed|hung|did(?: not|n't) (?:start|come back|restart)|never (?:started|restarted)|was killed|not (?:set|configured) to start|disabled at boot|terminated|froze\w*|stuck)
daemon|process|service|worker :: (?:stopped|killed|crash\w* of)[^.]{0,20}(?:process|service|daemon|worker)
enabled|started :: not (?:enabled|started) (?:at|on|after) (?:boot|reboot)
after :: after (?:the |a )?reboot
[config_other 1.2]
config :: \bconfig\w*
flag :: \bflag\b
setting :: \bsettings?\b
[config_other 2.5]
config :: mis-?config\w*
bad|erroneous|faulty|incorrect|invalid|missing|outdated|wrong :: (?:wrong|incorrect|bad|invalid|faulty|missing|erroneous|outdated)(?:ly)? (?:\w+ ){0,3}(?:config\w*|settings?|value|parameter|variable|path|option|flag|api key|key|url|port|token)
config :: config\w*[^.]{0,40}(?:error|mistake|wrong|change\w*|file|incorrect|drift|push\w*|missing|overwr\w*)
api key|environment variable|flag|limit|parameter|secret|setting|token :: (?:setting|parameter|feature flag|flag|environment variable|api key|secret|token|limit)[^.]{0,40}(?:wrong|incorrect|missing|expired|not set|unset|disabled|too (?:low|high|small)|lower\w*|removed|default)
rate limit :: rate limit\w*[^.]{0,40}(?:wrong|too low|misconfig|config)
"""


def _rules() -> tuple[tuple[C, float, Phrases], ...]:
    found = []
    for head, phrases in sections("\n" + _WORDS, DB=_DB, CERT=_CERT, CONFIG=_CONFIG):
        name, weight = head.split()
        found.append((C(name), float(weight), phrases))
    return tuple(found)


RULES = _rules()
"""Class, weight of a match, and its words."""
