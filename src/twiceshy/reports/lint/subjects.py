"""What a suspicion, a cause or an action is about, by the words in it.

One table for all of them, so that "database" means the same when a lead is counted, when two
reports are compared and when a cause looks for the action that answers it.
"""

from __future__ import annotations

import re
from types import MappingProxyType

from twiceshy.model.report import CauseClass

_WORDS = {
    "DDoS or attack": r"d?dos\b|attack|intrusion|malicious|botnet|breach|hack",
    "provider": r"provider|vendor|third[- ]part|upstream service|hosting|cloud outage|\baws\b|\bgcp\b"
    r"|\bazure\b|\bisp\b|external (?:service|api)",
    "certificate": r"certif|\bssl\b|\btls\b",
    "DNS": r"\bdns\b|name ?server|domain name|name resol",
    "firewall": r"firewall|iptables|nftables|security group|\bwaf\b|\bufw\b",
    "load balancer": r"load[- ]?balanc|haproxy",
    "database": r"database|\bdb\b|\bsql\b|mysql|postgres|mongo|redis|\bquery\b|queries|replica",
    "network": r"network|connectivity|routing|switch(?:es)?\b|bandwidth|\bcable|packet|latency",
    "deployment": r"deploy|release|rollout|recent (?:change|update|code)|new version",
    "traffic": r"traffic|surge|spike|\bload\b|overload|demand",
    "web server": r"nginx|apache|web ?server|httpd|gunicorn",
    "application": r"application|\bcode\b|\bbug|\bapp\b|script|backend|front[- ]?end|server-side|php"
    r"|wordpress|caching|\bcache",
    "server or hardware": r"hardware|\bdisk|memory|\bcpu\b|\bram\b|server|machine|power",
}

OTHER = "something else"


def _has(pattern: str, text: str) -> re.Match[str] | None:
    # The re module keeps compiled patterns; compiling all of them at import would delay every start.
    return re.search(pattern, text, re.IGNORECASE)


def subject_of(text: str) -> str:
    """The subject a suspicion is about: the one whose words come first in it."""
    hits = [
        (match.start(), rank, name)
        for rank, (name, pattern) in enumerate(_WORDS.items())
        if (match := _has(pattern, text)) is not None
    ]
    return min(hits)[2] if hits else OTHER


def speaks_of(subject: str, text: str) -> bool:
    """Whether a text is about a subject, among others; no text is about an unknown one."""
    pattern = _WORDS.get(subject)
    return pattern is not None and _has(pattern, text) is not None


_FAMILIES = {
    "certificate": "certificate_expired certificate_renewal_failed certificate_other",
    "firewall or WAF": "firewall_rule waf_or_security_module",
    "database": "database_settings database_capacity database_failure database_query_or_schema",
    "network and DNS": "dns network load_balancer",
    "configuration": "web_server_config config_other permissions",
    "code and release": "application_bug typo_in_code deployment",
    "capacity": "resource_exhaustion_memory resource_exhaustion_disk resource_exhaustion_cpu "
    "traffic_surge",
    "attack": "ddos",
    "provider": "third_party",
    "hardware and power": "hardware power",
    "deletion by hand": "human_error_deletion",
    "process not running": "process_down",
}

FAMILY = MappingProxyType(
    {CauseClass(name): family for family, names in _FAMILIES.items() for name in names.split()}
)
"""Cause class to its family; `other` has none, two of them need have nothing in common."""

_REMEDY_WORDS = {
    "certificate": r"certif|\bssl\b|\btls\b|renew|expir",
    "firewall or WAF": r"firewall|\brules?\b|\bwaf\b|security|network|config|change",
    "database": r"database|\bdb\b|sql|quer|connection|pool|schema|replica|backup|migrat|index|config",
    "network and DNS": r"\bdns\b|domain|network|rout|load.?balanc|health.?check|redundan|fail.?over",
    "configuration": r"config|setting|nginx|apache|server|permission|access|puppet|ansible|valid"
    r"|review|change",
    "code and release": r"test|review|code|lint|check|\bci\b|staging|typo|deploy|release|roll.?back"
    r"|canary|pipeline|puppet|valid|quality",
    "capacity": r"memory|leak|limit|disk|space|cpu|capacity|scal|quota|rotat|traffic|cach|load|queue"
    r"|resource",
    "attack": r"ddos|attack|rate.?limit|waf|cdn|traffic|scal|filter|block",
    "provider": r"provider|vendor|third|fall.?back|redundan|fail.?over|depend|backup|multi",
    "hardware and power": r"redundan|spare|hardware|\bups\b|power|fail.?over|replica|generator|backup"
    r"|disk|server",
    "deletion by hand": r"backup|permission|confirm|access|restor|protect|delet|privilege",
    "process not running": r"restart|supervis|systemd|process|health|monitor|daemon|start|server",
}


def may_remedy(family: str, text: str) -> bool:
    """Whether an action has a word that one against this family of causes would contain."""
    return _has(_REMEDY_WORDS[family], text) is not None
